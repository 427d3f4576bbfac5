"""A made-up year of needs and capacities that come and go, and the ways of serving it as it comes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from peyvand.engines.matching import (
    KEPT,
    Future,
    Moved,
    Prices,
    StandingMatching,
    assign,
    candidates,
    look_ahead_prices,
)

YEAR = 365.0
PROVINCES, COUNTIES = 31, 480
COVERED, NEAREST = 0.84, 24
REACHES = ["county", "province", "country"]
GROUPS = ("county",), ("province",), ("kind",)
SURE = 0.9  # who comes is served at once when as many of the costs are below
SOON = 30.0  # whose cost tells the price: those who come within so many days


@dataclass(frozen=True)
class Year:
    """The first `need_count` needs are of this year, as many after them of each year before; capacities alike. A need
    can be promised to from its `day` until its `end`, a capacity gives likewise; a pair is an edge when these times
    meet.
    """

    needs: pl.DataFrame
    capacities: pl.DataFrame
    need_count: int
    capacity_count: int
    past: int
    indptr: np.ndarray
    indices: np.ndarray
    asked_start: np.ndarray
    asked: np.ndarray

    def of_need(self, need: int) -> np.ndarray:
        return self.indices[self.indptr[need] : self.indptr[need + 1]]

    def of_capacity(self, capacity: int) -> np.ndarray:
        return self.asked[self.asked_start[capacity] : self.asked_start[capacity + 1]]


def years(needs: int, capacities: int, *, past: int, seed: int, patience: float, stays: float) -> Year:
    """This year and so many in the `past`, drawn alike: counties of Zipf sizes, 70 % of help for its own county, 25 % for its
    province, 5 % for the country; geometric sizes that cover 84 % of the needs; priorities even over 0 to 100; one kind,
    since kinds do not share capacity. Of the nearest capacities of a need, 24 for each year, those whose time meets its
    own are edges.
    """
    rng, times = np.random.default_rng(seed), 1 + past
    middle = np.column_stack([rng.uniform(27, 38, PROVINCES), rng.uniform(46, 61, PROVINCES)])
    province_of = np.concatenate([np.arange(PROVINCES), rng.integers(0, PROVINCES, COUNTIES - PROVINCES)])
    town = middle[province_of] + rng.normal(0, 0.8, (COUNTIES, 2))
    size = 1 / (1 + rng.permutation(COUNTIES))

    def side(rows: int, lasts: float) -> dict[str, np.ndarray]:
        county = rng.choice(COUNTIES, times * rows, p=size / size.sum())
        point = town[county] + rng.normal(0, 0.1, (times * rows, 2))
        place = {"province": province_of[county], "county": county, "lat": point[:, 0], "lon": point[:, 1]}
        day = np.concatenate([np.sort(rng.uniform(0, YEAR, rows)) for _ in range(times)])
        return place | {"kind": np.zeros(times * rows, np.int64), "day": day, "end": day + lasts}

    one = pl.DataFrame(side(needs, patience) | {"priority": rng.uniform(0, 100, times * needs)})
    other = pl.DataFrame(
        side(capacities, stays)
        | {
            "capacity": rng.geometric(capacities / (COVERED * needs), times * capacities),
            "reach": rng.choice(REACHES, times * capacities, p=[0.7, 0.25, 0.05]),
        }
    )
    owner, indices = _edges(one, other, NEAREST * times)
    order = np.argsort(indices, kind="stable")
    return Year(
        one, other, needs, capacities, past,
        np.searchsorted(owner, np.arange(times * needs + 1)), indices,
        np.searchsorted(indices[order], np.arange(times * capacities + 1)), owner[order],
    )  # fmt: skip


def _edges(needs: pl.DataFrame, capacities: pl.DataFrame, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Of each need's nearest capacities those whose time meets its own."""
    graph = candidates(needs, capacities, k=k)
    owner = np.repeat(np.arange(len(needs)), np.diff(graph.indptr))
    begin, end = ([side[name].to_numpy() for side in (needs, capacities)] for name in ("day", "end"))
    meet = (begin[0][owner] < end[1][graph.indices]) & (begin[1][graph.indices] < end[0][owner])
    return owner[meet], graph.indices[meet]


