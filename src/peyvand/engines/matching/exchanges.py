"""The graph of exchanges of a given flow, and what can be read from it in one pass.

Its nodes are the needs `0 .. n - 1` and the capacities `n .. n + m - 1`. A need leads to every capacity it could ask,
a capacity to every need it serves. Whatever a need leads to, it could take over by exchanges: each need on the way
moves on.
"""

from typing import NamedTuple

import numpy as np

from peyvand.engines.arrays import Array
from peyvand.engines.compiled import allocating, in_place


class Arcs(NamedTuple):
    """Arcs in CSR: those of node `x` lead to `to[start[x]:start[x + 1]]`."""

    start: Array
    to: Array


def exchanges(indptr: Array, indices: Array, flow: Array, capacity_count: int) -> tuple[Arcs, Arcs]:
    """The arcs forward and the same arcs backward."""
    return forward_arcs(indptr, indices, flow, capacity_count), backward_arcs(indptr, indices, flow, capacity_count)


def forward_arcs(indptr: Array, indices: Array, flow: Array, capacity_count: int) -> Arcs:
    need_count, used = len(indptr) - 1, np.flatnonzero(flow > 0)
    owner, giver = np.searchsorted(indptr, used, side="right") - 1, indices[used]
    held = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(giver, minlength=capacity_count))])
    to = np.empty(len(indices) + len(used), np.int32)
    np.add(indices, need_count, out=to[: len(indices)], casting="unsafe")
    to[len(indices) :] = owner[np.argsort(giver, kind="stable")]
    return Arcs(np.concatenate([indptr[:-1], len(indices) + held]), to)


def backward_arcs(indptr: Array, indices: Array, flow: Array, capacity_count: int) -> Arcs:
    need_count, used = len(indptr) - 1, np.flatnonzero(flow > 0)
    owner = np.searchsorted(indptr, used, side="right") - 1
    held = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(owner, minlength=need_count))])
    asked = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(indices, minlength=capacity_count))])
    to = np.empty(len(indices) + len(used), np.int32)
    to[: len(used)] = indices[used] + need_count
    _group_needs(indptr, indices, asked[:-1].copy(), to[len(used) :])
    return Arcs(np.concatenate([held[:-1], len(used) + asked]), to)


@in_place
def _group_needs(indptr: Array, indices: Array, place: Array, to: Array) -> None:
    """The needs of each capacity's edges (counting sort)."""
    for need in range(len(indptr) - 1):
        for edge in range(indptr[need], indptr[need + 1]):
            to[place[indices[edge]]] = need
            place[indices[edge]] += 1


@in_place
def _spread(arcs: Arcs, seeds: Array, values: Array, label: Array, stack: Array) -> None:
    """Give each seed's value, in the given order, to everything it leads to that has none yet (NaN)."""
    for place in range(len(seeds)):
        seed = seeds[place]
        if not np.isnan(label[seed]):
            continue
        label[seed] = values[place]
        stack[0] = seed
        depth = 1
        while depth > 0:
            depth -= 1
            node = stack[depth]
            for arc in range(arcs.start[node], arcs.start[node + 1]):
                other = arcs.to[arc]
                if np.isnan(label[other]):
                    label[other] = values[place]
                    stack[depth] = other
                    depth += 1


def lowest_reached(backward: Arcs, priority: Array, served: Array, slack: Array) -> Array:
    """float64[n + m]: the lowest priority served at what each node leads to; -inf where that has room, inf where it
    serves nobody.

    The label of a node is the least over the nodes it leads to. Handing each value backward, the least first, labels
    every node once and with its least value, so the whole costs one pass over the arcs.
    """
    need_count = len(priority)
    room = need_count + np.flatnonzero(slack > 0)
    holders = np.flatnonzero(served > 0)
    holders = holders[np.argsort(priority[holders], kind="stable")]
    label = np.full(need_count + len(slack), np.nan)
    seeds = np.concatenate([room, holders])
    values = np.concatenate([np.full(len(room), -np.inf), priority[holders]])
    _spread(backward, seeds, values, label, np.empty(len(label), np.int64))
    return np.where(np.isnan(label), np.inf, label)


def count_reached(forward: Arcs, need_count: int, asking: Array) -> Array:
    """int64[len(asking)]: how many capacities each of the needs `asking` leads to, exactly.

    Nodes that lead to each other lead to the same capacities, so they are joined (Tarjan 1972), and 64 needs at a
    time hand one bit each along the arcs between the joined groups, which have no cycle. Needs of different connected
    components share no arc, so each component is gone through by itself.
    """
    nodes = len(forward.start) - 1
    group, group_count = join(forward, asking)
    if not group_count:
        return np.zeros(len(asking), np.int64)
    sources = np.repeat(np.arange(nodes, dtype=np.int32), np.diff(forward.start))
    between = (group[sources] >= 0) & (group[sources] != group[forward.to])
    arcs = group[sources[between]] * group_count + group[forward.to[between]]
    arcs = np.sort(arcs)[::-1]
    sources, ends = arcs // group_count, arcs % group_count
    capacities = group[need_count:]
    weight = np.bincount(capacities[capacities >= 0], minlength=group_count)
    part = _connected(sources, ends, group_count)
    return _in_parts(part, group[asking], sources, ends, weight)


