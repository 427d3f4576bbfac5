"""The best answer on some pairs made the best on all feasible ones, compiled: blocks stand for their pairs."""

from typing import NamedTuple

import numpy as np

from peyvand.engines.arrays import Array
from peyvand.engines.compiled import allocating, in_place
from peyvand.engines.matching.ground import KM, Blocks, Ground, Points, blocks, blocks_of
from peyvand.engines.matching.near import band, distance_between
from peyvand.engines.matching.pools import CLOSED, Given

LOOK = 256
SPARE = 1024


class Held(NamedTuple):
    """Who has units of which capacity: a chain of places for each, and a chain of the free ones."""

    head: Array  # [m + 1] the first place of each capacity, and of the free ones (-1: none)
    after: Array  # [p] the next place of the chain (-1: none)
    need: Array  # [p]
    units: Array  # [p]


class Walk(NamedTuple):
    """What a search has seen: the number of the last one that came there, CLOSED where one ended without an end."""

    need: Array  # [n]
    capacity: Array  # [m]
    block: Array  # [b]
    held_at: Array  # [n] the capacity through which the search came
    came_from: Array  # [m] the need through which it came
    queue: Array  # [n]


class Land(NamedTuple):
    """Who could ask whom."""

    asked: Array
    within: Blocks
    needs: Points
    capacities: Points
    reach_km: Array


def settle(
    ground: Ground, *, rank: Array, missing: Array, slack: Array, need: Array, capacity: Array, units: Array
) -> Given:
    """The best answer over all feasible pairs, from a feasible one in which `need` has `units` of `capacity`.

    `rank` int64[n] has every number from 1 (the least pressing) to n once; `missing` int64[n] and `slack` int64[m] are
    the units not given. From the most pressing need down, each one that misses units walks through everything it could
    ask, and those served there, to a capacity with room or to one that serves a need of lower rank, which gives way and
    is asked again at its turn. This is the greedy order of `assign`, for whom the places of lower ranks are free; what
    a search without an end went through leads nowhere for those after it either, and is closed. So when the last need
    has been asked, the certificate of `verify` holds over all pairs. Of the ends among the first `LOOK` capacities the
    one of the lowest rank is taken, since a weak need gives way to fewer others in turn.
    """
    within = blocks(ground)
    land = Land(blocks_of(ground.need_keys, within), within, ground.needs, ground.capacities, ground.reach_km)
    need_count, capacity_count = len(rank), len(slack)
    order = np.argsort(-rank)
    walk = Walk(
        np.zeros(need_count, np.int64), np.zeros(capacity_count, np.int64), np.zeros(len(within.keys), np.int64),
        np.empty(need_count, np.int64), np.empty(capacity_count, np.int64), np.empty(need_count, np.int64),
    )  # fmt: skip
    missing, slack = missing.copy(), slack.copy()
    held = _held(need, capacity, units, capacity_count, 2 * len(need) + SPARE)
    place = search = 0
    while True:
        place, search = _settle(land, order, place, search, rank, missing, slack, held, walk)
        found = _triples(held, capacity_count)
        if place == need_count:
            return found
        # No place is left for a path: begin again with twice as many.
        held = _held(found.need, found.capacity, found.units, capacity_count, 2 * len(held.need))


@allocating
def _held(need: Array, capacity: Array, units: Array, capacity_count: int, places: int) -> Held:
    head, after = np.full(capacity_count + 1, -1, np.int64), np.arange(1, places + 1)
    after[places - 1] = -1
    head[capacity_count] = 0
    held = Held(head, after, np.empty(places, np.int64), np.empty(places, np.int64))
    for row in range(len(need)):
        _give(held, capacity[row], need[row], units[row])
    return held


@allocating
def _triples(held: Held, capacity_count: int) -> Given:
    count = 0
    for capacity in range(capacity_count):
        place = held.head[capacity]
        while place >= 0:
            count += 1
            place = held.after[place]
    found = Given(np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count, np.int64))
    row = 0
    for capacity in range(capacity_count):
        place = held.head[capacity]
        while place >= 0:
            found.need[row], found.capacity[row], found.units[row] = held.need[place], capacity, held.units[place]
            row += 1
            place = held.after[place]
    return found


@in_place
def _settle(
    land: Land, order: Array, place: int, search: int, rank: Array, missing: Array, slack: Array, held: Held, walk: Walk
) -> tuple[int, int]:
    """Ask the needs from `place` on; where it ended (the number of needs: all were asked) and the last search."""
    while place < len(order):
        root = order[place]
        while missing[root] > 0:
            search += 1
            end = _find_end(land, root, search, rank, slack, held, walk)
            if end < 0:
                break
            if not _enough_places(end, root, held, walk):
                return place, search
            _move(end, root, rank, missing, slack, held, walk)
        place += 1
    return place, search


