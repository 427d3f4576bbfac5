from django.db import migrations

from peyvand.scope.policies import STAFF_OF_MANY, STAFF_OF_ROW, Policy, instead


class Migration(migrations.Migration):
    dependencies = [("capacity", "0003_narrow_locks")]
    operations = [instead("capacity_capacity", Policy("by_staff", STAFF_OF_ROW), Policy("within", STAFF_OF_MANY))]
