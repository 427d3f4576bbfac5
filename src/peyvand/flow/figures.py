"""What the data counts about a place, for everyone: figures of all organisations together, suppressed under five.

Read under the national role with an explicit filter by place; nothing but counts leaves this module. A head figure of a
place is shown only where it cannot be worked out from its neighbours: the rule is applied from the country down.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from django.db.models import Count, F, Func, Q, QuerySet, Sum, Value
from django.db.models.functions import TruncDate

from peyvand.flow.capacity.enums import CapacityState
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.enums import CommitmentState, UnservedReason
from peyvand.flow.commitment.models import Commitment, MatchingRun, Unserved
from peyvand.flow.need.enums import ClosedAs, MetBy, NeedState
from peyvand.flow.need.models import Need
from peyvand.flow.suppression import is_small, shown, suppressed
from peyvand.kernel.jalali import TEHRAN, JalaliMonth
from peyvand.places.models import Place
from peyvand.places.queries import ancestors
from peyvand.resources.models import Specification
from peyvand.scope.acting import SYSTEM
from peyvand.scope.bulk import below
from peyvand.scope.database import scope

MEASURES = ("told", "open", "met", "capacities", "kept", "late")
MONTHS = 12
Figure = int | None
Key = TypeVar("Key")


@dataclass(frozen=True)
class ChildFigures:
    place: Place
    counts: Mapping[str, Figure]


@dataclass(frozen=True)
class KindFigures:
    specification: Specification
    open: Figure
    met: Figure
    capacities: Figure


@dataclass(frozen=True)
class PlaceFigures:
    """Counts of rows (needs, offers, promises), not quantities. None = withheld. `counts` has the keys of `MEASURES`."""

    counts: Mapping[str, Figure]
    met_by: Mapping[MetBy, Figure]
    kinds: list[KindFigures]
    months: list[tuple[JalaliMonth, Figure]]
    children: list[ChildFigures] = field(default_factory=list)

    @property
    def withheld(self) -> bool:
        figures = [*self.counts.values(), *self.met_by.values(), *(figure for _, figure in self.months)]
        figures += [figure for kind in self.kinds for figure in (kind.open, kind.met, kind.capacities)]
        return None in figures or any(None in child.counts.values() for child in self.children)


def place_figures(place: Place, *, today: date) -> PlaceFigures:
    """Everything the page of a place shows in figures; a constant number of queries for its depth."""
    with scope(SYSTEM):
        counts, parts = _head(place, today)
        children = {
            one.path: one for one in Place.objects.filter(path__in=parts).exclude(pk=place.pk).order_by("sort_key")
        }
        return PlaceFigures(
            counts=counts,
            met_by=_met_by(place.path, counts["met"] is not None),
            kinds=_kinds(place.path, counts),
            months=_months(place.path, today, counts["met"] is not None),
            children=[ChildFigures(child, parts[path]) for path, child in children.items()],
        )


def met_by(path: str) -> tuple[Figure, dict[MetBy, Figure]]:
    """How many needs below `path` were met, and by whom."""
    with scope(SYSTEM):
        total = shown(Need.objects.filter(below(path), closed_as=ClosedAs.MET).count())
        return total, _met_by(path, total is not None)


def _by_place(path: str, today: date) -> dict[str, dict[str, int]]:
    """The measures of every place below `path` that has any rows, by its own path."""
    found: dict[str, dict[str, int]] = {}

    def take(rows: QuerySet, **measures: Count) -> None:
        for row in rows.filter(below(path)).order_by().values("place_path").annotate(**measures):
            counts = found.setdefault(row["place_path"], dict.fromkeys(MEASURES, 0))
            counts.update({name: row[name] for name in measures})

    is_late = Q(state=CommitmentState.ACCEPTED, due_date__lt=today)
    take(
        Need.objects.all(), told=Count("pk"), open=Count("pk", filter=Q(state=NeedState.OPEN)),
        met=Count("pk", filter=Q(closed_as=ClosedAs.MET)),
    )  # fmt: skip
    take(Capacity.objects.all(), capacities=Count("pk", filter=Q(state=CapacityState.OPEN)))
    take(
        Commitment.objects.all(),
        kept=Count("pk", filter=Q(state=CommitmentState.KEPT)),
        late=Count("pk", filter=is_late),
    )
    return found


def _by_child(counts: Mapping[str, Mapping[str, int]], path: str) -> dict[str, dict[str, int]]:
    """The measures of each child of `path`; of `path` itself, where rows lie directly in it."""
    depth, found = path.count("/") + 1, dict[str, dict[str, int]]()
    for place, measures in counts.items():
        if not place.startswith(path):
            continue
        child = path if place == path else "/".join(place.split("/")[:depth]) + "/"
        sums = found.setdefault(child, dict.fromkeys(MEASURES, 0))
        for name, count in measures.items():
            sums[name] += count
    return found


def _head(place: Place, today: date) -> tuple[dict[str, Figure], dict[str, dict[str, Figure]]]:
    """The head figures of the place, and those of its children, each suppressed among its neighbours from the country down."""
    own: dict[str, Figure] | None = None
    parts: dict[str, dict[str, Figure]] = {}
    outer = ancestors(place.path)
    counts = _by_place(outer[0], today)
    for path in outer:
        exact = _by_child(counts, path)
        for child in Place.objects.filter(parent__path=path).values_list("path", flat=True):
            exact.setdefault(child, dict.fromkeys(MEASURES, 0))
        if own is None:
            whole = {name: sum(one[name] for one in exact.values()) for name in MEASURES}
            own = _protected({path: whole}, dict.fromkeys(MEASURES))[path]
        else:
            own = parts[path]
        parts = _protected(exact, own)
    return own or dict.fromkeys(MEASURES), parts


def _protected(exact: Mapping[str, Mapping[str, int]], own: Mapping[str, Figure]) -> dict[str, dict[str, Figure]]:
    """The measures of neighbours, whose sums are `own` where those are shown.

    Needs told are the open, the met and the otherwise closed ones: told of a place is withheld where it would betray one of these.
    """

    def among(name: str, also: Collection[str] = ()) -> dict[str, Figure]:
        figures = {part: counts[name] for part, counts in exact.items()}
        return suppressed(figures, total_known=own[name] is not None, also=also)

    found = {name: among(name) for name in MEASURES if name != "told"}
    telling = [
        part
        for part, counts in exact.items()
        if found["open"][part] is None
        or found["met"][part] is None
        or is_small(counts["told"] - counts["open"] - counts["met"])
    ]
    found["told"] = among("told", telling)
    return {part: {name: found[name][part] for name in MEASURES} for part in exact}


def _parts_of(total_known: bool, parts: Mapping[Key, int]) -> dict[Key, Figure]:
    """A breakdown of one head figure: where that is withheld, its parts would give it back, so they are withheld too."""
    return suppressed(parts) if total_known else dict.fromkeys(parts)


def _met_by(path: str, total_known: bool) -> dict[MetBy, Figure]:
    rows = Need.objects.filter(below(path), closed_as=ClosedAs.MET).order_by().values("met_by").annotate(n=Count("pk"))
    exact = dict.fromkeys(MetBy, 0) | {MetBy(row["met_by"]): row["n"] for row in rows}
    return _parts_of(total_known, exact)


def _kinds(path: str, counts: Mapping[str, Figure]) -> list[KindFigures]:
    needs = (
        Need.objects.filter(below(path)).order_by().values("specification").annotate(
            open=Count("pk", filter=Q(state=NeedState.OPEN)), met=Count("pk", filter=Q(closed_as=ClosedAs.MET))
        )
    )  # fmt: skip
    offers = Capacity.objects.filter(below(path), state=CapacityState.OPEN).order_by().values("specification")
    exact: dict[int, dict[str, int]] = {}
    for row in [*needs, *offers.annotate(capacities=Count("pk"))]:
        counts_of = exact.setdefault(row["specification"], {"open": 0, "met": 0, "capacities": 0})
        counts_of.update({name: count for name, count in row.items() if name != "specification"})  # type: ignore[misc]
    shown_of = {
        name: _parts_of(counts[name] is not None, {pk: one[name] for pk, one in exact.items()})
        for name in ("open", "met", "capacities")
    }
    return [
        KindFigures(one, shown_of["open"][one.pk], shown_of["met"][one.pk], shown_of["capacities"][one.pk])
        for one in Specification.objects.filter(pk__in=exact)
        if any(exact[one.pk].values())
    ]


def _months(path: str, today: date, total_known: bool) -> list[tuple[JalaliMonth, Figure]]:
    """Needs met in each of the last twelve Jalali months, oldest first; what was met earlier is a part of the total too."""
    this = JalaliMonth.of(today)
    months = [this.shift(-back) for back in reversed(range(MONTHS))]
    rows = Need.objects.filter(below(path), closed_as=ClosedAs.MET).annotate(day=TruncDate("closed_at", tzinfo=TEHRAN))
    exact: dict[JalaliMonth | None, int] = dict.fromkeys([*months, None], 0)
    for day, count in rows.order_by().values("day").annotate(n=Count("pk")).values_list("day", "n"):
        month = JalaliMonth.of(day)
        exact[month if month in exact else None] += count
    visible = _parts_of(total_known, exact)
    return [(month, visible[month]) for month in months]


@dataclass(frozen=True)
class Shortage:
    """Where more capacity of a kind would help: `needs` were left, lacking `quantity` in all."""

    specification: Specification
    county: Place | None
    reason: UnservedReason
    needs: int
    quantity: int


def shortages(run: MatchingRun) -> list[Shortage]:
    """Of a run's unserved needs that the reader may see: kind by county and reason, most needs first. Inside a scope.

    More capacity does not help a need that its programme holds back.
    """
    county = Func(F("place_path"), Value("^(?:[^/]+/){1,3}"), function="substring")
    rows = list(
        Unserved.objects.filter(run=run).exclude(reason=UnservedReason.HELD_BACK)
        .annotate(county=county).order_by().values("county", "reason", kind=F("need__specification"))
        .annotate(needs=Count("pk"), lacking=Sum("quantity"))
    )  # fmt: skip
    places = {one.path: one for one in Place.objects.filter(path__in={row["county"] for row in rows})}
    kinds = Specification.objects.in_bulk({row["kind"] for row in rows})
    found = [
        Shortage(
            kinds[row["kind"]], places.get(row["county"]), UnservedReason(row["reason"]), row["needs"], row["lacking"]
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (-one.needs, -one.quantity))
