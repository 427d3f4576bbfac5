from django.db import migrations

from peyvand.scope.acting import Role
from peyvand.scope.policies import Policy, policy, role_in, setting

# A need told for the whole family is seen by each of its persons who signs in; one told for a single person by that one alone.
OWN_FAMILY = f"(SELECT one.household_id FROM people_person one WHERE one.id = {setting('person')}::bigint)"
FAMILY = f"{role_in(Role.RESIDENT)} AND person_id IS NULL AND household_id = {OWN_FAMILY}"

# Asked by the policies of what is promised and handed over: they may not read this table, whose own policies read theirs.
OF_OWN_FAMILY = """
CREATE FUNCTION need_of_own_family(need bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM need_need asked JOIN people_person own ON own.id = peyvand_scope('person')::bigint
        WHERE asked.id = need AND (asked.person_id = own.id OR (asked.person_id IS NULL AND asked.household_id = own.household_id))
    )
$$;
REVOKE ALL ON FUNCTION need_of_own_family(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION need_of_own_family(bigint) TO peyvand_app, peyvand_national;
"""


class Migration(migrations.Migration):
    dependencies = [("need", "0005_rows_expected"), ("people", "0005_rows_expected")]
    operations = [
        policy("need_need", Policy("family", FAMILY, command="SELECT")),
        migrations.RunSQL(OF_OWN_FAMILY, "DROP FUNCTION need_of_own_family(bigint)"),
    ]
