from django.db import migrations

from peyvand.scope.policies import IS_STAFF, STAFF_OF_MANY, STAFF_OF_ROW, Policy, instead, shared

OFFER = f"{IS_STAFF} AND state IN ('open', 'paused') AND provider_person_id IS NULL"


class Migration(migrations.Migration):
    dependencies = [("capacity", "0003_narrow_locks")]
    operations = [
        instead("capacity_capacity", Policy("by_staff", STAFF_OF_ROW), Policy("within", STAFF_OF_MANY)),
        # Most rows are offers open to all: asked before who was suggested or promised what.
        *(
            instead("capacity_capacity", old, new)
            for old, new in zip(shared("offer", OFFER), shared("told_to_all", OFFER), strict=True)
        ),
    ]
