"""Worst-off first, exactly."""

from typing import Any

import numpy as np

from peyvand.engines.matching.graph import Array, Assignment, check, finite, same_length
from peyvand.engines.matching.search import new_state, serve_in_order
from peyvand.engines.matching.travel import least_cost


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
    good, so all failed searches together cost one pass over the edges. Among equally good answers the one with
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
    order = np.argsort(-problem.priority, kind="stable")
    serve_in_order(order, problem.demand, state, served)
    flow = state.flow
    if costs is not None:
        flow = least_cost(problem, state.owner, flow, served, costs)
    return Assignment(
        flow=flow,
        capacity_of=_first_capacity(state.owner, problem.indices, flow, len(served)),
        served=served,
        priority_sum=float(problem.priority @ served),
        cost_sum=0.0 if costs is None else float(costs @ flow),
    )


def _first_capacity(owner: Array, indices: Array, flow: Array, need_count: int) -> Array:
    capacity_of = np.full(need_count, -1, np.int32)
    used = np.flatnonzero(flow)[::-1]  # the last write stays: the first edge of each need
    capacity_of[owner[used]] = indices[used]
    return capacity_of
