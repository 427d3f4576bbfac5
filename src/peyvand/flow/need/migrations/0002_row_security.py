from django.db import migrations

from peyvand.scope.acting import Role
from peyvand.scope.policies import STAFF_OF_ROW, Policy, looked_at, own, protect, role_in, seen_through


class Migration(migrations.Migration):
    dependencies = [("need", "0001_initial"), ("people", "0002_row_security")]
    operations = [
        protect(
            "need_need",
            Policy("by_staff", STAFF_OF_ROW),
            Policy("own", f"{role_in(Role.RESIDENT)} AND {own('person_id', 'person')}"),
            looked_at("need_need"),
        ),
        protect("need_priorityline", seen_through("need_priorityline", "need_need", "need_id")),
        protect("need_priorityoverride", seen_through("need_priorityoverride", "need_need", "need_id")),
    ]
