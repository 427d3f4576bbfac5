"""Least total cost for the units that are served anyway."""

from typing import NamedTuple

import numpy as np

from peyvand.engines.arrays import Array
from peyvand.engines.compiled import allocating, in_place
from peyvand.engines.matching.exchanges import root_of
from peyvand.engines.matching.graph import Graph, Problem
from peyvand.engines.matching.ground import KM, Blocks, Ground, Points
from peyvand.engines.matching.near import band, distance_between
from peyvand.engines.matching.pools import Classes, Given
from peyvand.engines.matching.simplex import Arcs, Tree, improve, new_tree
from peyvand.engines.side_by_side import on_threads
from peyvand.kernel.distance import EARTH_KM

TOGETHER = 1000  # components of fewer units are solved together
TINY = 2e-13  # of the dearest pair: what is saved by less is rounding
MORE = 6  # pairs that are added for one need at a time


class Part(NamedTuple):
    """Components that are solved as one: the pairs `rows` that have units there, and the capacities from `low` up to
    `high` in the order of components.
    """

    rows: Array
    low: int
    high: int


class Order(NamedTuple):
    """Capacities in the order of components: `place` int64[m] of each, `room` int64[m] in that order."""

    place: Array
    room: Array


class Land(NamedTuple):
    """Which pairs there are beyond those of the graph, by blocks."""

    of: Array  # int64[n] the class of each need
    asked: Array  # int64[c, 5] blocks
    within: Blocks
    needs: Points
    capacities: Points
    reach_km: Array
    first: Array  # int64[b] where the members of a block begin in the order of components


def least_cost(problem: Problem, flow: Array, served: Array, cost: Array) -> Array:
    """Move the units of `flow` int64[e] so that `cost` float64[e] x flow is the least while every need keeps `served`
    int64[n].

    Connected components where every need's cheapest edge has room are settled so; the others are solved by the network
    simplex (see `simplex`) from the units they have, each by itself, on all cores. Whole numbers are added up without
    rounding, so their least total is met exactly; others up to rounding.
    """
    if not len(flow):
        return flow
    component = _components(problem.indptr, problem.indices, served, len(problem.capacity))
    of_capacity = component[len(served) :]
    cheapest = np.full(len(served), -1, np.int64)
    _cheapest_edges(problem.indptr, cost, cheapest)
    holders = np.flatnonzero(served)
    wanted = np.zeros(len(problem.capacity), np.int64)
    np.add.at(wanted, problem.indices[cheapest[holders]], served[holders])
    crowded = np.zeros(len(component), bool)
    crowded[of_capacity[wanted > problem.capacity]] = True

    best = np.zeros_like(flow)
    settled = holders[~crowded[component[holders]]]
    best[cheapest[settled]] = served[settled]
    used = np.flatnonzero(flow)
    need = np.searchsorted(problem.indptr, used, side="right") - 1
    hard = crowded[component[need]]
    used, need = used[hard], need[hard]
    given = Given(need, problem.indices[used].astype(np.int64), flow[used])
    order, parts = _divided(given, component[need], of_capacity, problem.capacity)
    tiny = TINY * max(1.0, float(np.abs(cost).max()))

    def of_part(part: Part) -> Given:
        own = Given(*(column[part.rows] for column in given))
        return _solved(own, order, part.low, part.high, problem.indptr, problem.indices, cost, tiny)

    for found in on_threads(of_part, parts):
        edges = np.empty(len(found.need), np.int64)
        _cheapest_between(problem.indptr, problem.indices, cost, found, edges)
        np.add.at(best, edges, found.units)
    return best


def least_travel(
    ground: Ground,
    within: Blocks,
    known: Classes,
    graph: Graph,
    cost: Array,
    given: Given,
    capacity: Array,
    unknown: float,
) -> Given:
    """The least total of kilometres over *all* feasible pairs while every need keeps the units it is `given`; a pair
    without a distance costs `unknown`.

    It begins with the pairs of `graph` and their `cost` float64[e]. When these are at their best, the prices of the
    simplex tell of any other pair whether it would save something: the need's price less the capacity's is what the
    pair may cost at most. So for each need every capacity of its blocks is looked at; of those that are near enough the
    best come in, and the simplex goes on where it was. When none is left, the prices prove the total (duality of linear
    programmes) over all feasible pairs.
    """
    of_block = np.full(len(within.keys), -1)
    for reach in range(known.asked.shape[1]):
        there = known.asked[:, reach] >= 0
        of_block[known.asked[there, reach]] = known.group[there]
    of_capacity = np.full(len(capacity), -1)
    of_capacity[within.member] = np.repeat(of_block, np.diff(within.start))
    order, parts = _divided(given, known.group[known.of[given.need]], of_capacity, capacity, within.member)
    first = order.place[within.member[np.minimum(within.start[:-1], max(len(within.member) - 1, 0))]]
    land = Land(known.of, known.asked, within, ground.needs, ground.capacities, ground.reach_km, first)
    tiny = TINY * max(1.0, unknown)

    def of_part(part: Part) -> Given:
        own = Given(*(column[part.rows] for column in given))
        return _solved_over_all(own, order, part.low, part.high, graph.indptr, graph.indices, cost, tiny, land, unknown)

    found = [Given(*(np.empty(0, np.int64) for _ in Given._fields)), *on_threads(of_part, parts)]
    return Given(*map(np.concatenate, zip(*found, strict=True)))


