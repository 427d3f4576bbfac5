"""Worst-off first, exactly."""

from typing import Any

import numpy as np

from peyvand.engines.arrays import Array, finite, same_length
from peyvand.engines.matching.graph import Assignment, Problem, check
from peyvand.engines.matching.search import components_of_needs, new_state, serve_in_order, with_own_queue, write_flow
from peyvand.engines.matching.travel import least_cost
from peyvand.engines.side_by_side import in_parts, on_threads


def assign(
    *,
    priority: Any,
    capacity: Any,
    indptr: Any,
    indices: Any,
    demand: Any = None,
    cost: Any = None,
) -> Assignment:
    """Serve the needs of highest priority first, and with `cost` at the least total cost.

    `priority` float64[n] (finite; more is more pressing), `capacity` int64[m] units, CSR `indptr` int64[n + 1] and
    `indices` int32[e] (rows of `capacity`; the same pair may stand twice), `demand` int64[n] units (default 1 each;
    units of one need may come from several capacities and may be served in part), `cost` float64[e] of one unit on
    each edge (finite, may be negative).

    Needs are taken from the highest priority down, equal ones in the order of their rows, and each unit is kept for
    which an augmenting path exists; who is served once is moved, never dropped. The sets that can be served together
    form a transversal matroid (Edmonds and Fulkerson 1965; with units: copies of a need), where this greedy order
    gives at once the lexicographically best set, a largest set, and among the largest the greatest sum of priorities
    (Gale 1968, Edmonds 1971). Augmenting paths: Berge 1957, Kuhn 1955; a failed search closes what it reached for
    good, so all failed searches together cost one pass over the edges. Connected components are gone through on all
    cores; how many there are makes no difference to the answer. Among equally good answers the one with
    earlier edges of a row is preferred, not guaranteed.

    With `cost` each need keeps the units it was given, and the total is the least for them: see `travel.least_cost`.

    Raises `ValueError` naming array and row on NaN or infinite priority or cost, negative or fractional capacity or
    demand, an edge to no capacity, an `indptr` that falls, and arrays of the wrong length.
    """
    problem = check(priority, capacity, indptr, indices, demand)
    costs = None if cost is None else finite("cost", cost)
    if costs is not None:
        same_length("cost", costs, len(problem.indices), "edge")
    state = new_state(problem)
    served = np.zeros(len(problem.priority), np.int64)

    def of_part(order: Array) -> None:
        serve_in_order(order, problem.demand, with_own_queue(state, len(order)), served)

    on_threads(of_part, _by_component(problem))
    flow, capacity_of = np.zeros(len(problem.indices), np.int64), np.full(len(served), -1, np.int32)
    write_flow(state, flow, np.full(len(served), len(flow), np.int32), capacity_of)
    found = Assignment(flow, capacity_of, served, float((problem.priority * served).sum()), 0.0)
    return found if costs is None else shortened(problem, found, costs)


def shortened(problem: Problem, found: Assignment, cost: Array) -> Assignment:
    """The same units for everyone at the least total `cost` float64[e]."""
    return assignment_of(problem, least_cost(problem, found.flow, found.served, cost), cost)


def assignment_of(problem: Problem, flow: Array, cost: Array | None = None) -> Assignment:
    """What a feasible flow int64[e] gives to whom."""
    used = np.flatnonzero(flow)
    served = np.zeros(len(problem.priority), np.int64)
    np.add.at(served, np.searchsorted(problem.indptr, used, side="right") - 1, flow[used])
    return Assignment(
        flow=flow,
        capacity_of=_first_capacities(problem, flow),
        served=served,
        priority_sum=float((problem.priority * served).sum()),
        cost_sum=0.0 if cost is None else float((cost * flow).sum()),
    )


def _by_component(problem: Problem) -> list[Array]:
    """All needs, worst-off first in each connected component, one component after the other: they share nothing, so
    the answer is the same, and what a search reads lies close together.
    """
    component = components_of_needs(problem.indptr, problem.indices, len(problem.capacity))
    order = worst_off_first(problem.priority)
    order = order[np.argsort(component[order], kind="stable")]
    return in_parts(order, component[order])


def worst_off_first(priority: Array) -> Array:
    """int64[n]: rows from the highest priority down, equal ones in their own order."""
    if not len(priority):
        return np.empty(0, np.int64)
    if priority.max() - priority.min() < 2**16 and (priority == np.floor(priority)).all():
        # NumPy sorts 16-bit numbers by radix, several times faster.
        return np.argsort((priority.max() - priority).astype(np.uint16), kind="stable")
    return np.argsort(-priority, kind="stable")


def _first_capacities(problem: Problem, flow: Array) -> Array:
    """int32[n]: the capacity of the first edge of each need that carries units (-1: none)."""
    used = np.flatnonzero(flow)
    needs, first = np.unique(np.searchsorted(problem.indptr, used, side="right") - 1, return_index=True)
    capacities = np.full(len(problem.priority), -1, np.int32)
    capacities[needs] = problem.indices[used[first]]
    return capacities
