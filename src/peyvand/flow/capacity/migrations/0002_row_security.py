from django.db import migrations

from peyvand.scope.policies import IS_STAFF, STAFF_OF_ROW, Policy, looked_at, own, protect, shared


class Migration(migrations.Migration):
    dependencies = [("capacity", "0001_initial"), ("people", "0002_row_security")]
    operations = [
        protect(
            "capacity_capacity",
            Policy("by_staff", STAFF_OF_ROW),
            Policy("own", own("provider_person_id", "person"), command="SELECT"),
            # What an organisation offers is known to all who look for help; what a person offers is not.
            *shared("offer", f"{IS_STAFF} AND state IN ('open', 'paused') AND provider_person_id IS NULL"),
            looked_at("capacity_capacity"),
        ),
    ]
