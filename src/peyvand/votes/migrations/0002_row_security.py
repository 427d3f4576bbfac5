from django.db import migrations

from peyvand.scope.policies import STAFF_OF_ROW, Policy, protect, staff_of

OF_VOTE = 'EXISTS (SELECT 1 FROM votes_vote parent WHERE parent.id = "{table}".vote_id{more})'
KEPT = f" AND {staff_of('parent')}"
# Fewer ballots than five are shown to nobody from outside (decision record 9).
SHOWN = " AND parent.state = 'counted' AND parent.counted >= 5"

_HEAD = "RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$"


def of_vote(table: str, more: str = "") -> str:
    return OF_VOTE.format(table=table, more=more)


FUNCTIONS = f"""
CREATE FUNCTION votes_kept() {_HEAD}
BEGIN
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (('draft', 'open'), ('open', 'closed'), ('closed', 'counted'),
        ('draft', 'cancelled'), ('open', 'cancelled'), ('closed', 'cancelled')) AND NOT (NEW.example AND OLD.state = 'draft') THEN
        RAISE EXCEPTION 'a vote does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state <> 'draft' AND (OLD.method, OLD.kind, OLD.utility, OLD.completion, OLD.step, OLD.ties, OLD.budget, OLD.seats,
        OLD.threshold, OLD.skip, OLD.most_choices, OLD.lot, OLD.example) IS DISTINCT FROM (NEW.method, NEW.kind, NEW.utility,
        NEW.completion, NEW.step, NEW.ties, NEW.budget, NEW.seats, NEW.threshold, NEW.skip, NEW.most_choices, NEW.lot, NEW.example) THEN
        RAISE EXCEPTION 'the rule of a vote is fixed once it is open' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state = 'counted' AND (OLD.result, OLD.counted, OLD.counted_at) IS DISTINCT FROM (NEW.result, NEW.counted, NEW.counted_at) THEN
        RAISE EXCEPTION 'a count stands' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION votes_option_fixed() {_HEAD}
BEGIN
    IF EXISTS (SELECT 1 FROM votes_vote WHERE id = coalesce(NEW.vote_id, OLD.vote_id) AND state <> 'draft') THEN
        RAISE EXCEPTION 'the options of a vote are fixed once it is open' USING ERRCODE = 'check_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE FUNCTION votes_marked() {_HEAD}
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.voted <> '' THEN RAISE EXCEPTION 'nobody is born voted' USING ERRCODE = 'check_violation'; END IF;
        RETURN NEW;
    END IF;
    IF OLD.voted <> '' THEN RAISE EXCEPTION 'a mark on the roll stands' USING ERRCODE = 'check_violation'; END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    UPDATE votes_vote SET marked_code = marked_code + (NEW.voted = 'code')::int, marked_paper = marked_paper + (NEW.voted = 'paper')::int
    WHERE id = NEW.vote_id AND state = 'open';
    IF NOT FOUND THEN RAISE EXCEPTION 'the vote is not open' USING ERRCODE = 'check_violation'; END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION votes_into_the_urn() {_HEAD}
BEGIN
    UPDATE votes_vote SET sealed = sealed + 1 WHERE id = NEW.vote_id AND state = 'open';
    IF NOT FOUND THEN RAISE EXCEPTION 'the vote is not open' USING ERRCODE = 'check_violation'; END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION votes_paper_agreed() {_HEAD}
BEGIN
    UPDATE votes_vote SET papers = papers + NEW.agreed::int - (CASE WHEN TG_OP = 'UPDATE' THEN OLD.agreed::int ELSE 0 END)
    WHERE id = NEW.vote_id AND state IN ('open', 'closed');
    IF NOT FOUND THEN RAISE EXCEPTION 'the papers of this vote are counted' USING ERRCODE = 'check_violation'; END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION votes_ballot_fixed() {_HEAD}
BEGIN
    IF TG_OP = 'INSERT' AND EXISTS (
        SELECT 1 FROM votes_vote WHERE id = NEW.vote_id AND (state = 'closed' OR example AND state = 'draft')) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'ballots are written by the count and never changed' USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER kept BEFORE UPDATE ON votes_vote FOR EACH ROW EXECUTE FUNCTION votes_kept();
CREATE TRIGGER fixed BEFORE INSERT OR UPDATE OR DELETE ON votes_option FOR EACH ROW EXECUTE FUNCTION votes_option_fixed();
CREATE TRIGGER born BEFORE INSERT OR DELETE ON votes_voter FOR EACH ROW EXECUTE FUNCTION votes_marked();
CREATE TRIGGER marked AFTER UPDATE ON votes_voter FOR EACH ROW WHEN (OLD.voted <> NEW.voted) EXECUTE FUNCTION votes_marked();
CREATE TRIGGER counted AFTER INSERT ON votes_sealed FOR EACH ROW EXECUTE FUNCTION votes_into_the_urn();
CREATE TRIGGER agreed AFTER INSERT OR UPDATE ON votes_paper FOR EACH ROW EXECUTE FUNCTION votes_paper_agreed();
CREATE TRIGGER fixed BEFORE INSERT OR UPDATE OR DELETE ON votes_ballot FOR EACH ROW EXECUTE FUNCTION votes_ballot_fixed();
"""

BACK = """
DROP TRIGGER kept ON votes_vote; DROP TRIGGER fixed ON votes_option; DROP TRIGGER born ON votes_voter; DROP TRIGGER marked ON votes_voter;
DROP TRIGGER counted ON votes_sealed; DROP TRIGGER agreed ON votes_paper; DROP TRIGGER fixed ON votes_ballot;
DROP FUNCTION votes_kept(); DROP FUNCTION votes_option_fixed(); DROP FUNCTION votes_marked(); DROP FUNCTION votes_into_the_urn();
DROP FUNCTION votes_paper_agreed(); DROP FUNCTION votes_ballot_fixed();
"""


class Migration(migrations.Migration):
    dependencies = [("votes", "0001_initial"), ("scope", "0001_scope")]
    operations = [
        # A vote that is under way or over is public; the roll and the papers are seen by those who keep it, the urn by nobody.
        protect(
            "votes_vote", Policy("kept", STAFF_OF_ROW), Policy("seen", f"state <> 'draft' OR {STAFF_OF_ROW}", command="SELECT")
        ),
        protect(
            "votes_option",
            Policy("kept", of_vote("votes_option", KEPT)),
            Policy("seen", of_vote("votes_option"), command="SELECT"),
        ),
        protect("votes_voter", Policy("kept", of_vote("votes_voter", KEPT))),
        protect("votes_sealed"),
        protect("votes_paper", Policy("kept", of_vote("votes_paper", KEPT))),
        protect(
            "votes_ballot",
            Policy("kept", of_vote("votes_ballot", KEPT), command="SELECT"),
            Policy("seen", of_vote("votes_ballot", SHOWN), command="SELECT"),
        ),
        migrations.RunSQL(FUNCTIONS, BACK),
    ]
