from django.db import migrations

from peyvand.scope.acting import Role
from peyvand.scope.policies import Policy, in_area, in_organisation, own, policy, role_in

MINE = f"{role_in(Role.RESIDENT)} AND {own('told_by_id', 'account')}"


class Migration(migrations.Migration):
    """A resident tells an idea for his own place without a go-between, and reads what he told; others read it once it is studied."""

    dependencies = [("assemblies", "0002_row_security")]
    operations = [
        policy(
            "assemblies_idea",
            Policy("told", "true", f"{MINE} AND state = 'told' AND {in_area()} AND {in_organisation()}", command="INSERT"),
            Policy("own", MINE, command="SELECT"),
        ),
    ]
