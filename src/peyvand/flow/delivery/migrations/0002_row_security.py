from django.db import migrations

from peyvand.scope.policies import IS_STAFF, Policy, looked_at, in_area, in_organisation, protect, seen_through

GIVER = f"({IS_STAFF} AND {in_organisation('giver_path')} AND EXISTS (SELECT 1 FROM commitment_commitment one WHERE one.id = delivery_delivery.commitment_id))"
ASKER = f"({IS_STAFF} AND {in_area()} AND {in_organisation('asker_path')})"

# A delivery is never changed and never removed; the receiver's answer is the one thing added later.
IMMUTABLE = """
REVOKE UPDATE, DELETE, TRUNCATE ON delivery_delivery, delivery_proof FROM peyvand_app, peyvand_national;
GRANT UPDATE (answer, refusal_reason, answered_at, answered_by_id) ON delivery_delivery TO peyvand_app, peyvand_national;
"""
GIVE_BACK = "GRANT UPDATE, DELETE ON delivery_delivery, delivery_proof TO peyvand_app, peyvand_national;"

ANSWERED_ONCE = """
CREATE FUNCTION delivery_answered_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.answer <> '' THEN
        RAISE EXCEPTION 'a delivery is answered once' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER answered_once BEFORE UPDATE ON delivery_delivery FOR EACH ROW EXECUTE FUNCTION delivery_answered_once();
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0001_initial"), ("commitment", "0002_row_security")]
    operations = [
        migrations.RunSQL(IMMUTABLE, GIVE_BACK),
        migrations.RunSQL(
            ANSWERED_ONCE, "DROP TRIGGER answered_once ON delivery_delivery; DROP FUNCTION delivery_answered_once();"
        ),
        protect("delivery_delivery", Policy("giver", GIVER), Policy("asker", ASKER), looked_at("delivery_delivery", "asker_path")),
        protect("delivery_proof", seen_through("delivery_proof", "delivery_delivery", "delivery_id")),
    ]
