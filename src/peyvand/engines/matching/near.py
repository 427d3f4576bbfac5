"""Feasible pairs found block by block, compiled: every one, or each need's nearest."""

import numpy as np

from peyvand.engines.arrays import Array
from peyvand.engines.compiled import allocating, in_place
from peyvand.engines.matching.graph import Graph
from peyvand.engines.matching.ground import KM, Blocks, Ground, Points, blocks, blocks_of
from peyvand.engines.side_by_side import on_threads
from peyvand.kernel.distance import EARTH_KM

UNKNOWN = 1e5  # beyond every distance on earth: pairs without one come after all pairs with one
MAX_PAIRS = 2**28
CHUNK = 20_000


def every_pair(ground: Ground) -> Graph:
    """All feasible pairs, each need's nearest first."""
    within = blocks(ground)
    asked = blocks_of(ground.need_keys, within)
    indptr = np.zeros(len(asked) + 1, np.int64)
    nothing = np.empty(0, np.int32), np.empty(0), np.empty(0)
    _list(asked, within, ground.needs, ground.capacities, ground.reach_km, indptr, *nothing, False)
    if indptr[-1] > MAX_PAIRS:
        raise ValueError(f"{indptr[-1]} feasible pairs are too many (at most {MAX_PAIRS}): give k, or use match()")
    target, km, key = np.empty(indptr[-1], np.int32), np.empty(indptr[-1]), np.empty(indptr[-1])
    _list(asked, within, ground.needs, ground.capacities, ground.reach_km, indptr, target, km, key, True)
    _sort(indptr, target, km, key)
    return Graph(indptr, target, km)


def at_most(ground: Ground) -> int:
    """How many feasible pairs there can be, without looking at distances."""
    within = blocks(ground)
    asked = blocks_of(ground.need_keys, within)
    sizes = np.append(np.diff(within.start), 0)  # -1 reads the last: no block, no pair
    return int(sizes[asked].sum())


def nearest_pairs(ground: Ground, rows: Array, k: int) -> Graph:
    """The `k` nearest feasible capacities of each of the needs `rows`, nearest first."""
    within = blocks(ground)
    k = min(k, max(len(within.member), 1))
    asked = blocks_of(ground.need_keys[rows], within)
    order = np.lexsort(asked.T)  # those who ask the same look at the same memory one after the other
    found = np.zeros(len(rows), np.int64)
    target, km = np.empty((len(rows), k), np.int32), np.empty((len(rows), k))
    sides = ground.needs, ground.capacities, ground.reach_km

    def of_part(part: Array) -> None:
        _nearest(part, rows, asked, within, *sides, found, target, km)

    on_threads(of_part, np.array_split(order, 1 + len(order) // CHUNK))
    indptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(found)])
    if indptr[-1] == target.size:
        return Graph(indptr, target.ravel(), km.ravel())
    graph = Graph(indptr, np.empty(indptr[-1], np.int32), np.empty(indptr[-1]))
    _pack(indptr, target, km, graph.indices, graph.km)
    return graph


def pairs_as_graph(ground: Ground, needs: Array, capacities: Array) -> Graph:
    """The given pairs as a graph over all needs."""
    order = np.lexsort((capacities, needs))
    needs, capacities = needs[order], capacities[order]
    indptr = np.zeros(len(ground.need_keys) + 1, np.int64)
    indptr[1:] = np.cumsum(np.bincount(needs, minlength=len(ground.need_keys)))
    km = np.empty(len(needs))
    _measure(ground.needs, needs, ground.capacities, capacities, km)
    return Graph(indptr, capacities.astype(np.int32), km)


@in_place
def _measure(needs: Points, need_rows: Array, capacities: Points, capacity_rows: Array, km: Array) -> None:
    for pair in range(len(km)):
        km[pair] = distance_between(needs, need_rows[pair], capacities, capacity_rows[pair])


@in_place
def _list(asked, within, needs, capacities, reach_km, indptr, target, km, key, write):
    """Count the pairs of each need into `indptr`, or with `write` list them where the counts say."""
    for need in range(len(asked)):
        at = indptr[need]
        for reach in range(asked.shape[1]):
            block = asked[need, reach]
            if block < 0 or (reach == KM and np.isnan(needs.lat[need])):
                continue
            start, end = within.start[block], within.start[block + 1]
            if reach == KM:
                start, end = band(within, block, needs.lat[need], within.farthest[block])
            for place in range(start, end):
                capacity = within.member[place]
                distance = distance_between(needs, need, capacities, capacity)
                if reach == KM and not distance <= reach_km[capacity]:
                    continue
                if write:
                    target[at], km[at] = capacity, distance
                    key[at] = _nearness(needs, need, capacities, capacity, distance)
                at += 1
        if not write:
            indptr[need + 1] = at


@allocating
def _sort(indptr: Array, target: Array, km: Array, key: Array) -> None:
    """Each need's pairs by `key`, equal ones as they stand."""
    for need in range(len(indptr) - 1):
        row = slice(indptr[need], indptr[need + 1])
        order = np.argsort(key[row], kind="mergesort")
        target[row], km[row] = target[row][order], km[row][order]


