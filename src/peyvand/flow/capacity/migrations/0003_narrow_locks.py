from django.db import migrations

from peyvand.scope.policies import fixed, only, staff_of


class Migration(migrations.Migration):
    dependencies = [("capacity", "0002_row_security"), ("scope", "0002_guards")]
    operations = [
        fixed(
            "capacity_capacity", "id", "tracking_code", "specification_id", "quantity", "organisation_id", "organisation_path",
            "place_id", "place_path", "created_at",
        ),
        only("capacity_capacity", "counted_by_the_asker", f"NOT {staff_of('OLD')}", "committed", "delivered"),
    ]  # fmt: skip
