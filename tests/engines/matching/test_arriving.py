from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peyvand.engines.matching import Moved, StandingMatching, verify

from .instances import Problem, assign, large_problems, problem, small_problems

KEPT = 2.0**60


@dataclass
class Book:
    """What came and went, kept beside the matching by hand, so that it can be matched anew."""

    standing: StandingMatching
    priority: list[float] = field(default_factory=list)
    demand: list[int] = field(default_factory=list)
    rows: list[list[int]] = field(default_factory=list)
    capacity: list[int] = field(default_factory=list)
    waiting: set[int] = field(default_factory=set)
    kept: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    fixed: dict[tuple[int, int], int] = field(default_factory=dict)

    @classmethod
    def of(cls, one: Problem) -> "Book":
        rows = [one["indices"][a:b].tolist() for a, b in zip(one["indptr"], one["indptr"][1:], strict=False)]
        demand = [1] * len(rows) if one["demand"] is None else one["demand"].tolist()
        return cls(StandingMatching(**one), one["priority"].tolist(), demand, rows, one["capacity"].tolist())

    def there(self) -> list[int]:
        return [need for need in range(len(self.priority)) if need not in self.gone]

    def anew(self) -> np.ndarray:
        """Units served by matching from scratch."""
        demand, capacity = list(self.demand), list(self.capacity)
        of_need = np.zeros(len(demand), np.int64)
        for (need, place), units in self.fixed.items():
            demand[need] -= units
            capacity[place] -= units
            of_need[need] += units
        for need in self.gone | self.waiting:
            demand[need] = 0
        ranks = [KEPT if need in self.kept else value for need, value in enumerate(self.priority)]
        return assign(**problem(ranks, capacity, self.rows, demand)).served + of_need

    def check(self) -> None:
        assert self.standing.served.tolist() == self.anew().tolist()
        certificate = verify(**self.standing.arrays())
        assert certificate, certificate.fault
        expected = sum(value * units for value, units in zip(self.priority, self.standing.served, strict=True))
        assert self.standing.priority_sum == pytest.approx(expected)
        assert (self.standing.slack >= 0).all()


Change = tuple[np.ndarray, Moved]  # units served before the act, by needs as they are after it; what it said it moved


def a_need_comes(book: Book, rng: np.random.Generator) -> Change:
    before, needs, capacities = book.standing.served, len(book.priority), len(book.capacity)
    row = rng.integers(0, capacities, rng.integers(0, 5)).tolist() if capacities else []
    priority, demand, waits = float(rng.integers(0, 9)), int(rng.integers(0, 4)), bool(rng.random() < 0.2)
    need, moved = book.standing.add_need(priority, row, demand=demand, waits=waits)
    assert need == needs
    book.priority.append(priority)
    book.demand.append(demand)
    book.rows.append(row)
    book.waiting |= {need} if waits else set()
    return np.append(before, 0), moved


def a_capacity_comes(book: Book, rng: np.random.Generator) -> Change:
    before, needs = book.standing.served, len(book.priority)
    asking = rng.integers(0, needs, rng.integers(0, 5)).tolist() if needs else []
    units = int(rng.integers(0, 5))
    capacity, moved = book.standing.add_capacity(units, asking)
    book.capacity.append(units)
    for need in asking:
        book.rows[need] += [capacity] if need not in book.gone else []
    return before, moved


def a_capacity_changes(book: Book, rng: np.random.Generator) -> Change | None:
    if not book.capacity:
        return None
    before, capacity = book.standing.served, int(rng.integers(len(book.capacity)))
    bound = book.capacity[capacity] - sum(units for (_, at), units in book.fixed.items() if at == capacity)
    change = int(rng.integers(0, 4)) if rng.random() < 0.5 else -int(rng.integers(0, bound + 1))
    moved = book.standing.change_capacity(capacity, change)
    book.capacity[capacity] += change
    return before, moved


def a_need_goes(book: Book, rng: np.random.Generator) -> Change | None:
    there = book.there()
    if not there:
        return None
    before, need = book.standing.served, int(rng.choice(there))
    moved = book.standing.withdraw_need(need)
    book.gone.add(need)
    book.fixed = {pair: units for pair, units in book.fixed.items() if pair[0] != need}
    return before, moved


