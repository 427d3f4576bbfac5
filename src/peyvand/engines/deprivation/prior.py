"""How hard life is in a place, guessed from census indicators where no household has been asked."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from peyvand.engines.arrays import Array, finite, same_length

_MEAN, _STEP = 50.0, 25.0  # the list's mean, and one standard deviation, on the scale of 0 to 100


def census_prior(indicators: Mapping[str, Any]) -> Array:
    """One figure from 0 to 100 for each place: the plain mean of the z-scores of its indicators.

    `indicators`: by name float64[n], shares or rates of the same n places, in any units, of which more is worse. A z-score says
    how many standard deviations a place lies above the mean of the list; the mean z of a place becomes 50 + 25 z, cut at 0 and
    100: 50 is the mean place, 100 one that is two standard deviations worse in everything. An indicator that is the same
    everywhere counts 0. Places count alike, whatever their size; the figure is relative to the list it came with.

    Equal weights of z-scores, as in the OECD/JRC "Handbook on Constructing Composite Indicators" (2008), sections 5.3 and 6.1.
    It measures no household: `alkire_foster` does, and goes before it where a survey is large enough.

    Gives int64[n]. Raises `ValueError` naming the row that is not finite, or the indicator that is of another length.
    """
    columns = {name: finite(name, values) for name, values in indicators.items()}
    if not columns:
        raise ValueError("indicators: at least one is needed")
    length = len(next(iter(columns.values())))
    for name, column in columns.items():
        same_length(name, column, length, "place")
    z = np.mean([_z(column) for column in columns.values()], axis=0)
    return np.rint(np.clip(_MEAN + _STEP * z, 0.0, 100.0)).astype(np.int64)


def _z(column: Array) -> Array:
    if not len(column) or np.ptp(column) == 0:
        return np.zeros(len(column))
    return (column - column.mean()) / column.std()
