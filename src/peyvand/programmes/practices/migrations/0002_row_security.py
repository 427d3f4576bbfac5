from django.db import migrations

from peyvand.scope.acting import STAFF, Role
from peyvand.scope.policies import STAFF_OF_ROW, Policy, fixed, kept_through, protect, role_in, seen_through, staff_of

READERS = (*STAFF, Role.GOVERNOR_OFFICE, Role.AUDITOR, Role.ADMINISTRATOR)
CALLERS = (Role.HQ_LEADER,)
OF_PRACTICE = (
    "EXISTS (SELECT 1 FROM practices_practice parent WHERE parent.id = practices_nomination.practice_id AND {who})"
)
OF_SESSION = (
    "EXISTS (SELECT 1 FROM practices_highsession parent WHERE parent.id = practices_nomination.session_id AND {who})"
)
OF_STORY = f"EXISTS (SELECT 1 FROM story_story parent WHERE parent.id = practices_proposedwords.story_id AND {staff_of('parent')})"
STAFF_HERE = staff_of("parent")


class Migration(migrations.Migration):
    dependencies = [("practices", "0001_initial"), ("story", "0004_words_of_the_teller")]
    operations = [
        protect(
            "practices_practice",
            Policy("kept", STAFF_OF_ROW),
            Policy("shown", f"state IN ('planned', 'running', 'published') AND {role_in(*READERS)}", command="SELECT"),
        ),
        # Where it came from is written once: what has been copied from it stays below it.
        fixed("practices_practice", "copied_from_id", "place_path", "organisation_path"),
        protect("practices_practiceitem", seen_through("practices_practiceitem", "practices_practice", "practice_id")),
        *kept_through("practices_practiceitem", "practices_practice", "practice_id", STAFF_HERE),
        protect("practices_storyending", seen_through("practices_storyending", "story_story", "story_id")),
        *kept_through("practices_storyending", "story_story", "story_id", STAFF_HERE),
        protect("practices_proposedwords", Policy("of_staff", OF_STORY)),
        fixed("practices_proposedwords", "story_id", "proposed_by_id"),
        protect(
            "practices_highsession",
            Policy("seen", role_in(*READERS), command="SELECT"),
            Policy("kept", f"{role_in(*CALLERS)} AND {STAFF_OF_ROW}"),
        ),
        protect(
            "practices_nomination",
            Policy("nominated", OF_PRACTICE.format(who=STAFF_HERE)),
            Policy("decided", OF_SESSION.format(who=f"{role_in(*CALLERS)} AND {STAFF_HERE}")),
            Policy("in_the_book", f"state = 'accepted' AND {role_in(*READERS)}", command="SELECT"),
        ),
        fixed("practices_nomination", "session_id", "practice_id", "nominated_by_id"),
    ]
