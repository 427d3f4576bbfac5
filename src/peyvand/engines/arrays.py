"""The arrays a caller gives: their exact types, or a `ValueError` that names the array and the row.

Many lists of different lengths are kept as compressed sparse rows (CSR): the entries of row `i` are
`indptr[i]:indptr[i + 1]` of the other arrays. Rows are counted from 0 in every message.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

MAX_WHOLE = 2**50
MAX_ENTRIES = 2**31 - 1


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
        refuse_first(name, vector, np.abs(vector) > MAX_WHOLE, "is too large")
    elif vector.dtype.kind not in "iu":
        raise ValueError(f"{name}: whole numbers are needed, not {vector.dtype}")
    elif vector.dtype == np.uint64:
        refuse_first(name, vector, vector > MAX_WHOLE, "is too large")
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


def check_rows(indptr: Array, rows: int, entries: int, *, of: str, entry: str) -> None:
    """Refuse an `indptr` that does not cut `entries` into `rows` rows."""
    if len(indptr) != rows + 1:
        raise ValueError(f"indptr: {len(indptr)} rows, but one more than the {of}s is needed ({rows + 1})")
    if entries > MAX_ENTRIES:
        raise ValueError(f"indices: {entries} {entry}s are too many (at most {MAX_ENTRIES})")
    if indptr[0] != 0:
        raise ValueError(f"indptr: row 0 ({indptr[0]}) is not 0")
    falling = np.flatnonzero(indptr[1:] < indptr[:-1])
    if len(falling):
        raise ValueError(f"indptr: row {falling[0] + 1} ({indptr[falling[0] + 1]}) is less than the row before it")
    if indptr[-1] != entries:
        raise ValueError(f"indptr: row {rows} ({indptr[-1]}) is not the number of {entry}s ({entries})")
