import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peyvand.engines.matching import bottlenecks, remedy

from .instances import Problem, assign, demand_of, large_problems, problem, small_problems


def with_more(one: Problem, within: np.ndarray, units: int) -> np.ndarray:
    """By trial: units served once a capacity of so many units is there for the needs `within`."""
    new = len(one["capacity"])
    rows = [one["indices"][a:b].tolist() for a, b in zip(one["indptr"], one["indptr"][1:], strict=False)]
    for need in within:
        rows[need].append(new)
    return assign(**problem(one["priority"], [*one["capacity"], units], rows, one["demand"])).served


def gained(one: Problem, flow: np.ndarray, within: np.ndarray, units: int) -> np.ndarray:
    found = remedy(**one, flow=flow, within=within, units=units)
    gain = np.zeros(len(one["priority"]), np.int64)
    gain[found.need] = found.units
    assert found.units.sum() <= units
    return gain


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(st.one_of(large_problems(), small_problems()), st.integers(0, 2**32))
def test_a_remedy_serves_exactly_whom_matching_anew_would_serve(one: Problem, seed: int) -> None:
    rng = np.random.default_rng(seed)
    base = assign(**one)
    within = np.flatnonzero(rng.random(len(one["priority"])) < rng.choice([0.01, 0.1, 0.5]))
    for units in (1, 2, 7, 10_000):
        found = base.served + gained(one, base.flow, within, units)
        assert found.tolist() == with_more(one, within, units).tolist()


@settings(max_examples=15, deadline=None)
@given(large_problems(), st.integers(0, 2**32))
def test_the_table_names_for_each_kind_and_county_what_a_trial_finds(one: Problem, seed: int) -> None:
    rng = np.random.default_rng(seed)
    base, demand = assign(**one), demand_of(one)
    needs = pl.DataFrame({"priority": one["priority"], "demand": demand}).with_columns(
        kind=pl.Series(rng.integers(0, 2, len(demand))), county=pl.Series(rng.choice(["Bam", "Yazd"], len(demand)))
    )
    arrays = {name: one[name] for name in ("capacity", "indptr", "indices")}
    table = bottlenecks(needs, **arrays, flow=base.flow, units=5)
    told = {(row["kind"], row["county"]): row for row in table.to_dicts()}
    for (kind, county), group in needs.with_row_index().group_by("kind", "county"):
        more = with_more(one, group["index"].to_numpy(), 5) - base.served
        row = told.get((kind, county), {"served": 0, "priority_sum": 0.0, "need": [], "gets": []})
        assert row["served"] == more.sum()
        assert row["priority_sum"] == pytest.approx(one["priority"] @ more)
        assert dict(zip(row["need"], row["gets"], strict=True)) == {i: int(more[i]) for i in np.flatnonzero(more)}


def a_town_and_its_neighbour() -> tuple[pl.DataFrame, dict]:
    # The neighbour's only place went to the town's second need; the neighbour's own need waits.
    needs = pl.DataFrame(
        {"priority": [90.0, 80.0, 70.0, 20.0], "kind": ["care"] * 4, "county": ["Bam", "Bam", "Rigan", None]}
    )
    return needs, {"capacity": [1, 1], "indptr": [0, 1, 3, 4, 4], "indices": [0, 0, 1, 1], "flow": [1, 0, 1, 0]}


def test_help_in_one_county_can_serve_its_neighbour() -> None:
    needs, arrays = a_town_and_its_neighbour()
    table = bottlenecks(needs, **arrays, worst_off=60.0)
    assert table["county"].to_list() == ["Bam", "Rigan"]
    assert table["need"].to_list() == [[2], [2]]
    assert table.select("missing", "served", "worst_off", "priority_sum").rows() == [(0, 1, 1, 70.0), (1, 1, 1, 70.0)]


def test_only_the_places_of_the_territory_asked_about_are_looked_at() -> None:
    needs, arrays = a_town_and_its_neighbour()
    table = bottlenecks(needs, **arrays, among=np.array([False, False, True, False]))
    assert table["county"].to_list() == ["Rigan"]
    assert table["worst_off"].to_list() == [1]  # the most pressing of the two left over


def test_a_table_of_nothing_has_its_columns() -> None:
    needs = pl.DataFrame(schema={"priority": pl.Float64, "kind": pl.String, "county": pl.String})
    table = bottlenecks(needs, capacity=[], indptr=[0], indices=[], flow=[])
    assert table.columns == ["kind", "county", "missing", "served", "worst_off", "priority_sum", "need", "gets"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"flow": [0, 0, 1, 0]}, "flow: need row 0 .* was passed over"),
        ({"by": ["kind", "village"]}, "needs: column village is missing"),
        ({"among": [1, 0, 0, 0]}, r"among: one true or false for each need is needed \(4\)"),
    ],
)
def test_bad_input_is_named(wrong: dict, message: str) -> None:
    needs, arrays = a_town_and_its_neighbour()
    with pytest.raises(ValueError, match=message):
        bottlenecks(needs, **arrays | wrong)


def test_rows_that_are_none_are_named() -> None:
    needs, arrays = a_town_and_its_neighbour()
    with pytest.raises(ValueError, match="within: row 4 is no row of the needs"):
        remedy(priority=needs["priority"], **arrays, within=[4], units=1)
    with pytest.raises(ValueError, match="units is 0, and at least 1 is needed"):
        remedy(priority=needs["priority"], **arrays, within=[1], units=0)
