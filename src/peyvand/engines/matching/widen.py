"""Two lists in, an exact answer out, without listing every pair."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from peyvand.engines.arrays import Array, whole
from peyvand.engines.compiled import in_place
from peyvand.engines.matching.assign import assign, assignment_of, shortened, worst_off_first
from peyvand.engines.matching.closing import Ladder, claimed_places
from peyvand.engines.matching.graph import Assignment, Graph, Problem, check
from peyvand.engines.matching.ground import Blocks, Ground, blocks, survey
from peyvand.engines.matching.near import at_most, every_pair, nearest_pairs, pairs_as_graph
from peyvand.engines.matching.pools import Classes, Given, classes, serve_classes
from peyvand.engines.matching.settling import settle
from peyvand.engines.matching.travel import least_travel as least_travel_over_all

ALL_PAIRS_BELOW = 2_000_000
STEPS = ("candidates", "matching", "travel")


@dataclass(frozen=True, slots=True)
class Matched:
    """An exact answer over all feasible pairs, and the pairs it was found on.

    `complete` says that `graph` holds every feasible pair; else it holds each need's nearest and those that are used,
    so counts taken from it (`reasons`: within, reachable) are "at least". `rounds` is how often the pairs were
    widened; `unknown_km` is what a pair without a distance counts in the least travel.
    """

    graph: Graph
    assignment: Assignment
    complete: bool
    rounds: int
    unknown_km: float


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
    each). With fewer than `all_pairs_below` feasible pairs all are taken. Else

    - where no capacity limits by kilometres, `pools.serve_classes` finds the best answer over all feasible pairs at
      once;
    - else each need begins with its `k` nearest pairs, and the best answer on them is found. Every unserved need adds
      the nearest capacity where it would be served instead of a less pressing need or where there is room, and that
      those before it left over; the best answer is found once more, and `settling.settle` makes it the best over all
      feasible pairs.

    The certificate of `verify` holds over all feasible pairs then. Among equal priorities, too, the answer is that of
    `assign` on all pairs, whatever `k`, since ranks are compared, in which equal priorities follow the order of rows.

    With `least_travel` the units each need gets stay fixed and the kilometres are the least over all feasible pairs
    (see `travel.least_travel`; unknown distances count as the longest known one of the pairs it begins with). `tell` is
    called with each of `STEPS` as it begins. How many cores there are makes no difference to the answer.
    """
    tell(STEPS[0])
    ground = survey(needs, capacities)
    priority = _numbers(needs, "needs", "priority")
    demand = _numbers(needs, "needs", "demand") if "demand" in needs.columns else None
    room = whole("capacity", _numbers(capacities, "capacities", "capacity"))
    arrays = {"priority": priority, "demand": demand, "capacity": room}
    complete = at_most(ground) < all_pairs_below
    if k < 1 and not complete:
        raise ValueError(f"k is {k}, and at least 1 is needed")
    if complete:
        return _on_every_pair(ground, arrays, least_travel, tell)
    graph = nearest_pairs(ground, np.arange(len(needs)), k)
    tell(STEPS[1])
    within = blocks(ground)
    known = classes(ground, within)
    graph, given, rounds = _widened(ground, within, known, arrays, graph)
    unknown = longest(graph.km)
    if least_travel:
        tell(STEPS[2])
        cost = cost_of_way(graph.km, unknown)
        given = least_travel_over_all(ground, within, known, graph, cost, given, room, unknown)
        graph = _with_pairs(ground, graph, given.need, given.capacity)
    problem = check(arrays["priority"], arrays["capacity"], graph.indptr, graph.indices, arrays["demand"])
    flow = np.zeros(len(graph.indices), np.int64)
    np.add.at(flow, edges_of(graph.indptr, graph.indices, given.need, given.capacity), given.units)
    assignment = assignment_of(problem, flow, cost_of_way(graph.km, unknown) if least_travel else None)
    return Matched(graph, assignment, False, rounds, unknown)


def _on_every_pair(
    ground: Ground, arrays: dict[str, Array | None], least_travel: bool, tell: Callable[[str], None]
) -> Matched:
    graph = every_pair(ground)
    tell(STEPS[1])
    assignment = assign(**arrays, indptr=graph.indptr, indices=graph.indices)
    if least_travel:
        tell(STEPS[2])
        problem = check(arrays["priority"], arrays["capacity"], graph.indptr, graph.indices, arrays["demand"])
        assignment = shortened(problem, assignment, cost_of_way(graph.km))
    return Matched(graph, assignment, True, 0, longest(graph.km))


class Standing(NamedTuple):
    """The best answer on the pairs so far, seen by rank: n is the most pressing need, 1 the least."""

    problem: Problem
    rank: Array  # int64[n]
    unserved: Array  # int64[...] rows, most pressing first
    missing: Array  # int64[n] units
    slack: Array  # int64[m]
    found: Assignment


def _widened(
    ground: Ground, within: Blocks, known: Classes, arrays: dict[str, Array | None], graph: Graph
) -> tuple[Graph, Given, int]:
    """The exact answer, and the graph with its pairs."""
    problem = check(arrays["priority"], arrays["capacity"], graph.indptr, graph.indices, arrays["demand"])
    limited = known.by_distance[known.of]
    order = worst_off_first(problem.priority)
    given = serve_classes(
        ground, within, known, order=order[~limited[order]], demand=problem.demand, capacity=problem.capacity
    )
    rounds = 1
    if limited.any():
        graph, rounds, settled = _settled(ground, graph, arrays | {"demand": np.where(limited, problem.demand, 0)})
        given = Given(*map(np.concatenate, zip(given, settled, strict=True)))
    return _with_pairs(ground, graph, given.need, given.capacity), given, rounds


