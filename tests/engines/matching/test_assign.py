import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .instances import (
    Problem,
    assign,
    best_value,
    demand_of,
    every_feasible_service,
    is_feasible,
    large_problems,
    least_total,
    owner_of,
    problem,
    served_by_the_book,
    small_problems,
)


@settings(max_examples=60, deadline=None)
@given(small_problems())
def test_no_other_way_to_serve_is_better(one: Problem) -> None:
    found, ways = assign(**one), every_feasible_service(one)
    order = np.argsort(-one["priority"], kind="stable")
    assert found.served[order].tolist() == max(ways[:, order].tolist())
    assert found.served.sum() == ways.sum(axis=1).max()
    largest = ways[ways.sum(axis=1) == found.served.sum()]
    assert found.priority_sum == (largest * one["priority"]).sum(axis=1).max()


@settings(max_examples=60, deadline=None)
@given(small_problems())
def test_it_serves_exactly_whom_the_greedy_algorithm_of_matroids_serves(one: Problem) -> None:
    found = assign(**one)
    assert is_feasible(one, found.flow, found.served)
    assert found.served.tolist() == served_by_the_book(one).tolist()


@settings(max_examples=50, deadline=None)
@given(large_problems())
def test_it_serves_as_many_and_as_pressing_needs_as_min_cost_flow(one: Problem) -> None:
    found = assign(**one)
    assert is_feasible(one, found.flow, found.served)
    assert found.served.sum() == best_value(one, np.ones(len(one["priority"]), np.int64))
    assert found.priority_sum == best_value(one, one["priority"].astype(np.int64))


@settings(max_examples=40, deadline=None)
@given(large_problems())
def test_the_capacity_of_a_need_is_the_one_of_its_first_unit(one: Problem) -> None:
    found = assign(**one)
    owner = owner_of(one)
    for need in range(len(one["priority"])):
        edges = np.flatnonzero((owner == need) & (found.flow > 0))
        assert found.capacity_of[need] == (one["indices"][edges[0]] if len(edges) else -1)


@settings(max_examples=50, deadline=None)
@given(small_problems(), st.data())
def test_raising_a_priority_never_takes_service_away(one: Problem, data: st.DataObject) -> None:
    if not len(one["priority"]):
        return
    need = data.draw(st.integers(0, len(one["priority"]) - 1))
    before = assign(**one).served[need]
    one["priority"][need] += data.draw(st.integers(1, 4))
    assert assign(**one).served[need] >= before


@settings(max_examples=50, deadline=None)
@given(large_problems(), st.integers(0, 2**32))
def test_more_capacity_never_serves_fewer(one: Problem, seed: int) -> None:
    before = assign(**one)
    row = seed % len(one["capacity"])
    one["capacity"] = one["capacity"].copy()
    one["capacity"][row] += 1 + seed % 3
    after = assign(**one)
    assert after.served.sum() >= before.served.sum()
    # Worst-off first: the first need whose service changed must have gained.
    order = np.argsort(-one["priority"], kind="stable")
    changed = (after.served - before.served)[order]
    changed = changed[changed != 0]
    assert not len(changed) or changed[0] > 0


@settings(max_examples=40, deadline=None)
@given(large_problems(), st.integers(0, 2**32))
def test_the_order_of_the_rows_does_not_change_who_counts(one: Problem, seed: int) -> None:
    rng = np.random.default_rng(seed)
    needs, capacities = rng.permutation(len(one["priority"])), rng.permutation(len(one["capacity"]))
    name = np.argsort(capacities)
    rows = [rng.permutation(name[one["indices"][one["indptr"][n] : one["indptr"][n + 1]]]).tolist() for n in needs]
    demand = demand_of(one)[needs].tolist()
    other = problem(one["priority"][needs].tolist(), one["capacity"][capacities].tolist(), rows, demand)
    first, second = assign(**one), assign(**other)
    assert first.priority_sum == second.priority_sum
    assert first.served.sum() == second.served.sum()


@settings(max_examples=50, deadline=None)
@given(large_problems(), st.integers(0, 2**32))
def test_with_costs_the_same_units_are_served_at_the_least_total(one: Problem, seed: int) -> None:
    rng = np.random.default_rng(seed)
    cost = rng.integers(-1000, 100_000, len(one["indices"]))
    plain, cheap = assign(**one), assign(**one, cost=cost / 1000)
    assert cheap.served.tolist() == plain.served.tolist()
    assert is_feasible(one, cheap.flow, cheap.served)
    assert round(cheap.cost_sum * 1000) == least_total(one, cheap.served, cost)


