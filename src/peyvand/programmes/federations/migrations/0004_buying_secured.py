from importlib import import_module

from django.db import migrations

from peyvand.scope.policies import STAFF_OF_ROW, Policy, fixed, only, protect, seen_through, shared, staff_of

_before = import_module("peyvand.programmes.federations.migrations.0002_row_security")
of_federation, speaks, HEAD = _before.of_federation, _before.speaks, _before.HEAD
BUY, PORTION, OFFER, STEP, PAYMENT = (
    f"federations_{one}" for one in ("jointbuy", "portion", "priceoffer", "pricestep", "buypayment")
)


def kept(row: str) -> str:
    """Who keeps a buying: staff of its federation, and of the member that opened it."""
    return f"({staff_of(row)} OR {speaks(f'{row}.opener_path')})"


# What members took and nobody answered is counted where all of them read it: the takings themselves two of them may read.
ASKED = f"""
CREATE FUNCTION federations_asked() {HEAD}
BEGIN
    UPDATE federations_sharedneed SET asked = asked
        + CASE WHEN TG_OP <> 'DELETE' AND NEW.state = 'asked' THEN NEW.quantity ELSE 0 END
        - CASE WHEN TG_OP <> 'INSERT' AND OLD.state = 'asked' THEN OLD.quantity ELSE 0 END
        WHERE id = coalesce(NEW.shared_id, OLD.shared_id);
    RETURN NULL;
END $$;
CREATE TRIGGER asked AFTER INSERT OR DELETE OR UPDATE OF state ON federations_taking
    FOR EACH ROW EXECUTE FUNCTION federations_asked();
UPDATE federations_sharedneed one SET asked = (
    SELECT coalesce(sum(quantity), 0) FROM federations_taking taking WHERE taking.shared_id = one.id AND taking.state = 'asked');
"""
NOT_ASKED = "DROP TRIGGER asked ON federations_taking; DROP FUNCTION federations_asked();"

COUNTED = f"""
CREATE FUNCTION federations_portion_counted() {HEAD}
BEGIN
    UPDATE {BUY} SET
        total = total + CASE WHEN TG_OP = 'DELETE' THEN 0 ELSE NEW.quantity END - CASE WHEN TG_OP = 'INSERT' THEN 0 ELSE OLD.quantity END,
        takers = takers + CASE TG_OP WHEN 'INSERT' THEN 1 WHEN 'DELETE' THEN -1 ELSE 0 END
        WHERE id = coalesce(NEW.buy_id, OLD.buy_id) AND state = 'open';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'members say how much while a joint buying is open' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' AND NOT EXISTS (
        SELECT 1 FROM federations_member one JOIN {BUY} buy ON buy.federation_id = one.federation_id
        WHERE one.id = NEW.member_id AND buy.id = NEW.buy_id AND one.state = 'member' AND one.member_path = NEW.member_path
        AND (buy.place_path, buy.organisation_path, buy.opener_path) = (NEW.place_path, NEW.organisation_path, NEW.opener_path)) THEN
        RAISE EXCEPTION 'a portion is a member''s of the federation that buys' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER counted AFTER INSERT OR DELETE OR UPDATE OF quantity ON {PORTION}
    FOR EACH ROW EXECUTE FUNCTION federations_portion_counted();

CREATE FUNCTION federations_paid() {HEAD}
BEGIN
    UPDATE {PORTION} SET paid_rial = paid_rial
        + CASE WHEN TG_OP <> 'DELETE' AND NEW.taken_back_at IS NULL THEN NEW.amount_rial ELSE 0 END
        - CASE WHEN TG_OP <> 'INSERT' AND OLD.taken_back_at IS NULL THEN OLD.amount_rial ELSE 0 END
        WHERE id = coalesce(NEW.portion_id, OLD.portion_id);
    RETURN NULL;
END $$;
CREATE TRIGGER paid AFTER INSERT OR DELETE OR UPDATE ON {PAYMENT} FOR EACH ROW EXECUTE FUNCTION federations_paid();

CREATE FUNCTION federations_shares() {HEAD}
DECLARE bought bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
BEGIN
    IF EXISTS (
        SELECT 1 FROM {BUY} buy WHERE buy.id = bought AND (
            buy.state IN ('chosen', 'finished') AND (
                buy.cost_rial IS DISTINCT FROM (SELECT sum(share_rial) FROM {PORTION} WHERE buy_id = buy.id)
                OR EXISTS (SELECT 1 FROM {PORTION} WHERE buy_id = buy.id AND share_rial IS NULL)
                OR NOT EXISTS (SELECT 1 FROM {OFFER} offer WHERE offer.id = buy.chosen_id AND offer.buy_id = buy.id))
            OR buy.state NOT IN ('closed', 'chosen', 'finished')
                AND EXISTS (SELECT 1 FROM {PORTION} WHERE buy_id = buy.id AND share_rial IS NOT NULL))) THEN
        RAISE EXCEPTION 'the shares of the members are the cost of the chosen offer, to the rial' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER shares AFTER UPDATE ON {BUY}
    FOR EACH ROW EXECUTE FUNCTION federations_shares('id');
CREATE TRIGGER shares AFTER INSERT OR UPDATE ON {PORTION}
    FOR EACH ROW EXECUTE FUNCTION federations_shares('buy_id');
"""
UNCOUNTED = f"""
DROP TRIGGER counted ON {PORTION}; DROP TRIGGER shares ON {PORTION}; DROP TRIGGER shares ON {BUY}; DROP TRIGGER paid ON {PAYMENT};
DROP FUNCTION federations_portion_counted(); DROP FUNCTION federations_paid(); DROP FUNCTION federations_shares();
"""
TOOK = f'EXISTS (SELECT 1 FROM {PORTION} one WHERE one.buy_id = "{BUY}".id AND {speaks("one.member_path")})'
STEP_KEPT = (
    f'EXISTS (SELECT 1 FROM {OFFER} offer JOIN {BUY} parent ON parent.id = offer.buy_id WHERE offer.id = "{STEP}".offer_id'
    f" AND {kept('parent')})"
)


