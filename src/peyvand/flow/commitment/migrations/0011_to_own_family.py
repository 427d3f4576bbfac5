from django.db import migrations

from peyvand.scope.acting import Role
from peyvand.scope.policies import Policy, policy, role_in

FAMILY = f"{role_in(Role.RESIDENT)} AND need_of_own_family(need_id)"


class Migration(migrations.Migration):
    dependencies = [("commitment", "0009_suggestion_states"), ("need", "0006_of_own_family")]
    operations = [policy("commitment_commitment", Policy("family", FAMILY, command="SELECT"))]
