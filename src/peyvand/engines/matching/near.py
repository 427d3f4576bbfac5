"""Feasible pairs found block by block, compiled: every one, or each need's nearest."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from peyvand.engines.arrays import Array
from peyvand.engines.compiled import allocating, in_place
from peyvand.engines.matching.graph import Graph
from peyvand.engines.matching.ground import KM, Blocks, Ground, Points, blocks, blocks_of
from peyvand.engines.side_by_side import cores
from peyvand.kernel.distance import EARTH_KM

UNKNOWN = 1e5  # beyond every distance on earth: pairs without one come after all pairs with one
MAX_PAIRS = 2**28
CHUNK = 2**20


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
    counts, targets, distances = [np.zeros(1, np.int64)], [np.empty(0, np.int32)], [np.empty(0)]
    step = max(1, CHUNK // k)

    def of_chunk(begin: int) -> tuple[Array, Array, Array]:
        part = rows[begin : begin + step]
        asked = blocks_of(ground.need_keys[part], within)
        found = np.zeros(len(part), np.int64)
        target, km, key = np.empty((len(part), k), np.int32), np.empty((len(part), k)), np.empty((len(part), k))
        sides = ground.needs, ground.capacities, ground.reach_km
        _nearest(part, asked, within, *sides, found, target, km, key)
        kept = np.arange(k) < found[:, None]
        return found, target[kept], km[kept]

    with ThreadPoolExecutor(cores()) as threads:  # compiled loops let go of Python's lock
        for found, target, km in threads.map(of_chunk, range(0, len(rows), step)):
            counts.append(found)
            targets.append(target)
            distances.append(km)
    return Graph(np.cumsum(np.concatenate(counts)), np.concatenate(targets), np.concatenate(distances))


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
                start, end = band(within, block, needs.lat[need])
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
def _nearest(rows, asked, within, needs, capacities, reach_km, found, target, km, key):
    """Fill each row of `target`, `km` and `key` with the nearest that fit, nearest first; `found` says how many."""
    for row in range(len(rows)):
        need = rows[row]
        out = target[row], km[row], key[row]
        count = 0
        for reach in range(asked.shape[1]):
            block = asked[row, reach]
            if block < 0:
                continue
            unlocated = within.start[block]
            if not np.isnan(needs.lat[need]):
                unlocated = within.located[block]
                count = _scan(need, block, within, needs, capacities, reach_km, count, out)
            if reach == KM or (count == len(out[0]) and out[2][count - 1] < UNKNOWN):
                continue
            for place in range(unlocated, within.start[block + 1]):
                capacity = within.member[place]
                count = _offer(count, out, capacity, np.nan, _nearness(needs, need, capacities, capacity, np.nan))
        found[row] = count


@in_place
def _scan(need, block, within, needs, capacities, reach_km, count, out):
    """Offer a block's located capacities from the need's latitude outwards, until latitude alone is too far."""
    start, end = within.start[block], within.located[block]
    own = needs.lat[need]
    right = start + np.searchsorted(within.lat[start:end], own)
    left = right - 1
    while left >= start or right < end:
        south = own - within.lat[left] if left >= start else np.inf
        north = within.lat[right] - own if right < end else np.inf
        gap = min(south, north) * EARTH_KM * (1 - 1e-9)  # a hair less, so that rounding excludes nobody
        if gap > within.farthest[block] or (count == len(out[0]) and gap > out[2][count - 1]):
            break
        if south <= north:
            capacity = within.member[left]
            left -= 1
        else:
            capacity = within.member[right]
            right += 1
        distance = distance_between(needs, need, capacities, capacity)
        if distance <= reach_km[capacity]:
            count = _offer(count, out, capacity, distance, distance)
    return count


@in_place
def _offer(count, out, capacity, distance, nearness):
    """Insert into the row by nearness, then by row of the capacity, dropping the farthest when it is full."""
    target, km, key = out
    place = count
    if count == len(target):
        place = count - 1
        if nearness > key[place] or (nearness == key[place] and capacity > target[place]):
            return count
    else:
        count += 1
    while place > 0 and (key[place - 1] > nearness or (key[place - 1] == nearness and target[place - 1] > capacity)):
        target[place], km[place], key[place] = target[place - 1], km[place - 1], key[place - 1]
        place -= 1
    target[place], km[place], key[place] = capacity, distance, nearness
    return count


@in_place
def band(within: Blocks, block: int, lat: float) -> tuple[int, int]:
    """The part of a block whose latitude alone does not put it out of reach."""
    start, end = within.start[block], within.located[block]
    width = within.farthest[block] / EARTH_KM * (1 + 1e-9) + 1e-12
    lats = within.lat[start:end]
    return start + np.searchsorted(lats, lat - width), start + np.searchsorted(lats, lat + width, side="right")


@in_place
def distance_between(needs: Points, need: int, capacities: Points, capacity: int) -> float:
    """Great-circle kilometres by the chord (the haversine formula in unit vectors); NaN where a point is unknown."""
    total = 0.0
    for axis in range(3):
        total += (needs.unit[need, axis] - capacities.unit[capacity, axis]) ** 2
    if np.isnan(total):
        return np.nan
    return 2 * EARTH_KM * np.arcsin(min(1.0, np.sqrt(total) / 2))


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
