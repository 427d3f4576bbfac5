import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peyvand.engines import side_by_side
from peyvand.engines.matching import Graph, Matched, candidates, match, near, settling, travel, verify
from peyvand.engines.matching.assign import worst_off_first
from peyvand.engines.matching.ground import survey
from peyvand.engines.matching.widen import edges_of

from .instances import assign, least_total
from .lists import random_lists


def problem(needs: pl.DataFrame, capacities: pl.DataFrame, graph: Graph) -> dict[str, np.ndarray]:
    return {
        "priority": needs["priority"].to_numpy(),
        "demand": needs["demand"].to_numpy(),
        "capacity": capacities["capacity"].to_numpy(),
        "indptr": graph.indptr,
        "indices": graph.indices,
    }


def flow_on(full: Graph, found: Matched, capacities: int) -> np.ndarray:
    """The same units on the graph of all pairs."""

    def names(graph: Graph) -> np.ndarray:
        return np.repeat(np.arange(len(graph.indptr) - 1), np.diff(graph.indptr)) * capacities + graph.indices

    every, some = names(full), names(found.graph)
    assert len(np.unique(some)) == len(some)
    assert np.isin(some, every).all()
    flow = np.zeros(len(every), np.int64)
    order = np.argsort(every)
    flow[order[np.searchsorted(every, some, sorter=order)]] = found.assignment.flow
    return flow


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(
    st.integers(0, 2**32), st.integers(0, 60), st.integers(0, 25), st.integers(1, 4), st.integers(1, 3), st.booleans()
)
def test_the_answer_and_its_travel_are_the_best_over_all_feasible_pairs(
    seed: int, needs: int, capacities: int, k: int, kinds: int, by_distance: bool
) -> None:
    wanted, offered = random_lists(seed, needs, capacities, kinds)
    if not by_distance:
        offered = offered.with_columns(pl.col("reach").replace("km", "county"))
    found = match(wanted, offered, k=k, all_pairs_below=0, least_travel=True)
    full = candidates(wanted, offered)
    one = problem(wanted, offered, full)
    assert not found.complete
    assert found.assignment.served.tolist() == assign(**one).served.tolist()
    flow = flow_on(full, found, max(capacities, 1))
    certificate = verify(**one, flow=flow)
    assert certificate, certificate.fault
    km = np.where(np.isnan(full.km), found.unknown_km, full.km)
    assert found.assignment.cost_sum == pytest.approx(float(km @ flow))
    least = least_total(one, found.assignment.served, np.rint(km * 1e6).astype(np.int64)) / 1e6
    assert found.assignment.cost_sum == pytest.approx(least, abs=1e-6 * (1 + flow.sum()))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.booleans(), st.integers(0, 10**6), st.integers(1, 9))
def test_over_all_pairs_too_whoever_is_more_pressing_keeps_what_he_has_and_more_to_give_serves_no_fewer(
    seed: int, by_distance: bool, row: int, more: int
) -> None:
    wanted, offered = random_lists(seed, 40, 15)
    if not by_distance:
        offered = offered.with_columns(pl.col("reach").replace("km", "county"))

    def served(needs: pl.DataFrame, capacities: pl.DataFrame) -> np.ndarray:
        found = match(needs, capacities, k=2, all_pairs_below=0, least_travel=True)
        full = candidates(needs, capacities)
        certificate = verify(**problem(needs, capacities, full), flow=flow_on(full, found, len(capacities)))
        assert certificate, certificate.fault
        return found.assignment.served

    before, need = served(wanted, offered), row % len(wanted)
    raised = pl.when(pl.int_range(pl.len()) == need).then(pl.col("priority") + more).otherwise("priority")
    assert served(wanted.with_columns(priority=raised), offered)[need] >= before[need]
    one_more = offered[row % len(offered)].with_columns(capacity=pl.lit(more, pl.Int64))
    assert served(wanted, pl.concat([offered, one_more])).sum() >= before.sum()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.booleans())
def test_how_many_cores_there_are_makes_no_difference(seed: int, least_travel: bool) -> None:
    lists, answers = random_lists(seed, 80, 30, kinds=4), []
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(travel, "TOGETHER", 1)
        changed.setattr(near, "CHUNK", 7)
        changed.setattr(side_by_side, "WORTH_A_PART", 1)
        for cores in (1, 3):
            changed.setattr(side_by_side, "cores", lambda cores=cores: cores)
            answers.append(match(*lists, k=2, all_pairs_below=0, least_travel=least_travel))
    one, other = answers
    assert one.graph.indices.tolist() == other.graph.indices.tolist()
    assert one.assignment.flow.tolist() == other.assignment.flow.tolist()


