"""What goes in and what comes out: a graph of feasible pairs, an assignment on it, and the check of its arrays.

A graph is in compressed sparse rows (CSR): the edges of need `i` are `indptr[i]:indptr[i + 1]`, and `indices[e]` is
the capacity of edge `e`.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from peyvand.engines.arrays import MAX_WHOLE, Array, check_rows, finite, refuse_first, same_length, whole


@dataclass(frozen=True, slots=True)
class Graph:
    """Feasible pairs: `indptr` int64[n + 1], `indices` int32[e], `km` float64[e] (great-circle distance, NaN where
    unknown).
    """

    indptr: Array
    indices: Array
    km: Array


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who is served by whom.

    `flow` int64[e] units on each edge; `capacity_of` int32[n] the capacity of the first unit (-1: unserved); `served`
    int64[n] units; `priority_sum` = sum of priority x served; `cost_sum` = sum of cost x flow (0.0 where no cost was
    given).
    """

    flow: Array
    capacity_of: Array
    served: Array
    priority_sum: float
    cost_sum: float


class Problem(NamedTuple):
    """The checked arrays of one matching problem."""

    priority: Array
    demand: Array
    capacity: Array
    indptr: Array
    indices: Array


def demanded(needs: pl.DataFrame) -> Array:
    """int64[n]: the units each need asks for, one where the list has no `demand`."""
    return needs["demand"].to_numpy() if "demand" in needs.columns else np.ones(len(needs), np.int64)


def check(priority: Any, capacity: Any, indptr: Any, indices: Any, demand: Any) -> Problem:
    """The arrays in their exact types, or a `ValueError` that names the array and the row."""
    wanted = finite("priority", priority)
    need_count, edges_from = len(wanted), whole("indptr", indptr)
    demanded = np.ones(need_count, np.int64) if demand is None else whole("demand", demand)
    same_length("demand", demanded, need_count, "need")
    offered, targets = whole("capacity", capacity), whole("indices", indices)
    for name, units in (("demand", demanded), ("capacity", offered)):
        refuse_first(name, units, units < 0, "is negative")
        refuse_first(name, units, units > MAX_WHOLE, "is too large")
    if demanded.sum(dtype=np.float64) > MAX_WHOLE:
        raise ValueError("demand: all rows together are too large")
    check_rows(edges_from, need_count, len(targets), of="need", entry="edge")
    if len(targets) and (targets.min() < 0 or targets.max() >= len(offered)):
        nowhere = (targets < 0) | (targets >= len(offered))
        refuse_first("indices", targets, nowhere, f"is no row of the {len(offered)} capacities")
    return Problem(wanted, demanded, offered, edges_from, targets.astype(np.int32, copy=False))
