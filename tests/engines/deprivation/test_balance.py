"""The balance gauge: nothing uneven is 0, and every place's part is shown."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peyvand.engines.deprivation import theil

places = st.integers(1, 8).flatmap(
    lambda many: st.tuples(
        st.lists(st.integers(0, 50), min_size=many, max_size=many),
        st.lists(st.integers(1, 50), min_size=many, max_size=many),
    )
)


def test_all_to_one_of_two_equal_places_is_the_logarithm_of_two():
    assert theil([7, 0], [1, 1]).theil == pytest.approx(math.log(2))


@given(places)
def test_it_is_zero_just_when_everyone_got_his_due_and_the_sum_of_its_parts(both):
    got, due = both
    found = theil(got, due)
    assert found.theil == pytest.approx(found.part.sum(), abs=1e-12)
    assert 0 <= found.theil <= math.log(sum(due) / min(due)) + 1e-12
    even = sum(got) == 0 or all(
        abs(one * sum(due) - other * sum(got)) == 0 for one, other in zip(got, due, strict=True)
    )
    assert (found.theil < 1e-12) == even


@given(places, st.integers(2, 9))
def test_only_shares_count(both, factor):
    got, due = both
    assert theil([factor * one for one in got], due).theil == pytest.approx(theil(got, due).theil, abs=1e-12)


def test_what_is_wrong_is_named():
    with pytest.raises(ValueError, match=r"got: row 1 \(-1.0\) is negative"):
        theil([1, -1], [1, 1])
    with pytest.raises(ValueError, match=r"due: row 0 \(0.0\) is not above zero"):
        theil([1], [0])
