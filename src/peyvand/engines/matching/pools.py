"""The exact answer over all feasible pairs where distance limits nobody: whoever may ask the same blocks is a class.

In a block every capacity is open to the same needs, and whether somebody can be served depends only on the units that
a block has left. So paths are sought between classes and blocks, of which there are as many as places and kinds, and
not between needs and capacities.
"""

from typing import NamedTuple

import numpy as np

from peyvand.engines.arrays import Array
from peyvand.engines.compiled import allocating, in_place
from peyvand.engines.matching.closing import nearest_left
from peyvand.engines.matching.exchanges import root_of
from peyvand.engines.matching.ground import KM, Blocks, Ground, blocks_of
from peyvand.engines.side_by_side import in_parts, on_threads

CLOSED = 2**62
NARROW_FIRST = (2, 1, 0, 3)  # neighbourhood, county, province, country: what fewer others could use comes first


class Classes(NamedTuple):
    """Needs by what they may ask: `of` int64[n]; `asked` int64[c, 5] blocks (-1: none); `group` int64[c], the same for
    classes that share capacities, if only by way of others; `by_distance` bool[c]: some block of the group limits by
    kilometres.
    """

    of: Array
    asked: Array
    group: Array
    by_distance: Array


class Given(NamedTuple):
    """Triples of the units given: `need` int64[p], `capacity` int64[p], `units` int64[p]."""

    need: Array
    capacity: Array
    units: Array


class Paths(NamedTuple):
    """What a search has seen: the number of the last one that came there, CLOSED where one ended without an end."""

    of_class: Array  # [c]
    block: Array  # [b]
    held_at: Array  # [c] by which of the five blocks of its class the search came
    came_from: Array  # [b] the class through which it came
    came_by: Array  # [b] which of the five blocks of that class it is
    queue: Array  # [c]


def classes(ground: Ground, within: Blocks) -> Classes:
    """The classes of all needs."""
    asked_by_need = blocks_of(ground.need_keys, within)
    code, size = np.zeros(len(asked_by_need), np.int64), len(within.keys) + 1
    for column in asked_by_need.T:
        if len(column) and (column != column[0]).any():
            if code.max() > 2**62 // size:
                code = np.unique(code, return_inverse=True)[1]
            code = code * size + column + 1
    _, first, of = np.unique(code, return_index=True, return_inverse=True)
    asked = asked_by_need[first]
    root = np.arange(size)  # the last stands for those who may ask nothing
    _join_blocks(asked, root)
    group = root[asked.max(axis=1, initial=-1)]
    by_distance = np.zeros(size, bool)
    by_distance[group[asked[:, KM] >= 0]] = True
    return Classes(of, asked, group, by_distance[group])


def serve_classes(
    ground: Ground, within: Blocks, known: Classes, *, order: Array, demand: Array, capacity: Array
) -> Given:
    """Worst-off first over all feasible pairs for the needs `order` int64[...], which no distance may limit.

    This is the greedy order of `assign` on the graph of classes and blocks: a need is served when its class leads to a
    block with units left, and everything that a search without an end went through leads nowhere for those after it.
    Who of a class gets units of which block makes no difference to that: they choose in the same order, each the
    nearest capacity that is left. Groups share nothing and are gone through on all cores; how many there are makes no
    difference to the answer.
    """
    members = within.member
    room = np.zeros(len(within.keys), np.int64)
    np.add.at(room, np.repeat(np.arange(len(room)), np.diff(within.start)), capacity[members])
    flow, served = np.zeros(known.asked.shape, np.int64), np.zeros(len(demand), np.int64)
    full = np.where(capacity > 0, 0.0, np.inf)
    slack, up, down = capacity.copy(), np.arange(len(members) + 1), np.arange(len(members) + 1)
    askers = _askers(known.asked, len(room))
    paths = Paths(
        np.zeros(len(known.asked), np.int64), np.zeros(len(room), np.int64), np.empty(len(known.asked), np.int64),
        np.empty(len(room), np.int64), np.empty(len(room), np.int64), np.empty(0, np.int64),
    )  # fmt: skip

    def of_part(rows: Array) -> Given:
        queue = np.empty(len(known.asked), np.int64)
        _serve(rows, demand, known.of, known.asked, room, flow, served, *askers, paths._replace(queue=queue))
        most = min(int(served[rows].sum()), len(rows) + len(members) + flow.size)
        found = Given(*(np.empty(most, np.int64) for _ in Given._fields))
        sides = ground.needs, ground.capacities, ground.reach_km
        count = _hand_out(rows, known.of, known.asked, served, flow, within, *sides, up, down, full, slack, found)
        return Given(*(column[:count] for column in found))

    group = known.group[known.of[order]]
    parts = in_parts(order[np.argsort(group, kind="stable")], np.sort(group))
    found = [Given(*(np.empty(0, np.int64) for _ in Given._fields)), *on_threads(of_part, parts)]
    return Given(*map(np.concatenate, zip(*found, strict=True)))


