from django.db import migrations

from peyvand.scope.acting import Role
from peyvand.scope.policies import STAFF_OF_MANY, STAFF_OF_ROW, Policy, in_area, instead, likely, role_in

AUDITOR = f"{role_in(Role.AUDITOR)} AND {in_area()}"


class Migration(migrations.Migration):
    dependencies = [("journal", "0003_own_name")]
    operations = [
        instead("journal_event", Policy("by_staff", STAFF_OF_ROW, command="SELECT"), Policy("within", STAFF_OF_MANY, command="SELECT")),
        instead("journal_event", Policy("auditor", AUDITOR, command="SELECT"), Policy("within_audit", likely(AUDITOR), command="SELECT")),
    ]  # fmt: skip
