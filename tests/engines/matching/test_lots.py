"""Needs that may not be shared, smallest lots and groups: against every answer there is."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peyvand.engines.matching import LotAssignment, assign_lots, broken_term, verify
from peyvand.engines.matching.graph import check
from peyvand.engines.matching.terms import check_terms, usable_edges

from .instances import Problem, assign, demand_of, is_feasible, large_problems, owner_of, small_problems


@st.composite
def with_terms(draw: st.DrawFn, problems: st.SearchStrategy[Problem]) -> tuple[Problem, Problem]:
    """A problem and its terms."""
    one = draw(problems)
    needs, capacities = len(one["priority"]), len(one["capacity"])
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    groups = rng.integers(-1, max(2, needs // 3), needs)
    terms: Problem = {
        "divisible": rng.random(needs) < 0.5,
        "smallest_lot": rng.integers(1, 4, capacities),
        "together": np.where(rng.random(needs) < 0.5, -1, groups),
    }
    left_out = draw(st.sets(st.sampled_from(sorted(terms)), max_size=2))
    return one, {name: None if name in left_out else values for name, values in terms.items()}


def every_answer(one: Problem, terms: Problem) -> Iterator[list[int]]:
    """All flows that are feasible and keep the terms, by going through all that a need can get, need by need."""
    demand, indptr, targets = demand_of(one), one["indptr"], one["indices"]
    lots = np.ones(len(one["capacity"]), int) if terms["smallest_lot"] is None else terms["smallest_lot"]
    flow, room, whole = [0] * len(targets), one["capacity"].tolist(), dict[int, bool]()

    def ways(need: int, edge: int, left: int) -> Iterator[None]:
        if edge == indptr[need + 1]:
            yield
            return
        yield from ways(need, edge + 1, left)
        target = targets[edge]
        for units in range(int(lots[target]), min(left, room[target]) + 1):
            flow[edge] = units
            room[target] -= units
            yield from ways(need, edge + 1, left - units)
            room[target] += units
            flow[edge] = 0

    def answers(need: int) -> Iterator[list[int]]:
        if need == len(demand):
            yield flow.copy()
            return
        group = -1 if terms["together"] is None else int(terms["together"][need])
        for _ in ways(need, indptr[need], int(demand[need])):
            row = flow[indptr[need] : indptr[need + 1]]
            full = sum(row) == demand[need]
            alone = terms["divisible"] is not None and not terms["divisible"][need]
            if alone and any(row) and not (full and sum(map(bool, row)) == 1):
                continue
            before = whole.get(group)
            if group >= 0 and demand[need]:
                if (any(row) and not full) or before not in (None, full):
                    continue
                whole[group] = full
            yield from answers(need + 1)
            if group >= 0 and demand[need]:
                if before is None:
                    del whole[group]
                else:
                    whole[group] = before

    yield from answers(0)


def by_level(one: Problem, flow: Any) -> list[int]:
    """Units of each priority, the highest first."""
    of_edge = one["priority"][owner_of(one)]
    return [int(np.array(flow)[of_edge == level].sum()) for level in np.unique(one["priority"])[::-1]]


def keeps_everything(one: Problem, terms: Problem, found: LotAssignment) -> None:
    answer = found.assignment
    assert is_feasible(one, answer.flow, answer.served)
    lists = {name: one[name] for name in ("capacity", "indptr", "indices", "demand")}
    assert broken_term(**lists, **terms, flow=answer.flow) == ""
    # What no part holds is settled by exchanges, and has their certificate on the edges that the terms leave.
    checked = check(one["priority"], *(one[name] for name in ("capacity", "indptr", "indices", "demand")))
    allowed = usable_edges(checked, check_terms(checked, **terms), owner_of(one))
    allowed &= ~np.isin(owner_of(one), [need for part in found.parts for need in part.needs])
    rows = np.bincount(owner_of(one)[allowed], minlength=len(one["priority"]))
    rest = one | {"indptr": np.cumsum([0, *rows]), "indices": one["indices"][allowed]}
    certificate = verify(**rest, flow=answer.flow[allowed])
    assert certificate, certificate.fault
    assert answer.priority_sum == one["priority"] @ answer.served


@settings(max_examples=60, deadline=None)
@given(with_terms(small_problems(units=3)))
def test_nothing_is_better_for_the_worst_off_among_all_answers(case: tuple[Problem, Problem]) -> None:
    one, terms = case
    found = assign_lots(**one, **terms)
    keeps_everything(one, terms, found)
    assert found.proved
    assert found.gap == 0
    assert by_level(one, found.assignment.flow) == max(by_level(one, flow) for flow in every_answer(one, terms))


@settings(max_examples=40, deadline=None)
@given(with_terms(small_problems(units=2)), st.integers(0, 2**32))
def test_nothing_is_cheaper_for_the_same_units(case: tuple[Problem, Problem], seed: int) -> None:
    one, terms = case
    cost = np.random.default_rng(seed).integers(-9, 100, len(one["indices"]))
    found = assign_lots(**one, **terms, cost=cost)
    keeps_everything(one, terms, found)
    owner, needs = owner_of(one), len(one["priority"])
    costs = [
        int(cost @ np.array(flow))
        for flow in every_answer(one, terms)
        if np.bincount(owner, flow, needs).tolist() == found.assignment.served.tolist()
    ]
    assert (found.assignment.cost_sum, found.cost_gap) == (min(costs), 0)


@settings(max_examples=25, deadline=None)
@given(with_terms(large_problems()))
def test_large_ones_keep_their_terms_and_say_how_sure_they_are(case: tuple[Problem, Problem]) -> None:
    one, terms = case
    found = assign_lots(**one, **terms, effort=0.05)
    keeps_everything(one, terms, found)
    units, best = by_level(one, found.assignment.flow), by_level(one, found.assignment.flow * 0)
    for level, priority in enumerate(np.unique(one["priority"])[::-1]):
        best[level] = int(found.relaxed[one["priority"] == priority].sum())
    assert units <= best
    for part in found.parts:
        assert part.proved == np.isnan(part.priority)
        assert part.proved or (part.found < part.at_most and 0 < part.gap <= 1)
    again = assign_lots(**one, **terms, effort=0.05)
    assert again.assignment.flow.tolist() == found.assignment.flow.tolist()


@settings(max_examples=60, deadline=None)
@given(small_problems() | large_problems())
def test_without_terms_that_bite_it_is_the_exact_answer(one: Problem) -> None:
    found, plain = assign_lots(**one), assign(**one)
    assert found.parts == ()
    assert found.assignment.flow.tolist() == plain.flow.tolist()
    assert verify(**one, flow=found.assignment.flow)


@settings(max_examples=40, deadline=None)
@given(with_terms(small_problems()), st.data())
def test_a_higher_priority_never_loses_units(case: tuple[Problem, Problem], data: st.DataObject) -> None:
    one, terms = case
    if not len(one["priority"]):
        return
    need = data.draw(st.integers(0, len(one["priority"]) - 1))
    before = assign_lots(**one, **terms).assignment.served[need]
    one["priority"][need] += data.draw(st.integers(1, 4))
    assert assign_lots(**one, **terms).assignment.served[need] >= before


@settings(max_examples=40, deadline=None)
@given(with_terms(small_problems()), st.data())
def test_more_capacity_is_never_worse_for_the_worst_off(case: tuple[Problem, Problem], data: st.DataObject) -> None:
    one, terms = case
    if not len(one["capacity"]):
        return
    before = by_level(one, assign_lots(**one, **terms).assignment.flow)
    one["capacity"][data.draw(st.integers(0, len(one["capacity"]) - 1))] += data.draw(st.integers(1, 3))
    assert by_level(one, assign_lots(**one, **terms).assignment.flow) >= before


def test_one_pressing_need_that_may_not_be_shared_goes_before_many() -> None:
    one: Problem = {"priority": [9, 1, 1, 1], "capacity": [2, 3], "indptr": [0, 2, 4, 6, 8], "indices": [0, 1] * 4}
    found = assign_lots(**one, demand=[3, 2, 2, 1], divisible=[False, True, False, True])
    assert found.assignment.capacity_of[0] == 1
    assert found.assignment.served[0] == 3
    assert found.assignment.served[1:].sum() == 2


def test_a_team_comes_whole_or_not_at_all() -> None:
    team: Problem = {"priority": [5, 5, 1], "capacity": [1, 0], "indptr": [0, 1, 2, 3], "indices": [0, 1, 0]}
    assert assign_lots(**team).assignment.served.tolist() == [1, 0, 0]
    assert assign_lots(**team, together=[4, 4, -1]).assignment.served.tolist() == [0, 0, 1]
    team["capacity"] = [1, 1]
    assert assign_lots(**team, together=[4, 4, -1]).assignment.served.tolist() == [1, 1, 0]


def test_a_smallest_lot_is_given_whole_or_not_at_all() -> None:
    one: Problem = {
        "priority": [9, 5],
        "capacity": [10, 2],
        "indptr": [0, 2, 3],
        "indices": [0, 1, 0],
        "demand": [3, 5],
    }
    found = assign_lots(**one, smallest_lot=[4, 1])
    assert found.assignment.flow.tolist() == [0, 2, 5]
    fault = broken_term(**{key: one[key] for key in one if key != "priority"}, flow=[3, 0, 5], smallest_lot=[4, 1])
    assert fault == "capacity row 0 gives need row 0 3 units, and its smallest lot is 4"


def test_broken_terms_are_told() -> None:
    one = {"capacity": [2, 2], "indptr": [0, 2, 4], "indices": [0, 1, 0, 1], "demand": [2, 2]}
    told = broken_term(**one, flow=[1, 1, 0, 0], divisible=[False, True])
    assert told == "need row 0 gets 2 of 2 units, and it may not be shared or served in part"
    told = broken_term(**one, flow=[1, 1, 1, 0], together=[0, 0])
    assert told == "need row 0 gets 2 of 2 units, and its group is not served whole"
    assert broken_term(**one, flow=[1, 1, 1, 1], together=[0, 0]) == ""


def test_an_answer_that_is_not_proved_says_so() -> None:
    """A component too hard for the effort: the gap is told, not hidden."""
    rng = np.random.default_rng(3)
    needs, capacities, degree = 150, 40, 6
    one = {
        "priority": np.full(needs, 5.0),
        "capacity": rng.integers(8, 20, capacities),
        "indptr": np.arange(needs + 1) * degree,
        "indices": rng.integers(0, capacities, needs * degree).astype(np.int32),
        "demand": rng.integers(3, 9, needs),
    }
    found = assign_lots(**one, divisible=np.zeros(needs, bool), effort=0.01)
    (part,) = found.parts
    assert not found.proved
    assert found.gap == part.gap == (part.at_most - part.found) / part.at_most > 0
    assert part.priority == 5
    assert part.found == found.assignment.served.sum() < part.at_most <= found.relaxed.sum()
    better = assign_lots(**one, divisible=np.zeros(needs, bool), effort=0.2)
    assert better.assignment.served.sum() >= part.found
    assert better.gap <= found.gap


GOOD: dict[str, Any] = {"priority": [1.0, 2.0], "capacity": [1, 1], "indptr": [0, 1, 2], "indices": [0, 1]}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"divisible": [1, 0]}, "divisible: true or false is needed, not int64"),
        ({"divisible": [True]}, r"divisible: 1 rows, but one for each need is needed \(2\)"),
        ({"smallest_lot": [1, 0]}, r"smallest_lot: row 1 \(0\) is less than one"),
        ({"smallest_lot": [1]}, r"smallest_lot: 1 rows, but one for each capacity is needed \(2\)"),
        ({"together": [-2, 0]}, r"together: row 0 \(-2\) is neither the number of a group nor -1"),
        ({"cost": [1.0]}, r"cost: 1 rows, but one for each edge is needed \(2\)"),
    ],
)
def test_bad_terms_are_named_by_array_and_row(wrong: Problem, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        assign_lots(**GOOD | wrong)
