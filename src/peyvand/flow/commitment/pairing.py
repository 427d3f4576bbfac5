"""Which pairs a run may make, and who gets what of them: under the rules of the match, lots and weeks. Tables of numbers in and out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from peyvand.engines.arrays import Array
from peyvand.engines.matching import (
    Assignment,
    Bound,
    Feasibility,
    Graph,
    LotAssignment,
    Rules,
    assign,
    assign_lots,
    bounded,
    match,
)
from peyvand.engines.matching.ground import survey
from peyvand.engines.matching.near import at_most
from peyvand.engines.matching.widen import STEPS as MATCHING
from peyvand.engines.matching.widen import cost_of_way

Columns = dict[str, Any]
_TEXTS = pl.List(pl.String)
_LISTS: Columns = {"licences": _TEXTS, "skills": _TEXTS, "languages": _TEXTS, "access": _TEXTS}
# What needs ask and offers bring beyond kind and place, as `Feasibility` reads it. `divisible`: it may be shared; `together`: a number
# for each group that is served whole or not at all. Offers with the same `week_group` take on `week_left` units together.
NEED_RULES: Columns = {
    "start": pl.Date, "end": pl.Date, "max_km": pl.Float64, "person_gender": pl.String, "provider_gender": pl.String,
    "household": pl.Int64, "divisible": pl.Boolean, "together": pl.Int64,
} | _LISTS  # fmt: skip
CAPACITY_RULES: Columns = {
    "start": pl.Date, "end": pl.Date, "gender": pl.String, "provider": pl.Int64, "week_group": pl.Int64, "week_left": pl.Int64,
} | _LISTS  # fmt: skip
# One row for each rule of a kind or a family: "substitute", "kind" or "unwanted", and the columns it fills.
RULE_COLUMNS: Columns = {
    "rule": pl.String, "kind": pl.Int64, "substitute": pl.Int64, "licences": _TEXTS, "same_gender": pl.Boolean,
    "at_venue": pl.Boolean, "household": pl.Int64, "provider": pl.Int64,
}  # fmt: skip
# Up to so many pairs all are looked at under rules; beyond, each need begins with its nearest.
ALL_PAIRS_BELOW = 8_000_000
NEAREST = 32
Tell = Callable[[str], None]
LOTS = "lots"


def rules_of(table: pl.DataFrame) -> Rules:
    """The engine's rules out of a table of `RULE_COLUMNS`."""
    of = {name: table.filter(pl.col("rule") == name) for name in ("substitute", "kind", "unwanted")}
    return Rules(
        substitutes=of["substitute"].select("kind", "substitute"),
        kinds=of["kind"].select("kind", "licences", "same_gender", "at_venue"),
        unwanted=of["unwanted"].select("household", "provider"),
    )


def nothing_asked(needs: pl.DataFrame, rules: pl.DataFrame) -> bool:
    """Whether kind and place alone decide, so that the quick way over all pairs is open."""
    lists = pl.any_horizontal(pl.col(*_LISTS).list.len().fill_null(0) > 0)
    # The days of an offer are asked before it is read; only a need that begins later can miss it.
    values = pl.any_horizontal(pl.col("start", "max_km", "provider_gender").is_not_null())
    return rules.is_empty() and not needs.select((lists | values).any()).item()


@dataclass(frozen=True)
class Weeks:
    """The capacities as they can give in this week. Offers of a provider with several are bound by `group` and `most` together."""

    capacity: Array
    group: Array
    most: Array

    @property
    def bind(self) -> bool:
        return bool(len(self.most))


def weeks(capacities: pl.DataFrame) -> Weeks:
    """A provider with one offer has less to give; of several, who gives is left open."""
    left = capacities["week_left"].cast(pl.Float64).fill_null(np.inf).to_numpy()
    capacity = np.minimum(capacities["capacity"].to_numpy(), left).astype(np.int64)
    grouped = capacities.select("week_group", "week_left").with_row_index("row").drop_nulls("week_group")
    several = grouped.group_by("week_group", maintain_order=True).agg("row", pl.col("week_left").min())
    several = several.filter(pl.col("row").list.len() > 1)
    group = np.full(len(capacities), -1, np.int64)
    for number, rows in enumerate(several["row"]):
        group[rows.to_numpy()] = number
    return Weeks(capacity, group, several["week_left"].to_numpy().astype(np.int64))


class Problem(NamedTuple):
    """A graph of pairs that may be made, and the arrays of the engine: after the `needs` rows stand those that only hold back
    what goes beyond a week.
    """

    graph: Graph
    complete: bool
    arrays: dict[str, Array]
    needs: int

    @property
    def edges(self) -> int:
        return len(self.graph.indices)


class Solved(NamedTuple):
    """`plain` is the exact answer without lots, over all rows of the problem; `flow` int64[edges] and `served` int64[needs] what is
    given under them; `lots` says how sure that is, None where nothing is bound.
    """

    problem: Problem
    plain: Array
    flow: Array
    served: Array
    lots: LotAssignment | None


