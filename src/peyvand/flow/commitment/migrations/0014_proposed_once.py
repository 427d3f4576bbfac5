from django.db import migrations

from peyvand.scope.policies import protect

# No run proposes a unit that stands promised, or proposed to somebody else: two runs at once come one after the other over the
# rows of their capacities, and the second counts what the first has written. What is promised by hand goes before a proposal, so
# that rows which stand already are not asked again. The function runs as the owner: a side does not see all suggestions.
WITHIN = """
CREATE FUNCTION suggestion_within_capacity() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    full_one bigint;
BEGIN
    PERFORM 1 FROM capacity_capacity WHERE id IN (SELECT capacity_id FROM fresh) ORDER BY id FOR NO KEY UPDATE;
    SELECT one.id INTO full_one FROM capacity_capacity one
        JOIN (SELECT capacity_id, sum(quantity) AS units FROM commitment_suggestion
            WHERE state = 'proposed' AND capacity_id IN (SELECT capacity_id FROM fresh) GROUP BY 1) proposed ON proposed.capacity_id = one.id
        WHERE one.committed + proposed.units > one.quantity LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'capacity % is proposed or promised beyond what it has', full_one
            USING ERRCODE = 'check_violation', CONSTRAINT = 'suggestion_within_capacity';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER suggestion_within_capacity AFTER INSERT ON commitment_suggestion
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION suggestion_within_capacity();
"""
FREE = """
DROP TRIGGER suggestion_within_capacity ON commitment_suggestion;
DROP FUNCTION suggestion_within_capacity();
"""


class Migration(migrations.Migration):
    dependencies = [("commitment", "0013_runs_are_jobs"), ("capacity", "0002_row_security")]
    operations = [
        protect("commitment_runinputs"),  # of offers of the whole country: nobody reads it but the jobs
        migrations.RunSQL(WITHIN, FREE),
    ]
