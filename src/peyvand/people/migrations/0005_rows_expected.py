from importlib import import_module

from django.db import migrations

from peyvand.scope.policies import STAFF_OF_MANY, STAFF_OF_ROW, Policy, instead, row_by_row

HAS_TASK = import_module("peyvand.people.migrations.0002_row_security").HAS_TASK


class Migration(migrations.Migration):
    dependencies = [("people", "0002_row_security")]
    operations = [
        instead("people_household", Policy("by_staff", STAFF_OF_ROW), Policy("within", STAFF_OF_MANY)),
        instead("people_task", Policy("by_staff", STAFF_OF_ROW), Policy("within", STAFF_OF_MANY)),
        instead(
            "people_person",
            Policy("by_staff_with_task", f"{STAFF_OF_ROW} AND {HAS_TASK}"),
            Policy("within_with_task", f"{STAFF_OF_MANY} AND {row_by_row(HAS_TASK)}"),
        ),
    ]
