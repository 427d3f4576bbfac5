"""One connected component in which the terms bite, by OR-Tools' CP-SAT."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from ortools.sat.python import cp_model

from peyvand.engines.arrays import Array
from peyvand.engines.matching.graph import Problem
from peyvand.engines.matching.terms import Terms, broken

AT_ONCE = 2**30
FINEST = 2**24
EXACT_TO = 1e-6


@dataclass(frozen=True, slots=True)
class Part:
    """How sure the answer of one component is: `needs` int64[k] rows.

    `proved`: no answer serves the worst-off better. Else every `priority` above this one is proved, and of this one
    `found` units are served and at most `at_most` could be. `cost_gap` is the share of the cost that could be saved at
    most for the same units (0.0: none, or no cost was given).
    """

    needs: Array
    proved: bool
    priority: float
    found: int
    at_most: int
    cost_gap: float

    @property
    def gap(self) -> float:
        """The share of `at_most` that is missing."""
        return 0.0 if self.proved else (self.at_most - self.found) / self.at_most


class Piece(NamedTuple):
    """A component cut out: its own problem and terms, the need of each edge, and the costs."""

    problem: Problem
    terms: Terms
    owner: Array
    cost: Array | None


class Level(NamedTuple):
    """The needs of one priority: which edges are theirs, how many units they ask, and get without the terms."""

    priority: float
    edges: Array  # bool[e]
    asked: int
    relaxed: int


def solve_part(
    problem: Problem, terms: Terms, owner: Array, edges: Array, relaxed: Array, cost: Array | None, effort: float
) -> tuple[Array, Part]:
    """The units on the given `edges`, and how sure they are; `relaxed` int64 are the units without the terms."""
    piece, rows = _cut(problem, terms, owner, edges, cost)
    levels = _levels(piece, relaxed)
    best = max((_filled(piece, start) for start in _starts(piece, relaxed)), key=lambda units: _counts(levels, units))
    search = Search(piece, best, effort)
    first_open: tuple[float, int, int] | None = None
    reached = True  # so far as many are served as without the terms: nothing could be better
    for batch in _batches(levels):
        wanted = [level.relaxed for level in batch]
        if reached and list(_counts(batch, search.units)) == wanted:
            search.hold(batch)
            continue
        at_most = search.climb(batch, wanted if reached else [level.asked for level in batch])
        found = list(_counts(batch, search.units))
        reached = reached and found == wanted
        if first_open is None and found != at_most:
            place = next(place for place, one in enumerate(found) if one != at_most[place])
            first_open = batch[place].priority, found[place], at_most[place]
    cost_gap = 0.0 if cost is None else search.cheapen()
    return search.units, Part(rows, first_open is None, *(first_open or (float("nan"), 0, 0)), cost_gap)


def _cut(problem: Problem, terms: Terms, owner: Array, edges: Array, cost: Array | None) -> tuple[Piece, Array]:
    needs, of = np.unique(owner[edges], return_inverse=True)
    capacities, at = np.unique(problem.indices[edges], return_inverse=True)
    rows = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(of, minlength=len(needs)))])
    own = Problem(
        problem.priority[needs], problem.demand[needs], problem.capacity[capacities], rows, at.astype(np.int32)
    )
    kept = Terms(terms.divisible[needs], terms.smallest_lot[capacities], terms.together[needs])
    return Piece(own, kept, of, None if cost is None else cost[edges]), needs


def _levels(piece: Piece, relaxed: Array) -> list[Level]:
    priority, of_edge = piece.problem.priority, piece.problem.priority[piece.owner]
    return [
        Level(
            float(one),
            of_edge == one,
            int(piece.problem.demand[priority == one].sum()),
            int(relaxed[of_edge == one].sum()),
        )
        for one in np.unique(priority)[::-1]
    ]


def _counts(levels: list[Level], units: Array) -> tuple[int, ...]:
    return tuple(int(units[level.edges].sum()) for level in levels)


def _batches(levels: list[Level]) -> Iterator[list[Level]]:
    """As many priorities at once as one whole number can keep apart."""
    batch: list[Level] = []
    size = 1
    for level in levels:
        if batch and size * (level.asked + 1) > AT_ONCE:
            yield batch
            batch, size = [], 1
        batch.append(level)
        size *= level.asked + 1
    if batch:
        yield batch


def _starts(piece: Piece, relaxed: Array) -> Iterator[Array]:
    """What to begin from: nothing, and what is left of the answer without the terms when all that breaks them goes."""
    yield np.zeros(len(relaxed), np.int64)
    units = relaxed.copy()
    while True:
        wrong = broken(piece.problem, piece.terms, piece.owner, units)
        gone = wrong.edges | (wrong.needs[piece.owner] & (units > 0))
        if not gone.any():
            break
        units[gone] = 0
    yield units


def _filled(piece: Piece, start: Array) -> Array:
    """The units of `start`, and what each need can get beside them, one after the other from the most pressing on."""
    problem, terms = piece.problem, piece.terms
    units, room = start.copy(), problem.capacity.copy()
    np.subtract.at(room, problem.indices, start)
    asks: dict[int, list[int]] = {}
    for need in np.argsort(-problem.priority, kind="stable").tolist():
        group = int(terms.together[need])
        asks.setdefault(group if group >= 0 else -1 - need, []).append(need)
    for group, needs in asks.items():
        given: list[tuple[int, int]] = []
        whole = all(_give(piece, need, units, room, given) for need in needs)
        if group >= 0 and not whole:
            for edge, taken in given:
                units[edge] -= taken
                room[problem.indices[edge]] += taken
    return units


def _give(piece: Piece, need: int, units: Array, room: Array, given: list[tuple[int, int]]) -> bool:
    """Give a need what its capacities have left; whether it is served whole then."""
    problem, terms = piece.problem, piece.terms
    edges = range(problem.indptr[need], problem.indptr[need + 1])
    left = int(problem.demand[need] - units[edges.start : edges.stop].sum())
    for edge in edges:
        capacity = problem.indices[edge]
        taken = min(left, int(room[capacity]))
        lot = 1 if units[edge] else int(terms.smallest_lot[capacity])
        if taken < max(1, lot) or (not terms.divisible[need] and taken < problem.demand[need]):
            continue
        units[edge] += taken
        room[capacity] -= taken
        given.append((edge, taken))
        left -= taken
    return left == 0


class Search:
    """CP-SAT's model of one piece, the best units found so far, and the effort that is left."""

    def __init__(self, piece: Piece, units: Array, effort: float) -> None:
        self.piece, self.units, self.effort = piece, units, effort
        self.model = cp_model.CpModel()
        self.size = np.ones(len(units), np.int64)  # units that one step of an edge's variable stands for
        self.steps = [self._variable(edge) for edge in range(len(units))]
        self._at_most()
        self._whole()

    def _variable(self, edge: int) -> cp_model.IntVar:
        problem, terms, need = self.piece.problem, self.piece.terms, self.piece.owner[edge]
        capacity, demand = problem.indices[edge], int(problem.demand[need])
        if not terms.divisible[need]:
            self.size[edge] = demand
            return self.model.new_bool_var("")
        most, lot = min(demand, int(problem.capacity[capacity])), int(terms.smallest_lot[capacity])
        return self.model.new_int_var_from_domain(cp_model.Domain.from_intervals([[0, 0], [lot, most]]), "")

    def _sum(self, edges: Array, weights: Array | None = None) -> cp_model.LinearExprT:
        factors = self.size[edges] if weights is None else weights
        return cp_model.LinearExpr.weighted_sum([self.steps[edge] for edge in edges], factors.tolist())

    def _at_most(self) -> None:
        problem, terms, owner = self.piece.problem, self.piece.terms, self.piece.owner
        for need, edges in _rows(owner, len(problem.demand)):
            if not terms.divisible[need]:
                self.model.add_at_most_one([self.steps[edge] for edge in edges])
            elif len(edges) > 1:
                self.model.add(self._sum(edges) <= int(problem.demand[need]))
        for capacity, edges in _rows(problem.indices, len(problem.capacity)):
            self.model.add(self._sum(edges) <= int(problem.capacity[capacity]))

    def _whole(self) -> None:
        groups: dict[int, cp_model.IntVar] = {}
        for need, edges in _rows(self.piece.owner, len(self.piece.problem.demand)):
            group = int(self.piece.terms.together[need])
            if group >= 0:
                chosen = groups.setdefault(group, self.model.new_bool_var(""))
                self.model.add(self._sum(edges) == int(self.piece.problem.demand[need]) * chosen)

    def hold(self, batch: list[Level]) -> None:
        """Of each priority as many units as now, from now on."""
        for level, count in zip(batch, _counts(batch, self.units), strict=True):
            self.model.add(self._sum(np.flatnonzero(level.edges)) == count)

    def climb(self, batch: list[Level], bounds: list[int]) -> list[int]:
        """The most units of the batch's priorities, the highest first; returns how many there can be at most.

        `bounds` are known beforehand, in the same order of importance.
        """
        weights = [1] * len(batch)
        for place in range(len(batch) - 1, 0, -1):
            weights[place - 1] = weights[place] * (batch[place].asked + 1)
        worth = np.zeros(len(self.units), np.int64)
        for level, weight in zip(batch, weights, strict=True):
            worth[level.edges] = weight
        known = sum(weight * most for weight, most in zip(weights, bounds, strict=True))
        bound = min(known, self._best(worth * self.size, share=0.5))
        digits = []
        for weight in weights:
            digits.append(bound // weight)
            bound %= weight
        if digits == list(_counts(batch, self.units)):
            self.hold(batch)
        else:
            edges = np.flatnonzero(worth)
            least = int((worth * self.units).sum())
            self.model.add(self._sum(edges, (worth * self.size)[edges]) >= least)
        return digits

    def cheapen(self) -> float:
        """The least cost for the units every need has; returns the share of it that could still be saved at most."""
        problem, cost = self.piece.problem, self.piece.cost
        assert cost is not None
        served = np.zeros(len(problem.demand), np.int64)
        np.add.at(served, self.piece.owner, self.units)
        for need, edges in _rows(self.piece.owner, len(served)):
            self.model.add(self._sum(edges) == int(served[need]))
        cheapest = np.full(len(served), np.inf)
        np.minimum.at(cheapest, self.piece.owner, cost)
        detour = cost - cheapest[self.piece.owner]
        dearest = float(detour.max(initial=0.0))
        if not dearest:
            return 0.0
        finest = min(FINEST, 2**60 // max(int(served.sum()), 1))
        is_whole = dearest <= finest and not (detour % 1).any()
        step = 1.0 if is_whole else dearest / finest
        bound = -self._best(-np.rint(detour / step).astype(np.int64) * self.size, share=1.0) * step
        if not is_whole:
            bound -= float(served.sum()) * step  # each unit's cost is off by at most half a step, here and in the best
        spent = float((detour * self.units).sum())
        share = (spent - max(bound, 0.0)) / max(abs(float((cost * self.units).sum())), spent, 1e-300)
        return share if share > EXACT_TO else 0.0

    def _best(self, worth: Array, share: float) -> int:
        """Move to the greatest sum of `worth` int64[e] x steps; returns what it can be at most."""
        edges = np.flatnonzero(worth)
        self.model.maximize(self._sum(edges, worth[edges]))
        self.model.clear_hints()
        for step, units, size in zip(self.steps, self.units.tolist(), self.size.tolist(), strict=True):
            self.model.add_hint(step, units // size)
        solver = cp_model.CpSolver()
        solver.parameters.max_deterministic_time = max(self.effort * share, 1e-3)
        solver.parameters.num_workers = 1
        status = solver.solve(self.model)
        self.effort -= solver.response_proto.deterministic_time
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return 2**62
        if solver.objective_value > (worth * (self.units // self.size)).sum():
            self.units = np.array([solver.value(step) for step in self.steps], np.int64) * self.size
        return int(np.floor(solver.best_objective_bound + 1e-6))


def _rows(of: Array, count: int) -> Iterator[tuple[int, Array]]:
    """For each number below `count` the places where it stands, if any."""
    order = np.argsort(of, kind="stable")
    ends = np.searchsorted(of[order], np.arange(count + 1))
    for row in range(count):
        if ends[row] < ends[row + 1]:
            yield row, order[ends[row] : ends[row + 1]]
