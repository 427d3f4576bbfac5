import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.graph.python.max_flow import SimpleMaxFlow

from peyvand.engines.matching import Bound, bounded

from .instances import Problem, assign, demand_of, owner_of, small_problems


def most_together(one: Problem, asked: np.ndarray, week: np.ndarray, provider: list, most: list) -> int:
    """The largest flow from needs asking so much through capacities, their weeks and their providers, by OR-Tools."""
    needs, capacities, weeks = len(asked), len(one["capacity"]), len(provider)
    source, sink = needs + capacities + weeks + len(most[1]), needs + capacities + weeks + len(most[1]) + 1
    solver = SimpleMaxFlow()
    for need in range(needs):
        solver.add_arc_with_capacity(source, need, int(asked[need]))
    for need, capacity in zip(owner_of(one), one["indices"], strict=True):
        solver.add_arc_with_capacity(int(need), needs + int(capacity), 1000)
    for capacity in range(capacities):
        to = needs + capacities + int(week[capacity]) if week[capacity] >= 0 else sink
        solver.add_arc_with_capacity(needs + capacity, to, int(one["capacity"][capacity]))
    for number in range(weeks):
        node = needs + capacities + number
        solver.add_arc_with_capacity(node, needs + capacities + weeks + provider[number], int(most[0][number]))
    for number, units in enumerate(most[1]):
        solver.add_arc_with_capacity(needs + capacities + weeks + number, sink, int(units))
    assert solver.solve(source, sink) == solver.OPTIMAL
    return solver.optimal_flow()


@settings(max_examples=40, deadline=None)
@given(small_problems(), st.integers(0, 2**32))
def test_nobody_gives_more_than_the_bound_and_the_best_possible_are_served(one: Problem, seed: int) -> None:
    rng, capacities = np.random.default_rng(seed), len(one["capacity"])
    week, provider = rng.integers(-1, 3, capacities), rng.integers(0, 2, 3).tolist()
    most = [rng.integers(0, 5, 3).tolist(), rng.integers(0, 6, 2).tolist()]
    of_provider = np.array([provider[number] if number >= 0 else -1 for number in week], np.int64)
    limits = [Bound(week, most[0]), Bound(of_provider, most[1])]
    whole = bounded(**one, bounds=limits)
    found = assign(**whole.arrays())
    assert (found.served[whole.needs :] == whole.demand[whole.needs :]).all()
    flow = found.flow[: whole.indptr[whole.needs]]
    for bound in limits:
        for number, units in enumerate(bound.most):
            assert flow[np.isin(one["indices"], np.flatnonzero(bound.group == number))].sum() <= units

    kept = np.zeros(whole.needs, np.int64)
    for need in np.argsort(-one["priority"], kind="stable"):
        for _ in range(demand_of(one)[need]):
            kept[need] += 1
            if most_together(one, kept, week, provider, most) < kept.sum():
                kept[need] -= 1
                break
    assert found.served[: whole.needs].tolist() == kept.tolist()


def test_at_most_two_a_week_of_one_provider() -> None:
    # Two services of one provider, three units each: who comes first gets the two of the week, of either service.
    one = {"priority": [3, 9, 5], "capacity": [3, 3], "indptr": [0, 1, 2, 3], "indices": [0, 0, 1]}
    whole = bounded(**one, bounds=[Bound([0, 0], [2])])
    assert assign(**whole.arrays()).served[: whole.needs].tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ([Bound([0], [1])], r"group: 1 rows, but one for each capacity is needed \(2\)"),
        ([Bound([0, 1], [1])], r"group: row 1 \(1\) is no row of the 1 bounds"),
        ([Bound([0, 0], [-1])], r"most: row 0 \(-1\) is negative"),
        ([Bound([0, 0], [1]), Bound([0, -1], [1])], "group: row 1 is in another group than a row of its own inner"),
    ],
)
def test_bounds_that_cannot_be_are_named(limits: list[Bound], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        bounded(priority=[1.0], capacity=[1, 1], indptr=[0, 1], indices=[0], bounds=limits)
