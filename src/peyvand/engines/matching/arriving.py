"""Needs and capacities that come and go, each placed at once, with the same people served as by matching anew."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from peyvand.engines.arrays import MAX_WHOLE, Array, whole
from peyvand.engines.matching import standing as inner
from peyvand.engines.matching.assign import assign
from peyvand.engines.matching.graph import check
from peyvand.engines.matching.verify import verify

KEPT = 2.0**60  # the rank of a need that is never dropped: above every priority


class Moved(NamedTuple):
    """What one act changed: pairs `need` int64[p], `capacity` int64[p] and by how many `units` int64[p] (never 0)."""

    need: Array
    capacity: Array
    units: Array


class StandingMatching:
    """A matching that stays worst-off first while needs and capacities come and go.

    Begins from the arrays of `assign` (default: nothing at all) and, where there is one, its answer `flow`. Rows are
    counted from 0 in the order of coming and never used again; among equal priorities the earlier row comes first, as
    in `assign`. Every act answers what it `Moved`.

    After each act those served, and how many units of each, are the same as `assign` gives on `arrays()`. The sets of
    units that can be served together form a matroid, whose best set changes by one exchange when an element comes or
    goes. A need that comes takes room at the end of an augmenting path, else the place of the last in rank among all
    it leads to, if that is below it (its fundamental circuit). Room that comes, or is left by a need that goes, is
    taken by the first in rank of the unserved that lead to it. A capacity that shrinks is a need above all others
    that only it can serve. One search through the region a row leads to, at most; each unit of a larger change is a
    step of its own where it does not go along the same path.

    Who is promised something: `keep` a need and it may be moved, never dropped (its rank is above all priorities);
    `fix` a pair and it is not even moved (its units leave both sides of the problem until `release`). `hold_back`
    keeps a need waiting, for a reserve (see `look_ahead_prices`); it takes no part until `let_in`.

    Raises `ValueError` naming the row for rows that are not there, numbers out of range, and promises that cannot be;
    beginning from arrays also what `assign` and `verify` do. Where an act raises, nothing has changed.
    """

    def __init__(
        self,
        *,
        priority: Any = (),
        capacity: Any = (),
        indptr: Any = (0,),
        indices: Any = (),
        demand: Any = None,
        flow: Any = None,
    ) -> None:
        problem = check(priority, capacity, indptr, indices, demand)
        for row, value in enumerate(problem.priority[np.abs(problem.priority) >= KEPT][:1]):
            raise ValueError(f"priority: row {row} ({value}) is too large")
        if flow is None:
            units = assign(**problem._asdict()).flow
        else:
            units = whole("flow", flow)
            certificate = verify(**problem._asdict(), flow=units)
            if not certificate:
                raise ValueError(f"flow: {certificate.fault}")
        self._needs, self._capacities = len(problem.priority), len(problem.capacity)
        self._at = inner.empty(self._needs + 1, self._capacities, len(units))
        self._priority = np.append(problem.priority, 0.0)
        self._fixed: dict[int, dict[int, int]] = {}
        self._gone: set[int] = set()
        owner = np.repeat(np.arange(self._needs), np.diff(problem.indptr))
        used = np.zeros(self._capacities, np.int64)
        np.add.at(used, problem.indices, units)
        got = np.zeros(self._needs, np.int64)
        np.add.at(got, owner, units)
        self._at.weight[: self._needs] = problem.priority
        self._at.missing[: self._needs] = problem.demand - got
        self._at.slack[:] = problem.capacity - used
        inner.load(owner, problem.indices, units, self._at)

    def add_need(self, priority: float, capacities: Any, *, demand: int = 1, waits: bool = False) -> tuple[int, Moved]:
        """Take in a need that can ask the rows `capacities`, nearest first; its row, and what moved."""
        rows = self._rows("capacities", capacities, self._capacities)
        _check_priority(priority)
        _check_units("demand", demand)
        need = self._needs
        self._make_room(need + 2, self._capacities, len(rows))
        self._needs += 1
        self._priority[need] = self._at.weight[need] = priority
        self._at.missing[need], self._at.waiting[need] = demand, waits
        inner.add_edges(np.full(len(rows), need), rows, self._at)
        return need, self._moved([] if waits else self._serve(need))

    def add_capacity(self, units: int, needs: Any) -> tuple[int, Moved]:
        """Take in a capacity that the rows `needs` can ask (withdrawn ones are left out); its row, and what moved."""
        rows = self._rows("needs", needs, self._needs)
        rows = rows[[need not in self._gone for need in rows.tolist()]] if self._gone else rows
        _check_units("units", units)
        capacity = self._capacities
        self._make_room(self._needs + 1, capacity + 1, len(rows))
        self._capacities += 1
        self._at.slack[capacity] = units
        inner.add_edges(rows, np.full(len(rows), capacity), self._at)
        return capacity, self._moved(self._fill(capacity))

    def withdraw_need(self, need: int) -> Moved:
        """The need goes, with what was kept or fixed for it; its room is given to others."""
        self._check_need(need)
        moves = self._free(need)
        for capacity, units in self._fixed.pop(need, {}).items():
            self._at.slack[capacity] += units
            moves.append((need, capacity, -units))
        self._at.missing[need], self._at.waiting[need] = 0, False
        self._at.weight[need] = self._priority[need] = 0.0
        inner.drop_edges(need, self._at)
        self._gone.add(need)
        return self._moved(moves + self._refill(moves))

    def change_capacity(self, capacity: int, more: int) -> Moved:
        """So many units `more`, or fewer when negative: then the last in rank who can be spared loses.

        Kept needs lose only when nobody else is left; fixed units stay, and shrinking below them is refused.
        """
        self._check_capacity(capacity)
        if more >= 0:
            _check_units("more", more)
            self._at.slack[capacity] += more
            return self._moved(self._fill(capacity))
        spare = int(self._at.slack[capacity]) + self._given(capacity)
        if -more > spare:
            raise ValueError(f"capacity row {capacity}: only {spare} units are not fixed, {-more} cannot be taken")
        # A need above all others, in the row beyond the last, takes the units with it.
        taker = self._needs
        self._make_room(taker + 1, self._capacities, 1)
        self._at.weight[taker], self._at.missing[taker] = np.inf, -more
        edge = inner.add_edge(taker, capacity, self._at)
        moves = self._serve(taker)
        self._at.tally[inner.LOGGED] = 0
        inner.change_units(edge, more, self._at)
        inner.drop_edges(taker, self._at)
        self._at.weight[taker] = 0.0
        return self._moved([move for move in moves if move[0] != taker])

    def change_priority(self, need: int, priority: float) -> Moved:
        """Another priority for a need, which may gain or lose by it; a kept one keeps its units."""
        self._check_need(need)
        _check_priority(priority)
        rises = priority >= self._priority[need]
        self._priority[need] = priority
        if self._at.weight[need] == KEPT:
            return self._moved([])
        if self._at.waiting[need] or (rises and self._at.missing[need] == 0):
            self._at.weight[need] = priority
            return self._moved([])
        moves = self._free(need)
        self._at.waiting[need] = True
        moves += self._refill(moves)
        self._at.weight[need], self._at.waiting[need] = priority, False
        return self._moved(moves + self._serve(need))

    def keep(self, need: int) -> None:
        """From now on the need may be moved but never dropped. It must have every unit it asks."""
        self._check_need(need)
        if self._at.missing[need]:
            raise ValueError(f"need row {need} lacks {self._at.missing[need]} units and cannot be kept")
        self._at.weight[need] = KEPT

    def fix(self, need: int, capacity: int, units: int | None = None) -> None:
        """So many units of the pair (default: all it has) are not moved any more."""
        self._check_need(need)
        self._check_capacity(capacity)
        there = self._between(need, capacity)
        left = there if units is None else units
        if not 0 < left <= there:
            raise ValueError(f"need row {need} has {there} units of capacity row {capacity} to fix, not {left}")
        fixed = self._fixed.setdefault(need, {})
        fixed[capacity] = fixed.get(capacity, 0) + left
        while left:
            edge = inner.edge_between(need, capacity, self._at, True)
            some = min(left, int(self._at.units[edge]))
            self._at.tally[inner.LOGGED] = 0
            inner.change_units(edge, -some, self._at)
            left -= some

    def movable(self, need: int) -> int:
        """How many units of a need are not fixed."""
        self._check_need(need)
        return self._between(need, None)

    def release(self, need: int, capacity: int, units: int | None = None) -> Moved:
        """Fixed units of the pair (default: all) may be moved again, and taken by somebody of higher rank.

        A need that was held back is let in with them.
        """
        self._check_need(need)
        fixed = self._fixed.get(need, {}).get(capacity, 0)
        freed = fixed if units is None else units
        if not 0 < freed <= fixed:
            raise ValueError(f"need row {need} has {fixed} fixed units of capacity row {capacity}, not {freed}")
        self._fixed[need][capacity] -= freed
        # One side after the other, so that each is a change from one best answer to the next.
        self._at.slack[capacity] += freed
        moves = [(need, capacity, -freed), *self._fill(capacity)]
        self._at.missing[need] += freed
        self._at.waiting[need] = False
        return self._moved(moves + self._serve(need))

    def hold_back(self, need: int) -> None:
        """What the need lacks is not given to it until `let_in`; what it has it has."""
        self._check_need(need)
        self._at.waiting[need] = True

    def let_in(self, need: int) -> Moved:
        self._check_need(need)
        self._at.waiting[need] = False
        return self._moved(self._serve(need))

    def rearrange(self, flow: Any) -> Moved:
        """Another answer that gives every need as many units: `flow` int64[e] on the edges of `arrays()`, as from
        `assign` with a `cost`.
        """
        arrays, units = self.arrays(), whole("flow", flow)
        certificate = verify(**arrays | {"flow": units})
        if not certificate:
            raise ValueError(f"flow: {certificate.fault}")
        owner, capacities, before, edges = self._edges()
        more = units - before
        given = np.zeros(self._needs, np.int64)
        np.add.at(given, owner, more)
        if given.any():
            raise ValueError(f"flow: need row {np.argmax(given != 0)} gets other units than it has")
        inner.reload(edges, units, self._at)
        return self._moved(list(zip(owner.tolist(), capacities.tolist(), more.tolist(), strict=True)))

    @property
    def served(self) -> Array:
        """int64[n] units each need has, fixed ones too."""
        owner, _, units, _ = self._edges()
        served = np.zeros(self._needs, np.int64)
        np.add.at(served, owner, units)
        for need, fixed in self._fixed.items():
            served[need] += sum(fixed.values())
        return served

    @property
    def missing(self) -> Array:
        """int64[n] units each need lacks, those held back too."""
        return self._at.missing[: self._needs].copy()

    @property
    def slack(self) -> Array:
        """int64[m] units each capacity has left."""
        return self._at.slack[: self._capacities].copy()

    @property
    def priority_sum(self) -> float:
        """Sum of priority x units served."""
        return float(self._priority[: self._needs] @ self.served)

    def arrays(self) -> dict[str, Array]:
        """The problem as it stands and its answer `flow`, as `verify` takes them (`assign` without `flow`).

        Without the units that are fixed and those that are held back; kept needs have a priority of 2**60.
        """
        owner, capacities, units, _ = self._edges()
        served, used = np.zeros(self._needs, np.int64), np.zeros(self._capacities, np.int64)
        np.add.at(served, owner, units)
        np.add.at(used, capacities, units)
        lacking = np.where(self._at.waiting[: self._needs], 0, self._at.missing[: self._needs])
        return {
            "priority": self._at.weight[: self._needs].copy(),
            "capacity": self.slack + used,
            "indptr": np.searchsorted(owner, np.arange(self._needs + 1)),
            "indices": capacities,
            "demand": served + lacking,
            "flow": units,
        }

    def _edges(self) -> tuple[Array, Array, Array, Array]:
        """Needs, capacities and movable units of the edges there are, and the edges, by need."""
        there = np.flatnonzero(self._at.need[: self._at.tally[inner.EDGES]] >= 0)
        there = there[np.argsort(self._at.need[there], kind="stable")]
        return self._at.need[there].astype(np.int64), self._at.capacity[there], self._at.units[there], there

    def _serve(self, need: int) -> list[tuple[int, int, int]]:
        moves = []
        while inner.serve_step(need, self._at):
            moves += self._logged()
        return moves

    def _fill(self, capacity: int) -> list[tuple[int, int, int]]:
        moves = []
        while inner.fill_step(capacity, self._at):
            moves += self._logged()
        return moves

    def _free(self, need: int) -> list[tuple[int, int, int]]:
        inner.free_units(need, self._at)
        return self._logged()

    def _refill(self, freed: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
        """One capacity after the other: each is a change from one best answer to the next."""
        return [move for _, capacity, _ in list(freed) for move in self._fill(capacity)]

    def _logged(self) -> list[tuple[int, int, int]]:
        count = self._at.tally[inner.LOGGED]
        edges = self._at.log_edge[:count]
        units = self._at.log_units[:count].tolist()
        return list(zip(self._at.need[edges].tolist(), self._at.capacity[edges].tolist(), units, strict=True))

    def _moved(self, moves: list[tuple[int, int, int]]) -> Moved:
        net: dict[tuple[int, int], int] = {}
        for need, capacity, units in moves:
            net[need, capacity] = net.get((need, capacity), 0) + units
        rows = [(need, capacity, units) for (need, capacity), units in net.items() if units]
        return Moved(*np.array(rows, np.int64).reshape(-1, 3).T)

    def _given(self, capacity: int) -> int:
        total, edge = 0, int(self._at.given[capacity])
        while edge >= 0:
            total += int(self._at.units[edge])
            edge = int(self._at.after[inner.GIVEN, edge])
        return total

    def _between(self, need: int, capacity: int | None) -> int:
        """Movable units of a need, of one capacity or of all."""
        total, edge = 0, int(self._at.of_need[need])
        while edge >= 0:
            total += int(self._at.units[edge]) if capacity in (None, self._at.capacity[edge]) else 0
            edge = int(self._at.after[inner.BY_NEED, edge])
        return total

    def _make_room(self, needs: int, capacities: int, edges: int) -> None:
        used = int(self._at.tally[inner.EDGES]) + edges
        wanted = needs, capacities, used
        sizes = len(self._at.weight), len(self._at.slack), len(self._at.need)
        if all(size >= want for size, want in zip(sizes, wanted, strict=True)):
            return
        larger = [size if size >= want else 2 * want for size, want in zip(sizes, wanted, strict=True)]
        self._at = inner.enlarged(self._at, *larger)
        self._priority = np.append(self._priority, np.zeros(larger[0] - len(self._priority)))

    def _rows(self, name: str, rows: Any, count: int) -> Array:
        found = whole(name, rows)
        wrong = found[(found < 0) | (found >= count)]
        if len(wrong):
            raise ValueError(f"{name}: {wrong[0]} is no row (there are {count})")
        return found

    def _check_need(self, need: int) -> None:
        if not 0 <= need < self._needs:
            raise ValueError(f"need row {need} is not there (there are {self._needs})")
        if need in self._gone:
            raise ValueError(f"need row {need} is withdrawn")

    def _check_capacity(self, capacity: int) -> None:
        if not 0 <= capacity < self._capacities:
            raise ValueError(f"capacity row {capacity} is not there (there are {self._capacities})")


def _check_priority(priority: float) -> None:
    if not abs(priority) < KEPT:
        raise ValueError(f"priority {priority} is not a number within 2**60")


def _check_units(name: str, units: int) -> None:
    if units != int(units) or not 0 <= units <= MAX_WHOLE:
        raise ValueError(f"{name} {units} is not a whole number from 0 to {MAX_WHOLE}")
