"""The certificate over all feasible pairs without listing them, compiled: blocks stand for their edges."""

from typing import NamedTuple

import numpy as np

from peyvand.engines.arrays import Array
from peyvand.engines.compiled import in_place
from peyvand.engines.matching.exchanges import Arcs
from peyvand.engines.matching.ground import KM, Ground, blocks, blocks_of
from peyvand.engines.matching.near import band, distance_between
from peyvand.kernel.distance import EARTH_KM


class Ladder(NamedTuple):
    """What a capacity could give up, the easiest first: its room, then the units it gives, by the rank of their
    needs.
    """

    start: Array  # int64[m + 1]
    rank: Array  # float64[...] -inf for room
    units: Array  # int64[...]


def claimed_places(ground: Ground, roots: Array, *, rank: Array, missing: Array, ladder: Ladder) -> tuple[Array, Array]:
    """Pairs (needs, capacities): for each of the `roots`, the most pressing first, a near feasible capacity to claim.

    A need claims units that are free or given to needs of lower rank, and that no need before it claimed. What one
    need cannot claim those after it cannot either, and it is passed over at once from then on. The nearest in each
    block where coordinates are known, else the first.
    """
    lowest = np.full(len(ladder.start) - 1, np.inf)
    some = np.flatnonzero(np.diff(ladder.start))
    lowest[some] = ladder.rank[ladder.start[some]]
    within = blocks(ground, lowest < rank[roots].max(initial=-np.inf))
    asked = blocks_of(ground.need_keys[roots], within)
    found = np.full(len(roots), -1, np.int64)
    up, down = np.arange(len(within.member) + 1), np.arange(len(within.member) + 1)
    sides = ground.needs, ground.capacities, ground.reach_km
    step = ladder.start[:-1].copy()
    _claim(asked, within, *sides, up, down, roots, rank, missing, lowest, ladder, step, found)
    return roots[found >= 0], found[found >= 0]


@in_place
def _claim(
    asked, within, needs, capacities, reach_km, up, down, roots, rank, missing, lowest, ladder, step, found
):  # fmt: skip
    for place in range(len(roots)):
        need = roots[place]
        best, best_km = -1, np.inf
        for reach in range(asked.shape[1]):
            block = asked[place, reach]
            if block < 0 or (reach == KM and np.isnan(needs.lat[need])):
                continue
            at, km = _nearest_left(
                need, block, within, needs, capacities, reach_km, up, down, rank[need], lowest, best_km
            )
            if at >= 0 and (best < 0 or km < best_km):
                best, best_km = at, km
        if best >= 0:
            capacity = within.member[best]
            found[place] = capacity
            lowest[capacity] = _climb(ladder, step, capacity, rank[need], missing[need])


@in_place
def _climb(ladder: Ladder, step: Array, capacity: int, rank: float, units: int) -> float:
    """Claim up to so many units below the rank; the rank of what is left then (infinity: nothing)."""
    end = ladder.start[capacity + 1]
    while units > 0 and step[capacity] < end and ladder.rank[step[capacity]] < rank:
        taken = min(units, ladder.units[step[capacity]])
        units -= taken
        ladder.units[step[capacity]] -= taken
        if ladder.units[step[capacity]] == 0:
            step[capacity] += 1
    return ladder.rank[step[capacity]] if step[capacity] < end else np.inf


@in_place
def _nearest_left(need, block, within, needs, capacities, reach_km, up, down, rank, lowest, limit):
    """The place of the block's nearest capacity that is worth it, and its distance; without one, -1 or any at
    infinity.
    """
    start, middle, end = within.start[block], within.located[block], within.start[block + 1]
    own = needs.lat[need]
    best = -1
    if np.isnan(own):
        middle = start
    right = _next(up, start + np.searchsorted(within.lat[start:middle], own))
    # `down` is shifted by one, so that 0 stands for "before the first".
    left = _next_down(down, min(right, middle)) - 1
    while left >= start or right < middle:
        south = own - within.lat[left] if left >= start else np.inf
        north = within.lat[right] - own if right < middle else np.inf
        gap = min(south, north) * EARTH_KM * (1 - 1e-9)
        if gap > limit or gap > within.farthest[block]:
            break
        at = left if south <= north else right
        capacity = within.member[at]
        if lowest[capacity] < rank:
            distance = distance_between(needs, need, capacities, capacity)
            if distance <= reach_km[capacity] and distance < limit:
                best, limit = at, distance
        else:
            up[at], down[at + 1] = at + 1, at
        if south <= north:
            left = _next_down(down, left) - 1
        else:
            right = _next(up, right + 1)
    at = _next(up, middle)
    while best < 0 and limit == np.inf and at < end:
        capacity = within.member[at]
        if lowest[capacity] < rank:
            return at, np.inf
        up[at], down[at + 1] = at + 1, at
        at = _next(up, at + 1)
    return best, limit


