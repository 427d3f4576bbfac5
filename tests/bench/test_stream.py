"""The replay of a year: what is promised can be given, and nobody is served by what only the future tells."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from bench._stream import YEAR, Stream, Year, queue, years
from bench.arriving import hindsight

from peyvand.engines.matching import verify

WAYS = {"without a reserve": {}, "told when sure": {"every": 30.0}, "told late": {"every": 30.0, "late": True}}


@pytest.fixture(scope="module")
def year() -> Year:
    return years(300, 90, past=1, seed=5, patience=60.0, stays=150.0)


@pytest.mark.parametrize("way", WAYS)
def test_what_is_promised_can_be_given_while_the_need_waits(year: Year, way: str) -> None:
    stream = Stream(year, **WAYS[way])
    served = stream.run()
    certificate = verify(**stream.standing.arrays())
    assert certificate, certificate.fault
    given = np.zeros(len(year.capacities), np.int64)
    for row in np.flatnonzero(served).tolist():
        capacity = stream.of_capacity_row[stream.at[stream.need_row[row]]]
        assert capacity in year.of_need(row)  # near enough, and at the same time
        assert 0 <= stream.waited[row] <= stream.end[row] - stream.day[row]
        given[capacity] += 1
    assert (given <= year.capacities["capacity"].to_numpy()).all()
    total = float(year.needs["priority"].to_numpy()[: year.need_count] @ served)
    assert 0 < total <= hindsight(year)[1]


@pytest.mark.parametrize("way", [*WAYS, "first come"])
def test_who_is_served_by_today_does_not_depend_on_what_comes_tomorrow(year: Year, way: str) -> None:
    today = YEAR / 2
    later = (pl.col("day") > today) & (pl.int_range(pl.len()) < year.need_count)
    turned = pl.when(later).then(100 - pl.col("priority")).otherwise("priority")
    other = replace(year, needs=year.needs.with_columns(priority=turned))
    assert not other.needs.equals(year.needs)
    ended = year.needs["end"].to_numpy()[: year.need_count] < today
    one, two = (
        Stream(some, **WAYS[way]).run() if way in WAYS else queue(some, by_priority=False) for some in (year, other)
    )
    assert 0 < ended.sum() < len(ended)
    assert one[ended].tolist() == two[ended].tolist()
