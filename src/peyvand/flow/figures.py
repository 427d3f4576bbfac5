"""What the data counts about a place, for everyone: figures of all organisations together, suppressed under five.

Read under the national role with an explicit filter by place; nothing but counts leaves this module. A head figure of a
place is shown only where it cannot be worked out from its neighbours: the rule is applied from the country down.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any, TypeVar

from django.db.models import Case, Count, Exists, F, Func, OuterRef, Q, QuerySet, Sum, Value, When
from django.db.models.functions import TruncDate

from peyvand.flow.capacity.enums import CapacityState
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.enums import CommitmentState, UnservedReason
from peyvand.flow.commitment.models import Commitment, MatchingRun, Unserved
from peyvand.flow.differencing import withheld_cells
from peyvand.flow.need.enums import ClosedAs, MetBy, NeedState
from peyvand.flow.need.models import Need
from peyvand.flow.story.enums import StoryState
from peyvand.flow.story.models import StoryDelivery
from peyvand.flow.suppression import is_small, suppressed
from peyvand.kernel.jalali import TEHRAN, JalaliMonth
from peyvand.places.models import Place
from peyvand.places.queries import ancestors
from peyvand.resources.models import Specification
from peyvand.scope.acting import SYSTEM
from peyvand.scope.bulk import at_once, below
from peyvand.scope.database import scope

MEASURES = ("told", "open", "met", "capacities", "kept", "late")
MONTHS = 12
ENDED_BADLY = (CommitmentState.BROKEN, CommitmentState.LAPSED, CommitmentState.WITHDRAWN)
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
    stages: "list[Rows]"  # what `stages_asked` was answered
    children: list[ChildFigures] = field(default_factory=list)

    @property
    def withheld(self) -> bool:
        figures = [*self.counts.values(), *self.met_by.values(), *(figure for _, figure in self.months)]
        figures += [figure for kind in self.kinds for figure in (kind.open, kind.met, kind.capacities)]
        return None in figures or any(None in child.counts.values() for child in self.children)


def place_figures(place: Place, *, today: date) -> PlaceFigures:
    """Everything the page of a place shows in figures, in one query."""
    path = place.path
    with scope(SYSTEM):
        answers = at_once(
            *_asked_by_place(path, today), *_asked_of_levels(path), _asked_met_by(path), *_asked_kinds(path),
            _asked_months(path), _asked_specifications(), _asked_children(place), *stages_asked(path),
        )  # fmt: skip
    levels = _levels(path, answers[:3], answers[3])
    own, parts = levels[-1].own, levels[-1].parts
    children = {row["path"]: Place(**row) for row in answers[10]}
    return PlaceFigures(
        counts=own,
        met_by=_met_by(levels, answers[4]),
        kinds=_kinds(levels, answers[5:8], answers[9]),
        months=_months(levels, today, answers[8]),
        levels=levels,
        stages=answers[11:],
        children=[ChildFigures(child, parts[one]) for one, child in children.items() if one in parts],
    )


def met_by(path: str) -> tuple[Figure, dict[MetBy, Figure]]:
    """How many needs below `path` were met, and by whom."""
    with scope(SYSTEM):
        # The day says which promises are late, which is not asked here.
        answers = at_once(*_asked_by_place(path, date.min), *_asked_of_levels(path), _asked_met_by(path))
    levels = _levels(path, answers[:3], answers[3])
    return levels[-1].own["met"], _met_by(levels, answers[4])


Rows = list[dict[str, Any]]


def _outermost(path: str) -> str:
    return ancestors(path)[0]


def _asked_by_place(path: str, today: date) -> list[QuerySet]:
    """The measures of every place of the country that has any rows, by its own path."""
    is_late = Q(state=CommitmentState.ACCEPTED, due_date__lt=today)

    def of(model: type[Need | Capacity | Commitment], **measures: Count) -> QuerySet:
        rows = model.objects.filter(below(_outermost(path))).order_by()
        return rows.values("place_path").annotate(**measures)

    return [
        of(
            Need, told=Count("pk"), open=Count("pk", filter=Q(state=NeedState.OPEN)),
            met=Count("pk", filter=Q(closed_as=ClosedAs.MET)),
        ),
        of(Capacity, capacities=Count("pk", filter=Q(state=CapacityState.OPEN))),
        of(Commitment, kept=Count("pk", filter=Q(state=CommitmentState.KEPT)), late=Count("pk", filter=is_late)),
    ]  # fmt: skip


def _asked_of_levels(path: str) -> list[QuerySet]:
    """The places that lie in each of those on the way down to `path`."""
    return [Place.objects.filter(parent__path__in=ancestors(path)).order_by().values("path", outer=F("parent__path"))]


def _asked_children(place: Place) -> QuerySet:
    names = ("id", "kind", "code", "path", "name_fa", "name_en", "sort_key", "lat", "lon", "boundary")
    return Place.objects.filter(parent=place).order_by("sort_key").values(*names)


def _asked_specifications() -> QuerySet:
    return Specification.objects.values("id", "slug", "name_fa", "name_en", "sort_key", "unit")


def _by_place(answers: list[Rows]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for rows in answers:
        for row in rows:
            counts = found.setdefault(row.pop("place_path"), dict.fromkeys(MEASURES, 0))
            counts.update(row)
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


def _levels(path: str, measures: list[Rows], inside: Rows) -> list[Level]:
    """From the country down to `path`: what is withheld above is withheld in every part, or the parts would give it back."""
    outer = ancestors(path)
    counts = _by_place(measures)
    whole = {name: sum(one[name] for one in counts.values()) for name in MEASURES}
    own = _protected({outer[0]: whole}, None)[outer[0]]
    found: list[Level] = []
    for step in outer:
        exact = _by_child(counts, step, MEASURES)
        for child in (row["path"] for row in inside if row["outer"] == step):
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


def asked(rows: QuerySet, category: str) -> QuerySet:
    """How many rows lie directly in each place, by category: to be asked at once with others."""
    return rows.order_by().values("place_path", category=F(category)).annotate(n=Count("pk"))


def counted(rows: Rows) -> dict[str, dict[Any, int]]:
    """What `asked` was answered, by place and category."""
    found: dict[str, dict[Any, int]] = {}
    for row in rows:
        found.setdefault(row["place_path"], {})[row["category"]] = row["n"]
    return found


def stages_asked(path: str) -> list[QuerySet]:
    """How far the needs of the country have come, by place (`flow.reached` tells it): open, met, other needs, and promises that ended."""
    below_all = below(_outermost(path))
    needs = Need.objects.filter(below_all)
    storied = StoryDelivery.objects.filter(story__state=StoryState.PUBLISHED, delivery__commitment__need=OuterRef("pk"))
    is_open = needs.filter(state=NeedState.OPEN).annotate(
        part=Case(
            When(committed=0, then=Value("waiting")), When(met=0, then=Value("promised")), default=Value("partly")
        )
    )
    is_met = needs.filter(closed_as=ClosedAs.MET).annotate(
        part=Case(When(Exists(storied), then=Value("in_story")), default=Value("untold"))
    )
    others = needs.exclude(state=NeedState.OPEN).exclude(closed_as=ClosedAs.MET)
    others = others.annotate(part=Case(When(state=NeedState.DRAFT, then=Value("drafts")), default=F("closed_as")))
    ended = Commitment.objects.filter(below_all, state__in=ENDED_BADLY)
    return [asked(is_open, "part"), asked(is_met, "part"), asked(others, "part"), asked(ended, "state")]


def _asked_met_by(path: str) -> QuerySet:
    return asked(Need.objects.filter(below(_outermost(path)), closed_as=ClosedAs.MET), "met_by")


def _met_by(levels: list[Level], rows: Rows) -> dict[MetBy, Figure]:
    found = breakdown(levels, "met", counted(rows), [one.value for one in MetBy])
    return {MetBy(name): figure for name, figure in found.items()}


def _asked_kinds(path: str) -> list[QuerySet]:
    top = below(_outermost(path))
    return [
        asked(Need.objects.filter(top, state=NeedState.OPEN), "specification"),
        asked(Need.objects.filter(top, closed_as=ClosedAs.MET), "specification"),
        asked(Capacity.objects.filter(top, state=CapacityState.OPEN), "specification"),
    ]


def _kinds(levels: list[Level], answers: list[Rows], specifications: Rows) -> list[KindFigures]:
    here = levels[-1].path
    counts = dict(zip(("open", "met", "capacities"), map(counted, answers), strict=True))
    kinds = sorted({kind for table in counts.values() for cells in table.values() for kind in cells})
    visible = {name: breakdown(levels, name, table, kinds) for name, table in counts.items()}
    present = {
        kind for table in counts.values() for path, cells in table.items() if path.startswith(here) for kind in cells
    }
    return [
        KindFigures(Specification(**row), *(visible[name][row["id"]] for name in ("open", "met", "capacities")))
        for row in specifications
        if row["id"] in present
    ]


def _asked_months(path: str) -> QuerySet:
    rows = Need.objects.filter(below(_outermost(path)), closed_as=ClosedAs.MET)
    return asked(rows.annotate(day=TruncDate("closed_at", tzinfo=TEHRAN)), "day")


def _months(levels: list[Level], today: date, rows: Rows) -> list[tuple[JalaliMonth, Figure]]:
    """Needs met in each of the last twelve Jalali months, oldest first; what was met earlier is a part of the total too."""
    this = JalaliMonth.of(today)
    months = [this.shift(-back) for back in reversed(range(MONTHS))]
    counts: dict[str, dict[JalaliMonth | None, int]] = {}
    month_of: dict[str, JalaliMonth | None] = {}
    for row in rows:
        day = row["category"]
        if day not in month_of:
            month = JalaliMonth.of(date.fromisoformat(day))
            month_of[day] = month if month in months else None
        cells = counts.setdefault(row["place_path"], {})
        cells[month_of[day]] = cells.get(month_of[day], 0) + row["n"]
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