def subgraph(
    year: Year, needs: np.ndarray, capacities: np.ndarray, kept: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """CSR of the needs and capacities of these masks, in their order; those `kept` ask capacities of this year only."""
    new_row = np.cumsum(capacities) - 1
    rows = np.flatnonzero(needs)
    start, degree = year.indptr[rows], np.diff(year.indptr)[rows]
    edge = np.repeat(start - np.cumsum(degree) + degree, degree) + np.arange(degree.sum())
    owner, target = np.repeat(np.arange(len(rows)), degree), year.indices[edge]
    there = capacities[target]
    if kept is not None:
        there &= ~kept[rows][owner] | (target < year.capacity_count)
    return np.searchsorted(owner[there], np.arange(len(rows) + 1)), new_row[target[there]].astype(np.int32)


NEED, CAPACITY, LAPSE, END, LOOK = range(5)


def events(year: Year, every: float | None = None) -> list[tuple[float, int, int]]:
    """When, what happens this year and to whom, in the order of time."""
    needs, capacities = year.needs.head(year.need_count), year.capacities.head(year.capacity_count)
    looks = np.arange(0.0, YEAR, every) if every else np.empty(0)
    times: list[Any] = [needs["day"], capacities["day"], needs["end"], capacities["end"], looks]
    what = np.repeat(np.arange(5), [len(part) for part in times])
    row = np.concatenate([np.arange(len(part)) for part in times])
    moment = np.concatenate([np.asarray(part) for part in times])
    order = np.lexsort((-what, moment))
    return list(zip(moment[order].tolist(), what[order].tolist(), row[order].tolist(), strict=True))


def queue(year: Year, *, by_priority: bool) -> np.ndarray:
    """bool[needs]: served by the first free capacity, the nearest first; what comes free goes to whoever has waited
    longest, or with `by_priority` to the most pressing who waits. Nobody is moved.
    """
    priority = year.needs["priority"].to_numpy()
    room = np.zeros(len(year.capacities), np.int64)
    units = year.capacities["capacity"].to_numpy()
    waits, served = np.zeros(len(year.needs), bool), np.zeros(year.need_count, bool)
    for _, what, row in events(year):
        if what == NEED:
            free = year.of_need(row)[room[year.of_need(row)] > 0]
            served[row], waits[row] = len(free) > 0, len(free) == 0
            room[free[:1]] -= 1
        elif what == CAPACITY:
            asking = year.of_capacity(row)
            asking = asking[waits[asking]]
            first = asking[np.argsort(-priority[asking], kind="stable")] if by_priority else asking
            first = first[: units[row]]
            served[first], waits[first] = True, False
            room[row] = units[row] - len(first)
        elif what == LAPSE:
            waits[row] = False
        elif what == END:
            room[row] = 0
    return served


class Stream:
    """Ours: a standing matching in which who is promised something is kept: moved perhaps, but never dropped, until
    the need would have lapsed or what it has ends; then it stays where it is. With `every`, prices are looked ahead
    every so many days from the rest of the past years, and needs below them wait. `late`: everybody waits until the last
    look before the need lapses, so that nothing is promised before as much is known as can be.
    """

    def __init__(self, year: Year, *, every: float | None = None, late: bool = False) -> None:
        self.year, self.every, self.late = year, every, late
        self.standing, self.prices = StandingMatching(), Prices([])
        self.priority = year.needs["priority"].to_list()
        self.day, self.end = year.needs["day"].to_list(), year.needs["end"].to_list()
        self.units = year.capacities["capacity"].to_list()
        self.groups = year.needs.select("kind", "county", "province").with_row_index("row").to_dicts()
        reach = year.capacities.select(pl.col("reach").replace_strict(REACHES, [0, 1, 2], return_dtype=pl.Int64), "end")
        self.breadth = reach.rows()
        self.need_row: dict[int, int] = {}
        self.capacity_row: dict[int, int] = {}
        self.of_row: list[int] = []
        self.of_capacity_row: list[int] = []
        self.at: dict[int, int] = {}  # row of the need -> row of the capacity, of those promised to
        self.live: set[int] = set()  # needs that have not lapsed
        self.held: set[int] = set()
        self.open: set[int] = set()  # capacities that have not ended
        self.today = 0.0
        self.waited: dict[int, float] = {}  # days from coming to the promise, of those promised to

    def run(self) -> np.ndarray:
        """bool[needs]: served."""
        acts: list[Callable[[int], None]] = [self.comes, self.offers, self.lapses, self.ends, self.look]
        for moment, what, row in events(self.year, self.every):
            self.today = moment
            acts[what](row)
        return np.array([self.need_row[row] in self.at for row in range(self.year.need_count)])

    def comes(self, row: int) -> None:
        places = [one for one in self.year.of_need(row).tolist() if one in self.open]
        places.sort(key=lambda one: self.breadth[one])  # what fewer others could use first
        waits = self.priority[row] < self.price(row)
        places = [self.capacity_row[one] for one in places]
        self.need_row[row], moved = self.standing.add_need(self.priority[row], places, waits=waits)
        self.of_row.append(row)
        self.live.add(row)
        if waits:
            self.held.add(row)
        self.promise(moved)

    def price(self, row: int) -> float:
        """Below it a need waits for the next look."""
        return np.inf if self.late else self.prices.of(self.groups[row])

    def offers(self, row: int) -> None:
        asking = [self.need_row[one] for one in self.year.of_capacity(row).tolist() if one in self.live]
        self.capacity_row[row], moved = self.standing.add_capacity(self.units[row], asking)
        self.open.add(row)
        self.of_capacity_row.append(row)
        self.promise(moved)

    def promise(self, moved: Moved) -> None:
        for need, capacity, units in zip(*(part.tolist() for part in moved), strict=True):
            if units > 0:
                self.at[need] = capacity
                self.standing.keep(need)
                self.held.discard(self.of_row[need])
                self.waited.setdefault(self.of_row[need], self.today - self.day[self.of_row[need]])

    def lapses(self, row: int) -> None:
        need = self.need_row[row]
        if row in self.held and self.priority[row] >= self.price(row):
            self.let_in(row)
        self.live.remove(row)
        self.held.discard(row)
        if need not in self.at:
            self.standing.withdraw_need(need)
        elif self.standing.movable(need):
            self.standing.fix(need, self.at[need])

    def ends(self, row: int) -> None:
        """The last call for those who wait; then what is left is gone, and what is promised stays."""
        capacity, asked = self.capacity_row[row], self.year.of_capacity(row).tolist()
        for one in sorted(self.held.intersection(asked), key=lambda one: -self.priority[one]):
            if self.standing.slack[capacity] == 0:
                break
            self.let_in(one)
        self.open.remove(row)
        self.standing.change_capacity(capacity, -int(self.standing.slack[capacity]))
        for one in self.live.intersection(asked):
            if self.at.get(self.need_row[one]) == capacity:
                self.standing.fix(self.need_row[one], capacity)

    def let_in(self, row: int) -> None:
        self.held.discard(row)
        self.promise(self.standing.let_in(self.need_row[row]))

    def look(self, number: int) -> None:
        """Prices are counted anew from past years' rests; who is worth what serving them would cost is let in, the others
        are held back; then whoever may be moved goes where a plan with such a rest has them.
        """
        every = self.every or 0.0
        futures = [self.sampled(year)[1] for year in range(1, 1 + self.year.past)]
        soon = [one._replace(tells=(one.needs["day"] < self.today + SOON).to_numpy()) for one in futures]
        self.prices = Prices([]) if self.late else look_ahead_prices(soon, by=GROUPS, quantile=SURE)
        own = look_ahead_prices(futures, by=[("row",)])
        lacking = [row for row in self.live if self.need_row[row] not in self.at]
        next_look = self.today + every
        for row in sorted(lacking, key=lambda row: -self.priority[row]):
            price = own.of(self.groups[row])
            if next_look < YEAR and self.end[row] >= next_look:
                price = max(price, self.price(row))
            waits = self.priority[row] < price
            if waits and row not in self.held:
                self.held.add(row)
                self.standing.hold_back(self.need_row[row])
            elif not waits and row in self.held:
                self.let_in(row)
        capacities, future = self.sampled(1 + number % self.year.past)
        plan = assign(
            priority=future.needs["priority"], capacity=future.capacity, indptr=future.indptr, indices=future.indices
        )
        self.rearrange(dict(zip(future.needs["row"].to_list(), capacities[plan.capacity_of].tolist(), strict=True)))

    def rearrange(self, to: dict[int, int]) -> None:
        """`to`: the capacity in the plan of each need that may be moved."""
        arrays = self.standing.arrays()
        indptr, flow = arrays["indptr"], arrays["flow"].copy()
        for row in self.movable():
            need = self.need_row[row]
            edges = slice(indptr[need], indptr[need + 1])
            flow[edges] = arrays["indices"][edges] == self.capacity_row[to[row]]
        self.promise(self.standing.rearrange(flow))

    def movable(self) -> list[int]:
        """Who is promised something that may still be moved."""
        rows = [row for row in self.live if self.need_row[row] in self.at]
        return [row for row in rows if self.standing.movable(self.need_row[row])]

    def sampled(self, past: int) -> tuple[np.ndarray, Future]:
        """Who lacks something now, who may be moved, what there is for them, and that past year's rest of the year; with
        the rows of its capacities.
        """
        year, day = self.year, self.today
        needs = (year.needs["day"].to_numpy() > day) & (np.arange(len(year.needs)) // year.need_count == past)
        capacities = year.capacities["day"].to_numpy() > day
        capacities &= np.arange(len(capacities)) // year.capacity_count == past
        kept = np.zeros(len(needs), bool)
        kept[self.movable()] = True
        needs |= kept
        needs[[row for row in self.live if self.need_row[row] not in self.at]] = True
        here = sorted(self.open)
        capacities[here] = True
        units = year.capacities["capacity"].to_numpy().copy()
        units[here] = self.standing.slack[[self.capacity_row[row] for row in here]]
        for row in np.flatnonzero(kept):
            units[self.of_capacity_row[self.at[self.need_row[int(row)]]]] += 1
        indptr, indices = subgraph(year, needs, capacities, kept)
        frame = year.needs.with_row_index("row").with_columns(kept=pl.Series(kept)).filter(pl.Series(needs))
        frame = frame.with_columns(priority=pl.when("kept").then(KEPT).otherwise("priority"))
        return np.flatnonzero(capacities), Future(frame, units[capacities], indptr, indices)
