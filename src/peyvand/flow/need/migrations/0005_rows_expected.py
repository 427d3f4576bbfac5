from django.db import migrations

from peyvand.scope.policies import STAFF_OF_MANY, STAFF_OF_ROW, Policy, instead


class Migration(migrations.Migration):
    dependencies = [("need", "0003_narrow_locks")]
    operations = [instead("need_need", Policy("by_staff", STAFF_OF_ROW), Policy("within", STAFF_OF_MANY))]
