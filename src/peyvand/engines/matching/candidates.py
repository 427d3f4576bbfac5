"""Which capacities a need can ask at all."""

import numpy as np
import polars as pl

from peyvand.engines.matching.graph import Graph
from peyvand.engines.matching.ground import survey
from peyvand.engines.matching.near import every_pair, nearest_pairs


def candidates(needs: pl.DataFrame, capacities: pl.DataFrame, *, k: int | None = None) -> Graph:
    """The feasible pairs of two lists as a `Graph`, each need's nearest first; with `k` only its `k` nearest.

    Columns of both: `kind` (text or whole numbers, never empty) and, where known, `lat` and `lon` (degrees),
    `province`, `county`, `neighbourhood` (names or codes; null or empty: unknown). Capacities also: `reach`, one of
    neighbourhood, county, province, country, km, and `reach_km` (kilometres, for km). A missing column is the same as
    a column of nulls, but for `kind` and `reach`.

    A pair is feasible when the kinds are equal and the need lies within the capacity's reach:

    - `country`: always.
    - `province`, `county`, `neighbourhood`: both give that level and it is equal. A county is the county of a
      province and a neighbourhood that of a county, so coarser levels must be given and be equal too, wherever both
      lists carry them; a level that only one of the lists carries cannot be compared and does not count.
    - `km`: both have coordinates and the great-circle distance (sphere of 6371.0088 km) is at most `reach_km`.

    What is unknown is not within reach: a need without a county is outside every county reach. Only where *neither
    list carries a level in any row* is the next coarser one asked instead: neighbourhood, then county, then province,
    then the whole country; kilometres without any coordinates in either list are asked as county. Two lists without
    any place are thus compared by kind alone.

    `km` of the graph is NaN where either side has no coordinates. Such pairs come after those with a distance: same
    neighbourhood, same county, same province, then all others, beginning at another capacity for each need. A need's
    `k` nearest need not contain the pair an exact answer wants: use `match` for that.

    Raises `ValueError` naming list, row (from 0) and column: an empty kind, an unknown reach, a `reach_km` that is
    missing or negative, a latitude or longitude out of range or without the other; `k` below 1; and with `k=None`
    more than 2**28 pairs.
    """
    ground = survey(needs, capacities)
    if k is None:
        return every_pair(ground)
    if k < 1:
        raise ValueError(f"k is {k}, and at least 1 is needed")
    return nearest_pairs(ground, np.arange(len(needs)), k)
