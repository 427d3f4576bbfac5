from django.db import migrations

from peyvand.scope.acting import Role
from peyvand.scope.policies import Policy, policy, role_in

# The promise's own policies say whose it is.
PROMISE = "EXISTS (SELECT 1 FROM commitment_commitment one WHERE one.id = delivery_delivery.commitment_id)"


class Migration(migrations.Migration):
    dependencies = [("delivery", "0006_forgotten_notes"), ("commitment", "0011_to_own_family")]
    operations = [
        policy("delivery_delivery", Policy("family", f"{role_in(Role.RESIDENT)} AND {PROMISE}", command="SELECT"))
    ]
