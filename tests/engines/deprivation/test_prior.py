"""The guess from a census: what it says, and what it does not depend on."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peyvand.engines.deprivation import census_prior


def test_the_mean_place_is_50_and_two_standard_deviations_worse_in_everything_is_100():
    assert census_prior({"a": [0.1, 0.2, 0.3], "b": [1.0, 2.0, 3.0]}).tolist() == [19, 50, 81]
    far = census_prior({"a": [0.0] * 30 + [1.0]}).tolist()
    assert far[-1] == 100
    assert census_prior({"a": [0.4, 0.4], "b": [0.1, 0.3]}).tolist() == [38, 62]  # what is the same everywhere counts 0
    assert census_prior({"a": []}).tolist() == []


@settings(max_examples=40, deadline=None)
@given(
    values=st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=2, max_size=12),
    unit=st.sampled_from([0.01, 1.0, 1000.0]),
)
def test_it_depends_neither_on_units_nor_on_order_and_more_is_never_better(values, unit):
    a, b = (np.array(column, dtype=float) for column in zip(*values, strict=True))
    told = census_prior({"a": a, "b": b})
    assert abs(told - census_prior({"b": b, "a": a * unit + 7})).max() <= 1  # rounding alone
    assert ((told >= 0) & (told <= 100)).all()
    for one in range(len(a)):
        for other in range(len(a)):
            if a[one] >= a[other] and b[one] >= b[other]:
                assert told[one] >= told[other]


def test_what_is_no_number_is_named():
    with pytest.raises(ValueError, match="b: row 1"):
        census_prior({"a": [1.0, 2.0], "b": [1.0, float("nan")]})
    with pytest.raises(ValueError, match="b"):
        census_prior({"a": [1.0, 2.0], "b": [1.0]})
    with pytest.raises(ValueError, match="at least one"):
        census_prior({})
