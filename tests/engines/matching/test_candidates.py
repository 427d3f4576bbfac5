from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peyvand.engines.matching import candidates

from .lists import feasible, kilometres, random_lists, rows_of

seeds = st.integers(0, 2**32)


@settings(max_examples=200, deadline=None)
@given(seeds, st.integers(0, 25), st.integers(0, 25))
def test_every_feasible_pair_is_found_and_no_other(seed: int, needs: int, capacities: int) -> None:
    wanted, offered = random_lists(seed, needs, capacities)
    found = rows_of(candidates(wanted, offered))
    expected = feasible(wanted, offered)
    assert len(found) == len(wanted)
    for row, (targets, km) in enumerate(found):
        assert sorted(targets) == sorted(expected[row])
        assert km == pytest.approx([expected[row][target] for target in targets], nan_ok=True, abs=1e-6)
        known = km[~np.isnan(km)]
        assert np.isnan(km[len(known) :]).all()
        assert (np.diff(known) >= 0).all()


@settings(max_examples=200, deadline=None)
@given(seeds, st.integers(0, 25), st.integers(0, 25), st.integers(1, 30))
def test_k_gives_the_nearest_of_them(seed: int, needs: int, capacities: int, k: int) -> None:
    wanted, offered = random_lists(seed, needs, capacities)
    everyone = rows_of(candidates(wanted, offered))
    for (targets, km), (all_targets, all_km) in zip(rows_of(candidates(wanted, offered, k=k)), everyone, strict=True):
        assert len(set(targets)) == len(targets) == min(k, len(all_targets))
        assert set(targets) <= set(all_targets)
        assert km == pytest.approx(all_km[: len(km)], nan_ok=True, abs=1e-9)


def pairs(needs: dict[str, Any], capacities: dict[str, Any]) -> list[list[int]]:
    wanted, offered = pl.DataFrame({"kind": ["x"] * 2} | needs), pl.DataFrame({"kind": ["x"] * 2} | capacities)
    assert {row: sorted(targets) for row, targets in feasible(*map(padded, (wanted, offered))).items()} == dict(
        enumerate(sorted(targets) for targets, _ in rows_of(candidates(wanted, offered)))
    )
    return [sorted(targets) for targets, _ in rows_of(candidates(wanted, offered))]


def padded(frame: pl.DataFrame) -> pl.DataFrame:
    missing = {"province", "county", "neighbourhood", "lat", "lon", "reach_km"} - set(frame.columns)
    return frame.with_columns(pl.lit(None).alias(name) for name in missing)


def test_lists_without_any_place_are_compared_by_kind_alone() -> None:
    for reach in ("neighbourhood", "county", "province", "country"):
        assert pairs({}, {"reach": [reach] * 2}) == [[0, 1], [0, 1]]
    assert pairs({}, {"reach": ["km", "km"], "reach_km": [1.0, 0.0]}) == [[0, 1], [0, 1]]


def test_a_need_whose_county_is_unknown_is_within_no_county_reach() -> None:
    assert pairs({"county": ["a", None]}, {"county": ["a", None], "reach": ["county"] * 2}) == [[0], []]


def test_a_place_that_only_one_list_gives_is_within_nobodys_reach() -> None:
    assert pairs({"county": ["a", "b"]}, {"reach": ["county", "country"]}) == [[1], [1]]


def test_a_county_counts_as_given_even_where_its_province_is_not() -> None:
    needs = {"province": ["p", None], "county": [None, "a"]}
    capacities = {"province": ["p", "p"], "reach": ["neighbourhood", "province"]}
    assert pairs(needs, capacities) == [[1], []]


def test_counties_of_the_same_name_in_two_provinces_are_two_counties() -> None:
    needs = {"province": ["p", "q"], "county": ["a", "a"]}
    assert pairs(needs, {"province": ["p", "q"], "county": ["a", "a"], "reach": ["county"] * 2}) == [[0], [1]]
    assert pairs(needs, {"county": ["a", "b"], "reach": ["county"] * 2}) == [[0], [0]]


def test_kilometres_without_coordinates_are_asked_as_county() -> None:
    capacities = {"county": ["a", "b"], "reach": ["km"] * 2, "reach_km": [5.0, 500.0]}
    assert pairs({"county": ["a", "b"]}, capacities) == [[0], [1]]


def test_kilometres_are_counted_over_the_date_line_and_the_pole() -> None:
    needs = {"lat": [0.0, 89.9], "lon": [179.9, 0.0]}
    capacities = {"lat": [0.0, 89.9], "lon": [-179.9, 180.0], "reach": ["km"] * 2, "reach_km": [23.0, 23.0]}
    assert pairs(needs, capacities) == [[0], [1]]


def test_kinds_may_be_numbers_and_distances_are_those_of_the_haversine_formula() -> None:
    needs = pl.DataFrame({"kind": [1, 2], "lat": [35.6892, 36.5659], "lon": [51.3890, 53.0586]})
    capacities = pl.DataFrame({"kind": [2, 1], "reach": ["country"] * 2, "lat": [36.46, 32.65], "lon": [52.35, 51.67]})
    graph = candidates(needs, capacities)
    assert graph.indices.tolist() == [1, 0]
    assert (graph.indptr.dtype, graph.indices.dtype, graph.km.dtype) == (np.int64, np.int32, np.float64)
    expected = [
        kilometres(need, capacity) for need, capacity in zip(needs.to_dicts(), capacities.to_dicts()[::-1], strict=True)
    ]
    assert graph.km == pytest.approx(expected)


@pytest.mark.parametrize(
    ("needs", "capacities", "message"),
    [
        ({"kind": ["x", None]}, {}, "needs: row 1: kind is empty"),
        ({}, {"kind": ["", "x"]}, "capacities: row 0: kind is empty"),
        ({}, {"reach": ["county", "city"]}, "capacities: row 1: reach 'city' is none of"),
        ({}, {"reach": [None, "county"]}, "capacities: row 0: reach None is none of"),
        ({}, {"reach": ["country", "km"]}, "capacities: row 1: reach_km nan must be a number of kilometres"),
        ({}, {"reach": ["km"] * 2, "reach_km": [3.0, -1.0]}, "capacities: row 1: reach_km -1.0 must be"),
        ({"lat": [91.0, 0.0], "lon": [0.0, 0.0]}, {}, "needs: row 0: lat 91.0 is not between -90 and 90"),
        ({}, {"lat": [1.0, 0.0], "lon": [0.0, 181.0]}, "capacities: row 1: lon 181.0 is not between"),
        ({"lat": [1.0, 2.0], "lon": [3.0, None]}, {}, "needs: row 1: lat and lon must be given together"),
    ],
)
def test_bad_rows_are_named(needs: dict[str, Any], capacities: dict[str, Any], message: str) -> None:
    wanted = pl.DataFrame({"kind": ["x", "x"]} | needs)
    offered = pl.DataFrame({"kind": ["x", "x"], "reach": ["county"] * 2} | capacities)
    with pytest.raises(ValueError, match=message):
        candidates(wanted, offered)


def test_too_many_pairs_are_refused_before_they_fill_the_memory() -> None:
    needs = pl.DataFrame({"kind": ["x"] * 30_000})
    capacities = pl.DataFrame({"kind": ["x"] * 10_000, "reach": ["country"] * 10_000})
    with pytest.raises(ValueError, match="300000000 feasible pairs are too many"):
        candidates(needs, capacities)
    with pytest.raises(ValueError, match="k is 0"):
        candidates(needs, capacities, k=0)
