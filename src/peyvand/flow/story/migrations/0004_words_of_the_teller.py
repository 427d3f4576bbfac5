from django.db import migrations

from peyvand.scope.database import APP_ROLE, NATIONAL_ROLE

# The words of a story belong to the one who tells it: nobody else changes them, and nobody at all once they were sent for
# review. The site itself may only blank them, after an erasure; a story that nobody signed in has told stays its own.
TELLER = f"""
CREATE FUNCTION story_words_of_the_teller() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    teller bigint := CASE WHEN current_user = '{APP_ROLE}' THEN nullif(peyvand_scope('membership')::bigint, 0) END;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF current_user = '{APP_ROLE}' AND NEW.told_by_id IS DISTINCT FROM teller THEN
            RAISE EXCEPTION 'a story is told in nobody else''s name' USING ERRCODE = 'insufficient_privilege';
        END IF;
    ELSIF NEW.told_by_id IS DISTINCT FROM OLD.told_by_id THEN
        RAISE EXCEPTION 'a story keeps its teller' USING ERRCODE = 'insufficient_privilege';
    ELSIF (NEW.title, NEW.body, NEW.invitation) IS DISTINCT FROM (OLD.title, OLD.body, OLD.invitation)
        AND NOT (OLD.state = 'draft' AND NEW.state = 'draft' AND OLD.told_by_id IS NOT DISTINCT FROM teller)
        AND NOT (current_user = '{NATIONAL_ROLE}' AND (NEW.title, NEW.body, NEW.invitation) = ('—', '—', ''))
    THEN
        RAISE EXCEPTION 'the words of a story belong to the one who tells it' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER words_of_the_teller BEFORE INSERT OR UPDATE ON story_story FOR EACH ROW
    WHEN (current_user IN ('{APP_ROLE}', '{NATIONAL_ROLE}')) EXECUTE FUNCTION story_words_of_the_teller();
"""
DROP = "DROP TRIGGER words_of_the_teller ON story_story; DROP FUNCTION story_words_of_the_teller();"


class Migration(migrations.Migration):
    dependencies = [("story", "0003_narrow_writes"), ("scope", "0002_guards")]
    operations = [migrations.RunSQL(TELLER, DROP)]