def _in_parts(part: Array, asking: Array, sources: Array, ends: Array, weight: Array) -> Array:
    """`_hand_bits` with everything grouped by `part` int64[groups], a number for each component."""
    parts = int(part.max()) + 1
    heavy = np.flatnonzero(weight)

    def grouped(groups: Array) -> tuple[Array, Array]:
        bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(part[groups], minlength=parts))])
        return np.argsort(part[groups], kind="stable"), bounds

    asked, of_asking = grouped(asking)
    order, of_arcs = grouped(sources)
    held, of_heavy = grouped(heavy)
    counts = np.zeros(len(asking), np.int64)
    found = _hand_bits(asking[asked], of_asking, sources[order], ends[order], of_arcs, heavy[held], of_heavy, weight)
    counts[asked] = found
    return counts


@allocating
def _hand_bits(
    asking: Array, of_asking: Array, sources: Array, ends: Array, of_arcs: Array, heavy: Array, of_heavy: Array,
    weight: Array,
) -> Array:  # fmt: skip
    """Arcs go from a higher group to a lower one and come, in each part, with the highest source first."""
    counts = np.zeros(len(asking), np.int64)
    bits = np.zeros(len(weight), np.uint64)
    for part in range(len(of_asking) - 1):
        for begin in range(of_asking[part], of_asking[part + 1], 64):
            batch = min(64, of_asking[part + 1] - begin)
            for arc in range(of_arcs[part], of_arcs[part + 1]):
                bits[sources[arc]] = bits[ends[arc]] = 0
            for place in range(batch):
                bits[asking[begin + place]] = 0
            for place in range(batch):
                bits[asking[begin + place]] |= np.uint64(1) << np.uint64(place)
            for arc in range(of_arcs[part], of_arcs[part + 1]):
                bits[ends[arc]] |= bits[sources[arc]]
            for place in range(of_heavy[part], of_heavy[part + 1]):
                _count_bits(bits[heavy[place]], weight[heavy[place]], counts, begin, batch)
    return counts


@in_place
def _count_bits(bits: int, weight: int, counts: Array, begin: int, batch: int) -> None:
    if bits:
        for place in range(batch):
            if bits >> np.uint64(place) & np.uint64(1):
                counts[begin + place] += weight


@allocating
def _connected(sources: Array, ends: Array, count: int) -> Array:
    """int64[count]: a number, counted from 0, for the connected component of each group (union by halving)."""
    parent = np.arange(count)
    for arc in range(len(sources)):
        one, other = root_of(parent, sources[arc]), root_of(parent, ends[arc])
        if one != other:
            parent[max(one, other)] = min(one, other)
    number, parts = np.empty(count, np.int64), 0
    for group in range(count):
        root = root_of(parent, group)
        if root == group:
            number[group] = parts
            parts += 1
        else:
            number[group] = number[root]
    return number


@in_place
def root_of(parent: Array, node: int) -> int:
    """The root of a node, its path halved on the way."""
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


@allocating
def join(arcs: Arcs, roots: Array) -> tuple[Array, int]:
    """int64[nodes]: the strongly connected component of every node that the roots lead to (-1: not reached), and how
    many.

    Tarjan's algorithm without recursion; every arc between two components goes from a higher number to a lower one.
    """
    nodes = len(arcs.start) - 1
    found, low, group = np.zeros(nodes, np.int64), np.zeros(nodes, np.int64), np.full(nodes, -1, np.int64)
    place = arcs.start[:-1].copy()
    path, waiting = np.empty(nodes, np.int64), np.empty(nodes, np.int64)
    clock = groups = held = 0
    for root in roots:
        if found[root]:
            continue
        path[0], depth = root, 1
        while depth > 0:
            node = path[depth - 1]
            if not found[node]:
                clock += 1
                found[node] = low[node] = clock
                waiting[held] = node
                held += 1
            if place[node] < arcs.start[node + 1]:
                other = arcs.to[place[node]]
                place[node] += 1
                if not found[other]:
                    path[depth] = other
                    depth += 1
                elif group[other] < 0:
                    low[node] = min(low[node], found[other])
                continue
            depth -= 1
            if depth > 0:
                low[path[depth - 1]] = min(low[path[depth - 1]], low[node])
            if low[node] == found[node]:
                held = _name_group(waiting, held, node, group, groups)
                groups += 1
    return group, groups


@in_place
def _name_group(waiting: Array, held: int, node: int, group: Array, number: int) -> int:
    while True:
        held -= 1
        group[waiting[held]] = number
        if waiting[held] == node:
            return held
