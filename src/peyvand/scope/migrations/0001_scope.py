from django.db import migrations

# Roles belong to the whole server and are made before the first migration (`peyvand.server`); privileges are made here,
# so that a test database has them too.
GRANTS = """
GRANT USAGE ON SCHEMA public TO peyvand_app, peyvand_national;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO peyvand_app, peyvand_national;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO peyvand_app, peyvand_national;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO peyvand_app, peyvand_national;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO peyvand_app, peyvand_national;
"""

FUNCTION = """
CREATE FUNCTION peyvand_scope(name text) RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    value text := current_setting('peyvand.' || name, true);
BEGIN
    IF value IS NULL OR value = '' THEN
        RAISE EXCEPTION 'no scope is open: who acts is unknown' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN value;
END
$$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION peyvand_scope(text)"),
    ]
