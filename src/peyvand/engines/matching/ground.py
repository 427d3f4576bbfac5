"""Two lists as numbers: who can reach whom, as blocks of capacities that a need of one kind and place can ask."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from peyvand.engines.arrays import Array

PLACES = ("province", "county", "neighbourhood")
REACHES = (*PLACES, "country", "km")
COUNTRY, KM = REACHES.index("country"), REACHES.index("km")


class Points(NamedTuple):
    """Places of one list: `unit` float64[rows, 3] on the unit sphere, `lat` float64[rows] in radians (NaN: unknown),
    `place` int64[rows, 3] codes of province, county and neighbourhood (-1: unknown)."""

    unit: Array
    lat: Array
    place: Array


class Blocks(NamedTuple):
    """Capacities of the same reach, kind and place, by latitude, those without coordinates last."""

    keys: Array  # int64[b], ascending
    start: Array  # int64[b + 1]
    located: Array  # int64[b] where those without coordinates begin
    farthest: Array  # float64[b] the largest `reach_km` (infinity where distance does not limit)
    member: Array  # int32[...] rows of capacities
    lat: Array  # float64[...] radians
    unit: Array  # float64[..., 3] on the unit sphere


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything about two lists that feasibility and nearness ask."""

    needs: Points
    capacities: Points
    need_keys: Array  # int64[n, 5] the block each need may ask, by reach (-1: there is no such capacity)
    capacity_key: Array  # int64[m] the block each capacity is in, counted from 0 (-1: within nobody's reach)
    reach_km: Array  # float64[m] infinity where distance does not limit


def survey(needs: pl.DataFrame, capacities: pl.DataFrame) -> Ground:
    """Check two lists and turn them into numbers; errors and columns as `candidates` says."""
    kinds = _codes(needs, capacities, "kind")
    for name, codes in (("needs", kinds[0]), ("capacities", kinds[1])):
        if len(codes) and codes.min() < 0:
            raise ValueError(f"{name}: row {int(np.argmin(codes))}: kind is empty")
    *places, carried = _places(needs, capacities)
    points = Points(*_position(needs, "needs"), places[0]), Points(*_position(capacities, "capacities"), places[1])
    reach, reach_km = _reaches(capacities)
    reach = _fall_back(reach, carried, points)
    reach_km[reach != KM] = np.inf
    spread = 1 + max((int(side.place.max(initial=-1)) for side in points), default=-1) + 1
    kind_count = 1 + max((int(codes.max(initial=-1)) for codes in kinds), default=-1)

    def keys(kind: Array, reaches: Array | int, place: Array) -> Array:
        return np.where(place < 0, -1, (reaches * kind_count + kind) * spread + place)

    everywhere = np.zeros(len(needs), np.int64)
    asked = [*points[0].place.T, everywhere, everywhere]
    offered = np.column_stack([points[1].place, np.zeros((len(capacities), 2), np.int64)])
    need_keys, capacity_key = _numbered(
        np.column_stack([keys(kinds[0], level, place) for level, place in enumerate(asked)]),
        keys(kinds[1], reach, offered[np.arange(len(capacities)), reach]),
    )
    return Ground(points[0], points[1], need_keys, capacity_key, reach_km)


def blocks(ground: Ground, among: Array | None = None) -> Blocks:
    """The capacities in blocks; with `among` bool[m] only those."""
    usable = (ground.capacity_key >= 0) & ~((ground.reach_km < np.inf) & np.isnan(ground.capacities.lat))
    rows = np.flatnonzero(usable if among is None else usable & among)
    key, lat = ground.capacity_key[rows], ground.capacities.lat[rows]
    order = np.lexsort((lat, key))  # NaN sorts last
    rows, key, lat = rows[order], key[order], lat[order]
    names, start = np.unique(key, return_index=True)
    located = start.copy()
    farthest = np.zeros(len(names))
    if len(rows):
        located += np.add.reduceat(~np.isnan(lat), start)
        farthest = np.maximum.reduceat(ground.reach_km[rows], start)
    unit = ground.capacities.unit[rows]
    return Blocks(names, np.append(start, len(rows)), located, farthest, rows.astype(np.int32), lat, unit)


def blocks_of(need_keys: Array, within: Blocks) -> Array:
    """int64[rows, 5]: the number of each block a need may ask (-1: there is none)."""
    known = max(need_keys.max(initial=-1), within.keys.max(initial=-1)) + 1
    number = np.full(known + 1, -1)  # the key -1 reads the last
    number[within.keys] = np.arange(len(within.keys))
    return number[need_keys]


