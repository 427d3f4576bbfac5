"""What the data counts about a place, for everyone: figures of all organisations together, suppressed under five.

Read under the national role with an explicit filter by place; nothing but counts leaves this module. A head figure of a
place is shown only where it cannot be worked out from its neighbours: the rule is applied from the country down.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from typing import NamedTuple

from django.db.models import Count, F, Func, Sum, Value

from peyvand.flow.commitment.enums import UnservedReason
from peyvand.flow.commitment.models import MatchingRun, Unserved
from peyvand.flow.counting.cells import EARLIER, MET, OPEN, OTHERWISE
from peyvand.flow.counting.queries import Counts, counts_of
from peyvand.flow.differencing import withheld_cells
from peyvand.flow.need.enums import MetBy
from peyvand.flow.suppression import is_small, suppressed
from peyvand.kernel.jalali import JalaliMonth
from peyvand.places.models import Place
from peyvand.resources.models import Specification
from peyvand.scope.acting import SYSTEM
from peyvand.scope.bulk import models_at_once
from peyvand.scope.database import scope

MEASURES = ("told", "open", "met", "capacities", "kept", "late")
HEADS = ("need", "capacity_kind", "promise")
GROUPS = (*HEADS, "why", "met_by", "open_kind", "met_kind", "ended_why", "refused", "met_month")
MONTHS = 12
Figure = int | None


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


class Step(NamedTuple):
    """A place on the way down with one figure, its own and that of each of its parts, as readers see them."""

    path: str
    own: Figure
    parts: Mapping[str, Figure]


@dataclass(frozen=True)
class Level:
    """A place on the way down from the country, with its head figures and those of its children as readers see them."""

    path: str
    own: dict[str, Figure]
    parts: dict[str, dict[str, Figure]]


@dataclass(frozen=True)
class Heads:
    """The head figures along the way down to a place, and the counts they come from."""

    counts: Counts
    levels: list[Level]

    def way(self, measure: str) -> list[Step]:
        return [Step(one.path, one.own[measure], {path: part[measure] for path, part in one.parts.items()})
                for one in self.levels]  # fmt: skip


@dataclass(frozen=True)
class PlaceFigures:
    """Counts of rows (needs, offers, promises), not quantities. None = withheld. `counts` has the keys of `MEASURES`.

    `near` are, where it has no `children`, the places that lie in the same one, itself first.
    """

    counts: Mapping[str, Figure]
    met_by: Mapping[MetBy, Figure]
    kinds: list[KindFigures]
    months: list[tuple[JalaliMonth, Figure]]
    heads: Heads
    children: list[ChildFigures] = field(default_factory=list)
    near: list[ChildFigures] = field(default_factory=list)

    @property
    def counted_at(self) -> datetime | None:
        return self.heads.counts.counted_at

    @property
    def withheld(self) -> bool:
        figures = [*self.counts.values(), *self.met_by.values(), *(figure for _, figure in self.months)]
        figures += [figure for kind in self.kinds for figure in (kind.open, kind.met, kind.capacities)]
        return None in figures or any(None in child.counts.values() for child in self.children)


def place_figures(place: Place, *, today: date, groups: Collection[str] = GROUPS) -> PlaceFigures:
    """Everything the page of a place shows in figures; two queries where the counts are kept. `groups` may be more."""
    with scope(SYSTEM):
        heads = heads_of(place.path, today=today, groups=groups)
        parts, kinds = heads.levels[-1].parts, _kinds(heads)
        alone = not parts.keys() - {place.path}
        if alone and len(heads.levels) > 1:
            parts = {path: part for path, part in heads.levels[-2].parts.items() if path != heads.levels[-2].path}
        specifications, places = models_at_once(
            Specification.objects.filter(pk__in=kinds),
            Place.objects.filter(path__in=parts).exclude(pk=place.pk).order_by("sort_key"),
        )
        around = [ChildFigures(one, parts[one.path]) for one in places]
        return PlaceFigures(
            counts=heads.levels[-1].own,
            met_by=_met_by(heads),
            kinds=[KindFigures(one, *kinds[one.pk]) for one in specifications],
            months=months_of(heads, "met", "met_month")[-MONTHS:],
            heads=heads,
            children=[] if alone else around,
            near=[ChildFigures(place, parts.get(place.path, {})), *around] if alone and len(heads.levels) > 1 else [],
        )


def head_figures(path: str, *, today: date) -> Mapping[str, Figure]:
    """The figures of a place by `MEASURES`, nothing else."""
    with scope(SYSTEM):
        return heads_of(path, today=today, groups=HEADS).levels[-1].own


def beside_figures(path: str, *, today: date) -> Mapping[str, Mapping[str, Figure]]:
    """The figures by `MEASURES` of a place and of those that lie in the same one, by their path; of a country none."""
    with scope(SYSTEM):
        levels = heads_of(path, today=today, groups=HEADS).levels
        return levels[-2].parts if len(levels) > 1 else {}


def met_by(path: str, *, today: date) -> tuple[Figure, dict[MetBy, Figure]]:
    """How many needs below `path` were met, and by whom."""
    with scope(SYSTEM):
        heads = heads_of(path, today=today, groups=(*HEADS, "met_by"))
        return heads.levels[-1].own["met"], _met_by(heads)


def heads_of(path: str, *, today: date, groups: Collection[str]) -> Heads:
    """From the country down to `path`: what is withheld above is withheld in every part, or the parts would give it back.

    `groups` are those of `flow.counting.cells` that will be asked of it. Call it under the system's scope.
    """
    counts = counts_of(path, day=today, groups=groups)
    top = counts.way[0]
    own = _protected({top: _measures(counts, top)}, None)[top]
    levels: list[Level] = []
    for step in counts.way:
        exact = {one: _measures(counts, one) for one in counts.parts[step] if one != step}
        if step in counts.parts[step]:
            whole = _measures(counts, step)
            exact[step] = {name: whole[name] - sum(one[name] for one in exact.values()) for name in MEASURES}
        own = levels[-1].parts[step] if levels else own
        levels.append(Level(step, own, _protected(exact, own)))
    return Heads(counts, levels)


def _measures(counts: Counts, path: str) -> dict[str, int]:
    needs, promises = counts.of(path, "need"), counts.of(path, "promise")
    found = {
        "open": sum(needs.get(one, 0) for one in OPEN),
        "met": sum(needs.get(one, 0) for one in MET),
        "capacities": sum(counts.of(path, "capacity_kind").values()),
        "kept": promises.get("kept", 0),
        "late": promises.get("late", 0),
    }
    return found | {"told": found["open"] + found["met"] + sum(needs.get(one, 0) for one in OTHERWISE)}


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


@dataclass(frozen=True)
class Broken:
    """A head figure in parts: of the place itself, and on the way down so that a part can be broken down again."""

    own: dict[str, Figure]
    steps: list[tuple[str, dict[str, Figure], dict[str, dict[str, Figure]]]]

    def way(self, name: str) -> list[Step]:
        """One part as a head figure of its own."""
        return [Step(path, own[name], {one: cells[name] for one, cells in parts.items()})
                for path, own, parts in self.steps]  # fmt: skip


def breakdown(way: list[Step], counts: Counts, group: str, names: Collection[str]) -> Broken:
    """The parts of the head figure of `way`, withheld where subtraction along the way down would give one back."""
    top = way[0]
    whole = {name: counts.of(top.path, group).get(name, 0) for name in names}
    hidden: set[str] = set(names)
    if top.own is not None:
        cells = withheld_cells({top.path: whole}, rows_known=[top.path], columns_known=[])
        hidden = {name for _, name in cells}
    own = {name: None if name in hidden else whole[name] for name in names}
    steps = []
    for level, below_it in pairwise(way):
        # A part whose head figure is shown as nought has noughts in every cell, as everyone knows: they protect nobody.
        exact = counts.table(level.path, group, names)
        table = {path: row for path, row in exact.items() if level.parts[path] != 0 or any(row.values())}
        known = {path for path in table if level.parts[path] is not None}
        also = {(path, name) for path in table for name in names if path not in known or name in hidden}
        columns = [name for name in names if name not in hidden]
        cells = withheld_cells(table, rows_known=known, columns_known=columns, also=also)
        parts = {
            path: {name: None if (path, name) in cells else row[name] for name in names} for path, row in exact.items()
        }
        steps.append((level.path, own, parts))
        own = parts[below_it.path]
        hidden = {name for name, figure in own.items() if figure is None}
    return Broken(own, [*steps, (way[-1].path, own, {})])


def _met_by(heads: Heads) -> dict[MetBy, Figure]:
    found = breakdown(heads.way("met"), heads.counts, "met_by", [one.value for one in MetBy]).own
    return {MetBy(name): figure for name, figure in found.items()}


def _kinds(heads: Heads) -> dict[int, list[Figure]]:
    """Of each specification that occurs here: open, met, capacities."""
    counts, measures = heads.counts, {"open": "open_kind", "met": "met_kind", "capacities": "capacity_kind"}
    kinds = sorted({kind for group in measures.values() for kind in counts.of(counts.way[0], group)}, key=int)
    shown = {name: breakdown(heads.way(name), counts, group, kinds).own for name, group in measures.items()}
    present = {int(kind) for group in measures.values() for kind in counts.of(counts.path, group)}
    return {kind: [shown[name][str(kind)] for name in measures] for kind in present}


def months_of(heads: Heads, measure: str, group: str) -> list[tuple[JalaliMonth, Figure]]:
    """A group of months as parts of a head figure, oldest first; what lies earlier is a part of the total too."""
    months = heads.counts.months
    shown = breakdown(heads.way(measure), heads.counts, group, [*map(str, months), EARLIER]).own
    return [(month, shown[str(month)]) for month in months]


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
    counties, specifications = models_at_once(
        Place.objects.filter(path__in={row["county"] for row in rows}),
        Specification.objects.filter(pk__in={row["kind"] for row in rows}),
    )
    places, kinds = {one.path: one for one in counties}, {one.pk: one for one in specifications}
    found = [
        Shortage(
            kinds[row["kind"]], places.get(row["county"]), UnservedReason(row["reason"]), row["needs"], row["lacking"]
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (-one.needs, -one.quantity))
