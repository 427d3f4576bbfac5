"""The network simplex for units that all have to arrive, compiled: least cost from sources to sinks with room.

The tree of a basis hangs under a source of its own, the *rest*, which fills up the room that nobody uses, for
nothing. Every node but the rest has one arc to its parent, with the units it carries; an arc leads from a source to a
sink. Prices are such that an arc of the tree costs the price of its source less that of its sink: what a unit of this
source costs in all, and what one more unit of this sink would save. An arc that costs less than that difference makes
the whole cheaper when it comes into the tree, for the arc that it empties (Dantzig 1951). Arcs of the tree that carry
nothing lead away from the rest, and where several are emptied at once the one goes that keeps this so: then no tree
ever comes again (Cunningham 1976, with all arcs reversed).
"""

from typing import NamedTuple

import numpy as np

from peyvand.engines.arrays import Array
from peyvand.engines.compiled import allocating, in_place


class Tree(NamedTuple):
    """Sources `0 .. s - 1`, the rest `s`, and sinks from `s + 1` on."""

    parent: Array  # int32[nodes] (-1: the rest)
    units: Array  # int64[nodes] on the arc between a node and its parent
    price: Array  # float64[nodes]
    depth: Array  # int32[nodes]
    child: Array  # int32[nodes] the first one (-1: none)
    after: Array  # int32[nodes] the next child of the same parent
    before: Array  # int32[nodes] the one before it


class Arcs(NamedTuple):
    """Arcs that may come into the tree."""

    source: Array  # int32[a]
    sink: Array  # int32[a] nodes
    cost: Array  # float64[a]


@allocating
def new_tree(supply: Array, room: Array, at: Array, cost: Array) -> Tree:
    """Every sink under the rest, every source under its sink `at` int32[s] (a node) with all of its `supply` int64[s],
    for `cost` float64[s] a unit; `room` int64[...] must bear it.
    """
    rest, nodes = len(supply), len(supply) + 1 + len(room)
    tree = Tree(
        np.full(nodes, -1, np.int32), np.zeros(nodes, np.int64), np.zeros(nodes), np.zeros(nodes, np.int32),
        np.full(nodes, -1, np.int32), np.full(nodes, -1, np.int32), np.full(nodes, -1, np.int32),
    )  # fmt: skip
    for sink in range(rest + 1, nodes):
        tree.units[sink], tree.depth[sink] = room[sink - rest - 1], 1
        _hang(tree, sink, rest)
    for source in range(rest):
        tree.units[source], tree.price[source], tree.depth[source] = supply[source], cost[source], 2
        tree.units[at[source]] -= supply[source]
        _hang(tree, source, at[source])
    return tree


@in_place
def improve(tree: Tree, rest: int, arcs: Arcs, count: int, begin: int, tiny: float) -> int:
    """Bring arcs into the tree until none of the first `count` saves more than `tiny` a unit; returns how many came.

    The best of a few is taken at a time, going round from `begin` (block search: Grigoriadis 1986).
    """
    few = max(20, int(np.sqrt(count)))
    place, looked, came = begin, 0, 0
    while looked < count:
        most, best = -tiny, -1
        for _ in range(min(few, count - looked)):
            saved = arcs.cost[place] - tree.price[arcs.source[place]] + tree.price[arcs.sink[place]]
            if saved < most:
                most, best = saved, place
            place = place + 1 if place + 1 < count else 0
        looked += few
        if best >= 0:
            _bring_in(tree, rest, arcs.source[best], arcs.sink[best], arcs.cost[best])
            came += 1
            looked = 0
    return came


@in_place
def _bring_in(tree: Tree, rest: int, source: int, sink: int, cost: float) -> None:
    """Make the arc one of the tree: as many units as one of the others bears go round by it."""
    one, other = source, sink
    units, leaving, below_source = 2**62, -1, True
    fewest, of_sink = 2**62, -1
    while one != other:
        if tree.depth[one] >= tree.depth[other]:
            if one <= rest and tree.units[one] <= units:
                units, leaving = tree.units[one], one
            one = tree.parent[one]
        else:
            if other > rest and tree.units[other] < fewest:
                fewest, of_sink = tree.units[other], other
            other = tree.parent[other]
    if fewest < units:
        units, leaving, below_source = fewest, of_sink, False
    if units > 0:
        _go_round(tree, rest, source, sink, one, units)
    top = source if below_source else sink
    _turn(tree, top, sink if below_source else source, units, leaving)
    shift = cost - tree.price[source] + tree.price[sink]
    _shift(tree, top, shift if below_source else -shift)


@in_place
def _go_round(tree: Tree, rest: int, source: int, sink: int, meeting: int, units: int) -> None:
    node = source
    while node != meeting:
        tree.units[node] += -units if node <= rest else units
        node = tree.parent[node]
    node = sink
    while node != meeting:
        tree.units[node] += units if node <= rest else -units
        node = tree.parent[node]


@in_place
def _turn(tree: Tree, node: int, parent: int, units: int, last: int) -> None:
    """Hang `node` under another parent and turn the way from it up to `last`, whose arc goes."""
    while True:
        old_parent, old_units = tree.parent[node], tree.units[node]
        _take_off(tree, node, old_parent)
        _hang(tree, node, parent)
        tree.units[node] = units
        if node == last:
            return
        node, parent, units = old_parent, node, old_units


@in_place
def _hang(tree: Tree, node: int, parent: int) -> None:
    first = tree.child[parent]
    tree.parent[node], tree.after[node], tree.before[node], tree.child[parent] = parent, first, -1, node
    if first >= 0:
        tree.before[first] = node


@in_place
def _take_off(tree: Tree, node: int, parent: int) -> None:
    before, after = tree.before[node], tree.after[node]
    if before >= 0:
        tree.after[before] = after
    else:
        tree.child[parent] = after
    if after >= 0:
        tree.before[after] = before


@in_place
def _shift(tree: Tree, top: int, shift: float) -> None:
    """Prices and depths of everything that hangs under `top`."""
    node = top
    while True:
        tree.price[node] += shift
        tree.depth[node] = tree.depth[tree.parent[node]] + 1
        if tree.child[node] >= 0:
            node = tree.child[node]
            continue
        while node != top and tree.after[node] < 0:
            node = tree.parent[node]
        if node == top:
            return
        node = tree.after[node]
