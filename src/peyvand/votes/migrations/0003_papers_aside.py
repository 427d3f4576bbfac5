from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION votes_paper_gone() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.agreed AND EXISTS (SELECT 1 FROM votes_vote WHERE id = OLD.vote_id AND state NOT IN ('counted', 'cancelled')) THEN
        RAISE EXCEPTION 'a paper that counts is not set aside' USING ERRCODE = 'check_violation';
    END IF;
    UPDATE votes_vote SET aside = aside + 1 WHERE id = OLD.vote_id AND state IN ('open', 'closed');
    RETURN OLD;
END $$;
CREATE TRIGGER gone BEFORE DELETE ON votes_paper FOR EACH ROW EXECUTE FUNCTION votes_paper_gone();
"""
BACK = "DROP TRIGGER gone ON votes_paper; DROP FUNCTION votes_paper_gone();"


class Migration(migrations.Migration):
    dependencies = [("votes", "0002_row_security")]
    operations = [
        migrations.RunSQL(FUNCTIONS, BACK),
    ]
