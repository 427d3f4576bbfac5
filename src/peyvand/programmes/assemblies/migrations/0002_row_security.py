from django.db import migrations

from peyvand.scope.policies import STAFF_OF_ROW, Policy, protect, staff_of

HEAD = "RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$"
# An idea whose study is published is open to everyone. Said by its state: the policy of studies asks the ideas already.
PUBLIC_IDEA = "state NOT IN ('told', 'joined')"
OF_IDEA = 'EXISTS (SELECT 1 FROM assemblies_idea parent WHERE parent.id = "{table}".idea_id AND ' + staff_of("parent") + ")"
OF_VOTE = 'EXISTS (SELECT 1 FROM votes_vote parent WHERE parent.id = "{table}".{key}{more})'
KEPT = f" AND {staff_of('parent')}"

# A vote of residents opens only once the study of each of its options is published (source S2, 2.11), whoever opens it.
STUDY_FIRST = f"""
CREATE FUNCTION assemblies_study_first() {HEAD}
BEGIN
    IF EXISTS (SELECT 1 FROM assemblies_assembly WHERE vote_id = NEW.id) AND EXISTS (
        SELECT 1 FROM votes_option WHERE vote_id = NEW.id AND NOT EXISTS (
            SELECT 1 FROM assemblies_candidate candidate JOIN assemblies_study study ON study.idea_id = candidate.idea_id
            WHERE candidate.option_id = votes_option.id AND study.published_at IS NOT NULL AND study.feasible)) THEN
        RAISE EXCEPTION 'the study of an option is not published' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION assemblies_study_fixed() {HEAD}
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(OLD) - 'written_by_id' - 'published_by_id') = (to_jsonb(NEW) - 'written_by_id' - 'published_by_id') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a published study stands' USING ERRCODE = 'check_violation';
END $$;
CREATE FUNCTION assemblies_candidate_fixed() {HEAD}
BEGIN
    IF EXISTS (SELECT 1 FROM votes_vote WHERE id = coalesce(NEW.assembly_id, OLD.assembly_id) AND state <> 'draft') THEN
        RAISE EXCEPTION 'what is voted on is fixed once the vote is open' USING ERRCODE = 'check_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER assemblies_study_first BEFORE UPDATE ON votes_vote FOR EACH ROW
    WHEN (NEW.state = 'open' AND OLD.state <> 'open') EXECUTE FUNCTION assemblies_study_first();
CREATE TRIGGER fixed BEFORE UPDATE OR DELETE ON assemblies_study FOR EACH ROW
    WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION assemblies_study_fixed();
CREATE TRIGGER fixed BEFORE INSERT OR UPDATE OR DELETE ON assemblies_candidate FOR EACH ROW EXECUTE FUNCTION assemblies_candidate_fixed();
"""
BACK = """
DROP TRIGGER assemblies_study_first ON votes_vote; DROP TRIGGER fixed ON assemblies_study; DROP TRIGGER fixed ON assemblies_candidate;
DROP FUNCTION assemblies_study_first(); DROP FUNCTION assemblies_study_fixed(); DROP FUNCTION assemblies_candidate_fixed();
"""


class Migration(migrations.Migration):
    dependencies = [("assemblies", "0001_initial"), ("votes", "0002_row_security"), ("need", "0002_row_security")]
    operations = [
        protect("assemblies_idea", Policy("kept", STAFF_OF_ROW), Policy("seen", PUBLIC_IDEA, command="SELECT")),
        protect(
            "assemblies_study",
            Policy("kept", OF_IDEA.format(table="assemblies_study")),
            Policy("seen", "published_at IS NOT NULL", command="SELECT"),
        ),
        protect(
            "assemblies_assembly",
            Policy("kept", OF_VOTE.format(table="assemblies_assembly", key="vote_id", more=KEPT)),
            Policy("seen", OF_VOTE.format(table="assemblies_assembly", key="vote_id", more=""), command="SELECT"),
        ),
        protect(
            "assemblies_candidate",
            Policy("kept", OF_VOTE.format(table="assemblies_candidate", key="assembly_id", more=KEPT)),
            Policy("seen", OF_VOTE.format(table="assemblies_candidate", key="assembly_id", more=""), command="SELECT"),
        ),
        protect("assemblies_planneed", Policy("kept", OF_IDEA.format(table="assemblies_planneed"))),
        migrations.RunSQL(STUDY_FIRST, BACK),
    ]
