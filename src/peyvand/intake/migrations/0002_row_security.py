from django.db import migrations

from peyvand.scope.acting import Role
from peyvand.scope.policies import IS_STAFF, STAFF_OF_ROW, Policy, in_area, in_organisation, protect, role_in


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_initial"), ("people", "0002_row_security")]
    operations = [
        protect(
            "intake_importrecord",
            Policy("by_staff", STAFF_OF_ROW),
            # Administrators bring in organisations, and nothing else (`intake.permissions`).
            Policy(
                "administrator",
                f"({role_in(Role.ADMINISTRATOR)} AND kind = 'organisations' AND {in_area()} AND {in_organisation()})",
            ),
        ),
        protect(
            "intake_rememberedcolumns",
            Policy("own", f"(({IS_STAFF} OR {role_in(Role.ADMINISTRATOR)}) AND {in_organisation()})"),
        ),
    ]