def _numbered(need_keys: Array, capacity_key: Array) -> tuple[Array, Array]:
    """The same keys, those of capacities counted up, so that a block is found by looking it up; all others are -1."""
    names, numbers = np.unique(capacity_key, return_inverse=True)
    if not len(names):
        return np.full_like(need_keys, -1), capacity_key
    at = np.minimum(np.searchsorted(names, need_keys), len(names) - 1)
    there = (need_keys >= 0) & (names[at] == need_keys)
    return np.where(there, at, -1), np.where(capacity_key >= 0, numbers, -1)


def _codes(needs: pl.DataFrame, capacities: pl.DataFrame, name: str) -> tuple[Array, Array]:
    """The same code for the same value in both lists; -1 for null and empty."""
    column = pl.concat([_column(needs, name, pl.String), _column(capacities, name, pl.String)])
    column = column.set(column == "", None)
    codes = column.rank("dense").cast(pl.Int64).fill_null(0).to_numpy() - 1
    return codes[: len(needs)], codes[len(needs) :]


def _column(frame: pl.DataFrame, name: str, dtype: type[pl.DataType]) -> pl.Series:
    if name in frame.columns:
        return frame[name].cast(dtype).rechunk()
    return pl.Series(name, [None] * len(frame), dtype=dtype)


def _places(needs: pl.DataFrame, capacities: pl.DataFrame) -> tuple[Array, Array, list[bool]]:
    """Codes in which a county is one of its province and a neighbourhood one of its county, and for each level
    whether a row of either list carries it (if only one whose province is unknown, so that it has no code).

    A coarser level counts only where both lists carry it: lists without provinces are compared by county alone.
    """
    levels, carried = [], []
    above = np.zeros(len(needs) + len(capacities), np.int64)
    for name in PLACES:
        own = _codes(needs, capacities, name)
        code = np.concatenate(own)
        joined = np.where((above < 0) | (code < 0), -1, above * (code.max(initial=0) + 1) + code)
        named, dense = np.unique(joined, return_inverse=True)
        dense = dense - 1 if len(named) and named[0] < 0 else dense
        levels.append(dense)
        in_lists = [bool((codes >= 0).any()) for codes in own]
        carried.append(any(in_lists))
        if all(in_lists):
            above = dense
    table = np.column_stack(levels)
    return table[: len(needs)], table[len(needs) :], carried


def _position(frame: pl.DataFrame, name: str) -> tuple[Array, Array]:
    degrees = [_column(frame, axis, pl.Float64).fill_null(np.nan).to_numpy() for axis in ("lat", "lon")]
    for axis, values, most in (("lat", degrees[0], 90), ("lon", degrees[1], 180)):
        wrong = np.abs(values) > most
        if wrong.any():
            row = int(np.argmax(wrong))
            raise ValueError(f"{name}: row {row}: {axis} {values[row]} is not between -{most} and {most}")
    alone = np.isnan(degrees[0]) != np.isnan(degrees[1])
    if alone.any():
        raise ValueError(f"{name}: row {int(np.argmax(alone))}: lat and lon must be given together")
    lat, lon = np.radians(degrees[0]), np.radians(degrees[1])
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]), lat


def _reaches(capacities: pl.DataFrame) -> tuple[Array, Array]:
    """int64[m] number of the reach and float64[m] kilometres."""
    names = _column(capacities, "reach", pl.String)
    numbers = list(range(len(REACHES)))
    number = names.replace_strict(list(REACHES), numbers, default=-1, return_dtype=pl.Int64).to_numpy()
    if len(number) and number.min() < 0:
        row = int(np.argmin(number))
        raise ValueError(f"capacities: row {row}: reach {names[row]!r} is none of {', '.join(REACHES)}")
    kilometres = _column(capacities, "reach_km", pl.Float64).fill_null(np.nan).to_numpy().copy()
    wrong = (number == KM) & ~(np.isfinite(kilometres) & (kilometres >= 0))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(f"capacities: row {row}: reach_km {kilometres[row]} must be a number of kilometres, 0 or more")
    return number.astype(np.int64), kilometres


def _fall_back(reach: Array, carried: list[bool], points: tuple[Points, Points]) -> Array:
    """Where neither list carries a level at all, the next coarser one is asked."""
    stands_for = np.arange(len(REACHES))
    stands_for[0] = 0 if carried[0] else COUNTRY
    stands_for[1] = 1 if carried[1] else stands_for[0]
    stands_for[2] = 2 if carried[2] else stands_for[1]
    if not any((~np.isnan(side.lat)).any() for side in points):
        stands_for[KM] = stands_for[1]
    return stands_for[reach]
