from importlib import import_module

from django.db import migrations

from peyvand.scope.policies import Policy, instead, likely

_BEFORE = import_module("peyvand.flow.delivery.migrations.0002_row_security")


class Migration(migrations.Migration):
    dependencies = [("delivery", "0004_in_list_order")]
    operations = [
        # The giver's asks for the promise of each row: after the asker's, which asks for nothing more than the row.
        instead("delivery_delivery", Policy("giver", _BEFORE.GIVER), Policy("by_giver", likely(_BEFORE.GIVER))),
        instead("delivery_delivery", Policy("asker", _BEFORE.ASKER), Policy("within", likely(_BEFORE.ASKER))),
    ]
