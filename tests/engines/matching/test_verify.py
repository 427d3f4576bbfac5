import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peyvand.engines.matching import Reason, assign, reasons, verify

from .instances import Problem, demand_of, large_problems, owner_of, served_by_the_book, small_problems


def some_flow(one: Problem, seed: int) -> np.ndarray:
    """Any feasible flow: edges in random order, mostly as much as fits."""
    rng = np.random.default_rng(seed)
    flow, room, left = np.zeros(len(one["indices"]), np.int64), one["capacity"].copy(), demand_of(one).copy()
    owner = owner_of(one)
    for edge in rng.permutation(len(flow)):
        fits = min(room[one["indices"][edge]], left[owner[edge]])
        units = fits if rng.random() < 0.8 else rng.integers(0, fits + 1)
        flow[edge] = units
        room[one["indices"][edge]] -= units
        left[owner[edge]] -= units
    return flow


def ranked(one: Problem, served: np.ndarray) -> list[float]:
    return sorted(np.repeat(one["priority"], served).tolist(), reverse=True)


@settings(max_examples=400, deadline=None)
@given(small_problems(units=2), st.integers(0, 2**32))
def test_any_flow_has_a_certificate_exactly_when_it_is_worst_off_first(one: Problem, seed: int) -> None:
    flow = some_flow(one, seed)
    served = np.bincount(owner_of(one), flow, len(one["priority"])).astype(np.int64)
    is_best = ranked(one, served) == ranked(one, served_by_the_book(one))
    certificate = verify(**one, flow=flow)
    assert bool(certificate) == is_best
    assert (certificate.need >= 0) == (not is_best)
    if not is_best:
        assert f"need row {certificate.need} " in certificate.fault


@settings(max_examples=150, deadline=None)
@given(large_problems())
def test_every_assignment_has_its_certificate(one: Problem) -> None:
    for cost in (None, np.arange(len(one["indices"]), dtype=float)):
        found = assign(**one, cost=cost)
        certificate = verify(**one, flow=found.flow)
        assert certificate, certificate.fault
        assert ((certificate.reason == Reason.SERVED) == (found.served == demand_of(one))).all()


@settings(max_examples=80, deadline=None)
@given(large_problems(), st.integers(0, 2**32))
def test_an_assignment_without_one_of_its_units_has_none(one: Problem, seed: int) -> None:
    flow = assign(**one).flow
    used = np.flatnonzero(flow)
    if len(used):
        flow[used[seed % len(used)]] -= 1
        assert not verify(**one, flow=flow)


@settings(max_examples=150, deadline=None)
@given(small_problems() | large_problems())
def test_reasons_say_what_a_walk_along_all_exchanges_finds(one: Problem) -> None:
    found = assign(**one)
    given_reasons = reasons(**one, flow=found.flow)
    walk = nx.DiGraph()
    for need, capacity, units in zip(owner_of(one), one["indices"], found.flow, strict=True):
        walk.add_edge(("need", int(need)), ("capacity", int(capacity)))
        if units:
            walk.add_edge(("capacity", int(capacity)), ("need", int(need)))
    left = np.flatnonzero(found.served < demand_of(one))
    assert given_reasons.need.tolist() == left.tolist()
    assert given_reasons.missing.tolist() == (demand_of(one) - found.served)[left].tolist()
    for place, need in enumerate(left):
        start = ("need", int(need))
        seen = nx.descendants(walk, start) if start in walk else set()
        capacities = [node for node in seen if node[0] == "capacity"]
        assert given_reasons.reachable[place] == len(capacities)
        assert given_reasons.within[place] == (len(list(walk.successors(start))) if seen else 0)
        if not seen:
            assert given_reasons.code[place] == Reason.NO_EDGE
            assert np.isnan(given_reasons.lowest[place])
            continue
        holders = {node[1] for capacity in capacities for node in walk.successors(capacity)}
        assert given_reasons.code[place] == Reason.FULL
        assert given_reasons.lowest[place] == min((one["priority"][held] for held in holders), default=np.inf)
        assert given_reasons.lowest[place] >= one["priority"][need]


LINE = {"priority": [5.0, 3.0, 1.0], "capacity": [1, 1], "indptr": [0, 1, 3, 4], "indices": [0, 0, 1, 1]}


def test_the_one_passed_over_is_named() -> None:
    assert verify(**LINE, flow=[1, 0, 1, 0])
    wrong = verify(**LINE, flow=[0, 1, 0, 1])
    assert (wrong.holds, wrong.need) == (False, 0)
    assert (
        wrong.fault
        == "need row 0 (priority 5) was passed over: where it could be served a need of priority 1 is served"
    )
    idle = verify(**LINE, flow=[1, 0, 0, 0])
    assert idle.fault == "need row 1 (priority 3) was passed over: where it could be served there is room"
    with pytest.raises(ValueError, match="flow: need row 1"):
        reasons(**LINE, flow=[1, 0, 0, 0])


@pytest.mark.parametrize(
    ("flow", "fault", "need", "capacity"),
    [
        ([1, 0, 2, -1], "edge 3 of need row 2 carries -1 units", 2, 1),
        ([1, 1, 0, 0], "capacity row 0 gives 2 units and has 1", -1, 0),
        ([0, 1, 1, 0], "need row 1 gets 2 units and asks 1", 1, -1),
    ],
)
def test_a_flow_that_cannot_be_is_told_where(flow: list[int], fault: str, need: int, capacity: int) -> None:
    wrong = verify(**LINE, flow=flow)
    assert not wrong
    assert (wrong.fault, wrong.need, wrong.capacity) == (fault, need, capacity)


def test_reasons_for_the_people() -> None:
    found = reasons(priority=[9, 5, 5], capacity=[1, 0], indptr=[0, 1, 3, 3], indices=[0, 0, 1], flow=[1, 0, 0])
    assert found.need.tolist() == [1, 2]
    assert found.code.tolist() == [Reason.FULL, Reason.NO_EDGE]
    assert found.within.tolist() == [2, 0]
    assert found.lowest[0] == 9


def test_a_flow_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="flow: 1 rows"):
        verify(**LINE, flow=[1])
