"""Random matching problems of all shapes, and other people's ways to solve them."""

from itertools import product
from typing import Any

import numpy as np
from hypothesis import strategies as st
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from peyvand.engines import matching
from peyvand.engines.matching import Assignment, verify

Problem = dict[str, Any]


def assign(*, cost: Any = None, **given: Any) -> Assignment:
    """`assign` as these tests call it: no answer of it is looked at before the check apart from it has proved it."""
    found = matching.assign(**given, cost=cost)
    certificate = verify(**given, flow=found.flow)
    assert certificate, certificate.fault
    return found


def problem(priority: list[float], capacity: list[int], rows: list[list[int]], demand: list[int] | None) -> Problem:
    return {
        "priority": np.array(priority, float),
        "capacity": np.array(capacity, np.int64),
        "indptr": np.cumsum([0, *map(len, rows)]),
        "indices": np.array([target for row in rows for target in row], np.int32),
        "demand": None if demand is None else np.array(demand, np.int64),
    }


@st.composite
def small_problems(draw: st.DrawFn, units: int = 3) -> Problem:
    """Few needs, with parallel edges, needs of nothing, capacities of nothing, and neither."""
    needs, capacities = draw(st.integers(0, 6)), draw(st.integers(0, 5))
    row = st.lists(st.integers(0, capacities - 1), max_size=4) if capacities else st.just([])
    return problem(
        draw(st.lists(st.integers(-1, 3).map(float), min_size=needs, max_size=needs)),
        draw(st.lists(st.integers(0, units), min_size=capacities, max_size=capacities)),
        draw(st.lists(row, min_size=needs, max_size=needs)),
        draw(st.none() | st.lists(st.integers(0, units), min_size=needs, max_size=needs)),
    )


SHAPES = ("scattered", "no edges", "no capacity", "equal priorities", "one component", "scarce", "units", "chains")


@st.composite
def large_problems(draw: st.DrawFn) -> Problem:
    """Hundreds of needs in one of `SHAPES`."""
    shape = draw(st.sampled_from(SHAPES))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    needs, capacities = int(rng.integers(1, 400)), int(rng.integers(1, 150))
    degree = rng.integers(0, 2 if shape == "scattered" else 6, needs)
    indices = rng.integers(0, capacities, degree.sum())
    owner = np.repeat(np.arange(needs), degree)
    if shape == "no edges":
        degree, indices = np.zeros(needs, int), indices[:0]
    elif shape == "one component":
        degree, indices = degree + 1, np.insert(indices, np.cumsum(degree) - degree, 0)
    elif shape == "chains":
        indices = np.clip(owner * capacities // needs + rng.integers(-1, 2, len(owner)), 0, capacities - 1)
    room = rng.integers(0, 1 if shape == "no capacity" else 2 if shape == "scarce" else 6, capacities)
    return {
        "priority": np.full(needs, 7.0) if shape == "equal priorities" else rng.integers(0, 50, needs).astype(float),
        "capacity": room,
        "indptr": np.concatenate([[0], np.cumsum(degree)]),
        "indices": indices.astype(np.int32),
        "demand": rng.integers(0, 6, needs) if shape in ("units", "chains") else None,
    }


def demand_of(given: Problem) -> np.ndarray:
    return np.ones(len(given["priority"]), np.int64) if given["demand"] is None else given["demand"]


def owner_of(given: Problem) -> np.ndarray:
    return np.repeat(np.arange(len(given["priority"])), np.diff(given["indptr"]))


def best_value(given: Problem, worth: np.ndarray) -> int:
    """The greatest sum of `worth` int64[n] x units served, by OR-Tools; a unit may stay unserved for nothing."""
    units, needs, capacities = demand_of(given), len(worth), len(given["capacity"])
    owner, sink = owner_of(given), needs + capacities
    solver = SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(owner, needs + given["indices"], units[owner], -worth[owner])
    nothing = np.zeros(max(needs, capacities), np.int64)
    solver.add_arcs_with_capacity_and_unit_cost(np.arange(needs), np.full(needs, sink), units, nothing[:needs])
    ends = needs + np.arange(capacities)
    solver.add_arcs_with_capacity_and_unit_cost(
        ends, np.full(capacities, sink), given["capacity"], nothing[:capacities]
    )
    solver.set_nodes_supplies(np.arange(needs), units)
    solver.set_nodes_supplies(np.array([sink]), np.array([-units.sum()]))
    assert solver.solve() == solver.OPTIMAL
    return -solver.optimal_cost()


def least_total(given: Problem, served: np.ndarray, cost: np.ndarray) -> int:
    """The least sum of `cost` int64[e] x flow that gives each need `served` units, by OR-Tools on the whole graph."""
    needs, capacities = len(served), len(given["capacity"])
    owner, sink = owner_of(given), needs + capacities
    solver = SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(owner, needs + given["indices"], served[owner], cost)
    ends, nothing = needs + np.arange(capacities), np.zeros(capacities, np.int64)
    solver.add_arcs_with_capacity_and_unit_cost(ends, np.full(capacities, sink), given["capacity"], nothing)
    solver.set_nodes_supplies(np.arange(needs), served)
    solver.set_nodes_supplies(np.array([sink]), np.array([-served.sum()]))
    assert solver.solve() == solver.OPTIMAL
    return solver.optimal_cost()


def _groups(given: Problem) -> list[tuple[list[int], int]]:
    """Every group of needs, and the units of all capacities that any of them may ask."""
    needs = len(given["priority"])
    open_to = [0] * needs
    for need, capacity in zip(owner_of(given), given["indices"], strict=True):
        open_to[need] |= 1 << int(capacity)
    groups = []
    for group in range(1, 1 << needs):
        members = [need for need in range(needs) if group >> need & 1]
        together = 0
        for need in members:
            together |= open_to[need]
        room = sum(int(units) for capacity, units in enumerate(given["capacity"]) if together >> capacity & 1)
        groups.append((members, room))
    return groups


def served_by_the_book(given: Problem) -> np.ndarray:
    """The greedy algorithm of matroids, word for word: unit by unit, kept when Hall's condition still holds."""
    units, groups = demand_of(given), _groups(given)
    served = np.zeros(len(units), np.int64)
    for need in np.argsort(-given["priority"], kind="stable"):
        for _ in range(units[need]):
            served[need] += 1
            if any(served[members].sum() > room for members, room in groups):
                served[need] -= 1
                break
    return served


def every_feasible_service(given: Problem) -> np.ndarray:
    """int64[ways, n]: all ways to serve units that are possible at all (Hall), found by trying."""
    ways = np.array(list(product(*(range(units + 1) for units in demand_of(given)))), np.int64)
    for members, room in _groups(given):
        ways = ways[ways[:, members].sum(axis=1) <= room]
    return ways


def is_feasible(given: Problem, flow: np.ndarray, served: np.ndarray) -> bool:
    used = np.zeros(len(given["capacity"]), np.int64)
    np.add.at(used, given["indices"], flow)
    got = np.zeros(len(given["priority"]), np.int64)
    np.add.at(got, owner_of(given), flow)
    bounded = (flow >= 0).all() and (used <= given["capacity"]).all() and (got <= demand_of(given)).all()
    return bool(bounded and (got == served).all())
