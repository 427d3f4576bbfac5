"""The rows of the flow counted by place and category: exact, read by the system, never shown as they are.

A group is a way of sorting rows; its categories are the keys of `Cells[group]`:

    need       by how far a need came: waiting, promised, partly (these are open), untold, in_story (these are met), drafts,
               withdrawn, expired
    why        open needs to which nothing is promised, by what the newest matching said of them; "" where it said nothing
    met_by     met needs, by who met them
    open_kind, met_kind, capacity_kind   open needs, met needs and open offers, by the number of their specification
    promise    kept, late, and those that ended early by their state
    ended_why  promises that ended early, by the reason given; "" where none was given
    refused    deliveries refused, by the reason given
    told_month, met_month, promised_month, delivered_month, story_month   rows by Jalali month ("1405-08"), EARLIER before
    first_month   needs, by the month in which the first promise to them was made
    idle       open offers, by the number of their specification and whether anything is promised of them ("12:idle", "12:used")
    first_days, open_days   medians and no counts: of days from opening to the first promise, of those of `first_month`; and of
               days since opening, of those of `open_kind`
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    Func,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat, TruncDate

from peyvand.flow.capacity.enums import CapacityState
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.enums import ENDED_EARLY, CommitmentState, UnservedReason
from peyvand.flow.commitment.models import Commitment, Unserved
from peyvand.flow.delivery.enums import DeliveryAnswer
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.need.enums import ClosedAs, NeedState
from peyvand.flow.need.models import Need
from peyvand.flow.story.enums import StoryState
from peyvand.flow.story.models import Story, StoryDelivery
from peyvand.kernel.jalali import TEHRAN, JalaliMonth
from peyvand.places.queries import ancestors
from peyvand.scope.bulk import below

Cells = dict[str, dict[str, int]]
OPEN, MET = ("waiting", "promised", "partly"), ("untold", "in_story")
OTHERWISE = ("drafts", ClosedAs.WITHDRAWN.value, ClosedAs.EXPIRED.value)
MONTHS = 24
EARLIER = "earlier"
MEDIANS = ("first_days", "open_days")


@dataclass(frozen=True)
class _Asked:
    """Rows of one place's country as of a day, sorted by months back from it."""

    path: str
    day: date

    def by(self, rows: QuerySet, category: Any) -> Iterable[tuple[str, Any, int]]:
        found = rows.filter(below(self.path)).order_by().annotate(cell=category).values("place_path", "cell")
        return found.annotate(n=Count("pk")).values_list("place_path", "cell", "n")

    def month(self, field: str) -> Func:
        """The place of a time among the months: 0 is earlier than all of them."""
        starts = [datetime.combine(month.first_day, time.min, TEHRAN) for month in months_until(self.day)]
        return Func(
            F(field),
            Value(starts),
            template="width_bucket(%(expressions)s::timestamptz[])",
            output_field=IntegerField(),
        )


def months_until(day: date) -> list[JalaliMonth]:
    """The months that are told apart, oldest first, the running one last."""
    this = JalaliMonth.of(day)
    return [this.shift(-back) for back in reversed(range(MONTHS))]


def _needs(asked: _Asked) -> Iterable[tuple[str, Any, int]]:
    storied = StoryDelivery.objects.filter(story__state=StoryState.PUBLISHED, delivery__commitment__need=OuterRef("pk"))
    return asked.by(Need.objects.all(), Case(
        When(state=NeedState.OPEN, committed=0, then=Value("waiting")),
        When(state=NeedState.OPEN, met=0, then=Value("promised")),
        When(state=NeedState.OPEN, then=Value("partly")),
        When(state=NeedState.DRAFT, then=Value("drafts")),
        When(Q(closed_as=ClosedAs.MET) & Exists(storied), then=Value("in_story")),
        When(closed_as=ClosedAs.MET, then=Value("untold")),
        default=F("closed_as"),
    ))  # fmt: skip


def _why(asked: _Asked) -> Iterable[tuple[str, Any, int]]:
    waiting = Unserved.objects.filter(below(asked.path), need__state=NeedState.OPEN, need__committed=0).order_by()
    said = list(waiting.values_list("need__place_path", "reason").annotate(n=Count("pk")))
    yield from said
    answered = Counter[str]()
    for path, _reason, count in said:
        answered[path] += count
    open_to_all = Need.objects.filter(state=NeedState.OPEN, committed=0)
    for path, _cell, count in asked.by(open_to_all, Value("")):
        yield path, "", count - answered[path]


def _promises(asked: _Asked) -> Iterable[tuple[str, Any, int]]:
    late = Q(state=CommitmentState.ACCEPTED, due_date__lt=asked.day)
    return asked.by(Commitment.objects.all(), Case(When(late, then=Value("late")), default=F("state")))


def _firsts(asked: _Asked) -> list[tuple[str, int, int, int]]:
    """(place, month, days, needs): how long after its opening the first promise to a need was made, and in which month."""
    first = Commitment.objects.filter(need=OuterRef("pk")).order_by().values("need").annotate(at=Min("offered_at"))
    days = Func(F("first"), F("opened_at"), template="floor(extract(epoch FROM %(expressions)s) / 86400)::int",
                arg_joiner=" - ", output_field=IntegerField())  # fmt: skip
    rows = Need.objects.filter(below(asked.path), opened_at__isnull=False).order_by()
    rows = rows.annotate(first=Subquery(first.values("at"))).filter(first__isnull=False)
    found = (
        rows.annotate(cell=asked.month("first"), days=days).values("place_path", "cell", "days").annotate(n=Count("pk"))
    )
    return [
        (path, cell, max(0, days), n) for path, cell, days, n in found.values_list("place_path", "cell", "days", "n")
    ]