@in_place
def _pack(indptr: Array, target: Array, km: Array, indices: Array, distances: Array) -> None:
    for row in range(len(target)):
        for place in range(indptr[row + 1] - indptr[row]):
            indices[indptr[row] + place], distances[indptr[row] + place] = target[row, place], km[row, place]


@allocating
def _nearest(order, rows, asked, within, needs, capacities, reach_km, found, target, km):
    """Fill each row of `target` and `km` that `order` names with the nearest that fit, nearest first; `found` says how
    many.
    """
    key = np.empty(target.shape[1])  # the square of the chord; without a distance what `_nearness` says
    for row in order:
        need = rows[row]
        out = target[row], key
        count = 0
        for reach in range(asked.shape[1]):
            block = asked[row, reach]
            if block < 0:
                continue
            unlocated = within.start[block]
            if not np.isnan(needs.lat[need]):
                unlocated = within.located[block]
                count = _scan(need, reach == KM, block, within, needs, reach_km, count, out)
            if reach == KM or (count == len(key) and key[count - 1] < UNKNOWN):
                continue
            for place in range(unlocated, within.start[block + 1]):
                capacity = within.member[place]
                count = _offer(count, out, capacity, _nearness(needs, need, capacities, capacity, np.nan))
        found[row] = count
        for place in range(count):
            km[row, place] = kilometres(key[place]) if key[place] < UNKNOWN else np.nan


@in_place
def _scan(need, limited, block, within, needs, reach_km, count, out):
    """Offer a block's located capacities from the need's latitude outwards, until latitude alone is too far."""
    start, end = within.start[block], within.located[block]
    own, x, y, z = needs.lat[need], needs.unit[need, 0], needs.unit[need, 1], needs.unit[need, 2]
    right = start + np.searchsorted(within.lat[start:end], own)
    left = right - 1
    south = own - within.lat[left] if left >= start else np.inf
    north = within.lat[right] - own if right < end else np.inf
    farthest = within.farthest[block] / EARTH_KM * (1 + 1e-9)
    while left >= start or right < end:
        gap = min(south, north)
        # The chord is a hair shorter than the arc; a little less, so that rounding excludes nobody.
        if gap > farthest or (
            count == len(out[1]) and gap * gap * (1 - gap * gap / 12) * (1 - 1e-9) > out[1][count - 1]
        ):
            break
        if south <= north:
            place = left
            left -= 1
            south = own - within.lat[left] if left >= start else np.inf
        else:
            place = right
            right += 1
            north = within.lat[right] - own if right < end else np.inf
        unit = within.unit
        across = (x - unit[place, 0]) ** 2 + (y - unit[place, 1]) ** 2 + (z - unit[place, 2]) ** 2
        if count == len(out[1]) and across > out[1][count - 1]:
            continue
        capacity = within.member[place]
        if not limited or kilometres(across) <= reach_km[capacity]:
            count = _offer(count, out, capacity, across)
    return count


@in_place
def _offer(count, out, capacity, nearness):
    """Insert into the row by nearness, then by row of the capacity, dropping the farthest when it is full."""
    target, key = out
    place = count
    if count == len(target):
        place = count - 1
        if nearness > key[place] or (nearness == key[place] and capacity > target[place]):
            return count
    else:
        count += 1
    while place > 0 and (key[place - 1] > nearness or (key[place - 1] == nearness and target[place - 1] > capacity)):
        target[place], key[place] = target[place - 1], key[place - 1]
        place -= 1
    target[place], key[place] = capacity, nearness
    return count


@in_place
def band(within: Blocks, block: int, lat: float, km: float) -> tuple[int, int]:
    """The part of a block whose latitude alone does not put it farther away than `km`."""
    start, end = within.start[block], within.located[block]
    width = km / EARTH_KM * (1 + 1e-9) + 1e-12
    lats = within.lat[start:end]
    return start + np.searchsorted(lats, lat - width), start + np.searchsorted(lats, lat + width, side="right")


@in_place
def distance_between(needs: Points, need: int, capacities: Points, capacity: int) -> float:
    """Great-circle kilometres by the chord (the haversine formula in unit vectors); NaN where a point is unknown."""
    total = 0.0
    for axis in range(3):
        total += (needs.unit[need, axis] - capacities.unit[capacity, axis]) ** 2
    return np.nan if np.isnan(total) else kilometres(total)


@in_place
def kilometres(square: float) -> float:
    """Great-circle kilometres from the square of the chord on the unit sphere."""
    return 2 * EARTH_KM * np.arcsin(min(1.0, np.sqrt(square) / 2))


@in_place
def _nearness(needs: Points, need: int, capacities: Points, capacity: int, distance: float) -> float:
    """What to sort by. Without a distance: the same neighbourhood, county, province, then all others; within each of
    these every need begins at another capacity, so that not all name the same ones."""
    if not np.isnan(distance):
        return distance
    apart = 3.0
    for level in range(3):
        if needs.place[need, level] >= 0 and needs.place[need, level] == capacities.place[capacity, level]:
            apart = 2.0 - level
    total = len(capacities.lat)
    return UNKNOWN * (1 + apart) + ((capacity - need * 7919) % total) / total