def a_priority_changes(book: Book, rng: np.random.Generator) -> Change | None:
    there = book.there()
    if not there:
        return None
    before, need, priority = book.standing.served, int(rng.choice(there)), float(rng.integers(0, 9))
    moved = book.standing.change_priority(need, priority)
    book.priority[need] = priority
    return before, moved


def a_need_is_kept(book: Book, rng: np.random.Generator) -> None:
    there = book.there()
    need = int(rng.choice(there)) if there else -1
    if there and book.standing.missing[need] == 0:
        book.standing.keep(need)
        book.kept.add(need)


def a_pair_is_fixed(book: Book, rng: np.random.Generator) -> None:
    arrays = book.standing.arrays()
    used = np.flatnonzero(arrays["flow"])
    if len(used):
        edge = rng.choice(used)
        pair = int(np.searchsorted(arrays["indptr"], edge, side="right")) - 1, int(arrays["indices"][edge])
        book.standing.fix(*pair, 1)
        book.fixed[pair] = book.fixed.get(pair, 0) + 1


def a_pair_is_released(book: Book, rng: np.random.Generator) -> Change | None:
    if not book.fixed:
        return None
    before, pair = book.standing.served, sorted(book.fixed)[rng.integers(len(book.fixed))]
    moved = book.standing.release(*pair, book.fixed.pop(pair))
    book.waiting.discard(pair[0])
    return before, moved


def one_who_waits_is_let_in(book: Book, rng: np.random.Generator) -> Change | None:
    if not book.waiting:
        return None
    before, need = book.standing.served, min(book.waiting)
    book.waiting.discard(need)
    return None if need in book.gone else (before, book.standing.let_in(need))


ACTS: list[Callable[[Book, np.random.Generator], Change | None]] = [
    a_need_comes, a_need_comes, a_capacity_comes, a_need_goes, a_capacity_changes, a_capacity_changes,
    a_priority_changes, a_need_is_kept, a_pair_is_fixed, a_pair_is_released, one_who_waits_is_let_in,
]  # fmt: skip


def one_act(book: Book, rng: np.random.Generator) -> None:
    """An act, and what it says it moved is what changed."""
    before = book.standing.served
    before, moved = ACTS[rng.integers(len(ACTS))](book, rng) or (before, Moved(*np.zeros((3, 0), np.int64)))
    told = before.copy()
    np.add.at(told, moved.need, moved.units)
    assert told.tolist() == book.standing.served.tolist()
    assert (moved.units != 0).all()


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(small_problems(), st.integers(0, 2**32))
def test_after_any_acts_those_are_served_who_would_be_by_matching_anew(one: Problem, seed: int) -> None:
    rng, book = np.random.default_rng(seed), Book.of(one)
    for _ in range(20):
        one_act(book, rng)
        book.check()


@settings(max_examples=15, deadline=None)
@given(large_problems(), st.integers(0, 2**32))
def test_the_same_holds_for_hundreds_of_needs(one: Problem, seed: int) -> None:
    rng, book = np.random.default_rng(seed), Book.of(one)
    for _ in range(10):
        for _ in range(3):
            one_act(book, rng)
        book.check()


@settings(max_examples=15, deadline=None)
@given(large_problems(), st.integers(0, 2**32))
def test_needs_that_came_one_by_one_are_served_as_if_all_had_come_at_once(one: Problem, seed: int) -> None:
    rng, needs = np.random.default_rng(seed), len(one["priority"])
    standing = StandingMatching()
    given_from = int(rng.integers(0, needs + 1))
    places = len(one["capacity"])
    for row in range(given_from):
        standing.add_need(one["priority"][row], [], demand=1)
    asked = [[] for _ in range(places)]
    for row in range(given_from):
        for place in one["indices"][one["indptr"][row] : one["indptr"][row + 1]]:
            asked[place].append(row)
    for place in range(places):
        standing.add_capacity(one["capacity"][place], asked[place])
    for row in range(given_from, needs):
        standing.add_need(one["priority"][row], one["indices"][one["indptr"][row] : one["indptr"][row + 1]])
    assert standing.served.tolist() == assign(**one | {"demand": None}).served.tolist()


