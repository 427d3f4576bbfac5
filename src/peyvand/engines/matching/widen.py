"""Two lists in, an exact answer out, without listing every pair."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from peyvand.engines.arrays import Array, whole
from peyvand.engines.matching.assign import assign, shortened, worst_off_first
from peyvand.engines.matching.closing import Ladder, claimed_places, open_paths
from peyvand.engines.matching.exchanges import exchanges
from peyvand.engines.matching.graph import Assignment, Graph, check
from peyvand.engines.matching.ground import Ground, survey
from peyvand.engines.matching.near import at_most, every_pair, nearest_pairs, pairs_as_graph

ALL_PAIRS_BELOW = 2_000_000
STEPS = ("candidates", "matching", "travel")


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
    tell: Callable[[str], None] = lambda step: None,
) -> Matched:
    """Serve the needs of highest priority first over *all* feasible pairs of two lists.

    Columns as in `candidates`, and `priority` (needs), `capacity` (capacities), optionally `demand` (needs, else 1
    each). With fewer than `all_pairs_below` feasible pairs all are taken. Else each need begins with its `k` nearest
    pairs, the best answer on them is found, and pairs are added until the certificate of `verify` holds over all
    feasible pairs:

    - every unserved need takes the nearest capacity where it would be served instead of a less pressing need or where
      there is room, and that those before it left over;
    - when there is none, `closing.open_paths` walks through all feasible pairs from the unserved needs. Each path it
      finds has a pair that is not there yet (else the answer on the pairs so far would have used it); these are added.
      When it finds no path, the certificate holds over all pairs.

    Every round adds pairs, so the rounds end. Among equal priorities, too, the answer is that of `assign` on all pairs,
    whatever `k`, since ranks are compared, in which equal priorities follow the order of rows.

    With `least_travel` the units each need gets stay fixed and the kilometres are the least over the pairs of `graph`
    (unknown distances count as the longest known one). `tell` is called with each of `STEPS` as it begins.
    """
    tell(STEPS[0])
    ground = survey(needs, capacities)
    arrays = {
        "priority": _numbers(needs, "needs", "priority"),
        "demand": _numbers(needs, "needs", "demand") if "demand" in needs.columns else None,
        "capacity": whole("capacity", _numbers(capacities, "capacities", "capacity")),
    }
    complete = at_most(ground) < all_pairs_below
    if k < 1 and not complete:
        raise ValueError(f"k is {k}, and at least 1 is needed")
    graph, rounds = every_pair(ground) if complete else nearest_pairs(ground, np.arange(len(needs)), k), 0
    tell(STEPS[1])
    if complete:
        assignment = assign(**arrays, indptr=graph.indptr, indices=graph.indices)
    else:
        graph, rounds, assignment = _widened(ground, arrays, graph)
    if least_travel:
        tell(STEPS[2])
        problem = check(arrays["priority"], arrays["capacity"], graph.indptr, graph.indices, arrays["demand"])
        assignment = shortened(problem, assignment, cost_of_way(graph.km))
    return Matched(graph, assignment, complete, rounds)


class Standing(NamedTuple):
    """The best answer on the pairs so far, seen by rank: n is the most pressing need, 1 the least."""

    rank: Array  # float64[n]
    unserved: Array  # int64[...] rows, most pressing first
    missing: Array  # int64[n] units
    slack: Array  # int64[m]
    found: Assignment


def _widened(ground: Ground, arrays: dict[str, Array | None], graph: Graph) -> tuple[Graph, int, Assignment]:
    rounds = 0
    while True:
        standing = _standing(graph, arrays)
        more = _claimed(ground, graph, standing)
        if not len(more.indices):
            more = _led_to(ground, graph, standing)
        if not len(more.indices):
            return graph, rounds, standing.found
        graph = _joined(graph, more)
        rounds += 1


def _standing(graph: Graph, arrays: dict[str, Array | None]) -> Standing:
    problem = check(arrays["priority"], arrays["capacity"], graph.indptr, graph.indices, arrays["demand"])
    found = assign(**arrays, indptr=graph.indptr, indices=graph.indices)
    order = worst_off_first(problem.priority)
    rank = np.empty(len(order))
    rank[order] = np.arange(len(order), 0, -1)
    slack = problem.capacity.copy()
    np.subtract.at(slack, graph.indices, found.flow)
    missing = problem.demand - found.served
    return Standing(rank, order[missing[order] > 0], missing, slack, found)


def _claimed(ground: Ground, graph: Graph, standing: Standing) -> Graph:
    """For each unserved need a place better than none; by claims, as needs of one town would all name the same."""
    owner = np.repeat(np.arange(len(standing.rank)), np.diff(graph.indptr))
    used, room = np.flatnonzero(standing.found.flow), np.flatnonzero(standing.slack)
    capacities = np.concatenate([room, graph.indices[used]])
    ranks = np.concatenate([np.full(len(room), -np.inf), standing.rank[owner[used]]])
    units = np.concatenate([standing.slack[room], standing.found.flow[used]])
    order = np.lexsort((ranks, capacities))
    counts = np.bincount(capacities, minlength=len(standing.slack))
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])

    def claim(ranks: Array) -> tuple[Array, Array]:
        ladder = Ladder(start, ranks, units[order])
        return claimed_places(ground, standing.unserved, rank=standing.rank, missing=standing.missing, ladder=ladder)

    needs, places = claim(ranks[order])
    if len(needs):
        # Whoever takes the place of the next weaker need starts a long row of moves: the weakest give way first.
        last = np.sort(ranks)[min(len(needs), len(ranks)) - 1]
        first_needs, first_places = claim(np.where(ranks[order] <= last, ranks[order], np.inf))
        others = ~np.isin(needs, first_needs)
        needs, places = np.append(needs[others], first_needs), np.append(places[others], first_places)
    return pairs_as_graph(ground, needs, places)


def _led_to(ground: Ground, graph: Graph, standing: Standing) -> Graph:
    """The pairs that are missing on paths by which an unserved need could still be served."""
    capacity_count = len(standing.slack)
    forward, _ = exchanges(graph.indptr, graph.indices, standing.found.flow, capacity_count)
    owner = np.repeat(np.arange(len(standing.rank)), np.diff(graph.indptr))
    weakest = np.full(capacity_count, np.inf)
    used = standing.found.flow > 0
    np.minimum.at(weakest, graph.indices[used], standing.rank[owner[used]])
    weakest[standing.slack > 0] = -np.inf
    needs, capacities = open_paths(
        ground,
        standing.unserved,
        rank=standing.rank,
        missing=standing.missing,
        weakest=weakest,
        claims=standing.slack + _given(graph, standing),
        holders=forward,
    )
    theirs = np.isin(owner, needs)
    there = owner[theirs] * capacity_count + graph.indices[theirs]
    new = ~np.isin(needs * capacity_count + capacities, there)
    return pairs_as_graph(ground, needs[new], capacities[new])


def _given(graph: Graph, standing: Standing) -> Array:
    """int64[m] units each capacity gives."""
    given = np.zeros(len(standing.slack), np.int64)
    np.add.at(given, graph.indices, standing.found.flow)
    return given


def _joined(graph: Graph, more: Graph) -> Graph:
    """Both graphs' pairs, the new ones after the old ones of the same need."""
    owner, newer = (np.repeat(np.arange(len(one.indptr) - 1), np.diff(one.indptr)) for one in (graph, more))
    old_place = np.arange(len(owner)) + more.indptr[owner]
    new_place = np.arange(len(newer)) + graph.indptr[newer + 1]
    indices, km = np.empty(len(owner) + len(newer), np.int32), np.empty(len(owner) + len(newer))
    indices[old_place], indices[new_place] = graph.indices, more.indices
    km[old_place], km[new_place] = graph.km, more.km
    return Graph(graph.indptr + more.indptr, indices, km)


def cost_of_way(km: Array) -> Array:
    """float64[e]: the kilometres, where they are unknown the longest known ones."""
    known = km[~np.isnan(km)]
    return np.where(np.isnan(km), known.max(initial=0.0), km)


def _numbers(frame: pl.DataFrame, name: str, column: str) -> Array:
    if column not in frame.columns:
        raise ValueError(f"{name}: column {column} is missing")
    values = frame[column]
    if values.null_count():
        raise ValueError(f"{name}: row {values.is_null().arg_max()}: {column} is empty")
    return values.to_numpy()
