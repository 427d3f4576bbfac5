"""Needs and capacities placed as they come: how long that takes, and how near a year of it comes to hindsight."""

import time
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from bench._matching import lists
from bench._stream import Stream, Year, queue, subgraph, years
from peyvand.engines.matching import Graph, StandingMatching, assign, candidates, verify

NEAREST, SEED = 14, 1405
ARRIVALS = 3000
NEEDS, CAPACITIES = 1_000_000 // 60, 300_000 // 60  # one of the kinds of the country in `_matching`, of a million
OPEN = 365.0  # a need that is told without a day stays open until it is met or the year ends, as on the site
PATIENCE = OPEN, 180.0, 90.0, 30.0
STAYS, PAST = 365.0, 3
SURE_EVERY, LATE_EVERY = 14.0, 7.0


def run() -> Iterator[str]:
    yield from at_once()
    for patience in PATIENCE:
        yield from replay(patience, SEED)
    yield from replay(90.0, SEED + 1)


def at_once() -> Iterator[str]:
    """Seconds of one arrival among 100,000 open needs, without the search for the capacities it can ask."""
    needs, capacities = lists(100_000)
    graph = candidates(needs, capacities, k=NEAREST)
    begin = time.perf_counter()
    standing = StandingMatching(
        priority=needs["priority"].to_numpy(),
        capacity=capacities["capacity"].to_numpy(),
        indptr=graph.indptr,
        indices=graph.indices,
    )
    took = time.perf_counter() - begin
    yield f"{len(needs):,} open needs, {len(graph.indices):,} pairs, taken in {took:.2f} s, seed {SEED}"
    standing.add_need(0.0, graph.indices[: graph.indptr[1]])  # compiled, and with room to grow
    standing.add_capacity(1, [0])
    standing.withdraw_need(len(needs))
    for name, times in come_and_go(standing, graph, len(capacities)).items():
        middle, rare, worst = (1000 * float(np.quantile(times, part)) for part in (0.5, 0.99, 1.0))
        yield f"{name:17}  median {middle:7.3f} ms, p99 {rare:7.2f} ms, longest {worst:7.1f} ms of {len(times):,}"
    problem = standing.arrays()
    if not verify(**problem):
        raise AssertionError(verify(**problem).fault)
    flow = problem.pop("flow")
    begin = time.perf_counter()
    anew = assign(**problem)
    took = time.perf_counter() - begin
    if (anew.served != standing.served).any():
        raise AssertionError("matching anew serves others")
    yield f"the same {flow.sum():,} served as by matching anew ({took:.3f} s); the certificate holds"


def come_and_go(standing: StandingMatching, graph: Graph, capacities: int) -> dict[str, list[float]]:
    """Needs and capacities like those that are there come, and as many needs go: seconds of each."""
    rng, needs = np.random.default_rng(SEED), len(graph.indptr) - 1
    owner = np.repeat(np.arange(needs), np.diff(graph.indptr))
    by_capacity = owner[np.argsort(graph.indices, kind="stable")]
    start = np.searchsorted(np.sort(graph.indices), np.arange(capacities + 1))
    seconds: dict[str, list[float]] = {"a need comes": [], "a capacity comes": [], "a need goes": []}
    for leaving in rng.choice(needs, ARRIVALS, replace=False).tolist():
        like, other = int(rng.integers(needs)), int(rng.integers(capacities))
        places = graph.indices[graph.indptr[like] : graph.indptr[like + 1]]
        priority, units = float(rng.integers(0, 101)), int(rng.geometric(0.36))
        asking = by_capacity[start[other] : start[other + 1]]
        acts: list[Callable[[], object]] = [
            partial(standing.add_need, priority, places),
            partial(standing.add_capacity, units, asking),
            partial(standing.withdraw_need, leaving),
        ]
        for times, act in zip(seconds.values(), acts, strict=True):
            begin = time.perf_counter()
            act()
            times.append(time.perf_counter() - begin)
    return seconds


def replay(patience: float, seed: int) -> Iterator[str]:
    """A year as it comes. Kinds do not share capacity here, so one of them stands for all."""
    year = years(NEEDS, CAPACITIES, past=PAST, seed=seed, patience=patience, stays=STAYS)
    best, most = hindsight(year)
    yield (
        f"a year: {NEEDS:,} needs of one kind that {_wait(patience)}, {CAPACITIES:,} capacities that stay till its "
        f"end, prices from {PAST} past years, seed {seed}"
    )
    yield f"  hindsight                  {best:6,} served, priorities {most:9,.0f}"
    priority = year.needs["priority"].to_numpy()[:NEEDS]

    def line(name: str, way: Callable[[], np.ndarray]) -> str:
        begin = time.perf_counter()
        served = way()
        took, total = time.perf_counter() - begin, float(priority @ served)
        return f"  {name:25}  {served.sum():6,} served, priorities {total:9,.0f}  {total / most:6.1%}  ({took:.1f} s)"

    yield line("first come", partial(queue, year, by_priority=False))
    yield line("greedy, nobody moved", partial(queue, year, by_priority=True))
    ours = {
        "ours without a reserve": Stream(year),
        "ours, told when sure": Stream(year, every=SURE_EVERY),
        "ours, told at the latest": Stream(year, every=LATE_EVERY, late=True),
    }
    for name, way in ours.items():
        yield f"{line(name, way.run)}, told after {np.mean(list(way.waited.values())):.0f} days"


def _wait(patience: float) -> str:
    return "stay open until they are met" if patience == OPEN else f"are due after {patience:.0f} days"


def hindsight(year: Year) -> tuple[int, float]:
    """Units served and sum of priorities when the whole year is known at once."""
    now = np.arange(len(year.needs)) < year.need_count, np.arange(len(year.capacities)) < year.capacity_count
    indptr, indices = subgraph(year, *now)
    priority, units = year.needs["priority"].to_numpy()[now[0]], year.capacities["capacity"].to_numpy()[now[1]]
    found = assign(priority=priority, capacity=units, indptr=indptr, indices=indices)
    return int(found.served.sum()), found.priority_sum
