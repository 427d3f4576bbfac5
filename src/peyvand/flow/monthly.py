"""What an office reports of a Jalali month: counts of its own organisation's rows in its own area, never a name.

Every read runs inside the reader's scope and says area and organisation once more, so that rows which are seen only
because of a promise are not counted as one's own. "At the end" means on the last day of the month, or today in the
month that still runs: a row counts as it stood then, by its own times.
"""

from dataclasses import astuple, dataclass, fields
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import TruncDate

from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.enums import CommitmentState
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.delivery.enums import DeliveryAnswer
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.need.enums import ClosedAs, MetBy
from peyvand.flow.need.models import Need
from peyvand.flow.story.enums import StoryState
from peyvand.flow.story.models import Story
from peyvand.kernel.jalali import TEHRAN, JalaliMonth, business_date
from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.places.models import Place
from peyvand.resources.models import Specification
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import at_once, below

LONGEST = 10
COUNTY_DEPTH = 3


def may_report_month(by: Acting) -> Refusal | None:
    return None if by.is_staff else NotPermitted(reason="the report of a month is made by those who do the work")


@dataclass(frozen=True)
class MonthCounts:
    """Rows, not quantities. `waiting_days`: median days from opened to met, of the needs met in the month; None without any."""

    told: int
    opened: int
    met: int
    expired: int
    withdrawn: int
    open_at_end: int
    promised: int
    kept: int
    broken: int
    taken_back: int
    late_at_end: int
    accepted: int
    refused: int
    offered: int
    used: int
    stories: int
    waiting_days: float | None

    @property
    def nothing_happened(self) -> bool:
        """No act of the month is known; what stands open from before does not count as one."""
        at_end = {"open_at_end", "late_at_end", "waiting_days"}
        return not any(getattr(self, one.name) for one in fields(self) if one.name not in at_end)


@dataclass(frozen=True)
class PartCounts:
    """The needs and offers of one kind, or of one county."""

    opened: int = 0
    met: int = 0
    open_at_end: int = 0
    offered: int = 0

    def __add__(self, other: "PartCounts") -> "PartCounts":
        return PartCounts(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True)
class Waiting:
    """An open need by its code; who it is for is not read."""

    code: str
    specification: Specification
    place: Place
    priority: int
    days: int
    left: int


@dataclass(frozen=True)
class MonthlyReport:
    month: JalaliMonth
    day: date  # the end that "at the end" speaks of
    now: MonthCounts
    before: MonthCounts
    met_by: dict[MetBy, int]
    met_by_before: dict[MetBy, int]
    kinds: list[tuple[Specification, PartCounts]]
    counties: list[tuple[Place | None, PartCounts]]
    longest: list[Waiting]


@dataclass(frozen=True)
class _Span:
    """`end` is the first instant after the span; `day` its last business day."""

    start: datetime
    end: datetime
    day: date

    def within(self, field: str) -> Q:
        return Q(**{f"{field}__gte": self.start, f"{field}__lt": self.end})

    def touched(self, ended: str) -> Q:
        """What had not ended before the span: all that happened within it, and what stood open at its end, is among these."""
        return Q(**{f"{ended}__isnull": True}) | Q(**{f"{ended}__gte": self.start})

    @property
    def open_at_end(self) -> Q:
        return Q(opened_at__lt=self.end) & (Q(closed_at__isnull=True) | Q(closed_at__gte=self.end))


def monthly_report(month: JalaliMonth, *, by: Acting, now: datetime) -> MonthlyReport:
    """The month and the one before it, in four queries. Call it inside `scope(by)`."""
    span, earlier = _span(month, now), _span(month.shift(-1), now)
    own = _Own(by)
    told = at_once(*own.asked(span), *own.asked(earlier), *own.asked_parts(span))
    this, last, parts = told[:_ASKED], told[_ASKED : 2 * _ASKED], told[2 * _ASKED :]
    return MonthlyReport(
        month=month,
        day=span.day,
        now=_counts(this),
        before=_counts(last),
        met_by=_met_by(this),
        met_by_before=_met_by(last),
        kinds=_kinds(_parts(parts[:2])),
        counties=_counties(_parts(parts[2:])),
        longest=own.longest(span),
    )


