from django.db import migrations

# Neither a run nor anybody's hand joins a family with a provider it has refused, or a branch of that. The function runs as the
# owner: the giver's side does not see what a family has refused.
REFUSED = """
CREATE FUNCTION pair_not_refused() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    refused_one bigint;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM need_providerrefused WHERE until IS NULL) THEN
        RETURN NULL;
    END IF;
    SELECT fresh.need_id INTO refused_one FROM fresh
        JOIN need_need need ON need.id = fresh.need_id
        LEFT JOIN people_person person ON person.id = need.person_id
        JOIN need_providerrefused refused ON refused.household_id = coalesce(need.household_id, person.household_id)
            AND refused.until IS NULL
        JOIN people_organisation provider ON provider.id = refused.organisation_id
        JOIN capacity_capacity capacity ON capacity.id = fresh.capacity_id
            AND starts_with(capacity.organisation_path, provider.path)
        LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'need % is for a family that does not want this provider', refused_one
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pair_not_refused';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER pair_not_refused AFTER INSERT ON commitment_suggestion
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION pair_not_refused();
CREATE TRIGGER pair_not_refused AFTER INSERT ON commitment_commitment
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION pair_not_refused();
"""
FREE = """
DROP TRIGGER pair_not_refused ON commitment_suggestion;
DROP TRIGGER pair_not_refused ON commitment_commitment;
DROP FUNCTION pair_not_refused();
"""


class Migration(migrations.Migration):
    dependencies = [("commitment", "0015_findings"), ("need", "0010_refused_providers"), ("people", "0002_row_security")]
    operations = [migrations.RunSQL(REFUSED, FREE)]
