from django.db import migrations

# An erasure blanks notes, and only blanks them; all else of a delivery stays what it was.
GRANT = "GRANT UPDATE (note) ON delivery_delivery TO peyvand_national;"
REVOKE = "REVOKE UPDATE (note) ON delivery_delivery FROM peyvand_national;"
ANSWERED_ONCE = """
CREATE OR REPLACE FUNCTION delivery_answered_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.answer <> '' AND (NEW.answer, NEW.refusal_reason, NEW.answered_at, NEW.answered_by_id)
            IS DISTINCT FROM (OLD.answer, OLD.refusal_reason, OLD.answered_at, OLD.answered_by_id) THEN
        RAISE EXCEPTION 'a delivery is answered once' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.note NOT IN (OLD.note, '') THEN
        RAISE EXCEPTION 'a note is blanked, never rewritten' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION delivery_answered_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.answer <> '' THEN
        RAISE EXCEPTION 'a delivery is answered once' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0005_rows_expected")]
    operations = [migrations.RunSQL(GRANT, REVOKE), migrations.RunSQL(ANSWERED_ONCE, BEFORE)]
