"""The rules of proposals, pure: their life cycle, the calendar of the clock, and what is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from peyvand.kernel.business_days import WorkWeek
from peyvand.kernel.refusals import Refusal
from peyvand.kernel.states import LifeCycle
from peyvand.programmes.proposals.enums import PROMISED, ChoosingState, Decision, ProposalState

LIFE = LifeCycle(
    "proposal",
    ProposalState.RECEIVED,
    [
        ("route", ProposalState.RECEIVED, ProposalState.ROUTED),
        ("route", ProposalState.ROUTED, ProposalState.ROUTED),
        ("accept", ProposalState.RECEIVED, ProposalState.ANSWERED),
        ("accept", ProposalState.ROUTED, ProposalState.ANSWERED),
        ("refuse", ProposalState.RECEIVED, ProposalState.REFUSED),
        ("refuse", ProposalState.ROUTED, ProposalState.REFUSED),
        ("report", ProposalState.ANSWERED, ProposalState.UNDER_WAY),
        ("report", ProposalState.UNDER_WAY, ProposalState.UNDER_WAY),
        ("finish", ProposalState.ANSWERED, ProposalState.DONE),
        ("finish", ProposalState.UNDER_WAY, ProposalState.DONE),
        ("give_up", ProposalState.ANSWERED, ProposalState.NOT_DONE),
        ("give_up", ProposalState.UNDER_WAY, ProposalState.NOT_DONE),
        ("withdraw", ProposalState.RECEIVED, ProposalState.WITHDRAWN),
        ("withdraw", ProposalState.ROUTED, ProposalState.WITHDRAWN),
    ],
)
CHOOSING = LifeCycle("proposal_choosing", ChoosingState.OPEN, [("count", ChoosingState.OPEN, ChoosingState.COUNTED)])

# Words of a reason, an answer or a report that somebody else will read.
FEWEST_SIGNS = 10


class LikeOnesExist(Refusal):
    code = "proposals_like_ones"
    message = "Like proposals exist: {numbers}. Join one of them, or say that yours is another one."


class CannotJoinItself(Refusal):
    code = "proposals_circle"
    message = "A proposal is not joined to itself, nor to one that was joined to it."


class AlreadyJoined(Refusal):
    code = "proposals_already_joined"
    message = "Proposal {number} is joined to another one already."


class NotWaiting(Refusal):
    code = "proposals_not_waiting"
    message = "Proposal {number} waits for no answer any more: only those that do are joined."


class NotJoined(Refusal):
    code = "proposals_not_joined"
    message = "This proposal stands by itself; there is nothing to part."


class NotRouted(Refusal):
    code = "proposals_not_routed"
    message = "This proposal has not been sent to a body in charge yet."


class NothingToAnswer(Refusal):
    code = "proposals_nothing_to_answer"
    message = "No proposal of this theme waits for an answer of your organisation."


class NotOpenNow(Refusal):
    code = "consultation_not_open"
    message = "This consultation is not open now."


@dataclass(frozen=True)
class Terms:
    """Working days until a written answer. A setting of those who run the site, not an official number."""

    answer_days: int = 15


@dataclass(frozen=True)
class Calendar:
    """The working days of the clock: the days of rest are a setting, the holidays what the office recorded, over the calendar's own.

    `days`: of each day that was recorded, whether the offices are closed on it.
    """

    week: WorkWeek
    days: Mapping[date, bool] = field(default_factory=dict)

    def is_open(self, day: date) -> bool:
        return not self.days[day] if day in self.days else self.week.is_open(day)

    def after(self, day: date, days: int) -> date:
        """The day that lies `days` working days after `day`."""
        while days > 0:
            day += timedelta(days=1)
            days -= self.is_open(day)
        return day

    def between(self, day: date, until: date) -> int:
        """Working days after one day up to another; negative where that lies before."""
        if until < day:
            return -self.between(until, day)
        return sum(self.is_open(day + timedelta(days=n)) for n in range(1, (until - day).days + 1))


def is_overdue(*, state: str, answer_by: date | None, today: date) -> bool:
    return state == ProposalState.ROUTED and answer_by is not None and answer_by < today


def is_promise_passed(*, state: str, promised_by: date | None, today: date) -> bool:
    """Whether what was accepted should have been carried out by now, and nobody said that it was."""
    return state in PROMISED and promised_by is not None and promised_by < today


def act_of(decision: str) -> str:
    return "refuse" if decision == Decision.REFUSED else "accept"
