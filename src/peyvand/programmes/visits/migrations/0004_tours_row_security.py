from django.db import migrations

from peyvand.scope.policies import STAFF_OF_ROW, Policy, protect, seen_through


class Migration(migrations.Migration):
    dependencies = [("visits", "0003_tours")]
    operations = [
        protect("visits_tour", Policy("kept", STAFF_OF_ROW)),
        *(
            protect(f"visits_{table}", seen_through(f"visits_{table}", "visits_tour", "tour_id"))
            for table in ("tourperson", "tourstop")
        ),
    ]