def _divided(
    given: Given, component: Array, of_capacity: Array, capacity: Array, members: Array | None = None
) -> tuple[Order, list[Part]]:
    """The capacities in the order of components, each with its `members` in their order, and the parts to solve, the
    largest first, so that all cores end together.
    """
    rows = np.arange(len(capacity)) if members is None else members
    rows = rows[np.argsort(of_capacity[rows], kind="stable")]
    names = of_capacity[rows]
    place = np.full(len(capacity), -1)
    place[rows] = np.arange(len(rows))
    by_component = np.argsort(component, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(component[by_component])) + 1, len(component))
    parts, begin = list[Part](), 0
    for end in ends[: len(component)]:  # none where there is nothing
        if end - begin >= TOGETHER or end == len(component):
            own = by_component[begin:end]
            low = np.searchsorted(names, component[own[0]])
            parts.append(Part(own, int(low), int(np.searchsorted(names, component[own[-1]], side="right"))))
            begin = end
    parts.sort(key=lambda part: -len(part.rows))
    return Order(place, capacity[rows]), parts


@in_place
def _cheapest_edges(indptr: Array, cost: Array, cheapest: Array) -> None:
    """The first of each need's cheapest edges; a need without edges stays as it was."""
    for need in range(len(cheapest)):
        for edge in range(indptr[need], indptr[need + 1]):
            if cheapest[need] < 0 or cost[edge] < cost[cheapest[need]]:
                cheapest[need] = edge


@in_place
def _cheapest_between(indptr: Array, indices: Array, cost: Array, found: Given, edges: Array) -> None:
    for row in range(len(edges)):
        best = -1
        for edge in range(indptr[found.need[row]], indptr[found.need[row] + 1]):
            if indices[edge] == found.capacity[row] and (best < 0 or cost[edge] < cost[best]):
                best = edge
        edges[row] = best


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


@allocating
def _solved(
    given: Given, order: Order, low: int, high: int, indptr: Array, indices: Array, cost: Array, tiny: float
) -> Given:
    """The best units on the edges of a graph."""
    arcs = _arcs(given.need, order, low, high, indptr, indices, cost)
    tree = _tree(given, order, low, high, indptr, indices, cost)
    improve(tree, len(given.need), arcs, len(arcs.cost), 0, tiny)
    return _read(tree, given.need, order, low, high)


@allocating
def _solved_over_all(
    given: Given, order: Order, low: int, high: int, indptr: Array, indices: Array, cost: Array, tiny: float,
    land: Land, unknown: float,
) -> Given:  # fmt: skip
    """The best units over all pairs of the land."""
    arcs = _arcs(given.need, order, low, high, indptr, indices, cost)
    tree = _tree(given, order, low, high, indptr, indices, cost)
    rest, count, begin = len(given.need), len(arcs.cost), 0
    source, looked = 0, 0
    least = np.full(len(land.first), np.inf)
    while looked < rest:
        improve(tree, rest, arcs, count, begin, tiny)
        _least_prices(tree, order, low, high, rest, land, least)
        begin, looked = count, 0
        while looked < rest and count - begin < rest:  # enough for once: prices that are old find pairs in vain
            if count + MORE > len(arcs.cost):
                arcs = _roomier(arcs)
            count = _add_better(
                tree, source, given.need[source], arcs, count, order, low, rest, land, least, unknown, tiny
            )
            source, looked = (source + 1) % rest, looked + 1
        if count > begin:
            looked = 0
    return _read(tree, given.need, order, low, high)


@in_place
def _least_prices(tree, order, low, high, rest, land, least):
    """Of the capacities of each block that lies in this part."""
    for block in range(len(least)):
        begin = land.first[block]
        if low <= begin < high:
            least[block] = np.inf
            for place in range(begin, begin + land.within.start[block + 1] - land.within.start[block]):
                least[block] = min(least[block], tree.price[rest + 1 + place - low])


