"""The rules of a micro-project, pure: its life cycle, its clocks, and how it follows its need."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from statistics import median

from peyvand.kernel.quantities import toman
from peyvand.kernel.refusals import Refusal
from peyvand.kernel.states import LifeCycle
from peyvand.programmes.micro_projects.enums import ProjectState

LIFE = LifeCycle(
    "micro_project",
    ProjectState.PROPOSED,
    [
        ("approve_project", ProjectState.PROPOSED, ProjectState.APPROVED),
        ("return_project", ProjectState.PROPOSED, ProjectState.RETURNED),
        ("propose_again", ProjectState.RETURNED, ProjectState.PROPOSED),
        ("propose_again", ProjectState.WITHDRAWN, ProjectState.PROPOSED),
        ("withdraw_project", ProjectState.PROPOSED, ProjectState.WITHDRAWN),
        ("withdraw_project", ProjectState.RETURNED, ProjectState.WITHDRAWN),
        ("withdraw_project", ProjectState.APPROVED, ProjectState.WITHDRAWN),
        ("close_project", ProjectState.APPROVED, ProjectState.DONE),
        ("reopen_project", ProjectState.DONE, ProjectState.APPROVED),
    ],
)

# What happened longer ago is not sudden any more and is told as an ordinary need.
SUDDEN_DAYS = 90


class AboveCeiling(Refusal):
    code = "above_ceiling"
    message = "The estimate of {estimate} toman is above the ceiling of {ceiling} toman. Tell it as an ordinary need."


class NotSudden(Refusal):
    code = "not_sudden"
    message = "This happened more than {days} days ago. Tell it as an ordinary need."


class NotApproved(Refusal):
    code = "micro_project_not_approved"
    message = "The micro-project of need {code} has not been approved; until then nothing is promised to it."


class AlreadyProposed(Refusal):
    code = "micro_project_exists"
    message = "A micro-project of this kind is under way for this family already: {code}"


class NeedEnded(Refusal):
    code = "micro_project_need_ended"
    message = "The need of this project is closed. Restore the need first."


@dataclass(frozen=True)
class Terms:
    """The setting in force on a day: rial, business days to decide, days to deliver. Not an official number."""

    ceiling_rial: int = 500_000_000
    decide_days: int = 2
    deliver_days: int = 10


def estimate_refusal(*, estimate_rial: int, ceiling_rial: int) -> Refusal | None:
    if estimate_rial <= ceiling_rial:
        return None
    return AboveCeiling(estimate=toman(estimate_rial), ceiling=toman(ceiling_rial))


def sudden_refusal(*, happened: date, today: date) -> Refusal | None:
    return NotSudden(days=SUDDEN_DAYS) if (today - happened).days > SUDDEN_DAYS else None


def following(*, state: str, need_closed_as: str) -> list[str]:
    """The acts that bring a project in line with its need, in order; `need_closed_as` is empty while the need is not closed."""
    if need_closed_as == "met":
        return ["close_project"] if state == ProjectState.APPROVED else []
    acts = ["reopen_project"] if state == ProjectState.DONE else []
    if need_closed_as and state != ProjectState.WITHDRAWN:
        acts.append("withdraw_project")
    return acts


def due_date(*, state: str, decide_by: date, deliver_by: date | None) -> date | None:
    """The date the present clock runs to; None where none runs."""
    if state == ProjectState.PROPOSED:
        return decide_by
    return deliver_by if state == ProjectState.APPROVED else None


def is_late(*, state: str, decide_by: date, deliver_by: date | None, today: date) -> bool:
    due = due_date(state=state, decide_by=decide_by, deliver_by=deliver_by)
    return due is not None and due < today


def median_days(spans: Iterable[tuple[date, date]]) -> float | None:
    """The median of the days between two dates; None of nothing."""
    days = [(end - start).days for start, end in spans]
    return float(median(days)) if days else None
