"""What a run says of a whole territory, counted once when it is carried out: whom it serves, and what lacks where."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import polars as pl
from django.db.models import QuerySet

from peyvand.engines.matching import fairness
from peyvand.flow.commitment.loading import Loaded, own_needs
from peyvand.flow.commitment.models import MatchingRun, RunFindings
from peyvand.flow.commitment.reckoning import Result
from peyvand.flow.need.enums import NeedState
from peyvand.flow.need.models import Need
from peyvand.flow.suppression import is_small, shown, suppressed
from peyvand.people.models import Disability, Person
from peyvand.places.models import Place
from peyvand.resources.models import Specification
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import models_at_once


class Share(NamedTuple):
    """One group of a table: needs, those served in full, and those that would be by first come, first served. None = withheld."""

    group: str | None
    needs: int | None
    met: int | None
    queued: int | None


TABLES = ("all", "tenth", "county", "sex", "disability")
_TENTH = "priority tenth"
# So many bottlenecks are kept of a run, the most helpful first.
MOST_LACKS = 200


def keep_findings(run: MatchingRun, loaded: Loaded, result: Result, by: Acting) -> RunFindings:
    """Read and written under the national role; nothing but counts is kept."""
    return RunFindings.objects.create(
        run=run, shares=_shares(run, loaded, result, by), lacks=_lacks(loaded, result), complete=result.complete, lots=result.lots
    )  # fmt: skip


def _shares(run: MatchingRun, loaded: Loaded, result: Result, by: Acting) -> list[list[Any]]:
    if not loaded.needs:
        return []
    rows = loaded.needs.values()
    mine = Need.objects.filter(own_needs(run.place_path, by), state=NeedState.OPEN)
    sex, disabled, families = _heads(mine), set[int](), set[int]()
    for person, household in Disability.objects.filter(person__household__in=mine.values("household")).values_list(
        "person_id", "person__household_id"
    ):
        disabled.add(person)
        families.add(household)
    frame = loaded.inputs.needs.select("priority", "demand").with_columns(
        county=pl.Series([_county(row.place_path) for row in rows], dtype=pl.String),
        sex=pl.Series([row.person__sex or sex.get(row.household_id) or None for row in rows], dtype=pl.String),
        disability=pl.Series([_disability(row, disabled, families) for row in rows], dtype=pl.String),
    )
    units = result.units
    found = fairness(frame, served=units["served"], first_come=units["first_come"], by=("county", "sex", "disability"))
    named = found.with_columns(table=pl.col("table").replace(_TENTH, "tenth"))
    return [list(row) for row in named.select("table", "group", "needs", "met", "first_come_met").iter_rows()]


def _heads(needs: QuerySet[Need]) -> Mapping[int | None, str]:
    heads = Person.objects.filter(is_head=True, household__in=needs.values("household"))
    return dict(heads.values_list("household_id", "sex"))


def _disability(row: Any, disabled: set[int], families: set[int]) -> str | None:
    """Of the one it is for, or of anyone of the family; nothing is said of a need that is nobody's alone."""
    if row.person_id is None and row.household_id is None:
        return None
    return "yes" if row.person_id in disabled or (row.person_id is None and row.household_id in families) else "no"


def _county(path: str) -> str:
    return "/".join(path.split("/")[:3]).rstrip("/") + "/"


def _lacks(loaded: Loaded, result: Result) -> list[list[Any]]:
    places = {
        (province, county): _county(row.place_path)
        for row, province, county in zip(
            loaded.needs.values(), loaded.inputs.needs["province"], loaded.inputs.needs["county"], strict=True
        )
    }
    rows = result.lacks.head(MOST_LACKS).iter_rows()
    return [[kind, places[province, county], *figures] for kind, province, county, *figures in rows]


def tables_of(shares: list[list[Any]], *, outside: bool) -> dict[str, list[Share]]:
    """The groups by their tables, exact for those who work with these needs, else without figures under five. Pure."""
    found: dict[str, list[Share]] = {name: [] for name in TABLES}
    for table, *row in shares:
        found[table].append(Share(*row))
    return {name: _withheld(rows) for name, rows in found.items()} if outside else found


def _withheld(rows: list[Share]) -> list[Share]:
    """Also who is left follows from who is served, so both must hide; where a group is withheld, its parts are."""
    parts = range(len(rows))
    needs = {at: rows[at].needs or 0 for at in parts}
    shown = suppressed(needs)

    def of(figures: dict[int, int]) -> dict[int, int | None]:
        telling = [at for at in parts if shown[at] is None or is_small(needs[at] - figures[at])]
        return suppressed(figures, also=telling)

    met, queued = of({at: rows[at].met or 0 for at in parts}), of({at: rows[at].queued or 0 for at in parts})
    return [Share(rows[at].group, shown[at], met[at], queued[at]) for at in parts]


@dataclass(frozen=True)
class Lack:
    """A bottleneck. Figures are None where they are withheld."""

    kind: Specification
    place: Place
    missing: int | None
    served: int | None
    worst_off: int | None


def lacks_of(findings: RunFindings, *, outside: bool) -> list[Lack]:
    """The bottlenecks of a run, the most helpful first; without figures under five for outsiders."""
    rows = findings.lacks
    kinds, places = models_at_once(
        Specification.objects.filter(pk__in={row[0] for row in rows}),
        Place.objects.filter(path__in={row[1] for row in rows}).defer("boundary"),
    )
    by_kind, by_path = {one.pk: one for one in kinds}, {one.path: one for one in places}
    return [
        Lack(by_kind[kind], by_path[path], *_figures(figures, outside))
        for kind, path, *figures in rows
        if kind in by_kind and path in by_path
    ]


def _figures(figures: Iterable[int], outside: bool) -> list[int | None]:
    """The parts lie within each other, so a small difference tells as much as a small figure."""
    exact = list(figures)
    if not outside:
        return [*exact]
    missing, served, worst_off = exact
    safe = [shown(missing), shown(served), shown(worst_off)]
    if safe[2] is not None and served > worst_off and shown(served - worst_off) is None:
        safe[2] = None
    return safe
