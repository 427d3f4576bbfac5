"""The rules of councils and boards, pure: life cycles, quorum, clocks, ages, and how much of what was declared was used."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import mean, median

from peyvand.kernel.refusals import Refusal
from peyvand.kernel.states import LifeCycle
from peyvand.programmes.neighbourhoods.enums import (
    OWED,
    BoardState,
    ClashState,
    CouncilState,
    DoubleHelpState,
    ObjectiveState,
    ObstacleState,
    ResolutionState,
    SessionState,
    VoiceState,
)

COUNCIL = LifeCycle(
    "council",
    CouncilState.STANDING,
    [
        ("dissolve", CouncilState.STANDING, CouncilState.DISSOLVED),
        ("revive", CouncilState.DISSOLVED, CouncilState.STANDING),
    ],
)
SESSION = LifeCycle(
    "council_session",
    SessionState.CALLED,
    [
        ("hold", SessionState.CALLED, SessionState.HELD),
        ("close", SessionState.HELD, SessionState.MINUTED),
        ("open", SessionState.MINUTED, SessionState.HELD),
        ("cancel", SessionState.CALLED, SessionState.CANCELLED),
        ("call_again", SessionState.CANCELLED, SessionState.CALLED),
    ],
)
RESOLUTION = LifeCycle(
    "resolution",
    ResolutionState.OPEN,
    [
        ("start", ResolutionState.OPEN, ResolutionState.UNDERWAY),
        ("report", ResolutionState.OPEN, ResolutionState.REPORTED),
        ("report", ResolutionState.UNDERWAY, ResolutionState.REPORTED),
        ("send_back", ResolutionState.REPORTED, ResolutionState.UNDERWAY),
        ("confirm", ResolutionState.REPORTED, ResolutionState.DONE),
        ("postpone", ResolutionState.OPEN, ResolutionState.OPEN),
        ("postpone", ResolutionState.UNDERWAY, ResolutionState.UNDERWAY),
        ("give_day", ResolutionState.OPEN, ResolutionState.OPEN),
        ("give_day", ResolutionState.UNDERWAY, ResolutionState.UNDERWAY),
        ("hand", ResolutionState.OPEN, ResolutionState.OPEN),
        ("hand", ResolutionState.UNDERWAY, ResolutionState.UNDERWAY),
        ("drop", ResolutionState.OPEN, ResolutionState.DROPPED),
        ("drop", ResolutionState.UNDERWAY, ResolutionState.DROPPED),
        ("reopen", ResolutionState.DONE, ResolutionState.UNDERWAY),
        ("reopen", ResolutionState.DROPPED, ResolutionState.OPEN),
    ],
)
# What is said in words with a step: the next reader has to know why.
NEEDS_WORDS = ("report", "send_back", "postpone", "drop", "reopen")
OF_OWNER = ("start", "report")
OF_MANY = ("hand", "give_day")  # of one or many at once: `many_actions`
CLOSES_OR_OPENS = ("confirm", "drop", "reopen")
VOICE = LifeCycle(
    "voice",
    VoiceState.WAITING,
    [
        ("answer", VoiceState.WAITING, VoiceState.ANSWERED),
        ("pass_on", VoiceState.WAITING, VoiceState.WAITING),
        ("raise_again", VoiceState.ANSWERED, VoiceState.WAITING),
        ("raise_again", VoiceState.WAITING, VoiceState.WAITING),  # once its clock has run out
        ("settle", VoiceState.ANSWERED, VoiceState.SETTLED),
        ("withdraw", VoiceState.WAITING, VoiceState.WITHDRAWN),
        ("withdraw", VoiceState.ANSWERED, VoiceState.WITHDRAWN),
        ("take_back", VoiceState.SETTLED, VoiceState.ANSWERED),
        ("take_back", VoiceState.WITHDRAWN, VoiceState.WAITING),
        ("take_back_answered", VoiceState.WITHDRAWN, VoiceState.ANSWERED),
    ],
)
OF_HEARER = ("answer", "pass_on")
BOARD = LifeCycle(
    "board_seat",
    BoardState.ASKED,
    [
        ("admit", BoardState.ASKED, BoardState.ON_BOARD),
        ("decline", BoardState.ASKED, BoardState.DECLINED),
        ("leave", BoardState.ASKED, BoardState.LEFT),
        ("leave", BoardState.ON_BOARD, BoardState.LEFT),
    ],
)
OBJECTIVE = LifeCycle(
    "objective",
    ObjectiveState.OPEN,
    [
        ("reach", ObjectiveState.OPEN, ObjectiveState.REACHED),
        ("fall_short", ObjectiveState.REACHED, ObjectiveState.OPEN),
        ("drop", ObjectiveState.OPEN, ObjectiveState.DROPPED),
        ("take_up_again", ObjectiveState.DROPPED, ObjectiveState.OPEN),
    ],
)
OBSTACLE = LifeCycle(
    "obstacle",
    ObstacleState.OPEN,
    [
        ("hand", ObstacleState.OPEN, ObstacleState.OPEN),
        ("clear", ObstacleState.OPEN, ObstacleState.CLEARED),
        ("tell_again", ObstacleState.CLEARED, ObstacleState.OPEN),
    ],
)
CLASH = LifeCycle(
    "clash",
    ClashState.STANDS,
    [
        ("set_aside", ClashState.STANDS, ClashState.SET_ASIDE),
        ("take_back", ClashState.SET_ASIDE, ClashState.STANDS),
        ("go", ClashState.STANDS, ClashState.GONE),
        ("go", ClashState.SET_ASIDE, ClashState.GONE),
        ("come_back", ClashState.GONE, ClashState.STANDS),
    ],
)
DOUBLE_HELP = LifeCycle("double_help", DoubleHelpState.NEW, [("see", DoubleHelpState.NEW, DoubleHelpState.SEEN)])


class NoQuorum(Refusal):
    code = "no_quorum"
    message = (
        "{present} of {seats} seats were present and {needed} are needed: nothing can be resolved in this session."
    )


class CouncilDissolved(Refusal):
    code = "council_dissolved"
    message = (
        "This council is dissolved. What it resolved is followed on; a new session needs the council to be revived."
    )


class OfDissolved(Refusal):
    code = "council_of_dissolved"
    message = "The council whose committee this is, is dissolved. Revive the council first."


class NoUpperCouncil(Refusal):
    code = "no_upper_council"
    message = "No council stands above this one yet, so there is nobody to send it to."


class ClockStillRuns(Refusal):
    code = "voice_clock_runs"
    message = "The council has until {answer_by} to answer; until then it cannot be raised past it."


class NotOnBoard(Refusal):
    code = "not_on_board"
    message = "The organisation does not sit on the board of this place."


class NoIdentity(Refusal):
    code = "no_identity"
    message = "No national ID stands in this family's file, so nothing can be compared. It is optional everywhere."


class AskedTooOften(Refusal):
    code = "asked_too_often"
    message = "At most {most} questions a minute; wait a little."


class AlreadyLead(Refusal):
    code = "already_lead"
    message = "This organisation is the lead agency of the place already."


def needed(seats: int, quorum_percent: int) -> int:
    """How many must be present: more than this share of the seats, and all of them where the share is all."""
    return min(seats, seats * quorum_percent // 100 + 1)


def quorum_refusal(*, present: int, seats: int, needed: int) -> Refusal | None:
    if seats and present >= needed:
        return None
    return NoQuorum(present=present, seats=seats, needed=needed)


def is_late(*, state: str, due: date, today: date) -> bool:
    """Something is owed and its day has passed; what is reported waits for the other side and is not late."""
    return due < today and state in (*OWED[:2], VoiceState.WAITING, ObjectiveState.OPEN)


def raise_refusal(*, state: str, answer_by: date, today: date) -> Refusal | None:
    """A voice is raised past a council that has answered, or whose day for an answer has passed."""
    if state == VoiceState.WAITING and answer_by >= today:
        return ClockStillRuns(answer_by=answer_by)
    return None


def reached(*, state: str, done: int, target: int) -> str | None:
    """The act that brings an objective in line with what its agencies did, or None."""
    if state == ObjectiveState.OPEN and done >= target:
        return "reach"
    return "fall_short" if state == ObjectiveState.REACHED and done < target else None


@dataclass(frozen=True)
class Declared:
    """What one agency declared of one kind of help: quantities in the unit of that kind, and from how many offers."""

    declared: int
    promised: int
    used: int
    offers: int


def accompaniment(kinds: Iterable[Declared]) -> float | None:
    """Used of declared, from 0 to 1: the plain mean over kinds of help, since hours and pieces do not add up. None of nothing."""
    rates = [one.used / one.declared for one in kinds if one.declared]
    return mean(rates) if rates else None


def median_days(spans: Sequence[tuple[date, date]]) -> float | None:
    """The median of whole days between the two dates of each."""
    return float(median((end - start).days for start, end in spans)) if spans else None


def share_of_joint(parts: Sequence[int]) -> float | None:
    """Of joint actions, each with how many agencies have a part in it, the share (0 to 1) that two or more have."""
    return sum(many >= 2 for many in parts) / len(parts) if parts else None