class Migration(migrations.Migration):
    dependencies = [("federations", "0003_joint_buying")]
    operations = [
        migrations.RunSQL(ASKED, NOT_ASKED),
        migrations.RunSQL(COUNTED, UNCOUNTED),
        # Members read it, and lock it so that their portion is counted in; they change nothing of it.
        protect(
            BUY,
            Policy("kept", STAFF_OF_ROW),
            Policy("opened", f"{speaks('opener_path')} AND {of_federation('jointbuy')}", command="INSERT"),
            *shared("opener", speaks("opener_path")),
            *shared("member", of_federation("jointbuy")),
            # Who took a part goes on seeing it, also after leaving the federation.
            *shared("taker", TOOK),
        ),
        only(BUY, "members_only_lock", f"NOT {kept('OLD')}", "total", "takers"),
        # How much a member takes and owes is its own affair and that of those who keep the account.
        protect(
            PORTION, Policy("own", speaks("member_path")), Policy("kept", STAFF_OF_ROW), Policy("opener", speaks("opener_path"))
        ),
        only(
            PORTION, "members_say_only", f"NOT {kept('OLD')}", "quantity", "said_at", "received", "received_at", "received_note"
        ),
        protect(
            OFFER,
            Policy("seen", seen_through(OFFER, BUY, "buy_id").using, command="SELECT"),
            Policy("kept", f'EXISTS (SELECT 1 FROM {BUY} parent WHERE parent.id = "{OFFER}".buy_id AND {kept("parent")})'),
        ),
        fixed(OFFER, "buy_id", "supplier", "offered_date", "valid_until", "transport_rial"),
        protect(
            STEP, Policy("seen", seen_through(STEP, OFFER, "offer_id").using, command="SELECT"), Policy("kept", STEP_KEPT)
        ),
        fixed(STEP, "offer_id", "from_quantity", "unit_rial"),
        protect(
            PAYMENT,
            Policy("seen", seen_through(PAYMENT, PORTION, "portion_id").using, command="SELECT"),
            Policy(
                "kept", f'EXISTS (SELECT 1 FROM {PORTION} parent WHERE parent.id = "{PAYMENT}".portion_id AND {kept("parent")})'
            ),
        ),
        fixed(PAYMENT, "portion_id", "amount_rial", "paid_date"),
    ]
