"""The rules of a story, pure."""

from peyvand.flow.story.enums import StoryState
from peyvand.kernel.refusals import Refusal
from peyvand.kernel.states import LifeCycle

LIFE = LifeCycle(
    "story",
    StoryState.DRAFT,
    [
        ("submit_story", StoryState.DRAFT, StoryState.SUBMITTED),
        ("return_story", StoryState.SUBMITTED, StoryState.DRAFT),
        ("publish_story", StoryState.SUBMITTED, StoryState.PUBLISHED),
        # Somebody whose family it is about was erased: the teller looks at his words again.
        ("review_story", StoryState.SUBMITTED, StoryState.DRAFT),
        ("review_story", StoryState.PUBLISHED, StoryState.DRAFT),
        ("withdraw_story", StoryState.DRAFT, StoryState.WITHDRAWN),
        ("withdraw_story", StoryState.SUBMITTED, StoryState.WITHDRAWN),
        ("withdraw_story", StoryState.PUBLISHED, StoryState.WITHDRAWN),
        # Undoing what was done a moment ago.
        ("unsubmit_story", StoryState.SUBMITTED, StoryState.DRAFT),
        ("unreturn_story", StoryState.DRAFT, StoryState.SUBMITTED),
        ("unpublish_story", StoryState.PUBLISHED, StoryState.SUBMITTED),
        ("restore_draft", StoryState.WITHDRAWN, StoryState.DRAFT),
        ("restore_submitted", StoryState.WITHDRAWN, StoryState.SUBMITTED),
        ("restore_published", StoryState.WITHDRAWN, StoryState.PUBLISHED),
    ],
)


class NothingDelivered(Refusal):
    code = "nothing_delivered"
    message = "A story is told of accepted deliveries; choose at least one."


class ConsentMissing(Refusal):
    code = "consent_missing"
    message = "Somebody shown in this story has not given consent, or has taken it back."
