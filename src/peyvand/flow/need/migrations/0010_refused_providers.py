from django.db import migrations

from peyvand.scope.policies import STAFF_OF_ROW, Policy, fixed, protect, setting

# Of the case: the area, the organisation that keeps the file, and a task with the household, as for a name.
HAS_TASK = (
    "EXISTS (SELECT 1 FROM people_task one WHERE one.household_id = need_providerrefused.household_id"
    f" AND one.membership_id = {setting('membership')}::bigint AND one.until IS NULL)"
)


class Migration(migrations.Migration):
    dependencies = [("need", "0009_what_it_asks"), ("people", "0002_row_security")]
    operations = [
        protect("need_providerrefused", Policy("of_the_case", f"{STAFF_OF_ROW} AND {HAS_TASK}")),
        fixed("need_providerrefused", "household_id", "organisation_id", "place_path", "organisation_path", "since"),
    ]
