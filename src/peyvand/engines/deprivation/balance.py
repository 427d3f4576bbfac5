"""How evenly something is spread over places (Theil, "Economics and Information Theory", 1967)."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from peyvand.engines.arrays import Array, finite, refuse_first, same_length


@dataclass(frozen=True, slots=True)
class Balance:
    """`theil`: 0 when every place got just its due, more the further from it, at most ln(1 / smallest due share);
    `got` and `due` float64[n] shares (each sums to 1), `part` float64[n] what each place adds (negative: less than its
    due), summing to `theil`."""

    theil: float
    got: Array
    due: Array
    part: Array


def theil(got: Any, due: Any) -> Balance:
    """How far what places got lies from what was due to them.

    `got` float64[n], not negative (visits, money); `due` float64[n] above zero (people, or people x deprivation), in any
    units, for only the shares count. Where nobody got anything nothing is uneven: 0.

    Raises `ValueError` naming the row on a negative `got` and a `due` that is not above zero.
    """
    given, owed = finite("got", got), finite("due", due)
    same_length("due", owed, len(given), "place")
    refuse_first("got", given, given < 0, "is negative")
    refuse_first("due", owed, owed <= 0, "is not above zero")
    share_due = owed / owed.sum() if len(owed) else owed
    if not given.sum():
        return Balance(0.0, given, share_due, np.zeros(len(given)))
    share = given / given.sum()
    part = np.zeros(len(share))
    some = share > 0
    part[some] = share[some] * np.log(share[some] / share_due[some])
    return Balance(max(float(part.sum()), 0.0), share, share_due, part)
