import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peyvand.engines.matching import Future, StandingMatching, look_ahead_prices, verify

from .instances import Problem, assign, demand_of, large_problems, owner_of, problem


@settings(max_examples=30, deadline=None)
@given(large_problems(), st.integers(0, 2**32))
def test_the_price_of_a_need_is_what_serving_one_more_like_it_takes_from_the_others(one: Problem, seed: int) -> None:
    one["demand"] = demand_of(one)
    frame = pl.DataFrame({"priority": one["priority"], "demand": one["demand"], "row": np.arange(len(one["priority"]))})
    prices = look_ahead_prices([Future(frame, one["capacity"], one["indptr"], one["indices"])], by=[("row",)])
    base, owner = assign(**one), owner_of(one)
    like = int(np.random.default_rng(seed).integers(len(owner_of(one)))) if len(owner) else -1
    if like < 0:
        return
    like = int(owner[like])
    # By trial: one need more with the same edges, above all others.
    rows = [one["indices"][owner == need].tolist() for need in range(len(frame))]
    more = problem([*one["priority"], 1e6], one["capacity"], [*rows, rows[like]], [*one["demand"], 1])
    found = assign(**more)
    lost = base.priority_sum - (found.priority_sum - 1e6 * found.served[-1])
    assert prices.of({"row": like}) == pytest.approx(lost if found.served[-1] else 0.0)


def future(priority: list[float], county: list[str | None], capacity: int) -> Future:
    needs = pl.DataFrame({"priority": np.array(priority, float), "kind": ["care"] * len(priority), "county": county})
    return Future(needs, [capacity], np.arange(len(priority) + 1), np.zeros(len(priority), np.int32))


def test_a_price_is_the_mean_over_futures_and_the_finest_known_group_tells() -> None:
    futures = [future([9, 5, 3], ["Bam", "Bam", None], 2), future([8, 7], ["Bam", "Bam"], 1)]
    prices = look_ahead_prices(futures)
    assert prices.of({"kind": "care", "county": "Bam"}) == pytest.approx((5 + 5 + 8 + 8) / 4)
    assert prices.of({"kind": "care", "county": "Yazd"}) == pytest.approx((5 + 5 + 5 + 8 + 8) / 5)
    assert prices.of({"kind": "ride", "county": "Bam"}) == 0.0
    careful = look_ahead_prices(futures, quantile=1.0)
    assert careful.of({"kind": "care", "county": "Bam"}) == 8.0
    assert look_ahead_prices([]).of({"kind": "care", "county": "Bam"}) == 0.0


def test_only_the_needs_that_tell_count_and_room_costs_nothing() -> None:
    wide = future([9, 5], ["Bam", "Yazd"], 3)
    assert look_ahead_prices([wide]).of({"kind": "care", "county": "Bam"}) == 0.0
    narrow = future([9, 2.0**60], ["Bam", "Yazd"], 1)
    assert look_ahead_prices([narrow]).of({"kind": "care", "county": "Bam"}) == 0.0  # only a kept promise leads there
    one = future([9, 5], ["Bam", "Yazd"], 1)._replace(tells=np.array([True, False]))
    assert look_ahead_prices([one], by=[("county",)]).of({"county": "Yazd"}) == 0.0


def test_bad_futures_are_named() -> None:
    with pytest.raises(ValueError, match="priority: row 1 is negative"):
        look_ahead_prices([future([9, -5], ["Bam", "Yazd"], 1)])
    with pytest.raises(ValueError, match="needs: column village is missing"):
        look_ahead_prices([future([9], ["Bam"], 1)], by=[("village",)])
    with pytest.raises(ValueError, match=r"tells: one true or false for each need is needed \(1\)"):
        look_ahead_prices([future([9], ["Bam"], 1)._replace(tells=[1])])


def test_a_reserve_keeps_the_last_place_for_the_more_pressing_who_is_still_to_come() -> None:
    prices = look_ahead_prices([future([9, 8, 2], ["Bam", "Bam", "Bam"], 2)])
    standing = StandingMatching(capacity=[1])
    here = {"kind": "care", "county": "Bam"}
    first, _ = standing.add_need(3.0, [0], waits=prices.of(here) > 3.0)
    second, _ = standing.add_need(8.5, [0], waits=prices.of(here) > 8.5)
    assert standing.served.tolist() == [0, 1]
    standing.keep(second)
    standing.let_in(first)
    assert standing.served.tolist() == [0, 1]


@settings(max_examples=20, deadline=None)
@given(large_problems(), st.integers(0, 2**32))
def test_a_standing_matching_can_be_rearranged_for_less_travel(one: Problem, seed: int) -> None:
    standing = StandingMatching(**one)
    served, arrays = standing.served, standing.arrays()
    cost = np.random.default_rng(seed).integers(0, 100, len(arrays["indices"])).astype(float)
    flow = arrays.pop("flow")
    near = assign(**arrays, cost=cost)
    moved = standing.rearrange(near.flow)
    assert standing.served.tolist() == served.tolist()
    assert standing.arrays()["flow"].tolist() == near.flow.tolist()
    assert verify(**standing.arrays())
    assert cost @ flow >= near.cost_sum
    assert moved.units.sum() == 0
    if (served > 0).any():
        with pytest.raises(ValueError, match="flow: need row"):
            standing.rearrange(np.zeros(len(flow), np.int64))
    _, moved = standing.add_need(1e6, np.arange(len(one["capacity"])))
    assert standing.missing[-1] == 0 or one["capacity"].sum() == 0
    assert verify(**standing.arrays())
