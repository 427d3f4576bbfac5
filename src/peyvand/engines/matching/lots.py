"""Worst-off first where needs may not be shared, capacities have smallest lots, or needs go together."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from peyvand.engines.arrays import Array, finite, same_length
from peyvand.engines.compiled import allocating, in_place
from peyvand.engines.matching.assign import assign, assignment_of
from peyvand.engines.matching.exchanges import root_of
from peyvand.engines.matching.graph import Assignment, Problem, check
from peyvand.engines.matching.part import Part, solve_part
from peyvand.engines.matching.terms import broken, check_terms, usable_edges
from peyvand.engines.side_by_side import on_all_cores

EFFORT = 10.0
WORTH_A_PROCESS = 2_000


@dataclass(frozen=True, slots=True)
class LotAssignment:
    """Who is served by whom, and how sure it is that nobody more pressing could have been.

    `relaxed` int64[n] is what each need would get if everything could be shared and split: no answer on these pairs
    serves the worst-off better. `parts` has one entry for each connected component in which the terms bite; in all
    others the answer is that of `assign`, and exact. `proved` says that every part was solved to the end, `gap` and
    `cost_gap` are the largest of theirs (0.0 where proved).
    """

    assignment: Assignment
    relaxed: Array
    parts: tuple[Part, ...]

    @property
    def proved(self) -> bool:
        return all(part.proved for part in self.parts)

    @property
    def gap(self) -> float:
        return max((part.gap for part in self.parts), default=0.0)

    @property
    def cost_gap(self) -> float:
        return max((part.cost_gap for part in self.parts), default=0.0)


def assign_lots(
    *,
    priority: Any,
    capacity: Any,
    indptr: Any,
    indices: Any,
    demand: Any = None,
    cost: Any = None,
    divisible: Any = None,
    smallest_lot: Any = None,
    together: Any = None,
    effort: float = EFFORT,
) -> LotAssignment:
    """`assign` under terms that exchanges of single units cannot keep. Its arrays and errors, and further:

    - `divisible` bool[n] (default: all): whether a need's units may come from several capacities, or in part. One that
      is not divisible gets all of its `demand` over one edge, or nothing.
    - `smallest_lot` int64[m] (default: 1): over each edge a capacity gives at least so many units, or none.
    - `together` int64[n] (default: all -1): needs with the same number from 0 on are served whole, every one of them,
      or not at all: the members of a team, the two days of a service. A divisible one among them may be shared.

    *What is best*: the priorities are gone through from the highest down, and of each as many units are served as can
    be without taking one from a higher priority. Where the terms bite this is neither the largest set nor the greatest
    sum, as a pressing need of many units may stand before many of few; among needs of equal priority, any with the most
    units are as good. Raising a need's priority never takes units from it, and more capacity never makes the answer
    worse in this order (decision record 23).

    A connected component in which the answer of `assign` keeps the terms is settled by it, exactly: nobody could be
    served better without them. The others go to OR-Tools' CP-SAT one by one, on all cores, a few priorities at a time
    and with at most `effort` each (CP-SAT's deterministic time, about seconds; the same input gives the same answer).
    What it did not prove by then, the answer says: see `Part`. With `cost`, the total is then made the least for the
    units everyone has, as far as the effort goes.
    """
    problem = check(priority, capacity, indptr, indices, demand)
    costs = None if cost is None else finite("cost", cost)
    if costs is not None:
        same_length("cost", costs, len(problem.indices), "edge")
    terms = check_terms(problem, divisible, smallest_lot, together)
    owner = np.repeat(np.arange(len(problem.priority)), np.diff(problem.indptr))
    usable = np.flatnonzero(usable_edges(problem, terms, owner))
    flow, relaxed = _relaxed(problem, owner, usable, costs)
    wrong = broken(problem, terms, owner, flow)
    component = _joined(owner[usable], problem.indices[usable], terms.together, len(problem.capacity))
    biting = np.unique(np.concatenate([component[: len(relaxed)][wrong.needs], component[owner[wrong.edges]]]))
    parts = _of_components(usable, component[owner[usable]], biting)

    def solved(place: int) -> tuple[Array, Part]:
        return solve_part(problem, terms, owner, parts[place], flow[parts[place]], costs, effort)

    found: dict[int, Part] = {}
    worth = sum(map(len, parts)) >= WORTH_A_PROCESS
    for place, (units, part) in on_all_cores(solved, len(parts), worth=worth):
        flow[parts[place]], found[place] = units, part
    return LotAssignment(
        assignment_of(problem, flow, costs), relaxed, tuple(found[place] for place in range(len(parts)))
    )


def _relaxed(problem: Problem, owner: Array, usable: Array, cost: Array | None) -> tuple[Array, Array]:
    """int64[e] and int64[n]: the exact answer without the terms, on the edges that are usable under them."""
    rows = np.bincount(owner[usable], minlength=len(problem.priority))
    found = assign(
        priority=problem.priority,
        capacity=problem.capacity,
        indptr=np.concatenate([np.zeros(1, np.int64), np.cumsum(rows)]),
        indices=problem.indices[usable],
        demand=problem.demand,
        cost=None if cost is None else cost[usable],
    )
    flow = np.zeros(len(owner), np.int64)
    flow[usable] = found.flow
    return flow, found.served


def _of_components(usable: Array, component: Array, wanted: Array) -> list[Array]:
    """The usable edges of each of the wanted components, the largest first."""
    chosen = np.isin(component, wanted)
    edges, of_edge = usable[chosen], component[chosen]
    order = np.argsort(of_edge, kind="stable")
    cuts = np.flatnonzero(np.diff(of_edge[order])) + 1
    parts = np.split(edges[order], cuts) if len(edges) else []
    return sorted(parts, key=len, reverse=True)


@allocating
def _joined(owner: Array, target: Array, together: Array, capacity_count: int) -> Array:
    """int64[n + m]: a number for the component of each need and capacity, joined by edges and by groups."""
    needs = len(together)
    parent = np.arange(needs + capacity_count)
    first = np.full(needs + 1, -1, np.int64)
    for edge in range(len(owner)):
        _join(parent, owner[edge], needs + target[edge])
    for need in range(needs):
        group = together[need]
        if group >= 0:
            if first[group] < 0:
                first[group] = need
            _join(parent, first[group], need)
    for node in range(len(parent)):
        parent[node] = root_of(parent, node)
    return parent


@in_place
def _join(parent: Array, one: int, other: int) -> None:
    one, other = root_of(parent, one), root_of(parent, other)
    if one != other:
        parent[max(one, other)] = min(one, other)
