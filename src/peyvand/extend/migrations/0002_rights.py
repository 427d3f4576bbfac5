from django.db import migrations

from peyvand.scope.acting import Role
from peyvand.scope.policies import Policy, protect, role_in

# Acts put jobs into the queue in their own transaction, under the actor's database role; workers sign in as the app.
QUEUE = """
GRANT SELECT, INSERT, UPDATE, DELETE ON procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers,
    procrastinate_workers TO peyvand_app, peyvand_national;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO peyvand_app, peyvand_national;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("extend", "0001_initial"),
        ("scope", "0001_scope"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]
    operations = [
        migrations.RunSQL(QUEUE, migrations.RunSQL.noop),
        protect(
            "extend_programmeswitch",
            Policy("seen", "true", command="SELECT"),
            Policy("switched", role_in(Role.ADMINISTRATOR, Role.HQ_LEADER)),
        ),
    ]
