"""The arithmetic of the demo holds the published figures exactly, without building anything."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peyvand.demo import plan
from peyvand.demo.plan import Plan, apportion, centres_of, dealt, household_sizes, invented_by_county
from peyvand.kernel.refusals import BadValue

COUNTIES = ["آمل", "بابل", "ساری", "نکا", "نور", "فریدونکنار", *(f"شهرستان {number}" for number in range(16))]


def test_at_full_size_the_plan_is_what_was_published() -> None:
    full = Plan.of(1)
    assert (full.households, full.persons) == (162_000, 360_000)
    assert dict(full.disabilities) == {
        "physical": 27_000, "intellectual": 13_000, "visual": 7_000, "hearing": 7_430, "psychiatric": 6_500, "speech": 730,
    }  # fmt: skip
    assert full.disabled == 61_660
    assert plan.STATED_DISABILITIES == 62_000


def test_of_the_56_neighbourhoods_8_have_public_names_and_48_are_invented() -> None:
    counts = invented_by_county(COUNTIES)
    assert len(plan.NAMED) == 8
    assert sum(counts) == 48
    assert len(plan.NAMED) + sum(counts) == plan.NEIGHBOURHOODS == 56
    named = {county for county, _ in plan.NAMED}
    without = [count for county, count in zip(COUNTIES, counts, strict=True) if county not in named]
    assert min(without) >= 1, "a county without a named neighbourhood has an invented one"
    assert min(without) >= max(count for county, count in zip(COUNTIES, counts, strict=True) if county in named)


def test_persons_of_the_full_size_fit_into_its_households_exactly() -> None:
    full = Plan.of(1)
    sizes = household_sizes(full.households, full.persons, Random(1))
    assert len(sizes) == 162_000
    assert sum(sizes) == 360_000
    assert min(sizes) == 1
    assert max(sizes) <= plan.LARGEST_HOUSEHOLD


def test_disabilities_are_dealt_out_one_by_one() -> None:
    full = Plan.of(1)
    cards = dealt(full.disabilities, full.persons, Random(1))
    assert len(cards) == 360_000
    assert {kind: cards.count(kind) for kind in full.disabilities} == dict(full.disabilities)


@given(
    st.integers(0, 10**6),
    st.lists(st.floats(0, 1e6), min_size=1, max_size=60).filter(lambda weights: sum(weights) > 1e-3),
)
def test_shares_add_up_and_none_is_a_whole_one_away_from_its_due(total: int, weights: list[float]) -> None:
    shares = apportion(total, weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - total * weight / sum(weights)) < 1 + 1e-6


@given(st.floats(0.0005, 1))
def test_every_scale_keeps_the_disabled_among_the_persons(scale: float) -> None:
    small = Plan.of(scale)
    assert small.disabled == round(61_660 * scale)
    assert small.households <= small.persons


@pytest.mark.parametrize("scale", [0, -1, 1.01, float("nan")])
def test_a_scale_outside_the_published_province_is_refused(scale: float) -> None:
    with pytest.raises(BadValue):
        Plan.of(scale)


def test_a_centre_keeps_at_most_600_files() -> None:
    assert centres_of([0, 1, 600, 601, 1_800]) == [1, 1, 1, 2, 3]


def test_more_persons_than_seats_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        household_sizes(10, 81, Random(1))