@in_place
def _find_end(land: Land, root: int, search: int, rank: Array, slack: Array, held: Held, walk: Walk) -> int:
    """The capacity at the end of a path from `root` (-1: none, and everything that was seen is closed)."""
    if walk.need[root] == CLOSED:
        return -1
    walk.need[root] = search
    walk.queue[0] = root
    begin, stop, looked, best, weakest = 0, 1, 0, -1, rank[root]
    while begin < stop:
        need = walk.queue[begin]
        begin += 1
        for reach in range(land.asked.shape[1]):
            block = land.asked[need, reach]
            if block < 0 or walk.block[block] >= search or (reach == KM and np.isnan(land.needs.lat[need])):
                continue
            at, end = land.within.start[block], land.within.start[block + 1]
            if reach == KM:
                at, end = band(land.within, block, land.needs.lat[need], land.within.farthest[block])
            else:
                walk.block[block] = search
            while at < end:
                capacity = land.within.member[at]
                at += 1
                if walk.capacity[capacity] >= search:
                    continue
                if reach == KM:
                    km = distance_between(land.needs, need, land.capacities, capacity)
                    if not km <= land.reach_km[capacity]:
                        continue
                walk.capacity[capacity] = search
                walk.came_from[capacity] = need
                looked += 1
                if slack[capacity] > 0:
                    return capacity
                least, stop = _ask_holders(capacity, search, rank, held, walk, stop)
                if least < weakest:
                    best, weakest = capacity, least
        if best >= 0 and looked >= LOOK:
            return best
    if best < 0:
        _close(land, search, stop, walk)
    return best


@in_place
def _ask_holders(capacity: int, search: int, rank: Array, held: Held, walk: Walk, stop: int) -> tuple[int, int]:
    """Put those served there into the queue; the lowest rank among them, and where the queue ends then."""
    least = len(rank) + 1
    place = held.head[capacity]
    while place >= 0:
        need = held.need[place]
        least = min(least, rank[need])
        if walk.need[need] < search:
            walk.need[need] = search
            walk.held_at[need] = capacity
            walk.queue[stop] = need
            stop += 1
        place = held.after[place]
    return least, stop


@in_place
def _close(land: Land, search: int, stop: int, walk: Walk) -> None:
    """What a search went through without an end leads later ones nowhere."""
    for seen in range(stop):
        need = walk.queue[seen]
        walk.need[need] = CLOSED
        for reach in range(land.asked.shape[1]):
            block = land.asked[need, reach]
            if block < 0 or walk.block[block] == CLOSED or (reach == KM and np.isnan(land.needs.lat[need])):
                continue
            at, end = land.within.start[block], land.within.start[block + 1]
            if reach == KM:
                at, end = band(land.within, block, land.needs.lat[need], land.within.farthest[block])
            elif walk.block[block] == search:
                walk.block[block] = CLOSED
            for place in range(at, end):
                if walk.capacity[land.within.member[place]] == search:
                    walk.capacity[land.within.member[place]] = CLOSED


@in_place
def _enough_places(end: int, root: int, held: Held, walk: Walk) -> bool:
    """Each step of the path may need a place more."""
    free = held.head[len(held.head) - 1]
    need = walk.came_from[end]
    while free >= 0 and need != root:
        free = held.after[free]
        need = walk.came_from[walk.held_at[need]]
    return free >= 0


@in_place
def _move(end: int, root: int, rank: Array, missing: Array, slack: Array, held: Held, walk: Walk) -> None:
    """Move as many units along the path as fit: each need on it goes one capacity on, and at its end the weakest gives
    way unless there is room.
    """
    weakest = -1
    units = min(missing[root], slack[end])
    if units == 0:
        weakest = _weakest(held, end, rank)
        units = min(missing[root], held.units[_place(held, end, weakest)])
    need = walk.came_from[end]
    while need != root:
        units = min(units, held.units[_place(held, walk.held_at[need], need)])
        need = walk.came_from[walk.held_at[need]]
    if weakest < 0:
        slack[end] -= units
    else:
        _take(held, end, weakest, units)
        missing[weakest] += units
    capacity = end
    need = walk.came_from[end]
    while need != root:
        before = walk.held_at[need]
        _take(held, before, need, units)
        _give(held, capacity, need, units)
        capacity = before
        need = walk.came_from[before]
    _give(held, capacity, root, units)
    missing[root] -= units


@in_place
def _weakest(held: Held, capacity: int, rank: Array) -> int:
    best = held.need[held.head[capacity]]
    place = held.after[held.head[capacity]]
    while place >= 0:
        if rank[held.need[place]] < rank[best]:
            best = held.need[place]
        place = held.after[place]
    return best


@in_place
def _place(held: Held, capacity: int, need: int) -> int:
    """The place of a need at a capacity (-1: none)."""
    place = held.head[capacity]
    while place >= 0 and held.need[place] != need:
        place = held.after[place]
    return place


@in_place
def _give(held: Held, capacity: int, need: int, units: int) -> None:
    place = _place(held, capacity, need)
    if place < 0:
        free = len(held.head) - 1
        place = held.head[free]
        held.head[free] = held.after[place]
        held.after[place] = held.head[capacity]
        held.head[capacity] = place
        held.need[place], held.units[place] = need, 0
    held.units[place] += units


@in_place
def _take(held: Held, capacity: int, need: int, units: int) -> None:
    place = _place(held, capacity, need)
    held.units[place] -= units
    if held.units[place] > 0:
        return
    before = held.head[capacity]
    if before == place:
        held.head[capacity] = held.after[place]
    else:
        while held.after[before] != place:
            before = held.after[before]
        held.after[before] = held.after[place]
    free = len(held.head) - 1
    held.after[place] = held.head[free]
    held.head[free] = place
