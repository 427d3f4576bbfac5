"""What councils and boards promise, counted (the manifest says it in words), inside the reader's own scope: what an area
resolved, sent up and wants together is open to everyone who may open the page."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Length, Substr

from peyvand.extend.programme import Counted
from peyvand.flow.capacity.enums import CapacityState
from peyvand.flow.capacity.models import Capacity
from peyvand.kernel.jalali import add_months, business_date
from peyvand.programmes.neighbourhoods import rules
from peyvand.programmes.neighbourhoods.board_models import BoardSeat, Objective, Obstacle
from peyvand.programmes.neighbourhoods.board_queries import DECLARED
from peyvand.programmes.neighbourhoods.enums import (
    OWED,
    BoardState,
    ObjectiveState,
    ObstacleState,
    ResolutionState,
    VoiceState,
)
from peyvand.programmes.neighbourhoods.models import Resolution, Rung
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.bulk import at_once, below
from peyvand.scope.database import scope

MONTHS = 12
WITH_PARTS = Count("shares")
Rows = Sequence[dict[str, Any]]
Asked = Callable[[Acting, date], QuerySet[Any, Any]]
Told = Callable[[Rows, date], Counted]


def _in_time(by: Acting, today: date) -> QuerySet[Any, Any]:
    rows = Resolution.objects.filter(below(by.place_path), decided_date__gte=add_months(today, -MONTHS))
    over = rows.filter(Q(state=ResolutionState.DONE) | Q(state__in=OWED[:2], due_date__lt=today))
    return over.values("state", "reported_at", "due_date")


def _days_to_done(by: Acting, today: date) -> QuerySet[Any, Any]:
    rows = Resolution.objects.filter(below(by.place_path), state=ResolutionState.DONE)
    return rows.filter(closed_at__date__gte=add_months(today, -MONTHS)).values("decided_date", "closed_at")


def _answered_in_time(by: Acting, today: date) -> QuerySet[Any, Any]:
    rows = Rung.objects.filter(below(by.place_path, "voice__place_path"), answer_by__gte=add_months(today, -MONTHS))
    rows = rows.exclude(voice__state=VoiceState.WITHDRAWN)
    return rows.filter(Q(left_at__isnull=False) | Q(answer_by__lt=today)).values("left_at", "answer_by")


def _joint(by: Acting, today: date) -> QuerySet[Any, Any]:
    rows = Objective.objects.filter(below(by.place_path)).exclude(state=ObjectiveState.DROPPED)
    return rows.values("pk").annotate(parts=WITH_PARTS)


def _obstacles(by: Acting, today: date) -> QuerySet[Any, Any]:
    return Obstacle.objects.filter(below(by.place_path), state=ObstacleState.OPEN).values("told_at")


def day_of(moment: str) -> date:
    """The day in Iran of a time as JSON has it."""
    return business_date(datetime.fromisoformat(moment))


def _kept(ends: Rows, at: str, by_day: str) -> Counted:
    """The share of those whose end, where there is one, came no later than its day."""
    kept = [one for one in ends if one[at] and day_of(one[at]) <= date.fromisoformat(one[by_day])]
    return Counted(len(kept) / len(ends) if ends else None, len(ends))


def _of_in_time(ends: Rows, today: date) -> Counted:
    # What is not done was not in time, whenever it was reported.
    done = [one if one["state"] == ResolutionState.DONE else one | {"reported_at": None} for one in ends]
    return _kept(done, "reported_at", "due_date")


def _of_days(ends: Rows, today: date) -> Counted:
    spans = [(date.fromisoformat(one["decided_date"]), day_of(one["closed_at"])) for one in ends]
    return Counted(rules.median_days(spans), len(spans))


def _of_joint(rows: Rows, today: date) -> Counted:
    return Counted(rules.share_of_joint([one["parts"] for one in rows]), len(rows))


def _of_obstacles(rows: Rows, today: date) -> Counted:
    spans = [(min(day_of(one["told_at"]), today), today) for one in rows]
    return Counted(rules.median_days(spans), len(spans))


_ASKED: dict[str, tuple[Asked, Told]] = {
    "in_time": (_in_time, _of_in_time),
    "days_to_done": (_days_to_done, _of_days),
    "answered_in_time": (_answered_in_time, lambda rows, today: _kept(rows, "left_at", "answer_by")),
    "joint": (_joint, _of_joint),
    "obstacles": (_obstacles, _of_obstacles),
}


def _counted(by: Acting, today: date, *slugs: str) -> dict[str, Counted]:
    told = at_once(*(_ASKED[slug][0](by, today) for slug in slugs))
    return {slug: _ASKED[slug][1](rows, today) for slug, rows in zip(slugs, told, strict=True)}


def together(by: Acting, today: date) -> dict[str, Counted]:
    """All that is read in the reader's own scope."""
    return _counted(by, today, *_ASKED)


def in_time(by: Acting, today: date) -> Counted:
    """Of resolutions of the last year that are done, or whose day has passed: those reported by their day and confirmed."""
    return _counted(by, today, "in_time")["in_time"]


def days_to_done(by: Acting, today: date) -> Counted:
    return _counted(by, today, "days_to_done")["days_to_done"]


def answered_in_time(by: Acting, today: date) -> Counted:
    """Of stays of voices at a council in the last year that ended, or whose clock ran out: those answered or passed on in time."""
    return _counted(by, today, "answered_in_time")["answered_in_time"]


def joint(by: Acting, today: date) -> Counted:
    """Cohesion: of objectives not dropped, the share that two agencies or more have a part in."""
    return _counted(by, today, "joint")["joint"]


def age_of_obstacles(by: Acting, today: date) -> Counted:
    return _counted(by, today, "obstacles")["obstacles"]


def accompaniment(by: Acting, today: date) -> Counted:
    """Over the agencies on boards of the area, with their branches: used of declared, the plain mean over agency and kind of help.
    Offers of all organisations are read for it, and their sums alone given out."""
    seats = BoardSeat.objects.filter(below(by.place_path), state=BoardState.ON_BOARD)
    of_agency = seats.filter(organisation_path=Substr(OuterRef("organisation_path"), 1, Length("organisation_path")))
    with scope(SYSTEM):
        rows = Capacity.objects.filter(Exists(of_agency), below(by.place_path)).exclude(state=CapacityState.DRAFT)
        sums = list(
            rows.values("organisation_path", "specification_id")
            .annotate(all=Sum(DECLARED), used=Sum("delivered"), offers=Count("pk"))
            .values_list("organisation_path", "specification_id", "all", "used", "offers")
        )
    kinds: dict[tuple[str, int], list[int]] = {}
    for path, kind, declared, used, offers in sums:
        counted = kinds.setdefault((path.split("/", 1)[0], kind), [0, 0, 0])
        for place, more in enumerate((declared, used, offers)):
            counted[place] += more
    told = [rules.Declared(declared, 0, used, offers) for declared, used, offers in kinds.values()]
    return Counted(rules.accompaniment(told), sum(one.offers for one in told))
