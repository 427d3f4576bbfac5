import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peyvand.engines.matching import fairness, first_come

from .instances import Problem, assign, demand_of, large_problems, owner_of


def test_each_table_counts_the_needs_of_its_groups() -> None:
    needs = pl.DataFrame(
        {
            "priority": [90.0, 80.0, 10.0, 5.0],
            "demand": [2, 1, 1, 0],
            "county": ["Bam", "Yazd", "Bam", None],
        }
    )
    table = fairness(needs, served=[2, 1, 0, 0], first_come=[1, 0, 1, 0], by=["county"])
    columns = ["needs", "asked", "served", "first_come", "met", "first_come_met"]
    rows = {(row["table"], row["group"]): tuple(row[name] for name in columns) for row in table.to_dicts()}
    assert rows["all", ""] == (4, 4, 3, 2, 3, 2)
    assert rows["county", "Bam"] == (2, 3, 2, 2, 1, 1)
    assert rows["county", "Yazd"] == (1, 1, 1, 0, 1, 0)
    assert rows["county", None] == (1, 0, 0, 0, 1, 1)
    assert rows["priority tenth", "1"] == (1, 2, 2, 1, 1, 0)
    shares = table.filter(table="county").select("group", "share", "first_come_share").rows()
    assert shares == [("Bam", 2 / 3, 2 / 3), ("Yazd", 1.0, 0.0), (None, None, None)]


@settings(max_examples=25, deadline=None)
@given(large_problems(), st.integers(0, 2**32))
def test_tables_add_up_and_the_first_tenths_are_never_behind_the_queue(one: Problem, seed: int) -> None:
    rng = np.random.default_rng(seed)
    best, demand = assign(**one), demand_of(one)
    arrived = rng.random(len(demand))
    queue = first_come(arrived=arrived, **{name: one[name] for name in one if name != "priority"})
    needs = pl.DataFrame({"priority": one["priority"], "demand": demand, "sex": rng.integers(0, 2, len(demand))})
    table = fairness(needs, served=best.served, first_come=queue, by=["sex"])
    totals = table.group_by("table").agg(pl.col("needs", "asked", "served", "first_come", "met").sum())
    assert totals.drop("table").unique().height == 1
    assert best.served.sum() >= queue.sum()
    tenths = table.filter(pl.col("table") == "priority tenth")
    # Worst-off first serves as many as can be of every first part of the order, so of the first tenths together.
    assert (tenths["served"].cum_sum() >= tenths["first_come"].cum_sum()).all()
    assert np.ptp(tenths["needs"].to_numpy()) <= 1


@settings(max_examples=25, deadline=None)
@given(large_problems(), st.integers(0, 2**32))
def test_nobody_passes_by_room_when_first_come(one: Problem, seed: int) -> None:
    demand = demand_of(one)
    arrays = {name: one[name] for name in one if name != "priority"}
    arrived = np.random.default_rng(seed).integers(0, 9, len(demand)).astype(float)
    queue = first_come(arrived=arrived, **arrays)
    owner, room = owner_of(one), one["capacity"].copy()
    for need in np.argsort(arrived, kind="stable"):
        left = demand[need]
        for capacity in one["indices"][owner == need]:
            units = min(left, room[capacity])
            left, room[capacity] = left - units, room[capacity] - units
        assert demand[need] - left == queue[need]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"served": [3, 0]}, r"served: row 0 \(3\) is more than the need asks"),
        ({"first_come": [0, -1]}, r"first_come: row 1 \(-1\) is negative"),
        ({"served": [1]}, "served: 1 rows, but one for each need is needed"),
        ({"by": ["county"]}, "needs: column county is missing"),
    ],
)
def test_bad_figures_are_named(wrong: dict, message: str) -> None:
    needs = pl.DataFrame({"priority": [1.0, 2.0]})
    with pytest.raises(ValueError, match=message):
        fairness(needs, **{"served": [1, 0], "first_come": [0, 1]} | wrong)
