from importlib import import_module

from django.db import migrations

from peyvand.scope.policies import STAFF_OF_MANY, STAFF_OF_ROW, Policy, instead, likely

_BEFORE = import_module("peyvand.flow.commitment.migrations.0002_row_security")
SIDES = {"giver": _BEFORE.GIVER, "asker": _BEFORE.ASKER}


class Migration(migrations.Migration):
    dependencies = [("commitment", "0006_in_list_order")]
    operations = [
        instead(table, Policy(side, rows), Policy(f"within_as_{side}", likely(rows)))
        for table in ("commitment_suggestion", "commitment_commitment")
        for side, rows in SIDES.items()
    ] + [instead("commitment_unserved", Policy("by_staff", STAFF_OF_ROW), Policy("within", STAFF_OF_MANY))]