def crowded_town() -> tuple[pl.DataFrame, pl.DataFrame]:
    """One town holds most needs and few capacities; help from everywhere may reach everyone."""
    rng = np.random.default_rng(5)
    needs = pl.DataFrame(
        {
            "kind": ["x"] * 1000,
            "lat": np.concatenate([rng.normal(35, 0.01, 900), rng.uniform(26, 39, 100)]),
            "lon": np.concatenate([rng.normal(51, 0.01, 900), rng.uniform(45, 62, 100)]),
            "priority": rng.integers(0, 100, 1000).astype(float),
            "demand": np.ones(1000, int),
        }
    )
    capacities = pl.DataFrame(
        {
            "kind": ["x"] * 800,
            "lat": rng.uniform(26, 39, 800),
            "lon": rng.uniform(45, 62, 800),
            "capacity": np.ones(800, int),
            "reach": ["country"] * 800,
        }
    )
    return needs, capacities


def test_where_one_town_holds_most_needs_nearest_alone_is_not_enough_and_widening_is() -> None:
    needs, capacities = crowded_town()
    nearest = assign(**problem(needs, capacities, candidates(needs, capacities, k=16)))
    assert nearest.served.sum() < 500
    found = match(needs, capacities, k=16, all_pairs_below=0)
    assert found.assignment.served.sum() == 800
    assert len(found.graph.indices) < 800_000 / 2
    assert (
        found.assignment.priority_sum
        == assign(**problem(needs, capacities, candidates(needs, capacities))).priority_sum
    )


def test_few_pairs_are_all_taken_and_many_give_the_same_people_and_kilometres() -> None:
    found = match(*crowded_town(), least_travel=True)
    assert (found.complete, found.rounds, len(found.graph.indices)) == (True, 0, 800_000)
    other = match(*crowded_town(), k=2, least_travel=True, all_pairs_below=0)
    assert other.assignment.served.tolist() == found.assignment.served.tolist()
    assert other.assignment.cost_sum == pytest.approx(found.assignment.cost_sum, rel=1e-12)
    assert len(other.graph.indices) < 4_000


def test_least_travel_serves_the_same_and_goes_less_far() -> None:
    needs, capacities = random_lists(11, 60, 25)
    capacities = capacities.with_columns(reach=pl.lit("country"))
    plain, near = match(needs, capacities), match(needs, capacities, least_travel=True)
    assert near.assignment.served.tolist() == plain.assignment.served.tolist()

    def travelled(found: Matched) -> float:
        return float(np.nan_to_num(found.graph.km, nan=np.nanmax(found.graph.km)) @ found.assignment.flow)

    assert travelled(near) < travelled(plain)
    assert near.assignment.cost_sum == pytest.approx(travelled(near))


def test_missing_columns_and_cells_are_named() -> None:
    needs = pl.DataFrame({"kind": ["x", "x"], "priority": [1.0, None]})
    capacities = pl.DataFrame({"kind": ["x"], "reach": ["country"]})
    with pytest.raises(ValueError, match="needs: row 1: priority is empty"):
        match(needs, capacities)
    with pytest.raises(ValueError, match="capacities: column capacity is missing"):
        match(needs.head(1), capacities)
    with pytest.raises(ValueError, match="k is 0"):
        match(needs.head(1), capacities.with_columns(capacity=1), k=0, all_pairs_below=0)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.booleans())
def test_exchanges_over_all_pairs_lead_from_nothing_to_the_exact_answer(seed: int, crowded: bool) -> None:
    """With one free place to begin with, so that more are made on the way."""
    wanted, offered = random_lists(seed, 60, 12)
    if crowded:
        offered = offered.with_columns(reach=pl.lit("country"), capacity=pl.col("capacity") * 3)
    full = candidates(wanted, offered)
    one = problem(wanted, offered, full)
    best = assign(**one)
    rank = np.empty(len(wanted), np.int64)
    rank[worst_off_first(one["priority"])] = np.arange(len(wanted), 0, -1)
    nothing = np.empty(0, np.int64)
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(settling, "SPARE", 1)
        found = settling.settle(
            survey(wanted, offered), rank=rank, missing=one["demand"], slack=one["capacity"], need=nothing,
            capacity=nothing, units=nothing,
        )  # fmt: skip
    flow = np.zeros(len(full.indices), np.int64)
    flow[edges_of(full.indptr, full.indices, found.need, found.capacity)] = found.units
    assert found.units.sum() == flow.sum()
    assert np.bincount(found.need, found.units, len(wanted)).tolist() == best.served.tolist()
    certificate = verify(**one, flow=flow)
    assert certificate, certificate.fault
