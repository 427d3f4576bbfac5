"""The rules of practices, pure: life cycles, the fixed form, the tree of copies, and how far a practice has come."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from peyvand.kernel.refusals import BadValue, Refusal
from peyvand.kernel.states import LifeCycle
from peyvand.programmes.practices.enums import (
    CelebrationState,
    HandoverStage,
    NominationState,
    PracticeState,
    SessionState,
    Stage,
    WordsState,
)

MOST_PHOTOS = 6  # of a story
LEAST_SAID, LONGEST_SAID = 5, 200  # signs of the words of a picture
MOST_SHOWN = 1000  # people in a story, or on one of its pictures

LIFE = LifeCycle(
    "practice",
    PracticeState.DRAFT,
    [
        ("plan_practice", PracticeState.DRAFT, PracticeState.PLANNED),  # a copy takes this step as it is made
        ("publish_practice", PracticeState.DRAFT, PracticeState.PUBLISHED),
        ("open_plan", PracticeState.PLANNED, PracticeState.RUNNING),
        ("report_result", PracticeState.RUNNING, PracticeState.PUBLISHED),
        ("withdraw_practice", PracticeState.DRAFT, PracticeState.WITHDRAWN),
        ("withdraw_practice", PracticeState.PLANNED, PracticeState.WITHDRAWN),
        ("withdraw_practice", PracticeState.RUNNING, PracticeState.WITHDRAWN),
        ("withdraw_practice", PracticeState.PUBLISHED, PracticeState.WITHDRAWN),
        ("restore_draft", PracticeState.WITHDRAWN, PracticeState.DRAFT),
        ("restore_planned", PracticeState.WITHDRAWN, PracticeState.PLANNED),
        ("restore_running", PracticeState.WITHDRAWN, PracticeState.RUNNING),
        ("restore_published", PracticeState.WITHDRAWN, PracticeState.PUBLISHED),
    ],
)
WORDS = LifeCycle(
    "proposed_words",
    WordsState.OPEN,
    [("accept_words", WordsState.OPEN, WordsState.ACCEPTED), ("decline_words", WordsState.OPEN, WordsState.DECLINED)],
)
SESSION = LifeCycle(
    "high_session",
    SessionState.OPEN,
    [
        ("close_session", SessionState.OPEN, SessionState.CLOSED),
        ("reopen_session", SessionState.CLOSED, SessionState.OPEN),
    ],
)
NOMINATION = LifeCycle(
    "nomination",
    NominationState.PROPOSED,
    [
        ("accept_nomination", NominationState.PROPOSED, NominationState.ACCEPTED),
        ("decline_nomination", NominationState.PROPOSED, NominationState.DECLINED),
        ("undecide_nomination", NominationState.ACCEPTED, NominationState.PROPOSED),
        ("undecide_nomination", NominationState.DECLINED, NominationState.PROPOSED),
    ],
)
CELEBRATION = LifeCycle(
    "celebration",
    CelebrationState.PLANNED,
    [
        ("hold_celebration", CelebrationState.PLANNED, CelebrationState.HELD),
        ("tell_celebration", CelebrationState.HELD, CelebrationState.TOLD),
        ("call_off_celebration", CelebrationState.PLANNED, CelebrationState.CALLED_OFF),
        ("restore_celebration", CelebrationState.CALLED_OFF, CelebrationState.PLANNED),
    ],
)
# Each stage is reached from the one before it; from every one the service can be given back.
ONWARD = (
    HandoverStage.PROPOSED,
    HandoverStage.AGREED,
    HandoverStage.TOGETHER,
    HandoverStage.LED,
    HandoverStage.OWN,
)
HANDOVER = LifeCycle(
    "handover",
    HandoverStage.PROPOSED,
    [
        ("agree_handover", HandoverStage.PROPOSED, HandoverStage.AGREED),
        *(("advance_handover", before, after) for before, after in pairwise(ONWARD[1:])),
        *(("end_handover", stage, HandoverStage.ENDED) for stage in ONWARD),
    ],
)
TURN_DAYS = 90  # so long after a story an offer or a copy of what it asked for is counted as following from it
SHELF_ROWS, SHELF_DAYS = 6, 365

LEAST_STEPS, MOST_STEPS, LONGEST_STEP = 2, 10, 200
# Repeated: results from two counties or more. General: from more than half of the counties of one province. Our own words and
# measures, shown beside every stage; no official scale exists.
REPEATED_COUNTIES, GENERAL_SHARE = 2, 0.5


class NotWhole(Refusal):
    code = "practice_not_whole"
    message = "A good practice is told whole before it is shown: {field} is missing."


class NotCopied(Refusal):
    code = "practice_not_copied"
    message = "Only what has been done and told can be copied."


class EndingMissing(Refusal):
    code = "story_without_ending"
    message = "A story ends in something to do: say what, under practices, before it is published."


class ShownWithoutConsent(Refusal):
    code = "story_shown_without_consent"
    message = "This story shows {shown} people and has the consent of {given}. Everyone shown must have consented."


class TooManyPhotos(Refusal):
    code = "practice_too_many_photos"
    message = "A story has at most {most} pictures. Take one out first."


class WordsMoved(Refusal):
    code = "words_moved"
    message = (
        "The teller has changed the words since this change was proposed. Decline it, or ask the editor to look again."
    )


class SessionClosed(Refusal):
    code = "session_closed"
    message = "The book of this session is closed."


class NotNominated(Refusal):
    code = "practice_not_done"
    message = "Only a practice that was done, with its result told, is nominated."


class NothingMet(Refusal):
    code = "celebration_without_needs"
    message = "A celebration closes needs that were met, each once; choose at least one of your own."


class StoryElsewhere(Refusal):
    code = "celebration_story"
    message = "The story of a celebration is published, and tells of a delivery to one of its needs."


class NotBothSides(Refusal):
    code = "handover_agreed_by_receiver"
    message = "A handover is agreed by those who take the service over."


class NothingDoneYet(Refusal):
    code = "handover_not_shown"
    message = "Nothing of this kind that the receiver gave there has been accepted since this stage began: it is not shown yet."


def steps_of(text: str) -> list[str]:
    """One step a line, without empty lines. Raises `BadValue` unless there are two to ten, each at most 200 signs."""
    steps = [line.strip() for line in text.splitlines() if line.strip()]
    if not LEAST_STEPS <= len(steps) <= MOST_STEPS:
        raise BadValue(field="steps", reason="two to ten steps, one a line")
    if any(len(step) > LONGEST_STEP for step in steps):
        raise BadValue(field="steps", reason="a step has at most 200 letters")
    return steps


@dataclass(frozen=True)
class Node:
    """A practice in the tree: `county` is the path of the county it lies in ("" where it lies in none)."""

    pk: int
    parent: int | None
    done: bool
    county: str = ""


def in_order(nodes: Iterable[Node]) -> list[tuple[Node, int]]:
    """The nodes depth first, each below what it was copied from, with its depth. A node whose parent is missing is a root."""
    rows = {node.pk: node for node in nodes}
    below: dict[int | None, list[int]] = {}
    for pk in sorted(rows):
        parent = rows[pk].parent
        below.setdefault(parent if parent in rows else None, []).append(pk)
    found: list[tuple[Node, int]] = []
    waiting = [(pk, 0) for pk in reversed(below.get(None, []))]
    while waiting:  # no recursion: a tree may be as deep as copies go
        pk, depth = waiting.pop()
        found.append((rows[pk], depth))
        waiting += [(child, depth + 1) for child in reversed(below.get(pk, []))]
    return found


def province(path: str) -> str:
    """The path of the province in which a place lies."""
    return "/".join(path.split("/")[:2]) + "/"


def stage(nodes: Sequence[Node], counties_of_province: Mapping[str, int]) -> Stage:
    """How far it has come, by the counties that told a result. `counties_of_province` counts them by the province's path."""
    done = [node for node in nodes if node.done]
    counties = {node.county for node in done if node.county}
    if not done:
        return Stage.IDEA
    reached: dict[str, int] = {}
    for county in counties:
        reached[province(county)] = reached.get(province(county), 0) + 1
    # With fewer than two counties there is nothing it could have spread over.
    if any(n > GENERAL_SHARE * counties_of_province.get(one, n * 2) and n > 1 for one, n in reached.items()):
        return Stage.GENERAL
    return Stage.REPEATED if len(counties) >= REPEATED_COUNTIES else Stage.PILOT


def days_kept(begun: date, ended: date | None, today: date) -> int:
    """How many days it has been kept up."""
    return max(0, ((ended or today) - begun).days)


def shown_in_all(told: int, pictured: Iterable[int]) -> int:
    """How many people a story shows at least: as many as its teller says, and no fewer than any of its pictures."""
    return max([told, *pictured])


def shown_refusal(shown: int) -> Refusal | None:
    return None if 0 <= shown <= MOST_SHOWN else BadValue(field="shown_count", reason="between 0 and 1000")


def consent_refusal(*, shown: int, given: int) -> Refusal | None:
    return ShownWithoutConsent(shown=shown, given=given) if given < shown else None
