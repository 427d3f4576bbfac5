"""What an office reports of a Jalali month: counts of its own organisation's rows in its own area, never a name.

Every read runs inside the reader's scope and says area and organisation once more, so that rows which are seen only
because of a promise are not counted as one's own. "At the end" means on the last day of the month, or today in the
month that still runs: a row counts as it stood then, by its own times.
"""

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, F, Q, QuerySet

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
from peyvand.scope.bulk import below

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
    """The month and the one before it. Call it inside `scope(by)`; a constant number of queries."""
    span, earlier = _span(month, now), _span(month.shift(-1), now)
    own = _Own(by)
    return MonthlyReport(
        month=month,
        day=span.day,
        now=own.counts(span),
        before=own.counts(earlier),
        met_by=own.met_by(span),
        met_by_before=own.met_by(earlier),
        kinds=own.kinds(span),
        counties=own.counties(span),
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

    def counts(self, span: _Span) -> MonthCounts:
        needs = self.needs.filter(span.touched("closed_at")).aggregate(
            told=Count("pk", filter=span.within("created_at")),
            opened=Count("pk", filter=span.within("opened_at")),
            open_at_end=Count("pk", filter=span.open_at_end),
            **{name.value: Count("pk", filter=span.within("closed_at") & Q(closed_as=name)) for name in ClosedAs},
        )
        ended = span.within("ended_at")
        still = Q(ended_at__isnull=True) | Q(ended_at__gte=span.end)
        promises = self.promises.filter(span.touched("ended_at")).aggregate(
            promised=Count("pk", filter=span.within("offered_at")),
            kept=Count("pk", filter=ended & Q(state=CommitmentState.KEPT)),
            broken=Count("pk", filter=ended & Q(state=CommitmentState.BROKEN)),
            taken_back=Count("pk", filter=ended & Q(state__in=[CommitmentState.WITHDRAWN, CommitmentState.LAPSED])),
            late_at_end=Count("pk", filter=still & Q(accepted_at__lt=span.end, due_date__lt=span.day)),
        )
        answered = span.within("answered_at")
        deliveries = self.deliveries.filter(answered).aggregate(
            accepted=Count("pk", filter=Q(answer=DeliveryAnswer.ACCEPTED)),
            refused=Count("pk", filter=Q(answer=DeliveryAnswer.REFUSED)),
        )
        return MonthCounts(
            **needs,
            **promises,
            **deliveries,
            offered=self.offers.filter(span.within("created_at")).count(),
            used=self.offers.filter(span.within("commitments__offered_at")).values("pk").distinct().count(),
            stories=self.stories.filter(span.within("published_at")).count(),
            waiting_days=self._waiting(span),
        )

    def _waiting(self, span: _Span) -> float | None:
        met = self.needs.filter(span.within("closed_at"), closed_as=ClosedAs.MET)
        days = [
            (business_date(closed) - business_date(opened)).days
            for opened, closed in met.values_list("opened_at", "closed_at").iterator()
            if opened and closed
        ]
        return median(days) if days else None

    def met_by(self, span: _Span) -> dict[MetBy, int]:
        met = self.needs.filter(span.within("closed_at"), closed_as=ClosedAs.MET)
        found = {MetBy(row["met_by"]): row["n"] for row in met.values("met_by").annotate(n=Count("pk"))}
        return {solver: found.get(solver, 0) for solver in MetBy}

    def kinds(self, span: _Span) -> list[tuple[Specification, PartCounts]]:
        parts = _parts(self.needs, self.offers, F("specification"), span)
        rows = Specification.objects.filter(pk__in=parts)
        return sorted(((row, parts[row.pk]) for row in rows), key=lambda pair: _most(pair[1], pair[0].sort_key))

    def counties(self, span: _Span) -> list[tuple[Place | None, PartCounts]]:
        parts: dict[str, PartCounts] = {}
        for path, counts in _parts(self.needs, self.offers, F("place_path"), span).items():
            county = "".join(f"{part}/" for part in path.split("/")[:COUNTY_DEPTH] if part)
            parts[county] = parts.get(county, PartCounts()) + counts
        places = {place.path: place for place in Place.objects.filter(path__in=parts)}
        found = [(places.get(path), counts) for path, counts in parts.items()]
        return sorted(found, key=lambda pair: _most(pair[1], pair[0].sort_key if pair[0] else ""))

    def longest(self, span: _Span) -> list[Waiting]:
        waiting = self.needs.filter(span.open_at_end).order_by("opened_at", "pk").values_list("pk", flat=True)[:LONGEST]
        rows = (
            Need.objects.filter(pk__in=list(waiting))
            .select_related("specification", "place")
            .order_by("opened_at", "pk")
        )
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


def _parts(needs: QuerySet[Need], offers: QuerySet[Capacity], by: Any, span: _Span) -> dict[Any, PartCounts]:
    """Counts for each value of the expression `by`; values with nothing in the month are left out."""
    asked: Iterable[Any] = needs.filter(span.touched("closed_at")).annotate(part=by).values("part").annotate(
        opened=Count("pk", filter=span.within("opened_at")),
        met=Count("pk", filter=span.within("closed_at") & Q(closed_as=ClosedAs.MET)),
        open_at_end=Count("pk", filter=span.open_at_end),
    )  # fmt: skip
    given = offers.filter(span.within("created_at")).annotate(part=by).values("part").annotate(offered=Count("pk"))
    found: dict[Any, dict[str, int]] = {}
    for row in [*asked, *given]:
        counts = {name: count for name, count in row.items() if name != "part"}
        found.setdefault(row["part"], {}).update(counts)
    return {part: PartCounts(**counts) for part, counts in found.items() if any(counts.values())}


def _most(counts: PartCounts, name: str) -> tuple[int, int, str]:
    return -counts.open_at_end, -counts.opened, name
