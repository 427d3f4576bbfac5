"""A proof without a solver that nobody was passed over, and the reason for each need that was."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np

from peyvand.engines.arrays import Array, same_length, whole
from peyvand.engines.compiled import allocating
from peyvand.engines.matching.exchanges import backward_arcs, count_reached, forward_arcs, lowest_reached
from peyvand.engines.matching.graph import Problem, check


class Reason(IntEnum):
    """Why a need is as it is."""

    SERVED = 0  # every unit it asked for
    NO_EDGE = 1  # no capacity within reach
    FULL = 2  # every capacity within reach is full, also by exchanges, with needs of at least its priority


@dataclass(frozen=True, slots=True)
class Certificate:
    """True when the flow is feasible and worst-off first; otherwise `fault` says what is wrong and `need` or
    `capacity` where (-1: not there).

    `reason` int8[n] of `Reason`; `lowest` float64[n] for needs with reason FULL: the lowest priority served at the
    capacities it leads to (infinity when they serve nobody, having no units at all), else NaN. Where the certificate
    does not hold, reasons mean nothing.
    """

    holds: bool
    fault: str
    need: int
    capacity: int
    reason: Array
    lowest: Array

    def __bool__(self) -> bool:
        return self.holds


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why needs were left with less than they asked: one row for each of them, in the order of the list.

    `need` int64[u] rows of needs; `code` int8[u] of `Reason`; `missing` int64[u] units; `within` int64[u] capacities
    they could ask directly; `reachable` int64[u] the same with exchanges; `lowest` float64[u] the lowest priority
    served there (NaN with NO_EDGE, infinity when none of them has a unit).
    """

    need: Array
    code: Array
    missing: Array
    within: Array
    reachable: Array
    lowest: Array


def verify(*, priority: Any, capacity: Any, indptr: Any, indices: Any, demand: Any = None, flow: Any) -> Certificate:
    """Check a flow int64[e] against the lists alone; arrays and errors as in `assign`, with which it shares only
    their check.

    A flow is *feasible* when no edge carries less than nothing, no capacity gives more than it has and no need gets
    more than it asks. It is *worst-off first* when, for every need u with a unit missing, the capacities u leads to
    through exchanges are all full and every need served there has at least the priority of u.

    Why that is enough: the sets of units served together form a matroid. If such a capacity had room, or served a
    need w of lower priority, moving each need on the way by one step would serve u besides everyone, or instead of w.
    If neither ever holds, no exchange of one unit for another improves the set; in a matroid a set that no single
    exchange improves is the best one, lexicographically and by sum (Gale 1968; the exchange property), and it is a
    largest one since nothing can be added. Checked for all needs together in one pass over the edges (see
    `exchanges.lowest_reached`).
    """
    problem = check(priority, capacity, indptr, indices, demand)
    units = whole("flow", flow)
    same_length("flow", units, len(problem.indices), "edge")
    served, used = _totals(problem, units)
    reason, lowest = np.zeros(len(served), np.int8), np.full(len(served), np.nan)
    impossible = _infeasible(problem, units, served, used)
    if impossible:
        return Certificate(False, *impossible, reason, lowest)
    backward = backward_arcs(problem.indptr, problem.indices, units, len(used))
    label = lowest_reached(backward, problem.priority, served, problem.capacity - used)[: len(served)]
    missing = served < problem.demand
    alone = np.diff(problem.indptr) == 0
    reason[missing] = np.where(alone[missing], Reason.NO_EDGE, Reason.FULL)
    full = reason == Reason.FULL
    lowest[full] = label[full]
    passed_over = np.flatnonzero(full & (label < problem.priority))
    if not len(passed_over):
        return Certificate(True, "", -1, -1, reason, lowest)
    need = int(passed_over[np.argmax(problem.priority[passed_over])])
    instead = "there is room" if np.isneginf(label[need]) else f"a need of priority {label[need]:g} is served"
    fault = f"need row {need} (priority {problem.priority[need]:g}) was passed over: where it could be served {instead}"
    return Certificate(False, fault, need, -1, reason, lowest)


def reasons(*, priority: Any, capacity: Any, indptr: Any, indices: Any, demand: Any = None, flow: Any) -> Reasons:
    """Why each need that got less than it asked did; arrays as in `verify`.

    Raises `ValueError` with the fault when the certificate does not hold: then no reason would be true.
    """
    certificate = verify(priority=priority, capacity=capacity, indptr=indptr, indices=indices, demand=demand, flow=flow)
    if not certificate:
        raise ValueError(f"flow: {certificate.fault}")
    problem = check(priority, capacity, indptr, indices, demand)
    units = whole("flow", flow)
    served, used = _totals(problem, units)
    left = np.flatnonzero(certificate.reason)
    forward = forward_arcs(problem.indptr, problem.indices, units, len(used))
    return Reasons(
        need=left,
        code=certificate.reason[left],
        missing=(problem.demand - served)[left],
        within=_distinct(problem.indptr, problem.indices, left, len(used)),
        reachable=count_reached(forward, len(served), left),
        lowest=certificate.lowest[left],
    )


def _totals(problem: Problem, flow: Array) -> tuple[Array, Array]:
    """Units each need gets and each capacity gives."""
    running = np.concatenate([np.zeros(1, np.int64), np.cumsum(flow)])
    used, carrying = np.zeros(len(problem.capacity), np.int64), np.flatnonzero(flow)
    np.add.at(used, problem.indices[carrying], flow[carrying])
    return running[problem.indptr[1:]] - running[problem.indptr[:-1]], used


def _infeasible(problem: Problem, flow: Array, served: Array, used: Array) -> tuple[str, int, int] | None:
    negative = np.flatnonzero(flow < 0)
    if len(negative):
        edge = int(negative[0])
        need = int(np.searchsorted(problem.indptr, edge, side="right")) - 1
        return f"edge {edge} of need row {need} carries {flow[edge]} units", need, int(problem.indices[edge])
    over = np.flatnonzero(used > problem.capacity)
    if len(over):
        row = int(over[0])
        return f"capacity row {row} gives {used[row]} units and has {problem.capacity[row]}", -1, row
    more = np.flatnonzero(served > problem.demand)
    if len(more):
        row = int(more[0])
        return f"need row {row} gets {served[row]} units and asks {problem.demand[row]}", row, -1
    return None


@allocating
def _distinct(indptr: Array, indices: Array, rows: Array, capacity_count: int) -> Array:
    """How many different capacities each of the needs `rows` could ask."""
    last, counts = np.full(capacity_count, -1, np.int64), np.zeros(len(rows), np.int64)
    for place in range(len(rows)):
        for edge in range(indptr[rows[place]], indptr[rows[place] + 1]):
            if last[indices[edge]] != place:
                last[indices[edge]] = place
                counts[place] += 1
    return counts
