"""Near places that unserved needs could claim, compiled: blocks stand for their pairs."""

from typing import NamedTuple

import numpy as np

from peyvand.engines.arrays import Array
from peyvand.engines.compiled import in_place
from peyvand.engines.matching.ground import KM, Ground, blocks, blocks_of
from peyvand.engines.matching.near import distance_between
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
            at, km = nearest_left(
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
def nearest_left(need, block, within, needs, capacities, reach_km, up, down, rank, lowest, limit):
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


@in_place
def _next(skip: Array, at: int) -> int:
    """The first place from `at` on that is not yet gone through (union by halving)."""
    while skip[at] != at:
        skip[at] = skip[skip[at]]
        at = skip[at]
    return at
