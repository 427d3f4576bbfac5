from django.db import migrations

from peyvand.scope.acting import Role
from peyvand.scope.policies import Policy, fixed, kept_through, only, own, policy, role_in, staff_of

RESIDENT = role_in(Role.RESIDENT)
TOLD = (
    'EXISTS (SELECT 1 FROM "need_need" parent WHERE parent.id = "need_priorityline"."need_id"'
    f" AND {RESIDENT} AND {own('parent.person_id', 'person')})"
)


class Migration(migrations.Migration):
    dependencies = [("need", "0002_row_security"), ("scope", "0002_guards")]
    operations = [
        fixed(
            "need_need", "id", "tracking_code", "specification_id", "quantity", "organisation_id", "organisation_path",
            "place_id", "place_path", "created_at",
        ),
        # The giver's acts: a promise, its end, a delivery on its way. Everything else is the asker's.
        only("need_need", "counted_by_the_giver", f"NOT {staff_of('OLD')} AND NOT {RESIDENT}", "committed", "underway"),
        only("need_need", "withdrawn_by_the_resident", RESIDENT, "state", "closed_as", "closed_at"),
        *kept_through("need_priorityline", "need_need", "need_id", staff_of("parent")),
        policy("need_priorityline", Policy("told", TOLD, command="INSERT")),
        *kept_through("need_priorityoverride", "need_need", "need_id", staff_of("parent")),
    ]  # fmt: skip
