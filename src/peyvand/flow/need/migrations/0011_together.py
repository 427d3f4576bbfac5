from django.db import migrations

# What goes together lies in one place and is kept by one organisation, so that a run that takes one of them takes all. Most needs
# go by themselves and are not asked. The function runs as the owner: nobody's sight of rows may hide one of a group.
IN_ONE_PLACE = """
CREATE SEQUENCE need_together_number;
GRANT USAGE ON SEQUENCE need_together_number TO peyvand_app, peyvand_national;
CREATE FUNCTION need_together_in_one_place() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM need_need one WHERE one.together = NEW.together
        AND (one.place_path, one.organisation_path) IS DISTINCT FROM (NEW.place_path, NEW.organisation_path)) THEN
        RAISE EXCEPTION 'need % goes together with one that lies elsewhere', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'need_together_in_one_place';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER need_together_in_one_place AFTER INSERT OR UPDATE OF together, place_path, organisation_path ON need_need
    FOR EACH ROW WHEN (NEW.together IS NOT NULL) EXECUTE FUNCTION need_together_in_one_place();
"""
FREE = """
DROP TRIGGER need_together_in_one_place ON need_need;
DROP FUNCTION need_together_in_one_place();
DROP SEQUENCE need_together_number;
"""


class Migration(migrations.Migration):
    dependencies = [("need", "0010_refused_providers")]
    operations = [
        migrations.RunSQL(IN_ONE_PLACE, FREE),
    ]
