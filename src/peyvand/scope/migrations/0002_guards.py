from django.db import migrations

GUARDS = """
CREATE FUNCTION peyvand_only_columns() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - TG_ARGV::text[] IS DISTINCT FROM to_jsonb(OLD) - TG_ARGV::text[] THEN
        RAISE EXCEPTION 'a row of somebody else is counted in, never changed (%)', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CREATE FUNCTION peyvand_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what a row of % is stays as it was told', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("scope", "0001_scope")]
    operations = [
        migrations.RunSQL(GUARDS, "DROP FUNCTION peyvand_only_columns(); DROP FUNCTION peyvand_fixed();"),
    ]
