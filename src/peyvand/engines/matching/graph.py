"""What goes in and what comes out: a graph of feasible pairs, an assignment on it, and the check of its arrays.

A graph is in compressed sparse rows (CSR): the edges of need `i` are `indptr[i]:indptr[i + 1]`, and `indices[e]` is
the capacity of edge `e`. Rows are counted from 0 in every message.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

MAX_UNITS = 2**50
MAX_EDGES = 2**31 - 1


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


def check(priority: Any, capacity: Any, indptr: Any, indices: Any, demand: Any) -> Problem:
    """The arrays in their exact types, or a `ValueError` that names the array and the row."""
    wanted = finite("priority", priority)
    need_count, edges_from = len(wanted), whole("indptr", indptr)
    demanded = np.ones(need_count, np.int64) if demand is None else whole("demand", demand)
    same_length("demand", demanded, need_count, "need")
    offered, targets = whole("capacity", capacity), whole("indices", indices)
    for name, units in (("demand", demanded), ("capacity", offered)):
        refuse_first(name, units, units < 0, "is negative")
        refuse_first(name, units, units > MAX_UNITS, "is too large")
    if demanded.sum(dtype=np.float64) > MAX_UNITS:
        raise ValueError("demand: all rows together are too large")
    _check_rows(edges_from, need_count, len(targets))
    if len(targets) and (targets.min() < 0 or targets.max() >= len(offered)):
        nowhere = (targets < 0) | (targets >= len(offered))
        refuse_first("indices", targets, nowhere, f"is no row of the {len(offered)} capacities")
    return Problem(wanted, demanded, offered, edges_from, targets.astype(np.int32, copy=False))


def finite(name: str, values: Any) -> Array:
    """A vector of float64 without NaN or infinity."""
    vector = _vector(name, values).astype(np.float64, copy=False)
    refuse_first(name, vector, ~np.isfinite(vector), "is not a finite number")
    return np.ascontiguousarray(vector)


def whole(name: str, values: Any) -> Array:
    """A vector of whole numbers; 32-bit ones stay as they are when they can be used so (`indices`)."""
    vector = _vector(name, values)
    if vector.dtype.kind == "f":
        refuse_first(name, vector, ~(np.isfinite(vector) & (vector == np.floor(vector))), "is not a whole number")
        refuse_first(name, vector, np.abs(vector) > MAX_UNITS, "is too large")
    elif vector.dtype.kind not in "iu":
        raise ValueError(f"{name}: whole numbers are needed, not {vector.dtype}")
    elif vector.dtype == np.uint64:
        refuse_first(name, vector, vector > MAX_UNITS, "is too large")
    keep = name == "indices" and vector.dtype == np.int32
    return np.ascontiguousarray(vector if keep else vector.astype(np.int64, copy=False))


def same_length(name: str, vector: Array, length: int, of: str) -> None:
    if len(vector) != length:
        raise ValueError(f"{name}: {len(vector)} rows, but one for each {of} is needed ({length})")


def refuse_first(name: str, vector: Array, wrong: Array, why: str) -> None:
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(f"{name}: row {row} ({vector[row]}) {why}")


def _vector(name: str, values: Any) -> Array:
    vector = np.asarray(values)
    if vector.ndim != 1:
        raise ValueError(f"{name}: one row of values is needed, not {vector.ndim} dimensions")
    return vector.astype(np.int64) if vector.size == 0 else vector


def _check_rows(indptr: Array, need_count: int, edge_count: int) -> None:
    if len(indptr) != need_count + 1:
        raise ValueError(f"indptr: {len(indptr)} rows, but one more than the needs is needed ({need_count + 1})")
    if edge_count > MAX_EDGES:
        raise ValueError(f"indices: {edge_count} edges are too many (at most {MAX_EDGES})")
    if indptr[0] != 0:
        raise ValueError(f"indptr: row 0 ({indptr[0]}) is not 0")
    falling = np.flatnonzero(indptr[1:] < indptr[:-1])
    if len(falling):
        raise ValueError(f"indptr: row {falling[0] + 1} ({indptr[falling[0] + 1]}) is less than the row before it")
    if indptr[-1] != edge_count:
        raise ValueError(f"indptr: row {need_count} ({indptr[-1]}) is not the number of edges ({edge_count})")
