"""What may not be shared, split or taken apart: the terms of needs and capacities, and which of them a flow breaks."""

from typing import Any, NamedTuple

import numpy as np

from peyvand.engines.arrays import Array, refuse_first, same_length, whole
from peyvand.engines.matching.graph import Problem, check


class Terms(NamedTuple):
    """Checked terms: `divisible` bool[n], `smallest_lot` int64[m], `together` int64[n] groups from 0 on (-1: alone)."""

    divisible: Array
    smallest_lot: Array
    together: Array


def check_terms(problem: Problem, divisible: Any, smallest_lot: Any, together: Any) -> Terms:
    """The terms in their exact types, or a `ValueError` that names the array and the row."""
    needs, capacities = len(problem.priority), len(problem.capacity)
    shares = np.ones(needs, bool) if divisible is None else np.asarray(divisible)
    if shares.dtype != bool:
        raise ValueError(f"divisible: true or false is needed, not {shares.dtype}")
    lots = np.ones(capacities, np.int64) if smallest_lot is None else whole("smallest_lot", smallest_lot)
    groups = np.full(needs, -1, np.int64) if together is None else whole("together", together)
    same_length("divisible", shares, needs, "need")
    same_length("smallest_lot", lots, capacities, "capacity")
    same_length("together", groups, needs, "need")
    refuse_first("smallest_lot", lots, lots < 1, "is less than one")
    refuse_first("together", groups, groups < -1, "is neither the number of a group nor -1")
    named, number = np.unique(groups, return_inverse=True)
    return Terms(shares, lots, number - 1 if len(named) and named[0] == -1 else number)


def usable_edges(problem: Problem, terms: Terms, owner: Array) -> Array:
    """bool[e]: the edges that can carry anything under the terms; `owner` int64[e] is the need of each."""
    demand, room = problem.demand[owner], problem.capacity[problem.indices]
    fits = terms.divisible[owner] | (demand <= room)
    carries = (demand > 0) & (np.minimum(demand, room) >= terms.smallest_lot[problem.indices]) & fits
    # A group of which one need has nowhere to go is served to nobody.
    reached = np.zeros(len(problem.demand), bool)
    reached[owner[carries]] = True
    lost = np.unique(terms.together[(terms.together >= 0) & (problem.demand > 0) & ~reached])
    return carries & ~np.isin(terms.together, lost)[owner]


class Broken(NamedTuple):
    """Where a flow breaks the terms: bool[n] needs that got what they may not, bool[e] edges below the smallest lot."""

    needs: Array
    edges: Array


def broken(problem: Problem, terms: Terms, owner: Array, flow: Array) -> Broken:
    """Which needs and edges of a feasible `flow` int64[e] break the terms."""
    needs = len(problem.priority)
    used = flow > 0
    served = np.zeros(needs, np.int64)
    np.add.at(served, owner, flow)
    givers = np.bincount(owner[used], minlength=needs)
    partly = (served > 0) & (served < problem.demand)
    wrong = ~terms.divisible & (partly | (givers > 1))
    grouped = np.flatnonzero((terms.together >= 0) & (problem.demand > 0))
    groups = terms.together[grouped]
    count = int(groups.max(initial=-1)) + 1
    some = np.bincount(groups, served[grouped] > 0, count) > 0
    lacking = np.bincount(groups, served[grouped] < problem.demand[grouped], count) > 0
    wrong[grouped] |= (some & lacking)[groups]
    return Broken(wrong, used & (flow < terms.smallest_lot[problem.indices]))


def broken_term(
    *, capacity: Any, indptr: Any, indices: Any, flow: Any, demand: Any = None, divisible: Any = None,
    smallest_lot: Any = None, together: Any = None,
) -> str:  # fmt: skip
    """The first term that a flow int64[e] breaks, in words; empty when all are kept. Whether the flow is feasible at
    all, and for `assign` also the best, `verify` says.
    """
    rows = len(whole("indptr", indptr)) - 1
    problem = check(np.zeros(rows), capacity, indptr, indices, demand)
    terms = check_terms(problem, divisible, smallest_lot, together)
    owner = np.repeat(np.arange(rows), np.diff(problem.indptr))
    units = whole("flow", flow)
    same_length("flow", units, len(owner), "edge")
    wrong = broken(problem, terms, owner, units)
    if wrong.edges.any():
        edge = int(np.argmax(wrong.edges))
        row = int(problem.indices[edge])
        lot = terms.smallest_lot[row]
        return f"capacity row {row} gives need row {owner[edge]} {units[edge]} units, and its smallest lot is {lot}"
    if wrong.needs.any():
        row = int(np.argmax(wrong.needs))
        what = "its group is not served whole" if terms.together[row] >= 0 else "it may not be shared or served in part"
        return f"need row {row} gets {units[owner == row].sum()} of {problem.demand[row]} units, and {what}"
    return ""