@allocating
def _arcs(need: Array, order: Order, low: int, high: int, indptr: Array, indices: Array, cost: Array) -> Arcs:
    """The edges of each need, once for every pair it has units of, and from the rest to every capacity."""
    rest, count = len(need), high - low
    for row in need:
        count += indptr[row + 1] - indptr[row]
    arcs = Arcs(np.empty(count, np.int32), np.empty(count, np.int32), np.empty(count))
    at = 0
    for sink in range(rest + 1, rest + 1 + high - low):
        arcs.source[at], arcs.sink[at], arcs.cost[at] = rest, sink, 0.0
        at += 1
    for source in range(rest):
        for edge in range(indptr[need[source]], indptr[need[source] + 1]):
            place = order.place[indices[edge]]
            if order.room[place] > 0:
                arcs.source[at], arcs.sink[at], arcs.cost[at] = source, rest + 1 + place - low, cost[edge]
                at += 1
    return Arcs(arcs.source[:at], arcs.sink[:at], arcs.cost[:at])


@allocating
def _tree(given: Given, order: Order, low: int, high: int, indptr: Array, indices: Array, cost: Array) -> Tree:
    rest = len(given.need)
    edges = np.empty(rest, np.int64)
    _cheapest_between(indptr, indices, cost, given, edges)
    return new_tree(given.units, order.room[low:high], order.place[given.capacity] - low + rest + 1, cost[edges])


@allocating
def _read(tree: Tree, need: Array, order: Order, low: int, high: int) -> Given:
    """The units on the tree's arcs, but for those of the rest."""
    rest = len(need)
    capacity = np.empty(high - low, np.int64)
    for row in range(len(order.place)):
        if low <= order.place[row] < high:
            capacity[order.place[row] - low] = row
    found = Given(
        np.empty(len(tree.units), np.int64), np.empty(len(tree.units), np.int64), np.empty(len(tree.units), np.int64)
    )
    count = 0
    for node in range(len(tree.units)):
        source, sink = (node, tree.parent[node]) if node < rest else (tree.parent[node], node)
        if node != rest and source != rest and tree.units[node] > 0:
            found.need[count], found.capacity[count] = need[source], capacity[sink - rest - 1]
            found.units[count] = tree.units[node]
            count += 1
    return Given(found.need[:count], found.capacity[:count], found.units[:count])


@allocating
def _roomier(arcs: Arcs) -> Arcs:
    wider = Arcs(
        np.empty(2 * len(arcs.cost) + MORE, np.int32), np.empty(2 * len(arcs.cost) + MORE, np.int32),
        np.empty(2 * len(arcs.cost) + MORE),
    )  # fmt: skip
    wider.source[: len(arcs.cost)], wider.sink[: len(arcs.cost)] = arcs.source, arcs.sink
    wider.cost[: len(arcs.cost)] = arcs.cost
    return wider


@in_place
def _add_better(tree, source, need, arcs, count, order, low, rest, land, least, unknown, tiny):
    """Add the pairs of a need that would save most, at most `MORE`, behind the first `count` arcs; the new count."""
    begin, price = count, tree.price[source]
    row = land.of[need]
    for reach in range(land.asked.shape[1]):
        block = land.asked[row, reach]
        if block < 0 or (reach == KM and np.isnan(land.needs.lat[need])):
            continue
        widest = price - least[block] - tiny  # no pair of this block may cost more
        if widest <= 0:
            continue
        start, located, end = land.within.start[block], land.within.located[block], land.within.start[block + 1]
        base = rest + 1 + land.first[block] - low - start  # of the node of a member
        if np.isnan(land.needs.lat[need]):
            located = start
        else:
            first, last = band(land.within, block, land.needs.lat[need], min(widest, land.within.farthest[block]))
            for at in range(first, last):
                most = price - tree.price[base + at] - tiny
                if most <= 0:
                    continue
                across = 0.0
                for axis in range(3):
                    across += (land.needs.unit[need, axis] - land.within.unit[at, axis]) ** 2
                if across * EARTH_KM**2 >= most * most:  # the chord is already too long
                    continue
                capacity = land.within.member[at]
                km = distance_between(land.needs, need, land.capacities, capacity)
                if km < most and km <= land.reach_km[capacity] and order.room[order.place[capacity]] > 0:
                    count = _keep_best(tree, arcs, begin, count, source, base + at, km)
        for at in range(located, end if reach != KM else located):
            if unknown < price - tree.price[base + at] - tiny and order.room[base + at - rest - 1 + low] > 0:
                count = _keep_best(tree, arcs, begin, count, source, base + at, unknown)
    return count


@in_place
def _keep_best(tree, arcs, begin, count, source, sink, cost):
    """Insert by what is spared, the most first, and let the least go when there are too many."""
    place = count
    if count - begin == MORE:
        place -= 1
        if cost + tree.price[sink] >= arcs.cost[place] + tree.price[arcs.sink[place]]:
            return count
    else:
        count += 1
    while place > begin and arcs.cost[place - 1] + tree.price[arcs.sink[place - 1]] > cost + tree.price[sink]:
        arcs.source[place], arcs.sink[place], arcs.cost[place] = source, arcs.sink[place - 1], arcs.cost[place - 1]
        place -= 1
    arcs.source[place], arcs.sink[place], arcs.cost[place] = source, sink, cost
    return count
