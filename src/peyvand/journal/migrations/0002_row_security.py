from django.db import migrations

from peyvand.scope.acting import Role
from peyvand.scope.policies import STAFF_OF_ROW, Policy, in_area, own, protect, role_in

APPEND_ONLY = """
REVOKE UPDATE, DELETE, TRUNCATE ON journal_event, journal_seal FROM peyvand_app, peyvand_national;
REVOKE ALL ON journal_seal FROM peyvand_app;
"""
GIVE_BACK = """
GRANT UPDATE, DELETE ON journal_event, journal_seal TO peyvand_app, peyvand_national;
GRANT SELECT, INSERT ON journal_seal TO peyvand_app;
"""

# A running act may hold a smaller number than a finished one. The lock waits for every act that has begun to write, so that
# the answer is a number below which nothing will ever appear. It runs as the owner because the app may not lock the table.
SETTLE = """
CREATE FUNCTION journal_settle() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    LOCK TABLE journal_event IN SHARE MODE;
    RETURN (SELECT coalesce(max(id), 0) FROM journal_event);
END
$$;
REVOKE ALL ON FUNCTION journal_settle() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION journal_settle() TO peyvand_national;
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial"), ("scope", "0001_scope")]
    operations = [
        migrations.RunSQL(APPEND_ONLY, GIVE_BACK),
        migrations.RunSQL(SETTLE, "DROP FUNCTION journal_settle()"),
        protect(
            "journal_event",
            Policy("added", "true", command="INSERT"),
            Policy("own", own("account_id", "account"), command="SELECT"),
            Policy("by_staff", STAFF_OF_ROW, command="SELECT"),
            Policy("auditor", f"{role_in(Role.AUDITOR)} AND {in_area()}", command="SELECT"),
        ),
        protect("journal_oncekey", Policy("own", own("account_id", "account"))),
    ]
