"""Least total cost for the units that are served anyway."""

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from peyvand.engines.arrays import Array
from peyvand.engines.compiled import allocating, in_place
from peyvand.engines.matching.exchanges import root_of
from peyvand.engines.matching.graph import Problem
from peyvand.engines.side_by_side import on_all_cores

FINEST = 2**40
EXACT_TO = 1e-6
WORTH_A_PROCESS = 500_000


def least_cost(problem: Problem, flow: Array, served: Array, cost: Array) -> Array:
    """Move the units of `flow` int64[e] so that `cost` float64[e] x flow is the least while every need keeps `served`
    int64[n].

    A need's cheapest edge may be taken off all its edges without changing the order of answers, so only the rest
    counts: the *detour*. Connected components where every need's cheapest edge has room are settled so; the others go
    to OR-Tools' min-cost flow (cost-scaling push-relabel, Goldberg and Tarjan 1990), one component at a time, and on
    all cores where there are `WORTH_A_PROCESS` edges of them.

    That solver takes whole numbers. Detours that are whole are given as they are, and the total is exactly the least.
    Others are scaled so that the dearest becomes 2**40 (less in very large components, where sums would overflow).
    Edges dearer than the best known total cannot be in a better answer and are left out, and the component is solved
    again on the finer scale until rounding can change its total detour by at most one part in a million.
    """
    if not len(flow):
        return flow
    owner = np.repeat(np.arange(len(served), dtype=np.int32), np.diff(problem.indptr))
    detour, cheapest = _detours(problem, owner, served, cost)
    component = _components(problem.indptr, problem.indices, served, len(problem.capacity))
    wanted = np.zeros(len(problem.capacity), np.int64)
    holders = np.flatnonzero(served)
    np.add.at(wanted, problem.indices[cheapest[holders]], served[holders])
    crowded = np.zeros(len(component), bool)
    crowded[component[len(served) :][wanted > problem.capacity]] = True

    best = flow.copy()
    of_edge = component[owner]
    easy = ~crowded[of_edge]
    best[easy] = 0
    settled = holders[~crowded[component[holders]]]
    best[cheapest[settled]] = served[settled]

    hard = np.flatnonzero(~easy & (served[owner] > 0))
    hard = hard[np.argsort(of_edge[hard], kind="stable")]
    cuts = np.flatnonzero(np.diff(of_edge[hard])) + 1
    parts = np.split(hard, cuts) if len(hard) else []
    parts.sort(key=len, reverse=True)  # the longest first, so that all cores end together

    def solved(place: int) -> tuple[Array, Array]:
        edges = parts[place]
        one = _solve(owner[edges], problem.indices[edges], flow[edges], served, problem.capacity, detour[edges])
        used = np.flatnonzero(one)
        return used, one[used]

    for place, (used, units) in on_all_cores(solved, len(parts), worth=len(hard) >= WORTH_A_PROCESS):
        best[parts[place]] = 0
        best[parts[place][used]] = units
    return best


def _detours(problem: Problem, owner: Array, served: Array, cost: Array) -> tuple[Array, Array]:
    """float64[e] cost above the need's cheapest edge, and int64[n] that edge (-1: no edge)."""
    cheapest = np.full(len(served), -1, np.int64)
    _cheapest_edges(problem.indptr, cost, cheapest)
    return cost - cost[cheapest[owner]], cheapest


@in_place
def _cheapest_edges(indptr: Array, cost: Array, cheapest: Array) -> None:
    """The first of each need's cheapest edges; a need without edges stays as it was."""
    for need in range(len(cheapest)):
        for edge in range(indptr[need], indptr[need + 1]):
            if cheapest[need] < 0 or cost[edge] < cost[cheapest[need]]:
                cheapest[need] = edge


def _solve(owner: Array, target: Array, flow: Array, served: Array, capacity: Array, detour: Array) -> Array:
    """The best flow of one component's edges, beginning from a feasible one."""
    best, known = flow, _total(detour, flow)
    while known > 0:
        keep = np.flatnonzero(detour <= known)
        dearest = float(detour[keep].max())
        needs, from_need = np.unique(owner[keep], return_inverse=True)
        capacities, to_capacity = np.unique(target[keep], return_inverse=True)
        units, nodes = int(served[needs].sum()), len(needs) + len(capacities) + 1
        top = min(2**59 // nodes, 2**61 // units)
        is_whole = dearest <= top and not (detour[keep] % 1).any()
        step = 1.0 if is_whole else dearest / min(FINEST, top)
        whole = np.rint(detour[keep] / step).astype(np.int64)
        found = np.zeros_like(flow)
        found[keep] = _flow(from_need, to_capacity, served[needs], capacity[capacities], whole)
        total = _total(detour, found)
        # Each unit's cost is off by at most half a step, in this answer and in the true best one.
        error = 0.0 if is_whole else units * step
        improved = total < known
        if improved:
            best = found
        if error <= EXACT_TO * min(total, known) or not improved:
            break
        known = total
    return best


def _total(cost: Array, flow: Array) -> float:
    # A product of vectors as `@` wakes the threads of the linear algebra library, which costs more than it saves here.
    return float((cost * flow).sum())


def _flow(from_need: Array, to_capacity: Array, supply: Array, room: Array, cost: Array) -> Array:
    solver = SimpleMinCostFlow()
    sink, total = len(supply) + len(room), int(supply.sum())
    carried = np.minimum(supply[from_need], room[to_capacity])
    arcs = solver.add_arcs_with_capacity_and_unit_cost(from_need, len(supply) + to_capacity, carried, cost)
    at_most = np.minimum(room, total)
    ends = len(supply) + np.arange(len(room))
    solver.add_arcs_with_capacity_and_unit_cost(ends, np.full(len(room), sink), at_most, np.zeros(len(room), np.int64))
    solver.set_nodes_supplies(np.arange(len(supply)), supply)
    solver.set_nodes_supplies(np.array([sink]), np.array([-total]))
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise RuntimeError(f"the min-cost flow solver stopped with {status} on a component that has an answer")
    return solver.flows(arcs)


@allocating
def _components(indptr: Array, indices: Array, served: Array, capacity_count: int) -> Array:
    """int64[n + m]: a number for the connected component of each need and capacity, by edges of served needs (union
    by halving).
    """
    need_count = len(served)
    parent = np.arange(need_count + capacity_count)
    for need in range(need_count):
        if served[need] == 0:
            continue
        for edge in range(indptr[need], indptr[need + 1]):
            one, other = root_of(parent, need), root_of(parent, need_count + indices[edge])
            if one != other:
                parent[max(one, other)] = min(one, other)
    for node in range(len(parent)):
        parent[node] = root_of(parent, node)
    return parent
