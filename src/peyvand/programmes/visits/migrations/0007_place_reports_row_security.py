from django.db import migrations

from peyvand.scope.acting import Role
from peyvand.scope.policies import STAFF_OF_ROW, Policy, fixed, in_area, protect, role_in


class Migration(migrations.Migration):
    dependencies = [("visits", "0006_place_reports")]
    operations = [
        # A report belongs to those who made it; the officers of the area judge what every organisation reports. It names nobody.
        protect(
            "visits_placereport",
            Policy("kept", STAFF_OF_ROW),
            Policy("judged", f"{role_in(Role.COUNTY_OFFICER, Role.HQ_LEADER)} AND {in_area()}"),
        ),
        fixed("visits_placereport", "near_id", "place_path", "organisation_id", "organisation_path", "reported_by_id", "draft_key"),
    ]
