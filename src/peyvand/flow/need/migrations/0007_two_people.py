from django.db import migrations

# Two accounts of which one gave the other its way in lately may be one pair of hands: neither order of them signs as two.
TWO_PEOPLE = """
CREATE FUNCTION override_two_people() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM people_accessgiven one WHERE one.until > NEW.signed_at AND (
            (one.giver_id = NEW.proposed_by_id AND one.receiver_id = NEW.signed_by_id)
            OR (one.giver_id = NEW.signed_by_id AND one.receiver_id = NEW.proposed_by_id))
    ) THEN
        RAISE EXCEPTION 'the two who sign are not two people' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER two_people BEFORE INSERT OR UPDATE ON need_priorityoverride FOR EACH ROW
    WHEN (NEW.signed_by_id IS NOT NULL) EXECUTE FUNCTION override_two_people();
"""


class Migration(migrations.Migration):
    dependencies = [("need", "0006_of_own_family"), ("people", "0006_access_given")]
    operations = [
        migrations.RunSQL(
            TWO_PEOPLE, "DROP TRIGGER two_people ON need_priorityoverride; DROP FUNCTION override_two_people();"
        )
    ]
