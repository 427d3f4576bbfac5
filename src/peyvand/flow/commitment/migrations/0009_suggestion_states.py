from django.db import migrations

# Checked at the end of an act, when both rows have changed. The function runs as the owner: each side sees its own rows only.
FOLLOWS = """
CREATE FUNCTION suggestion_follows_promise() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    named bigint;
    told text;
    promise text;
BEGIN
    IF TG_TABLE_NAME = 'commitment_commitment' THEN named := NEW.suggestion_id; ELSE named := NEW.id; END IF;
    SELECT one.state, made.state INTO told, promise FROM commitment_suggestion one
        LEFT JOIN commitment_commitment made ON made.suggestion_id = one.id WHERE one.id = named;
    IF FOUND AND (CASE WHEN promise IS NULL THEN told IN ('accepted', 'ended')
            WHEN promise IN ('withdrawn', 'broken', 'lapsed') THEN told <> 'ended' ELSE told <> 'accepted' END) THEN
        RAISE EXCEPTION 'suggestion % is % and its promise %', named, told, coalesce(promise, 'missing')
            USING ERRCODE = 'check_violation', CONSTRAINT = 'suggestion_follows_promise';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER suggestion_follows_promise AFTER INSERT OR UPDATE OF state, suggestion_id ON commitment_commitment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.suggestion_id IS NOT NULL) EXECUTE FUNCTION suggestion_follows_promise();
CREATE CONSTRAINT TRIGGER suggestion_follows_promise AFTER UPDATE OF state ON commitment_suggestion
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION suggestion_follows_promise();
"""
FREE = """
DROP TRIGGER suggestion_follows_promise ON commitment_suggestion;
DROP TRIGGER suggestion_follows_promise ON commitment_commitment;
DROP FUNCTION suggestion_follows_promise();
"""


class Migration(migrations.Migration):
    dependencies = [("commitment", "0007_rows_expected")]
    operations = [
        migrations.RunSQL(FOLLOWS, FREE),
    ]