def _settled(ground: Ground, graph: Graph, arrays: dict[str, Array | None]) -> tuple[Graph, int, Given]:
    """The best answer for those whom distance limits, found need by need."""
    standing, rounds = _standing(graph, arrays), 1
    more = _claimed(ground, graph, standing)
    if len(more.indices):
        graph, rounds = _joined(graph, more), 2
        standing = _standing(graph, arrays)
    used = np.flatnonzero(standing.found.flow)
    best = settle(
        ground,
        rank=standing.rank,
        missing=standing.missing,
        slack=standing.slack,
        need=np.searchsorted(graph.indptr, used, side="right") - 1,
        capacity=graph.indices[used],
        units=standing.found.flow[used],
    )
    return graph, rounds, best


def _with_pairs(ground: Ground, graph: Graph, need: Array, capacity: Array) -> Graph:
    """The graph and these pairs."""
    new = edges_of(graph.indptr, graph.indices, need, capacity) < 0
    if not new.any():
        return graph
    pair = np.unique(need[new] * len(ground.capacity_key) + capacity[new])
    return _joined(graph, pairs_as_graph(ground, *np.divmod(pair, len(ground.capacity_key))))


def _standing(graph: Graph, arrays: dict[str, Array | None]) -> Standing:
    problem = check(arrays["priority"], arrays["capacity"], graph.indptr, graph.indices, arrays["demand"])
    found = assign(**arrays, indptr=graph.indptr, indices=graph.indices)
    order = worst_off_first(problem.priority)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order), 0, -1)
    slack, used = problem.capacity.copy(), np.flatnonzero(found.flow)
    np.subtract.at(slack, graph.indices[used], found.flow[used])
    missing = problem.demand - found.served
    return Standing(problem, rank, order[missing[order] > 0], missing, slack, found)


def _claimed(ground: Ground, graph: Graph, standing: Standing) -> Graph:
    """For each unserved need a place better than none; by claims, as needs of one town would all name the same."""
    used, room = np.flatnonzero(standing.found.flow), np.flatnonzero(standing.slack)
    owner = np.searchsorted(graph.indptr, used, side="right") - 1
    capacities = np.concatenate([room, graph.indices[used]])
    ranks = np.concatenate([np.full(len(room), -np.inf), standing.rank[owner].astype(float)])
    units = np.concatenate([standing.slack[room], standing.found.flow[used]])
    order = np.lexsort((ranks, capacities))
    counts = np.bincount(capacities, minlength=len(standing.slack))
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])

    def claim(ranks: Array) -> tuple[Array, Array]:
        ladder = Ladder(start, ranks, units[order])
        return claimed_places(
            ground, standing.unserved, rank=standing.rank.astype(float), missing=standing.missing, ladder=ladder
        )

    needs, places = claim(ranks[order])
    if len(needs):
        # Whoever takes the place of the next weaker need starts a long row of moves: the weakest give way first.
        last = np.sort(ranks)[min(len(needs), len(ranks)) - 1]
        first_needs, first_places = claim(np.where(ranks[order] <= last, ranks[order], np.inf))
        others = ~np.isin(needs, first_needs)
        needs, places = np.append(needs[others], first_needs), np.append(places[others], first_places)
    return pairs_as_graph(ground, needs, places)


@in_place
def _find_edges(indptr: Array, indices: Array, needs: Array, capacities: Array, edges: Array) -> None:
    for pair in range(len(needs)):
        for edge in range(indptr[needs[pair]], indptr[needs[pair] + 1]):
            if indices[edge] == capacities[pair]:
                edges[pair] = edge
                break


def edges_of(indptr: Array, indices: Array, needs: Array, capacities: Array) -> Array:
    """int64[p]: the edge of each pair (-1: there is none)."""
    edges = np.full(len(needs), -1, np.int64)
    _find_edges(indptr, indices, needs, capacities, edges)
    return edges


def _joined(graph: Graph, more: Graph) -> Graph:
    """Both graphs' pairs, the new ones after the old ones of the same need."""
    owner, newer = (np.repeat(np.arange(len(one.indptr) - 1), np.diff(one.indptr)) for one in (graph, more))
    old_place = np.arange(len(owner)) + more.indptr[owner]
    new_place = np.arange(len(newer)) + graph.indptr[newer + 1]
    indices, km = np.empty(len(owner) + len(newer), np.int32), np.empty(len(owner) + len(newer))
    indices[old_place], indices[new_place] = graph.indices, more.indices
    km[old_place], km[new_place] = graph.km, more.km
    return Graph(graph.indptr + more.indptr, indices, km)


def cost_of_way(km: Array, unknown: float | None = None) -> Array:
    """float64[e]: the kilometres, where they are not known `unknown`, or without it the longest known ones."""
    return np.where(np.isnan(km), longest(km) if unknown is None else unknown, km)


def longest(km: Array) -> float:
    """The longest known kilometres, 0 where none are known."""
    return float(np.fmax.reduce(km, initial=0.0))


def _numbers(frame: pl.DataFrame, name: str, column: str) -> Array:
    if column not in frame.columns:
        raise ValueError(f"{name}: column {column} is missing")
    values = frame[column]
    if values.null_count():
        raise ValueError(f"{name}: row {values.is_null().arg_max()}: {column} is empty")
    return values.to_numpy()
