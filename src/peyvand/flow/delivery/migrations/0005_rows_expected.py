from importlib import import_module

from django.db import migrations

from peyvand.scope.policies import IS_STAFF, Policy, in_organisation, instead, likely, row_by_row

_BEFORE = import_module("peyvand.flow.delivery.migrations.0002_row_security")
PROMISE = "EXISTS (SELECT 1 FROM commitment_commitment one WHERE one.id = delivery_delivery.commitment_id)"
GIVER = likely(f"{IS_STAFF} AND {in_organisation('giver_path')} AND {row_by_row(PROMISE)}")


class Migration(migrations.Migration):
    dependencies = [("delivery", "0003_of_its_promise")]
    operations = [
        # The giver's asks for the promise of each row: after the asker's, which asks for nothing more than the row.
        instead("delivery_delivery", Policy("giver", _BEFORE.GIVER), Policy("by_giver", GIVER)),
        instead("delivery_delivery", Policy("asker", _BEFORE.ASKER), Policy("within", likely(_BEFORE.ASKER))),
    ]