def test_who_comes_is_told_who_moved_and_who_lost() -> None:
    standing = StandingMatching(priority=[9, 5], capacity=[1, 1], indptr=[0, 2, 3], indices=[0, 1, 1])
    assert standing.served.tolist() == [1, 1]
    need, moved = standing.add_need(7.0, [0])
    assert need == 2
    assert sorted(zip(*(part.tolist() for part in moved), strict=True)) == [
        (0, 0, -1), (0, 1, 1), (1, 1, -1), (2, 0, 1)
    ]  # fmt: skip
    assert standing.served.tolist() == [1, 0, 1]
    assert sorted(zip(*(part.tolist() for part in standing.withdraw_need(0)), strict=True)) == [(0, 1, -1), (1, 1, 1)]
    assert standing.priority_sum == 12.0


def test_what_is_kept_moves_and_what_is_fixed_stays() -> None:
    standing = StandingMatching(priority=[1, 2], capacity=[1, 1], indptr=[0, 2, 3], indices=[0, 1, 1])
    standing.keep(0)
    _, moved = standing.add_need(9.0, [0])
    assert standing.served.tolist() == [1, 0, 1]  # the kept one moved to the second place
    standing.fix(0, 1)
    _, moved = standing.add_need(9.5, [1])
    assert not len(moved.need)
    assert standing.served.tolist() == [1, 0, 1, 0]


def test_one_who_waits_is_passed_by_until_let_in() -> None:
    standing = StandingMatching(capacity=[1])
    waiting, moved = standing.add_need(3.0, [0], waits=True)
    assert (standing.slack.tolist(), len(moved.need)) == ([1], 0)
    assert verify(**standing.arrays())
    assert standing.let_in(waiting).units.tolist() == [1]


def test_a_need_that_asks_the_same_place_twice_can_be_fixed_there_whole() -> None:
    standing = StandingMatching(priority=[1], capacity=[3], indptr=[0, 2], indices=[0, 0], demand=[3])
    standing.fix(0, 0)
    with pytest.raises(ValueError, match="capacity row 0: only 0 units are not fixed, 1 cannot be taken"):
        standing.change_capacity(0, -1)
    standing.release(0, 0)
    standing.change_capacity(0, -1)
    assert standing.served.tolist() == [2]


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda one: one.add_need(float("nan"), [0]), "priority nan is not a number within"),
        (lambda one: one.add_need(1.0, [2]), r"capacities: 2 is no row \(there are 1\)"),
        (lambda one: one.add_need(1.0, [0], demand=-1), "demand -1 is not a whole number from 0"),
        (lambda one: one.add_capacity(1.5, [0]), "units 1.5 is not a whole number from 0"),
        (lambda one: one.add_capacity(1, [-1]), r"needs: -1 is no row \(there are 2\)"),
        (lambda one: one.withdraw_need(2), r"need row 2 is not there \(there are 2\)"),
        (lambda one: [one.withdraw_need(1), one.let_in(1)], "need row 1 is withdrawn"),
        (lambda one: one.change_capacity(1, 1), r"capacity row 1 is not there \(there are 1\)"),
        (lambda one: one.keep(1), "need row 1 lacks 1 units and cannot be kept"),
        (lambda one: one.fix(0, 0, 2), "need row 0 has 1 units of capacity row 0 to fix, not 2"),
        (lambda one: one.release(0, 0), "need row 0 has 0 fixed units of capacity row 0, not 0"),
        (lambda _: StandingMatching(priority=[2.0**61], indptr=[0, 0]), "priority: row 0 .* is too large"),
        (
            lambda _: StandingMatching(
                priority=[2.0, 3.0], capacity=[1], indptr=[0, 1, 2], indices=[0, 0], flow=[1, 0]
            ),
            "flow: need row 1 .* was passed over",
        ),
    ],
)
def test_acts_that_cannot_be_are_refused_and_change_nothing(act, message: str) -> None:
    one = StandingMatching(priority=[2.0, 1.0], capacity=[1], indptr=[0, 1, 2], indices=[0, 0])
    with pytest.raises(ValueError, match=message):
        act(one)
    assert one.served.tolist() == [1, 0]
