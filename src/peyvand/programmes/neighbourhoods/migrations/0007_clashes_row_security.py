from django.db import migrations

from peyvand.programmes.neighbourhoods.permissions import ACTORS, READERS
from peyvand.scope.acting import Role
from peyvand.scope.policies import Policy, in_area, only, protect, role_in


class Migration(migrations.Migration):
    dependencies = [("neighbourhoods", "0006_clashes")]
    operations = [
        # The site alone writes that one is there or gone; who may set which aside, the action asks.
        protect(
            "neighbourhoods_clash",
            Policy("seen", f"{role_in(*READERS)} AND {in_area()}", command="SELECT"),
            Policy("set_aside", f"{role_in(*ACTORS, Role.ADMINISTRATOR)} AND {in_area()}", command="UPDATE"),
        ),
        only("neighbourhoods_clash", "set_aside_alone", "true", "state", "reason", "set_aside_at", "set_aside_by_id"),
    ]
