from django.db import migrations
from django.db.migrations import RunSQL

from peyvand.scope.acting import STAFF, Role
from peyvand.scope.policies import Policy, fixed, in_area, in_organisation, only, own, protect, role_in

WRITERS = (*STAFF, Role.RESIDENT)
SECRETARIAT = (Role.COUNTY_OFFICER, Role.HQ_LEADER)
ANSWERERS = (Role.COUNTY_OFFICER, Role.ORGANISATION_MANAGER, Role.HQ_LEADER)
CONVENERS = (Role.ORGANISATION_MANAGER, Role.HQ_LEADER)
SETTLERS = (Role.ADMINISTRATOR, Role.HQ_LEADER)
SEEN = Policy("seen", "true", command="SELECT")
MINE = own("account_id", "account")
BY_AUTHOR = f"{role_in(*WRITERS)} AND {own('author_id', 'account')}"
LED = f"({role_in(*SECRETARIAT)} AND {in_area()})"
ANSWERED = f"({role_in(*ANSWERERS)} AND body_path <> '' AND {in_organisation('body_path')})"
CONVENED = f"{role_in(*CONVENERS)} AND {in_organisation()}"
OF_DRAFT = (
    "EXISTS (SELECT 1 FROM proposals_consultation parent WHERE parent.id = {column} AND "
    + in_organisation("parent.organisation_path")
    + ")"
)
OF_PARAGRAPH = (
    "EXISTS (SELECT 1 FROM proposals_paragraph part JOIN proposals_consultation parent ON parent.id = part.consultation_id"
    f" WHERE part.id = paragraph_id AND {in_organisation('parent.organisation_path')})"
)
LED_OLD = f"({role_in(*SECRETARIAT)} AND {in_area('OLD.place_path')})"
ANSWERED_OLD = f"({role_in(*ANSWERERS)} AND OLD.body_path <> '' AND {in_organisation('OLD.body_path')})"
# A proposal that was joined to another one leads upwards to one that stands by itself: never round in a circle.
CIRCLE = """
CREATE FUNCTION proposals_no_circle() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE above bigint := NEW.merged_into_id;
BEGIN
  WHILE above IS NOT NULL LOOP
    IF above = NEW.id THEN
      RAISE EXCEPTION 'proposal % would be joined to itself', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    SELECT merged_into_id INTO above FROM proposals_proposal WHERE id = above;
  END LOOP;
  RETURN NEW;
END $$;
CREATE TRIGGER no_circle BEFORE INSERT OR UPDATE OF merged_into_id ON proposals_proposal
  FOR EACH ROW EXECUTE FUNCTION proposals_no_circle();
"""


class Migration(migrations.Migration):
    dependencies = [("proposals", "0001_initial"), ("people", "0002_row_security"), ("scope", "0002_guards")]
    operations = [
        RunSQL(CIRCLE, "DROP TRIGGER no_circle ON proposals_proposal; DROP FUNCTION proposals_no_circle()"),
        # A proposal is public; its author hands it in and takes it back, the secretariat of its area and its body lead it on.
        protect(
            "proposals_proposal",
            SEEN,
            Policy("written", "true", BY_AUTHOR, command="INSERT"),
            Policy("led", f"{LED} OR {ANSWERED} OR ({BY_AUTHOR})", "true", command="UPDATE"),
        ),
        # What was handed in is not changed by anybody.
        fixed(
            "proposals_proposal", "year", "number", "tracking_code", "title", "problem", "evidence", "law", "cost", "owner", "first_step",
            "session", "author_id", "organisation_id", "place_id", "written_at",
        ),
        only("proposals_proposal", "by_its_author", f"NOT {LED_OLD} AND NOT {ANSWERED_OLD}", "state", "closed_at"),
        protect("proposals_support", Policy("mine", MINE)),
        protect("proposals_merge", SEEN, Policy("led", role_in(*SECRETARIAT))),
        protect("proposals_theme", SEEN),
        protect("proposals_answer", SEEN, Policy("given", "true", role_in(*ANSWERERS), command="INSERT")),
        protect("proposals_reply", SEEN, Policy("given", "true", role_in(*ANSWERERS), command="INSERT")),
        protect("proposals_happening", SEEN, Policy("told", "true", role_in(*WRITERS), command="INSERT")),
        protect("proposals_reading", Policy("mine", MINE)),
        protect("proposals_holiday", SEEN, Policy("settled", role_in(*SETTLERS))),
        protect("proposals_answerterms", SEEN, Policy("settled", role_in(*SETTLERS))),
        protect("proposals_consultation", SEEN, Policy("convened", CONVENED)),
        protect(
            "proposals_paragraph", SEEN, Policy("convened", f"{role_in(*CONVENERS)} AND {OF_DRAFT.format(column='consultation_id')}")
        ),
        protect(
            "proposals_comment",
            SEEN,
            Policy("said", "true", f"{role_in(*WRITERS)} AND {MINE}", command="INSERT"),
            Policy("answered", f"{role_in(*CONVENERS)} AND {OF_PARAGRAPH}", command="UPDATE"),
        ),
        protect("proposals_statement", SEEN, Policy("said", "true", f"{role_in(*WRITERS)} AND {MINE}", command="INSERT")),
        protect("proposals_statementvote", Policy("mine", MINE)),
    ]