@in_place
def _next_down(down: Array, at: int) -> int:
    """The last shifted place up to `at` that is not passed over."""
    while down[at] != at:
        down[at] = down[down[at]]
        at = down[at]
    return at


def open_paths(
    ground: Ground, roots: Array, *, rank: Array, missing: Array, weakest: Array, claims: Array, holders: Arcs
) -> tuple[Array, Array]:
    """Pairs (needs int64[p], capacities int64[p]) of paths by which unserved needs could still be served, over all
    pairs.

    From each of the `roots`, the most pressing first, walk through feasible pairs and the needs served there
    (`holders`) to the first capacity whose `weakest` float64[m] (the lowest rank served there, -inf where there is
    room) is below the root's `rank` float64[n]. Such an end is taken by at most `claims` units of roots that miss
    `missing` units.

    Nothing is visited twice: what a more pressing root walked through without an end has none for the others either. So
    when no path is returned, no root has any, and each block was gone through once.
    """
    within = blocks(ground)
    asked = blocks_of(ground.need_keys, within)
    need_count, capacity_count = len(asked), len(ground.capacity_key)
    need_from, capacity_from = np.full(need_count, -1, np.int64), np.full(capacity_count, -1, np.int64)
    ends = np.full((len(roots), 2), -1, np.int64)
    sides = ground.needs, ground.capacities, ground.reach_km
    skip = np.arange(len(within.member) + 1)
    seen, stack = np.zeros(need_count, np.bool_), np.empty(need_count, np.int64)
    _walk(
        asked,
        within,
        *sides,
        skip,
        seen,
        stack,
        roots,
        rank,
        missing,
        weakest,
        claims.copy(),
        holders,
        need_from,
        capacity_from,
        ends,
    )
    return _pairs(ends[ends[:, 1] >= 0], need_from, capacity_from)


@in_place
def _walk(
    asked, within, needs, capacities, reach_km, skip, seen, stack, roots, rank, missing, weakest, claims, holders,
    need_from, capacity_from, ends,
):  # fmt: skip
    """For every root with a path, the last pair of it into `ends`; where each node was come from into the two
    `_from`.
    """
    for place in range(len(roots)):
        root = roots[place]
        if seen[root]:
            continue
        seen[root] = True
        stack[0], depth = root, 1
        while depth > 0 and ends[place, 1] < 0:
            depth -= 1
            need = stack[depth]
            for reach in range(asked.shape[1]):
                block = asked[need, reach]
                if block < 0 or (reach == KM and np.isnan(needs.lat[need])):
                    continue
                at, end = within.start[block], within.start[block + 1]
                if reach == KM:
                    at, end = band(within, block, needs.lat[need])
                at = _next(skip, at)
                while at < end:
                    capacity = within.member[at]
                    if reach == KM and not distance_between(needs, need, capacities, capacity) <= reach_km[capacity]:
                        at = _next(skip, at + 1)
                        continue
                    if weakest[capacity] < rank[root]:
                        ends[place, 0], ends[place, 1] = need, capacity
                        claims[capacity] -= missing[root]
                        if claims[capacity] <= 0:
                            skip[at] = at + 1
                        break
                    skip[at] = at + 1
                    capacity_from[capacity] = need
                    depth = _push_holders(holders, capacity, len(asked), seen, need_from, stack, depth)
                    at = _next(skip, at + 1)
                if ends[place, 1] >= 0:
                    break


@in_place
def _push_holders(
    holders: Arcs, capacity: int, need_count: int, seen: Array, need_from: Array, stack: Array, depth: int
) -> int:
    node = need_count + capacity
    for arc in range(holders.start[node], holders.start[node + 1]):
        need = holders.to[arc]
        if not seen[need]:
            seen[need] = True
            need_from[need] = capacity
            stack[depth] = need
            depth += 1
    return depth


@in_place
def _next(skip: Array, at: int) -> int:
    """The first place from `at` on that is not yet gone through (union by halving)."""
    while skip[at] != at:
        skip[at] = skip[skip[at]]
        at = skip[at]
    return at


def _pairs(ends: Array, need_from: Array, capacity_from: Array) -> tuple[Array, Array]:
    """All pairs of the paths, each once."""
    found: dict[tuple[int, int], None] = {}
    for need, capacity in ends.tolist():
        while (need, capacity) not in found:
            found[need, capacity] = None
            capacity = int(need_from[need])
            if capacity < 0:
                break
            need = int(capacity_from[capacity])
    pairs = np.array(list(found), np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]
