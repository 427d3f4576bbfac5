"""Figures of a territory for those who see figures only (decision D14): none that could point at a family."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from peyvand.flow.commitment.enums import CommitmentState
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.need.enums import ClosedAs, NeedState
from peyvand.flow.need.models import Need
from peyvand.scope.acting import SYSTEM
from peyvand.scope.bulk import below
from peyvand.scope.database import scope

LEAST = 5


@dataclass(frozen=True)
class Figures:
    """Counts of needs, and of late promises; None stands for one to four, which is not told."""

    open: int | None
    unpromised: int | None
    met: int | None
    late: int | None


def told(count: int) -> int | None:
    """The count, or None where it is too small to be told."""
    return None if 0 < count < LEAST else count


def figures_of(path: str, today: date) -> Figures:
    """Counted over every organisation at or below a place; the caller has made sure who may ask."""
    is_open = Q(state=NeedState.OPEN)
    with scope(SYSTEM):
        needs = Need.objects.filter(below(path)).aggregate(
            open=Count("pk", filter=is_open),
            unpromised=Count("pk", filter=is_open & Q(committed=0)),
            met=Count("pk", filter=Q(closed_as=ClosedAs.MET)),
        )
        late = Commitment.objects.filter(below(path), state=CommitmentState.ACCEPTED, due_date__lt=today).count()
    return Figures(told(needs["open"]), told(needs["unpromised"]), told(needs["met"]), told(late))
