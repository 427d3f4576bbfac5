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
    need_count = len(indptr) - 1
    owner = np.repeat(np.arange(need_count, dtype=np.int32), np.diff(indptr))
    targets = indices.astype(np.int32) + np.int32(need_count)
    used = flow > 0
    sources = np.concatenate([owner, targets[used]])
    ends = np.concatenate([targets, owner[used]])
    nodes = need_count + capacity_count
    return Arcs(*_group(sources, ends, nodes)), Arcs(*_group(ends, sources, nodes))


@allocating
def _group(sources: Array, ends: Array, nodes: int) -> tuple[Array, Array]:
    """Arcs grouped by their source (counting sort)."""
    start = np.zeros(nodes + 1, np.int64)
    for source in sources:
        start[source + 1] += 1
    start = np.cumsum(start)
    place = start[:-1].copy()
    to = np.empty(len(ends), np.int32)
    for arc in range(len(ends)):
        to[place[sources[arc]]] = ends[arc]
        place[sources[arc]] += 1
    return start, to


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
    time hand one bit each along the arcs between the joined groups, which have no cycle.
    """
    nodes = len(forward.start) - 1
    group, group_count = join(forward, asking)
    sources = np.repeat(np.arange(nodes, dtype=np.int64), np.diff(forward.start))
    between = group[sources] * group_count + group[forward.to]
    between = np.unique(between[(group[sources] >= 0) & (group[sources] != group[forward.to])])[::-1]
    capacities = group[need_count:]
    weight = np.bincount(capacities[capacities >= 0], minlength=group_count)
    counts = np.zeros(len(asking), np.int64)
    if group_count:
        _hand_bits(group[asking], between // group_count, between % group_count, weight, counts)
    return counts


@allocating
def _hand_bits(asking: Array, sources: Array, ends: Array, weight: Array, counts: Array) -> None:
    """Arcs go from a higher group to a lower one and come with the highest source first."""
    heavy = np.flatnonzero(weight)
    for begin in range(0, len(asking), 64):
        bits = np.zeros(len(weight), np.uint64)
        batch = min(64, len(asking) - begin)
        for place in range(batch):
            bits[asking[begin + place]] |= np.uint64(1) << np.uint64(place)
        for arc in range(len(sources)):
            bits[ends[arc]] |= bits[sources[arc]]
        for group in heavy:
            if bits[group]:
                for place in range(batch):
                    if bits[group] >> np.uint64(place) & np.uint64(1):
                        counts[begin + place] += weight[group]


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
