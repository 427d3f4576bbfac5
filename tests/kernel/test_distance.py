import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peyvand.engines.matching import candidates
from peyvand.kernel.distance import EARTH_KM, great_circle_km

points = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


def test_sari_lies_about_60_km_from_amol():
    assert great_circle_km((36.5633, 53.0601), (36.4696, 52.3507)) == pytest.approx(64.3, abs=0.5)


@given(points, points)
def test_a_distance_is_the_same_both_ways_and_at_most_half_round_the_earth(one, other):
    km = great_circle_km(one, other)
    assert 0 <= km <= EARTH_KM * 3.14159266
    assert km == pytest.approx(great_circle_km(other, one), abs=1e-9)
    assert great_circle_km(one, one) == 0


@given(points, points)
def test_the_matching_counts_the_same_kilometres(one, other):
    sides = [pl.DataFrame({"kind": ["a"], "lat": [lat], "lon": [lon]}) for lat, lon in (one, other)]
    graph = candidates(
        sides[0].with_columns(priority=1.0), sides[1].with_columns(capacity=1, reach=pl.lit("country")), k=None
    )
    # near the opposite point of the earth both lose digits
    assert graph.km[0] == pytest.approx(great_circle_km(one, other), abs=1e-3)
