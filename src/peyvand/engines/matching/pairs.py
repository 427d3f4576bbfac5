"""For each pair of an answer, why this one."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from peyvand.engines.arrays import Array
from peyvand.engines.matching.graph import Graph


class Why(IntEnum):
    """Why a need has units of this capacity and not of another."""

    ONLY = 0  # the only capacity within reach
    NEAREST = 1  # none is nearer
    MOVED = 2  # the nearest has nothing left
    WITHIN_REACH = 3  # within reach, and one of those by which the most pressing are served


@dataclass(frozen=True, slots=True)
class Pairs:
    """One row for each pair that carries units, in the order of needs: `edge` int64[p] of the graph, `need` int64[p],
    `capacity` int32[p], `units` int64[p], `km` float64[p] (NaN: unknown), `why` int8[p] of `Why`, and `nearest`
    float64[p] kilometres to the need's nearest capacity (NaN: unknown).
    """

    edge: Array
    need: Array
    capacity: Array
    units: Array
    km: Array
    why: Array
    nearest: Array


def pairs(graph: Graph, flow: Array, capacity: Array) -> Pairs:
    """The pairs of a `flow` int64[e] on a graph whose rows begin with the nearest, as those of `candidates` and `match`
    do; `capacity` int64[m] units.
    """
    degree = np.diff(graph.indptr)
    edge = np.flatnonzero(flow)
    need = np.searchsorted(graph.indptr, edge, side="right") - 1
    used = np.zeros(len(capacity), np.int64)
    np.add.at(used, graph.indices[edge], flow[edge])
    nearest, nearest_is_full = _nearest(graph, degree, used >= capacity)
    km, least = graph.km[edge], nearest[need]
    farther = (km > least) & nearest_is_full[need]
    why = np.select(
        [degree[need] == 1, km <= least, farther], [Why.ONLY, Why.NEAREST, Why.MOVED], Why.WITHIN_REACH
    ).astype(np.int8)
    return Pairs(edge, need, graph.indices[edge], flow[edge], km, why, least)


def _nearest(graph: Graph, degree: Array, full: Array) -> tuple[Array, Array]:
    """Per need the least known distance of its pairs (NaN: none) and whether the capacity there has nothing left."""
    nearest, is_full = np.full(len(degree), np.nan), np.zeros(len(degree), bool)
    has = np.flatnonzero(degree)
    if len(has):
        first = graph.indptr[has]
        distances = np.where(np.isnan(graph.km), np.inf, graph.km)
        nearest[has] = np.minimum.reduceat(distances, first)
        is_full[has] = full[graph.indices[first]] & (distances[first] == nearest[has])
        nearest[np.isinf(nearest)] = np.nan
    return nearest, is_full