def _span(month: JalaliMonth, now: datetime) -> _Span:
    last = month.last_day
    end = min(_midnight(last + timedelta(days=1)), now + timedelta(microseconds=1))
    return _Span(_midnight(month.first_day), end, min(last, business_date(now)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, TEHRAN)


class _Own:
    """The rows that are this office's own: of needs and offers by place and organisation, of promises by either side."""

    def __init__(self, by: Acting) -> None:
        mine = below(by.place_path) & below(by.organisation_path, "organisation_path")
        self.needs = Need.objects.filter(mine).order_by()
        self.offers = Capacity.objects.filter(mine).order_by()
        self.stories = Story.objects.filter(mine, state=StoryState.PUBLISHED).order_by()
        self.promises = Commitment.objects.filter(_either_side(by)).order_by()
        self.deliveries = Delivery.objects.filter(_either_side(by, "commitment__"), reverses__isnull=True).order_by()

    def asked(self, span: _Span) -> list[QuerySet]:
        """What `_counts` and `_met_by` tell of a span: each one row, but the days waited and who met."""
        ended = span.within("ended_at")
        still = Q(ended_at__isnull=True) | Q(ended_at__gte=span.end)
        met = self.needs.filter(span.within("closed_at"), closed_as=ClosedAs.MET)
        return [
            _whole(
                self.needs.filter(span.touched("closed_at")),
                told=Count("pk", filter=span.within("created_at")),
                opened=Count("pk", filter=span.within("opened_at")),
                open_at_end=Count("pk", filter=span.open_at_end),
                **{name.value: Count("pk", filter=span.within("closed_at") & Q(closed_as=name)) for name in ClosedAs},
            ),
            _whole(
                self.promises.filter(span.touched("ended_at")),
                promised=Count("pk", filter=span.within("offered_at")),
                kept=Count("pk", filter=ended & Q(state=CommitmentState.KEPT)),
                broken=Count("pk", filter=ended & Q(state=CommitmentState.BROKEN)),
                taken_back=Count("pk", filter=ended & Q(state__in=[CommitmentState.WITHDRAWN, CommitmentState.LAPSED])),
                late_at_end=Count("pk", filter=still & Q(accepted_at__lt=span.end, due_date__lt=span.day)),
            ),
            _whole(
                self.deliveries.filter(span.within("answered_at")),
                accepted=Count("pk", filter=Q(answer=DeliveryAnswer.ACCEPTED)),
                refused=Count("pk", filter=Q(answer=DeliveryAnswer.REFUSED)),
            ),
            _whole(self.offers.filter(span.within("created_at")), offered=Count("pk")),
            _whole(self.offers.filter(span.within("commitments__offered_at")), used=Count("pk", distinct=True)),
            _whole(self.stories.filter(span.within("published_at")), stories=Count("pk")),
            met.filter(opened_at__isnull=False)
            .annotate(opened_day=TruncDate("opened_at", tzinfo=TEHRAN), closed_day=TruncDate("closed_at", tzinfo=TEHRAN))
            .values("opened_day", "closed_day").annotate(n=Count("pk")),
            met.values("met_by").annotate(n=Count("pk")),
        ]  # fmt: skip

    def asked_parts(self, span: _Span) -> list[QuerySet]:
        """Needs and offers by kind, then by place."""
        asked = []
        for by in ("specification", "place_path"):
            needs = self.needs.filter(span.touched("closed_at")).values(part=F(by))
            offers = self.offers.filter(span.within("created_at")).values(part=F(by))
            asked += [
                needs.annotate(
                    opened=Count("pk", filter=span.within("opened_at")),
                    met=Count("pk", filter=span.within("closed_at") & Q(closed_as=ClosedAs.MET)),
                    open_at_end=Count("pk", filter=span.open_at_end),
                ),
                offers.annotate(offered=Count("pk")),
            ]
        return asked

    def longest(self, span: _Span) -> list[Waiting]:
        waiting = self.needs.filter(span.open_at_end).order_by("opened_at", "pk").values("pk")[:LONGEST]
        rows = Need.objects.filter(pk__in=waiting).select_related("specification", "place").defer("place__boundary")
        rows = rows.order_by("opened_at", "pk")
        return [
            Waiting(
                row.tracking_code, row.specification, row.place, row.priority,
                (span.day - business_date(row.opened_at)).days if row.opened_at else 0, row.quantity - row.met,
            )
            for row in rows
        ]  # fmt: skip


def _either_side(by: Acting, prefix: str = "") -> Q:
    asker = below(by.place_path, f"{prefix}place_path") & below(by.organisation_path, f"{prefix}asker_path")
    giver = below(by.place_path, f"{prefix}giver_place_path") & below(by.organisation_path, f"{prefix}giver_path")
    return asker | giver


def _whole(rows: QuerySet, **counts: Count) -> QuerySet:
    """Counts of all the rows: one row to ask at once with others."""
    return rows.values(whole=Value(1)).annotate(**counts)


Rows = list[dict[str, Any]]
_ASKED = 8  # answers to `_Own.asked`


def _counts(told: list[Rows]) -> MonthCounts:
    counts: dict[str, Any] = {}
    for rows, names in zip(told[:6], _NAMES, strict=True):
        row = rows[0] if rows else dict.fromkeys(names, 0)
        counts |= {name: row[name] for name in names}
    days = [
        waited
        for row in told[6]
        for waited in [(date.fromisoformat(row["closed_day"]) - date.fromisoformat(row["opened_day"])).days] * row["n"]
    ]
    return MonthCounts(**counts, waiting_days=median(days) if days else None)


_NAMES = (
    ("told", "opened", "open_at_end", *(name.value for name in ClosedAs)),
    ("promised", "kept", "broken", "taken_back", "late_at_end"),
    ("accepted", "refused"),
    ("offered",),
    ("used",),
    ("stories",),
)


def _met_by(told: list[Rows]) -> dict[MetBy, int]:
    found = {row["met_by"]: row["n"] for row in told[7]}
    return {solver: found.get(solver.value, 0) for solver in MetBy}


def _kinds(parts: dict[Any, PartCounts]) -> list[tuple[Specification, PartCounts]]:
    rows = Specification.objects.filter(pk__in=parts)
    return sorted(((row, parts[row.pk]) for row in rows), key=lambda pair: _most(pair[1], pair[0].sort_key))


def _counties(parts: dict[Any, PartCounts]) -> list[tuple[Place | None, PartCounts]]:
    by_county: dict[str, PartCounts] = {}
    for path, counts in parts.items():
        county = "".join(f"{part}/" for part in path.split("/")[:COUNTY_DEPTH] if part)
        by_county[county] = by_county.get(county, PartCounts()) + counts
    places = {place.path: place for place in Place.objects.filter(path__in=by_county).defer("boundary")}
    found = [(places.get(path), counts) for path, counts in by_county.items()]
    return sorted(found, key=lambda pair: _most(pair[1], pair[0].sort_key if pair[0] else ""))


def _parts(told: list[Rows]) -> dict[Any, PartCounts]:
    """Counts for each part; parts with nothing in the month are left out."""
    found: dict[Any, dict[str, int]] = {}
    for row in [one for rows in told for one in rows]:
        counts = {name: count for name, count in row.items() if name != "part"}
        found.setdefault(row["part"], {}).update(counts)
    return {part: PartCounts(**counts) for part, counts in found.items() if any(counts.values())}


def _most(counts: PartCounts, name: str) -> tuple[int, int, str]:
    return -counts.open_at_end, -counts.opened, name
