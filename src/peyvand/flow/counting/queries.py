"""The counts along the way down to a place: of each place on it, and of the places directly in each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db.models import F, Q

from peyvand.flow.counting.cells import MEDIANS, Cells, count_cells, months_until
from peyvand.flow.counting.models import KeptCounts
from peyvand.kernel.jalali import JalaliMonth
from peyvand.places.models import Place
from peyvand.places.queries import ancestors
from peyvand.scope.bulk import at_once

Table = dict[str, dict[str, int]]
_NO_CELLS: Mapping[str, Mapping[str, int]] = {}


@dataclass(frozen=True)
class Counts:
    """`path` is the place asked for, `beside` the paths of the places directly in each of the way down to it.

    `day` is what the months and "late" speak of; `counted_at` is None where the rows were counted just now.
    """

    path: str
    day: date
    counted_at: datetime | None
    cells: Mapping[str, Cells]
    beside: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def way(self) -> list[str]:
        return ancestors(self.path)

    @property
    def months(self) -> list[JalaliMonth]:
        return months_until(self.day)

    def of(self, path: str, group: str) -> Mapping[str, int]:
        return self.cells.get(path, _NO_CELLS).get(group, {})

    @cached_property
    def parts(self) -> Mapping[str, list[str]]:
        """Of each place on the way the places directly in it; itself too where rows lie in it and in none of these."""
        return {path: [path, *self._inside(path)] if self._has_own(path) else self._inside(path) for path in self.way}

    def table(self, path: str, group: str, names: Collection[str]) -> Table:
        """The counts of each of the `parts` of a place."""
        return {
            part: {
                name: self._own(path, group, name) if part == path else self.of(part, group).get(name, 0)
                for name in names
            }
            for part in self.parts[path]
        }

    def _inside(self, path: str) -> list[str]:
        return self.beside.get(path, [])

    def _own(self, path: str, group: str, name: str) -> int:
        return self.of(path, group).get(name, 0) - sum(self.of(one, group).get(name, 0) for one in self._inside(path))

    def _has_own(self, path: str) -> bool:
        groups = [group for group in self.cells.get(path, _NO_CELLS) if group not in MEDIANS]
        return any(self._own(path, group, name) for group in groups for name in self.of(path, group))


def counts_of(path: str, *, day: date, groups: Collection[str]) -> Counts:
    """As they were kept last; counted now where none are kept for today or yesterday. One query where they are kept.

    Call it under the system's scope.
    """
    way = ancestors(path)
    inside = Place.objects.filter(parent__path__in=way).order_by("path").values("path", within=F("parent__path"))
    places, rows = at_once(inside, KeptCounts.objects.filter(Q(place_path=way[0]) | Q(parent_path__in=way)).values())
    beside: dict[str, list[str]] = {}
    for one in places:
        beside.setdefault(one["within"], []).append(one["path"])
    kept = {one["place_path"]: one for one in rows}
    top = kept.get(way[0])
    if top is not None and day - timedelta(days=1) <= (counted := date.fromisoformat(top["day"])) <= day:
        cells = {one: row["cells"] for one, row in kept.items()}
        return Counts(path, counted, datetime.fromisoformat(top["counted_at"]), cells, beside)
    return Counts(path, day, None, count_cells(way[0], day, groups), beside)