def solve(needs: pl.DataFrame, capacities: pl.DataFrame, rules: pl.DataFrame, tell: Tell) -> Solved:
    """Worst-off first, exactly, then by the shortest ways; where something may not be shared or split, by decision record 23."""
    week = weeks(capacities)
    offers = capacities.with_columns(capacity=pl.Series(week.capacity))
    together = needs["together"].fill_null(-1).to_numpy()
    bites = bool((capacities["lot"] > 1).any() or (~needs["divisible"] & (needs["demand"] > 1)).any())
    bites = bites or bool((together >= 0).any())
    if nothing_asked(needs, rules) and not week.bind:
        matched = match(needs, offers, least_travel=True, tell=tell)
        problem = _problem(needs, week, matched.graph, complete=matched.complete)
        found = matched.assignment
    else:
        tell(MATCHING[0])
        problem, plain = _under_rules(needs, offers, rules_of(rules), week)
        tell(MATCHING[1])
        found = plain if bites and plain else assign(**problem.arrays, cost=None if bites else _cost(problem))
    if not bites:
        return _solved(problem, found, found, None)
    tell(LOTS)
    # A row that holds back a week takes any units, so that its offers cannot be bound to lots at the same time.
    lot = np.where(week.group >= 0, 1, capacities["lot"].to_numpy())
    extra = len(problem.arrays["demand"]) - problem.needs
    lots = assign_lots(
        **problem.arrays,  # type: ignore[arg-type]
        cost=_cost(problem),
        smallest_lot=lot,
        divisible=np.append(needs["divisible"].to_numpy(), np.ones(extra, bool)),
        together=np.append(together, np.full(extra, -1)),
    )
    return _solved(problem, found, lots.assignment, lots)


def share_not_proved(solved: Solved, priority: Array, given: Array) -> float:
    """Of the most pressing priority that is not proved, the share of units that could be missing; 0.0 where all is proved.

    `given` int64[needs] is what is given in the end. Where that is less than was found (what several offers of one week left
    below a lot), or not all pairs were looked at, only the answer without lots is proved to be the best there is.
    """
    lots = solved.lots
    if lots is None:
        return 0.0
    if solved.problem.complete and np.array_equal(given, solved.served):
        return lots.gap
    levels, place = np.unique(priority, return_inverse=True)
    plain = served_by(solved.problem, solved.plain)
    most, found = (np.bincount(place, units, len(levels)) for units in (plain, given))
    below = np.flatnonzero(found < most)
    return float(1 - found[below[-1]] / most[below[-1]]) if len(below) else 0.0


def served_by(problem: Problem, flow: Array) -> Array:
    """int64[needs]: the units each need gets."""
    running = np.concatenate([np.zeros(1, np.int64), np.cumsum(flow)])
    indptr = problem.arrays["indptr"][: problem.needs + 1]
    return running[indptr[1:]] - running[indptr[:-1]]


def _solved(problem: Problem, plain: Assignment, found: Assignment, lots: LotAssignment | None) -> Solved:
    return Solved(problem, plain.flow, found.flow[: problem.edges], found.served[: problem.needs], lots)


def _problem(needs: pl.DataFrame, week: Weeks, graph: Graph, *, complete: bool) -> Problem:
    arrays = {
        "priority": needs["priority"].to_numpy(), "capacity": week.capacity, "indptr": graph.indptr, "indices": graph.indices,
        "demand": needs["demand"].to_numpy(),
    }  # fmt: skip
    if week.bind:
        arrays = bounded(**arrays, bounds=[Bound(week.group, week.most)]).arrays()
    return Problem(graph, complete, arrays, len(needs))


def _cost(problem: Problem) -> Array:
    """Kilometres; holding back costs nothing."""
    more = len(problem.arrays["indices"]) - problem.edges
    return np.append(cost_of_way(problem.graph.km), np.zeros(more))


def _under_rules(
    needs: pl.DataFrame, capacities: pl.DataFrame, rules: Rules, week: Weeks
) -> tuple[Problem, Assignment | None]:
    """The pairs that may be made: all of them, or as many as prove the answer over all of them (not `complete`).

    With the answer without costs, where it was needed to find them.
    """
    of_one_kind = Feasibility(needs, capacities, rules)
    if at_most(survey(needs, capacities)) < ALL_PAIRS_BELOW:
        return _problem(needs, week, of_one_kind.pairs(), complete=True), None
    graph, whole = of_one_kind.pairs(k=NEAREST), np.zeros(len(needs), bool)
    while True:
        problem = _problem(needs, week, graph, complete=False)
        found = assign(**problem.arrays)
        # Whom a full week keeps out is led on by the rows that hold it back.
        led_to = _led_to(problem.arrays, found.flow, found.served < problem.arrays["demand"])[: problem.needs]
        rows = np.flatnonzero(led_to & ~whole)
        if not len(rows):
            return problem, found
        whole[rows] = True
        graph = _with_rows(graph, rows, Feasibility(needs[rows], capacities, rules).pairs())


def _led_to(arrays: dict[str, Array], flow: Array, asking: Array) -> Array:
    """bool[n]: the needs asking, and those served where they lead by exchanges. What these could take decides the answer."""
    indices = arrays["indices"]
    owner = np.repeat(np.arange(len(asking)), np.diff(arrays["indptr"]))
    reached, used = asking.copy(), flow > 0
    while True:
        there = np.zeros(int(indices.max(initial=-1)) + 1, bool)
        there[indices[reached[owner]]] = True
        more = reached.copy()
        more[owner[used & there[indices]]] = True
        if (more == reached).all():
            return reached
        reached = more


def _with_rows(graph: Graph, rows: Array, of_rows: Graph) -> Graph:
    """The graph with the pairs of these needs in the place of those it had."""
    counts = np.diff(graph.indptr)
    owner = np.repeat(np.arange(len(counts)), counts)
    replaced = np.zeros(len(counts), bool)
    replaced[rows] = True
    kept = ~replaced[owner]
    owners = np.concatenate([owner[kept], np.repeat(rows, np.diff(of_rows.indptr))])
    order = np.argsort(owners, kind="stable")
    indptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(owners, minlength=len(counts)))])
    indices, km = (
        np.concatenate([old[kept], new])[order]
        for old, new in ((graph.indices, of_rows.indices), (graph.km, of_rows.km))
    )
    return Graph(indptr, indices, km)
