"""The least travel: a known answer, and the same on one core and on all."""

import bz2
import importlib.resources
import os
import pickle

import numpy as np
import pytest

from peyvand.engines import side_by_side
from peyvand.engines.matching import travel

from .instances import Problem, assign, least_total, owner_of


def netgen() -> Problem:
    """A network with amounts on its arcs as a problem of needs (Wagner 1959).

    Each arc is a need of as many units as it can carry. What it carries is asked of the node at its end, for the price
    of the arc; the rest of the node at its beginning, for nothing.
    """
    place = importlib.resources.files("networkx.algorithms.flow.tests") / "netgen-2.gpickle.bz2"
    with place.open("rb") as packed, bz2.open(packed) as file:
        network = pickle.load(file)
    number = {node: row for row, node in enumerate(network)}
    arcs = [
        (number[one], number[other], arc["capacity"], arc["weight"]) for one, other, arc in network.edges(data=True)
    ]
    begin, end, amount, weight = (np.array(column, np.int64) for column in zip(*arcs, strict=True))
    room = np.array([network.nodes[node].get("demand", 0) for node in network], np.int64)
    np.add.at(room, begin, amount)
    return {
        "priority": np.ones(len(arcs)),
        "capacity": room,
        "indptr": np.arange(len(arcs) + 1) * 2,
        "indices": np.column_stack([begin, end]).ravel().astype(np.int32),
        "demand": amount,
        "cost": np.column_stack([np.zeros(len(arcs)), weight]).ravel(),
    }


def test_the_published_least_cost_of_a_network_is_found() -> None:
    one = netgen()
    found = assign(**one)
    assert found.cost_sum == 6_749_969_302
    assert (found.served == one["demand"]).all()


def islands(count: int, seed: int) -> tuple[Problem, np.ndarray]:
    """Crowded components that share nothing, and costs of their edges."""
    rng = np.random.default_rng(seed)
    needs, degree = 40, 4
    target = rng.integers(0, 12, (count, needs, degree)) + 12 * np.arange(count)[:, None, None]
    one = {
        "priority": rng.integers(0, 50, count * needs).astype(float),
        "capacity": rng.integers(1, 5, count * 12),
        "indptr": np.arange(count * needs + 1) * degree,
        "indices": target.ravel().astype(np.int32),
        "demand": rng.integers(1, 3, count * needs),
    }
    return one, rng.integers(1, 10_000, target.size)


@pytest.mark.parametrize("together", [1, 100])
def test_the_least_is_the_same_on_any_number_of_cores(monkeypatch: pytest.MonkeyPatch, together: int) -> None:
    one, cost = islands(9, 7)
    monkeypatch.setattr(travel, "TOGETHER", together)
    answers = []
    for count in (1, 3):
        monkeypatch.setattr(side_by_side, "cores", lambda count=count: count)
        answers.append(assign(**one, cost=cost))
    assert answers[0].flow.tolist() == answers[1].flow.tolist()
    assert answers[0].cost_sum == answers[1].cost_sum == least_total(one, answers[0].served, cost)


def test_all_cores_have_a_part_and_an_error_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_by_side, "cores", lambda: 2)
    here = os.getpid()
    found = dict(side_by_side.on_all_cores(lambda place: (place * place, os.getpid() == here), 20))
    assert {place: squared for place, (squared, _) in found.items()} == {place: place**2 for place in range(20)}
    assert not any(stayed for _, stayed in found.values())
    assert all(stayed for _, stayed in dict(side_by_side.on_all_cores(lambda _: (0, True), 3, worth=False)).values())
    with pytest.raises(ZeroDivisionError):
        list(side_by_side.on_all_cores(lambda place: 1 // (place - 5), 20))


def test_no_need_is_dropped_for_a_shorter_way() -> None:
    one, cost = islands(3, 11)
    plain, near = assign(**one), assign(**one, cost=cost)
    assert near.served.tolist() == plain.served.tolist()
    assert np.bincount(owner_of(one), near.flow, len(near.served)).tolist() == plain.served.tolist()
