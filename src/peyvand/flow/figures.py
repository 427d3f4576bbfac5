"""What the data counts about a place, for everyone: figures of all organisations together, suppressed under five.

Read under the national role with an explicit filter by place; nothing but counts leaves this module. A head figure of a
place is shown only where it cannot be worked out from its neighbours: the rule is applied from the country down.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any, TypeVar

from django.db.models import Count, F, Func, Q, QuerySet, Sum, Value
from django.db.models.functions import TruncDate

from peyvand.flow.capacity.enums import CapacityState
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.enums import CommitmentState, UnservedReason
from peyvand.flow.commitment.models import Commitment, MatchingRun, Unserved
from peyvand.flow.differencing import withheld_cells
from peyvand.flow.need.enums import ClosedAs, MetBy, NeedState
from peyvand.flow.need.models import Need
from peyvand.flow.suppression import is_small, suppressed
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
    levels: "list[Level]"
    children: list[ChildFigures] = field(default_factory=list)

    @property
    def withheld(self) -> bool:
        figures = [*self.counts.values(), *self.met_by.values(), *(figure for _, figure in self.months)]
        figures += [figure for kind in self.kinds for figure in (kind.open, kind.met, kind.capacities)]
        return None in figures or any(None in child.counts.values() for child in self.children)


def place_figures(place: Place, *, today: date) -> PlaceFigures:
    """Everything the page of a place shows in figures; a constant number of queries for its depth."""
    with scope(SYSTEM):
        levels = _levels(place.path, today)
        own, parts = levels[-1].own, levels[-1].parts
        children = {
            one.path: one for one in Place.objects.filter(path__in=parts).exclude(pk=place.pk).order_by("sort_key")
        }
        return PlaceFigures(
            counts=own,
            met_by=_met_by(levels),
            kinds=_kinds(levels),
            months=_months(levels, today),
            levels=levels,
            children=[ChildFigures(child, parts[path]) for path, child in children.items()],
        )


def met_by(path: str) -> tuple[Figure, dict[MetBy, Figure]]:
    """How many needs below `path` were met, and by whom."""
    with scope(SYSTEM):
        levels = _levels(path, date.min)  # the day says which promises are late, which is not asked here
        return levels[-1].own["met"], _met_by(levels)


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


Sums = Mapping[str, Mapping[Key, int]]


def _by_child(counts: Sums[Key], path: str, names: Collection[Key]) -> dict[str, dict[Key, int]]:
    """The counts of each child of `path`; of `path` itself, where rows lie directly in it."""
    depth, found = path.count("/") + 1, dict[str, dict[Key, int]]()
    for place, measures in counts.items():
        if not place.startswith(path):
            continue
        child = path if place == path else "/".join(place.split("/")[:depth]) + "/"
        sums = found.setdefault(child, dict.fromkeys(names, 0))
        for name, count in measures.items():
            sums[name] += count
    return found


@dataclass(frozen=True)
class Level:
    """A place on the way down from the country, with its head figures and those of its children as readers see them."""

    path: str
    own: dict[str, Figure]
    parts: dict[str, dict[str, Figure]]


def _levels(path: str, today: date) -> list[Level]:
    """From the country down to `path`: what is withheld above is withheld in every part, or the parts would give it back."""
    outer = ancestors(path)
    counts = _by_place(outer[0], today)
    whole = {name: sum(one[name] for one in counts.values()) for name in MEASURES}
    own = _protected({outer[0]: whole}, None)[outer[0]]
    found: list[Level] = []
    for step in outer:
        exact = _by_child(counts, step, MEASURES)
        for child in Place.objects.filter(parent__path=step).values_list("path", flat=True):
            exact.setdefault(child, dict.fromkeys(MEASURES, 0))
        own = found[-1].parts[step] if found else own
        found.append(Level(step, own, _protected(exact, own)))
    return found


def _protected(
    exact: Mapping[str, Mapping[str, int]], own: Mapping[str, Figure] | None
) -> dict[str, dict[str, Figure]]:
    """The measures of neighbours, whose sums are `own` (None: nothing lies above them).

    Needs told are the open, the met and the otherwise closed ones: told of a place is withheld where it would betray one of these.
    """

    def among(name: str, also: Collection[str] = ()) -> dict[str, Figure]:
        figures = {part: counts[name] for part, counts in exact.items()}
        if own is not None and own[name] is None:
            return dict.fromkeys(figures)
        return suppressed(figures, total_known=own is not None, also=also)

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


def breakdown(levels: list[Level], measure: str, counts: Sums[Key], names: Collection[Key]) -> dict[Key, Figure]:
    """The parts of a head figure of the last place, withheld where subtraction along the way down would give one back."""
    top = levels[0]
    whole = {name: sum(cells.get(name, 0) for cells in counts.values()) for name in names}
    if top.own[measure] is None:
        return dict.fromkeys(names)
    hidden = {name for _, name in withheld_cells({top.path: whole}, rows_known=[top.path], columns_known=[])}
    row = whole
    for level, below_it in pairwise(levels):
        table = _by_child(counts, level.path, names)
        row = table.setdefault(below_it.path, dict.fromkeys(names, 0))
        known = {path for path in table if level.parts[path][measure] is not None}
        also = {(path, name) for path in table for name in names if path not in known or name in hidden}
        columns = [name for name in names if name not in hidden]
        cells = withheld_cells(table, rows_known=known, columns_known=columns, also=also)
        hidden = {name for path, name in cells if path == below_it.path}
    return {name: None if name in hidden else row[name] for name in names}


def counted(rows: QuerySet, category: str) -> dict[str, dict[Any, int]]:
    """How many rows lie directly in each place, by category."""
    found: dict[str, dict[Any, int]] = {}
    for path, name, count in (
        rows.order_by().values("place_path", category).annotate(n=Count("pk")).values_list("place_path", category, "n")
    ):
        found.setdefault(path, {})[name] = count
    return found


def _met_by(levels: list[Level]) -> dict[MetBy, Figure]:
    rows = Need.objects.filter(below(levels[0].path), closed_as=ClosedAs.MET)
    found = breakdown(levels, "met", counted(rows, "met_by"), [one.value for one in MetBy])
    return {MetBy(name): figure for name, figure in found.items()}


def _kinds(levels: list[Level]) -> list[KindFigures]:
    top, here = levels[0].path, levels[-1].path
    counts = {
        "open": counted(Need.objects.filter(below(top), state=NeedState.OPEN), "specification"),
        "met": counted(Need.objects.filter(below(top), closed_as=ClosedAs.MET), "specification"),
        "capacities": counted(Capacity.objects.filter(below(top), state=CapacityState.OPEN), "specification"),
    }
    kinds = sorted({kind for table in counts.values() for cells in table.values() for kind in cells})
    visible = {name: breakdown(levels, name, table, kinds) for name, table in counts.items()}
    present = {
        kind for table in counts.values() for path, cells in table.items() if path.startswith(here) for kind in cells
    }
    return [
        KindFigures(one, visible["open"][one.pk], visible["met"][one.pk], visible["capacities"][one.pk])
        for one in Specification.objects.filter(pk__in=present)
    ]


def _months(levels: list[Level], today: date) -> list[tuple[JalaliMonth, Figure]]:
    """Needs met in each of the last twelve Jalali months, oldest first; what was met earlier is a part of the total too."""
    this = JalaliMonth.of(today)
    months = [this.shift(-back) for back in reversed(range(MONTHS))]
    rows = Need.objects.filter(below(levels[0].path), closed_as=ClosedAs.MET)
    counts: dict[str, dict[JalaliMonth | None, int]] = {}
    for path, days in counted(rows.annotate(day=TruncDate("closed_at", tzinfo=TEHRAN)), "day").items():
        cells = counts.setdefault(path, {})
        for day, count in days.items():
            month = JalaliMonth.of(day)
            cells[month if month in months else None] = cells.get(month if month in months else None, 0) + count
    visible = breakdown(levels, "met", counts, [*months, None])
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
