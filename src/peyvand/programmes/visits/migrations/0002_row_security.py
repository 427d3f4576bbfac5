from django.db import migrations

from peyvand.scope.acting import Role
from peyvand.scope.policies import IS_STAFF, STAFF_OF_ROW, Policy, fixed, in_organisation, protect, role_in, seen_through


class Migration(migrations.Migration):
    dependencies = [("visits", "0001_initial"), ("need", "0002_row_security")]
    operations = [
        # A visit belongs to those who work in its area for the organisation that made it; what hangs on it is seen with it.
        protect("visits_visit", Policy("kept", STAFF_OF_ROW)),
        *(
            protect(f"visits_{table}", seen_through(f"visits_{table}", "visits_visit", "visit_id"))
            for table in ("visitneed", "visitaction", "visitphoto", "householdanswer")
        ),
        protect(
            "visits_survey",
            Policy("seen", IS_STAFF, command="SELECT"),
            Policy("kept", f"{IS_STAFF} AND {in_organisation()}"),
        ),
        protect(
            "visits_visitterms",
            Policy("seen", "true", command="SELECT"),
            Policy("settled", role_in(Role.ADMINISTRATOR, Role.HQ_LEADER)),
        ),
        # Whose draft it was is what it is stored once by.
        fixed("visits_householdanswer", "visit_id", "survey_id", "told_to_id", "draft_key", "body_digest"),
    ]
