"""Deprivation: a survey counted by hand, the two identities, and intervals that mean what they say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peyvand.engines.deprivation import alkire_foster

# Four households, four indicators of equal weight, cut-off a half.
BY_HAND = np.array([[0, 0, 0, 0], [1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 1]], bool)
QUARTERS = [0.25] * 4


def test_four_households_as_counted_by_hand():
    found = alkire_foster(BY_HAND, QUARTERS, 0.5)
    assert found.score.tolist() == [0, 0.25, 0.5, 1]
    assert found.poor.tolist() == [False, False, True, True]
    assert (found.whole.h, found.whole.a, found.whole.m0) == (0.5, 0.75, 0.375)
    assert found.whole.censored.tolist() == [0.5, 0.5, 0.25, 0.25]
    assert found.whole.contribution == pytest.approx([1 / 3, 1 / 3, 1 / 6, 1 / 6])


def test_large_households_count_by_their_people():
    found = alkire_foster(BY_HAND, QUARTERS, 0.5, people=[1, 1, 1, 5])
    assert (found.whole.people, found.whole.h) == (8, 0.75)
    assert found.whole.m0 == pytest.approx((0.5 + 5 * 1) / 8)


def test_weights_that_reach_the_cutoff_only_on_paper_do_reach_it():
    # 0.1 + 0.2 is more than 0.3 in floating point, and 0.7 + 0.1 less than 0.8.
    found = alkire_foster([[1, 1, 0]], [0.7, 0.1, 0.2], 0.8)
    assert found.poor.tolist() == [True]


@st.composite
def surveys(draw):
    rows, indicators = draw(st.integers(1, 25)), draw(st.integers(1, 6))
    weights = np.array(draw(st.lists(st.integers(1, 9), min_size=indicators, max_size=indicators)), float)
    return {
        "deprived": np.array(
            draw(
                st.lists(
                    st.lists(st.booleans(), min_size=indicators, max_size=indicators), min_size=rows, max_size=rows
                )
            )
        ),
        "weights": weights / weights.sum(),
        "cutoff": draw(st.floats(0.01, 1)),
        "groups": draw(st.lists(st.sampled_from(["north", "south", "west"]), min_size=rows, max_size=rows)),
        "people": draw(st.lists(st.integers(1, 9), min_size=rows, max_size=rows)),
    }


@settings(max_examples=200, deadline=None)
@given(surveys())
def test_it_is_the_mean_of_its_groups_and_the_sum_of_its_indicators(survey):
    found = alkire_foster(**survey, draws=20)
    whole = found.whole
    assert whole.m0 == pytest.approx(whole.h * whole.a, abs=1e-12)
    assert whole.m0 == pytest.approx(sum(one.share * one.m0 for one in found.groups.values()), abs=1e-12)
    assert whole.m0 == pytest.approx(float(survey["weights"] @ whole.censored), abs=1e-12)
    assert whole.m0 == 0 or whole.contribution.sum() == pytest.approx(1, abs=1e-12)
    assert sum(one.households for one in found.groups.values()) == whole.households
    assert (whole.censored <= whole.h + 1e-12).all()
    for one in found.groups.values():
        assert 0 <= one.m0_interval.low <= one.m0_interval.high <= 1 + 1e-12


@settings(max_examples=100, deadline=None)
@given(surveys(), st.data())
def test_one_more_deprivation_never_makes_it_less(survey, data):
    row = data.draw(st.integers(0, len(survey["deprived"]) - 1))
    column = data.draw(st.integers(0, survey["deprived"].shape[1] - 1))
    worse = survey | {"deprived": survey["deprived"].copy()}
    worse["deprived"][row, column] = True
    assert alkire_foster(**worse, draws=0).whole.m0 >= alkire_foster(**survey, draws=0).whole.m0 - 1e-12


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    rng = np.random.default_rng(1404)
    population = rng.random((40_000, 5)) < np.array([0.5, 0.4, 0.3, 0.2, 0.1]) * rng.choice([0.4, 1.6], (40_000, 1))
    weights, truth = [0.2] * 5, alkire_foster(population, [0.2] * 5, 1 / 3, draws=0).whole.m0
    held = 0
    for number in range(200):
        sample = population[rng.integers(0, len(population), 80)]
        interval = alkire_foster(sample, weights, 1 / 3, draws=400, seed=number).whole.m0_interval
        held += interval.low <= truth <= interval.high
    assert 180 <= held <= 199


def test_a_group_keeps_its_interval_when_another_joins():
    rng = np.random.default_rng(3)
    answers = rng.random((90, 4)) < 0.4
    names = np.repeat(["north", "south", "west"], 30)
    alone = alkire_foster(answers[30:60], QUARTERS, 0.5, names[30:60])
    assert alone.groups["south"].m0_interval == alkire_foster(answers, QUARTERS, 0.5, names).groups["south"].m0_interval


def test_few_households_stand_in_no_ranking():
    answers = np.ones((31, 2), bool)
    found = alkire_foster(answers, [0.5, 0.5], 0.5, ["near"] * 30 + ["far"])
    assert (found.groups["near"].ranked, found.groups["far"].ranked) == (True, False)
    assert (found.groups["far"].m0_interval.low, found.groups["far"].m0_interval.high) == (0, 1)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"deprived": [[1.0, float("nan")]]}, r"deprived: row 0, indicator 1 \(nan\) is neither yes nor no"),
        ({"deprived": [1, 0]}, "a table of household by indicator is needed"),
        ({"weights": [0.5, 0.4]}, "weights: they sum to 0.9, not to 1"),
        ({"weights": [1.0]}, "weights: 1 rows, but one for each indicator"),
        ({"cutoff": 0}, "cutoff: 0 is not above 0"),
        ({"people": [0]}, r"people: row 0 \(0.0\) is not above zero"),
        ({"groups": ["a", "b"]}, "groups: 2 rows, but one for each household"),
    ],
)
def test_what_is_wrong_is_named(given, said):
    with pytest.raises(ValueError, match=said):
        alkire_foster(**{"deprived": [[1, 0]], "weights": [0.5, 0.5], "cutoff": 0.5} | given)
