from django.db import migrations

from peyvand.scope.policies import Policy, setting

OWN_NAME = f"account_id = {setting('account')}::bigint AND membership_id = {setting('membership')}::bigint AND role = {setting('role')}"
DROP = "DROP POLICY added ON journal_event"

# Sealing waits for acts that have begun to write, and every new act waits behind it: better to seal later than to hold the site.
PATIENCE = "ALTER FUNCTION journal_settle() SET lock_timeout = '2s'"


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_row_security")]
    operations = [
        migrations.RunSQL(
            [DROP, Policy("added", OWN_NAME, command="INSERT").sql("journal_event")],
            [DROP, Policy("added", "true", command="INSERT").sql("journal_event")],
        ),
        migrations.RunSQL(PATIENCE, "ALTER FUNCTION journal_settle() RESET lock_timeout"),
    ]