@in_place
def _join_blocks(asked: Array, root: Array) -> None:
    for row in range(len(asked)):
        first = -1
        for reach in range(asked.shape[1]):
            block = asked[row, reach]
            if block < 0:
                continue
            if first < 0:
                first = root_of(root, block)
            other = root_of(root, block)
            root[max(first, other)] = min(first, other)
            first = min(first, other)
    for block in range(len(root)):
        root[block] = root_of(root, block)


@allocating
def _askers(asked: Array, block_count: int) -> tuple[Array, Array]:
    """Who may ask each block, in CSR: places in the table of `asked` counted through."""
    start = np.zeros(block_count + 1, np.int64)
    for block in asked.flat:
        if block >= 0:
            start[block + 1] += 1
    start = np.cumsum(start)
    at, places = start[:-1].copy(), np.empty(start[-1], np.int64)
    for place, block in enumerate(asked.flat):
        if block >= 0:
            places[at[block]] = place
            at[block] += 1
    return start, places


@in_place
def _serve(rows, demand, of, asked, room, flow, served, start, places, paths):
    search = 0
    for need in rows:
        own, left = of[need], demand[need]
        while left > 0 and paths.of_class[own] != CLOSED:
            search += 1
            last, by = _find_room(own, search, asked, room, flow, start, places, paths)
            if last >= 0:
                left -= _push(own, last, by, left, asked, room, flow, paths)
        served[need] = demand[need] - left


@in_place
def _with_room(row: int, asked: Array, room: Array) -> int:
    """Which of the blocks of a class has units left (-1: none)."""
    for by in NARROW_FIRST:
        if asked[row, by] >= 0 and room[asked[row, by]] > 0:
            return by
    return -1


@in_place
def _find_room(own, search, asked, room, flow, start, places, paths):
    """The last class of a shortest path from `own` to units left (-1: none, and all that was seen is closed), and
    which of its blocks has them.
    """
    paths.of_class[own] = search
    by = _with_room(own, asked, room)
    if by >= 0:
        return own, by
    paths.queue[0] = own
    begin, stop = 0, 1
    while begin < stop:
        row = paths.queue[begin]
        begin += 1
        for reach in range(asked.shape[1]):
            block = asked[row, reach]
            if block < 0 or paths.block[block] >= search:
                continue
            paths.block[block], paths.came_from[block], paths.came_by[block] = search, row, reach
            for at in range(start[block], start[block + 1]):
                other, held = places[at] // asked.shape[1], places[at] % asked.shape[1]
                if flow[other, held] == 0 or paths.of_class[other] >= search:
                    continue
                paths.of_class[other], paths.held_at[other] = search, held
                by = _with_room(other, asked, room)
                if by >= 0:
                    return other, by
                paths.queue[stop] = other
                stop += 1
    for seen in range(stop):
        paths.of_class[paths.queue[seen]] = CLOSED
        for reach in range(asked.shape[1]):
            if asked[paths.queue[seen], reach] >= 0:
                paths.block[asked[paths.queue[seen], reach]] = CLOSED
    return -1, -1


@in_place
def _push(own, last, by, left, asked, room, flow, paths):
    """Move as many units along the path as it bears, each class on it one block on; returns how many."""
    units = min(left, room[asked[last, by]])
    row = last
    while row != own:
        held = paths.held_at[row]
        units = min(units, flow[row, held])
        row = paths.came_from[asked[row, held]]
    room[asked[last, by]] -= units
    row = last
    while row != own:
        held = paths.held_at[row]
        flow[row, held] -= units
        flow[row, by] += units
        by = paths.came_by[asked[row, held]]
        row = paths.came_from[asked[row, held]]
    flow[own, by] += units
    return units


@in_place
def _hand_out(rows, of, asked, served, flow, within, needs, capacities, reach_km, up, down, full, slack, found):
    """From units of blocks to units of capacities, as triples; returns how many. `flow` is used up."""
    count = 0
    for need in rows:
        row, left = of[need], served[need]
        while left > 0:
            best, best_km, by = -1, np.inf, -1
            for reach in range(asked.shape[1]):
                if asked[row, reach] < 0 or flow[row, reach] == 0:
                    continue
                at, km = nearest_left(
                    need, asked[row, reach], within, needs, capacities, reach_km, up, down, 1.0, full, best_km
                )
                if at >= 0 and (best < 0 or km < best_km):
                    best, best_km, by = at, km, reach
            capacity = within.member[best]
            units = min(left, flow[row, by], slack[capacity])
            found.need[count], found.capacity[count], found.units[count] = need, capacity, units
            count += 1
            left -= units
            flow[row, by] -= units
            slack[capacity] -= units
            if slack[capacity] == 0:
                full[capacity] = np.inf
    return count