def _waits(asked: _Asked) -> list[tuple[str, Any, int, int]]:
    """(place, kind, days, needs): how long open needs have been open."""
    is_open = Need.objects.filter(below(asked.path), state=NeedState.OPEN, opened_at__isnull=False).order_by()
    found = is_open.annotate(since=TruncDate("opened_at", tzinfo=TEHRAN)).values("place_path", "specification", "since")
    rows = found.annotate(n=Count("pk")).values_list("place_path", "specification", "since", "n")
    return [(path, kind, max(0, (asked.day - since).days), n) for path, kind, since, n in rows]


def _idle(asked: _Asked) -> Iterable[tuple[str, Any, int]]:
    use = Case(When(committed=0, then=Value(":idle")), default=Value(":used"))
    is_open = Capacity.objects.filter(state=CapacityState.OPEN)
    return asked.by(is_open, Concat(Cast("specification", CharField()), use, output_field=CharField()))


def _closed_met() -> QuerySet[Need]:
    return Need.objects.filter(closed_as=ClosedAs.MET)


_GROUPS: dict[str, Callable[[_Asked], Iterable[tuple[str, Any, int]]]] = {
    "need": _needs,
    "why": _why,
    "met_by": lambda asked: asked.by(_closed_met(), F("met_by")),
    "open_kind": lambda asked: asked.by(Need.objects.filter(state=NeedState.OPEN), F("specification")),
    "met_kind": lambda asked: asked.by(_closed_met(), F("specification")),
    "capacity_kind": lambda asked: asked.by(Capacity.objects.filter(state=CapacityState.OPEN), F("specification")),
    "idle": _idle,
    "promise": _promises,
    "ended_why": lambda asked: asked.by(Commitment.objects.filter(state__in=ENDED_EARLY), F("end_reason")),
    "refused": lambda asked: asked.by(Delivery.objects.filter(answer=DeliveryAnswer.REFUSED), F("refusal_reason")),
    "told_month": lambda asked: asked.by(Need.objects.all(), asked.month("created_at")),
    "met_month": lambda asked: asked.by(_closed_met(), asked.month("closed_at")),
    "promised_month": lambda asked: asked.by(Commitment.objects.all(), asked.month("offered_at")),
    "delivered_month": lambda asked: asked.by(
        Delivery.objects.filter(answer=DeliveryAnswer.ACCEPTED, reverses__isnull=True, reversal__isnull=True), asked.month("answered_at")
    ),
    "story_month": lambda asked: asked.by(Story.objects.filter(state=StoryState.PUBLISHED), asked.month("published_at")),
}  # fmt: skip
FIRSTS = ("first_month", "first_days")
GROUPS = (*_GROUPS, *FIRSTS, "open_days")
WHY = (*UnservedReason.values, "")


def count_cells(path: str, day: date, groups: Collection[str]) -> dict[str, Cells]:
    """The counts of every place at or below `path` that has rows, each with all that lies in it. One query a group, two for "why".

    Call it under the system's scope.
    """
    asked, names = _Asked(path, day), [str(month) for month in months_until(day)]
    found: dict[str, Cells] = {}
    for group in (one for one in _GROUPS if one in groups):
        for place, category, count in _GROUPS[group](asked):
            name = _month(category, names) if group.endswith("_month") else str(category)
            for outer in _within(place, path):
                cells = found.setdefault(outer, {}).setdefault(group, {})
                cells[name] = cells.get(name, 0) + count
    if set(FIRSTS) & set(groups):
        spread = _spread([(place, _month(month, names), days, n) for place, month, days, n in _firsts(asked)], path)
        _add_medians(found, spread, "first_days")
        for (place, month), counts in spread.items():
            found[place].setdefault("first_month", {})[month] = counts.total()
    if "open_days" in groups:
        _add_medians(found, _spread(_waits(asked), path), "open_days")
    return found


def _month(bucket: int, names: list[str]) -> str:
    return names[bucket - 1] if bucket else EARLIER


def _within(place: str, path: str) -> list[str]:
    return [outer for outer in ancestors(place) if outer.startswith(path)]


Spread = dict[tuple[str, str], Counter[int]]


def _spread(rows: Iterable[tuple[str, Any, int, int]], path: str) -> Spread:
    """How often each number of days stands in each category of a place and of those it lies in."""
    found: Spread = defaultdict(Counter)
    for place, category, days, count in rows:
        for outer in _within(place, path):
            found[outer, str(category)][days] += count
    return found


def _add_medians(found: dict[str, Cells], spread: Spread, group: str) -> None:
    for (place, category), counts in spread.items():
        found.setdefault(place, {}).setdefault(group, {})[category] = median_of(counts)


def median_of(counts: Mapping[int, int]) -> int:
    """The lower median of values with how often each stands."""
    half, seen = (sum(counts.values()) + 1) // 2, 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= half:
            return value
    raise ValueError("no value has a median")
