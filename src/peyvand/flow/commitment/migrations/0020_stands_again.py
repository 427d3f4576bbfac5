from django.db import migrations

# What is held where a suggestion is added is held where one comes back to wait for an answer: no unit of an offer is proposed twice,
# and no family is joined with a provider it refuses. Asked at the end of the act, of these rows alone: a run that leaves a million
# suggestions as they are pays nothing. Where a promise is taken back its units were counted until then, so only its family is asked
# for. The function runs as the owner: a side sees neither all suggestions nor what a family refuses.
AGAIN = """
CREATE FUNCTION suggestion_stands_again() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM commitment_suggestion WHERE id = NEW.id AND state = 'proposed') THEN
        RETURN NULL;
    END IF;
    PERFORM 1 FROM capacity_capacity WHERE id = NEW.capacity_id FOR NO KEY UPDATE;
    IF OLD.state <> 'accepted' AND EXISTS (SELECT 1 FROM capacity_capacity one WHERE one.id = NEW.capacity_id AND one.quantity < one.committed
            + (SELECT sum(quantity) FROM commitment_suggestion WHERE state = 'proposed' AND capacity_id = one.id)) THEN
        RAISE EXCEPTION 'capacity % is proposed or promised beyond what it has', NEW.capacity_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'suggestion_stands_again';
    END IF;
    IF EXISTS (SELECT 1 FROM need_need need
            LEFT JOIN people_person person ON person.id = need.person_id
            JOIN need_providerrefused refused ON refused.household_id = coalesce(need.household_id, person.household_id)
                AND refused.until IS NULL
            JOIN people_organisation provider ON provider.id = refused.organisation_id
            JOIN capacity_capacity capacity ON capacity.id = NEW.capacity_id
                AND starts_with(capacity.organisation_path, provider.path)
            WHERE need.id = NEW.need_id) THEN
        RAISE EXCEPTION 'need % is for a family that does not want this provider', NEW.need_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'suggestion_stands_again';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER suggestion_stands_again AFTER UPDATE OF state ON commitment_suggestion
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.state <> 'proposed' AND NEW.state = 'proposed')
    EXECUTE FUNCTION suggestion_stands_again();
"""
FREE = """
DROP TRIGGER suggestion_stands_again ON commitment_suggestion;
DROP FUNCTION suggestion_stands_again();
"""


class Migration(migrations.Migration):
    dependencies = [("commitment", "0019_whole_groups_and_weeks")]
    operations = [migrations.RunSQL(AGAIN, FREE)]
