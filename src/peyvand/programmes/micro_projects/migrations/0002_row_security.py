from django.db import migrations

from peyvand.scope.acting import Role
from peyvand.scope.policies import IS_STAFF, Policy, in_area, in_organisation, protect, role_in

OF_NEED = "EXISTS (SELECT 1 FROM need_need parent WHERE parent.id = micro_projects_microproject.need_id{more})"
KEPT = f" AND {IS_STAFF} AND {in_area('parent.place_path')} AND {in_organisation('parent.organisation_path')}"


class Migration(migrations.Migration):
    dependencies = [("micro_projects", "0001_initial"), ("need", "0002_row_security")]
    operations = [
        # Who sees the need sees the project; it is changed only by those who keep the need.
        protect(
            "micro_projects_microproject",
            Policy("seen", OF_NEED.format(more=""), command="SELECT"),
            Policy("kept", OF_NEED.format(more=KEPT)),
        ),
        protect(
            "micro_projects_microprojectterms",
            Policy("seen", "true", command="SELECT"),
            Policy("settled", role_in(Role.ADMINISTRATOR, Role.HQ_LEADER)),
        ),
    ]
