"""Two lists in, an exact answer out, without listing every pair."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from peyvand.engines.matching.assign import assign
from peyvand.engines.matching.exchanges import exchanges, highest_asking, lowest_reached
from peyvand.engines.matching.graph import Array, Assignment, Graph, check
from peyvand.engines.matching.ground import Ground, survey
from peyvand.engines.matching.near import at_most, every_pair, nearest_pairs

ALL_PAIRS_BELOW = 2_000_000
MOST_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Matched:
    """An exact answer over all feasible pairs, and the pairs it was found on.

    `complete` says that `graph` holds every feasible pair; else it holds those that were needed to prove the answer,
    so counts taken from it (`reasons`: within, reachable) are "at least". `rounds` is how often the pairs were
    widened.
    """

    graph: Graph
    assignment: Assignment
    complete: bool
    rounds: int


def match(
    needs: pl.DataFrame,
    capacities: pl.DataFrame,
    *,
    k: int = 16,
    least_travel: bool = False,
    all_pairs_below: int = ALL_PAIRS_BELOW,
) -> Matched:
    """Serve the needs of highest priority first over *all* feasible pairs of two lists.

    Columns as in `candidates`, and `priority` (needs), `capacity` (capacities), optionally `demand` (needs, else 1
    each). With fewer than `all_pairs_below` feasible pairs all are taken. Else each need begins with its `k` nearest,
    and edges are widened around the unserved until the certificate of `verify` holds over all pairs:

    let h(v) be the highest priority of an unserved need that leads to need v through exchanges, and l(c) the lowest
    priority served at what capacity c leads to (-inf where there is room). A missing pair (v, c) can change the
    answer only where l(c) < h(v); each need takes its nearest such capacities, more in every round, and the answer is
    found anew. A pair that is there already never has l(c) < h(v), as the certificate holds on the pairs that are
    there, so every round adds new pairs, the rounds end, and then no feasible pair is left that could break the
    certificate.

    With `least_travel` the units each need gets stay fixed and the kilometres are the least over the pairs of `graph`
    (unknown distances count as the longest known one).
    """
    ground = survey(needs, capacities)
    arrays = {
        "priority": _numbers(needs, "needs", "priority"),
        "demand": _numbers(needs, "needs", "demand") if "demand" in needs.columns else None,
        "capacity": _numbers(capacities, "capacities", "capacity"),
    }
    complete = at_most(ground) < all_pairs_below
    if complete:
        graph, rounds = every_pair(ground), 0
    else:
        graph, rounds = _widened(ground, arrays, k)
    cost = _travel(graph.km) if least_travel else None
    assignment = assign(**arrays, indptr=graph.indptr, indices=graph.indices, cost=cost)
    return Matched(graph, assignment, complete, rounds)


def _widened(ground: Ground, arrays: dict[str, Array | None], k: int) -> tuple[Graph, int]:
    if k < 1:
        raise ValueError(f"k is {k}, and at least 1 is needed")
    need_count, capacity_count = len(ground.need_keys), len(ground.capacity_key)
    rows, rounds = np.arange(need_count), 0
    above, lowest = np.full(need_count, np.inf), np.full(capacity_count, -np.inf)
    graph = nearest_pairs(ground, rows, min(k, max(capacity_count, 1)), above=above, lowest=lowest)
    while True:
        above, lowest = _certificate(graph, arrays)
        rows = np.flatnonzero(above > -np.inf)
        k = min(2 * k, MOST_AT_ONCE)
        more = nearest_pairs(ground, rows, min(k, max(capacity_count, 1)), above=above, lowest=lowest)
        if not len(more.indices):
            return graph, rounds
        graph = _joined(graph, rows, more)
        rounds += 1


def _certificate(graph: Graph, arrays: dict[str, Array | None]) -> tuple[Array, Array]:
    """h float64[n] and l float64[m] of the best answer on the pairs so far."""
    problem = check(arrays["priority"], arrays["capacity"], graph.indptr, graph.indices, arrays["demand"])
    found = assign(**arrays, indptr=graph.indptr, indices=graph.indices)
    need_count, capacity_count = len(problem.priority), len(problem.capacity)
    used = np.zeros(capacity_count, np.int64)
    np.add.at(used, graph.indices, found.flow)
    forward, backward = exchanges(graph.indptr, graph.indices, found.flow, capacity_count)
    unserved = np.flatnonzero(found.served < problem.demand)
    above = highest_asking(forward, problem.priority, unserved, capacity_count)[:need_count]
    lowest = lowest_reached(backward, problem.priority, found.served, problem.capacity - used)[need_count:]
    return above, lowest


def _joined(graph: Graph, rows: Array, more: Graph) -> Graph:
    """Both graphs' pairs, the new ones after the old ones of the same need."""
    counts = np.zeros(len(graph.indptr) - 1, np.int64)
    counts[rows] = np.diff(more.indptr)
    added = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    owner = np.repeat(np.arange(len(counts)), np.diff(graph.indptr))
    newer = np.repeat(np.arange(len(counts)), counts)
    old_place = np.arange(len(owner)) + added[owner]
    new_place = np.arange(len(newer)) + graph.indptr[newer + 1]
    indices, km = np.empty(len(owner) + len(newer), np.int32), np.empty(len(owner) + len(newer))
    indices[old_place], indices[new_place] = graph.indices, more.indices
    km[old_place], km[new_place] = graph.km, more.km
    return Graph(graph.indptr + added, indices, km)


def _travel(km: Array) -> Array:
    known = km[~np.isnan(km)]
    return np.where(np.isnan(km), known.max(initial=0.0), km)


def _numbers(frame: pl.DataFrame, name: str, column: str) -> Array:
    if column not in frame.columns:
        raise ValueError(f"{name}: column {column} is missing")
    values = frame[column]
    if values.null_count():
        raise ValueError(f"{name}: row {values.is_null().arg_max()}: {column} is empty")
    return values.to_numpy()