@settings(max_examples=60, deadline=None)
@given(large_problems(), st.integers(0, 2**32))
def test_a_few_huge_costs_do_not_blur_the_small_ones(one: Problem, seed: int) -> None:
    rng = np.random.default_rng(seed)
    cost = rng.integers(1, 1000, len(one["indices"]))
    cost[rng.random(len(cost)) < 0.1] = 10**12
    cheap = assign(**one, cost=cost.astype(float))
    least = least_total(one, cheap.served, cost)
    assert cheap.cost_sum == pytest.approx(least, rel=1e-6)
    dear = cheap.flow[cost == 10**12].sum()
    assert dear == least // 10**12


def test_one_served_is_moved_and_never_dropped() -> None:
    # The second could only go where the first went; the first moves on.
    found = assign(priority=[9, 8], capacity=[1, 1], indptr=[0, 2, 3], indices=[0, 1, 0])
    assert found.capacity_of.tolist() == [1, 0]
    assert found.priority_sum == 17


def test_a_need_of_many_units_is_shared_between_capacities() -> None:
    found = assign(priority=[1, 2], capacity=[3, 2], indptr=[0, 2, 3], indices=[0, 1, 0], demand=[5, 2])
    assert found.served.tolist() == [3, 2]
    assert found.flow.tolist() == [1, 2, 2]


def test_large_amounts_take_few_steps() -> None:
    found = assign(priority=[1, 2], capacity=[10**12, 10**12], indptr=[0, 2, 3], indices=[0, 1, 0], demand=[10**12] * 2)
    assert found.served.tolist() == [10**12, 10**12]


def test_nothing_at_all_is_an_answer() -> None:
    for capacity in ([], [3]):
        found = assign(priority=[], capacity=capacity, indptr=[0], indices=[], cost=[])
        assert (len(found.flow), found.priority_sum, found.cost_sum) == (0, 0.0, 0.0)
    assert assign(priority=[1, 2], capacity=[], indptr=[0, 0, 0], indices=[]).capacity_of.tolist() == [-1, -1]


def test_the_given_arrays_are_left_as_they_were() -> None:
    capacity, flow_of = np.array([1, 1]), np.array([0, 1, 0], np.int32)
    assign(priority=[9, 8], capacity=capacity, indptr=[0, 2, 3], indices=flow_of, cost=[1.0, 2.0, 3.0])
    assert capacity.tolist() == [1, 1]
    assert flow_of.tolist() == [0, 1, 0]


GOOD = {"priority": [1.0, 2.0], "capacity": [1, 1], "indptr": [0, 1, 2], "indices": [0, 1]}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"priority": [1.0, float("nan")]}, r"priority: row 1 \(nan\) is not a finite number"),
        ({"priority": [float("inf"), 1.0]}, r"priority: row 0 \(inf\) is not a finite number"),
        ({"priority": [[1.0, 2.0]]}, "priority: one row of values is needed, not 2 dimensions"),
        ({"capacity": [1, -1]}, r"capacity: row 1 \(-1\) is negative"),
        ({"capacity": [1, 1.5]}, r"capacity: row 1 \(1.5\) is not a whole number"),
        ({"capacity": [1, 2**60]}, "capacity: row 1 .* is too large"),
        ({"capacity": ["a", "b"]}, "capacity: whole numbers are needed"),
        ({"demand": [-2, 1]}, r"demand: row 0 \(-2\) is negative"),
        ({"demand": [1]}, r"demand: 1 rows, but one for each need is needed \(2\)"),
        ({"demand": [2**50, 2**50]}, "demand: all rows together are too large"),
        ({"indices": [0, 2]}, r"indices: row 1 \(2\) is no row of the 2 capacities"),
        ({"indices": [-1, 0]}, r"indices: row 0 \(-1\) is no row"),
        ({"indptr": [0, 1]}, r"indptr: 2 rows, but one more than the needs is needed \(3\)"),
        ({"indptr": [1, 1, 2]}, r"indptr: row 0 \(1\) is not 0"),
        ({"indptr": [0, 2, 1]}, r"indptr: row 2 \(1\) is less than the row before it"),
        ({"indptr": [0, 1, 1]}, r"indptr: row 2 \(1\) is not the number of edges \(2\)"),
        ({"cost": [1.0, float("inf")]}, r"cost: row 1 \(inf\) is not a finite number"),
        ({"cost": [1.0]}, r"cost: 1 rows, but one for each edge is needed \(2\)"),
    ],
)
def test_bad_input_is_named_by_array_and_row(wrong: Problem, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        assign(**GOOD | wrong)
