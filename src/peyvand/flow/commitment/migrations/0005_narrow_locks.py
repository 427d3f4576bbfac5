from django.db import migrations

from peyvand.scope.policies import fixed

PAIR = ("id", "need_id", "capacity_id", "quantity", "place_path", "asker_path", "giver_path", "giver_place_path")

# Suggestions open rows of the other side to be seen, so only a run of the matching makes them.
ONLY_RUNS = "REVOKE INSERT, DELETE ON commitment_suggestion, commitment_unserved FROM peyvand_app;"
GIVE_BACK = "GRANT INSERT, DELETE ON commitment_suggestion, commitment_unserved TO peyvand_app;"

# So do promises: both ends must be seen before, and the paths are theirs. A policy cannot ask this, for the policies of needs
# and capacities ask about promises in turn.
OF_ITS_ENDS = """
CREATE FUNCTION commitment_of_its_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM need_need one WHERE one.id = NEW.need_id AND one.place_path = NEW.place_path
            AND one.organisation_path = NEW.asker_path)
        OR NOT EXISTS (SELECT 1 FROM capacity_capacity one WHERE one.id = NEW.capacity_id AND one.place_path = NEW.giver_place_path
            AND one.organisation_path = NEW.giver_path) THEN
        RAISE EXCEPTION 'a promise joins a need and a capacity that are both seen' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER of_its_ends BEFORE INSERT ON commitment_commitment FOR EACH ROW WHEN (current_user = 'peyvand_app')
    EXECUTE FUNCTION commitment_of_its_ends();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("commitment", "0004_suggested_capacities"),
        ("need", "0003_narrow_locks"),
        ("capacity", "0003_narrow_locks"),
    ]
    operations = [
        migrations.RunSQL(ONLY_RUNS, GIVE_BACK),
        migrations.RunSQL(
            OF_ITS_ENDS, "DROP TRIGGER of_its_ends ON commitment_commitment; DROP FUNCTION commitment_of_its_ends();"
        ),
        fixed("commitment_suggestion", *PAIR),
        fixed("commitment_commitment", "tracking_code", "offered_by_side", "offered_at", *PAIR),
    ]
