"""Matching 100,000 needs with 30,000 capacities, against OR-Tools' min-cost flow on the same graph in the same run."""

import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import numpy as np
import polars as pl
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from peyvand.engines.matching import Graph, assign, candidates, match, verify

NEEDS, CAPACITIES, NEAREST = 100_000, 30_000, 14
PROVINCES, COUNTIES, KINDS = 31, 480, 60
COVERED = 0.84
SEED = 1403
RUNS = 21

Problem = dict[str, np.ndarray]


def lists() -> tuple[pl.DataFrame, pl.DataFrame]:
    """A country: counties of Zipf sizes around the middles of 31 provinces; most help reaches its own county only."""
    rng = np.random.default_rng(SEED)
    middle = np.column_stack([rng.uniform(27, 38, PROVINCES), rng.uniform(46, 61, PROVINCES)])
    province_of = np.concatenate([np.arange(PROVINCES), rng.integers(0, PROVINCES, COUNTIES - PROVINCES)])
    town = middle[province_of] + rng.normal(0, 0.8, (COUNTIES, 2))
    size = 1 / (1 + rng.permutation(COUNTIES))

    def side(rows: int) -> dict[str, np.ndarray]:
        county = rng.choice(COUNTIES, rows, p=size / size.sum())
        point = town[county] + rng.normal(0, 0.1, (rows, 2))
        kind = rng.integers(0, KINDS, rows)
        return {"kind": kind, "province": province_of[county], "county": county, "lat": point[:, 0], "lon": point[:, 1]}

    needs = side(NEEDS) | {"priority": rng.integers(0, 101, NEEDS).astype(float)}
    capacities = side(CAPACITIES) | {
        "capacity": rng.geometric(CAPACITIES / (COVERED * NEEDS), CAPACITIES),
        "reach": rng.choice(["county", "province", "country"], CAPACITIES, p=[0.7, 0.25, 0.05]),
    }
    return pl.DataFrame(needs), pl.DataFrame(capacities)


def peer(problem: Problem) -> tuple[int, int]:
    """Units served and the greatest sum of priorities, by OR-Tools: a unit served earns its priority and one more,
    which only makes serving a need of priority 0 better than leaving it: the largest sets are the best either way."""
    needs, capacities = len(problem["priority"]), len(problem["capacity"])
    owner = np.repeat(np.arange(needs), np.diff(problem["indptr"]))
    solver, sink = SimpleMinCostFlow(), needs + capacities
    worth = problem["priority"].astype(np.int64) + 1
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        owner, needs + problem["indices"], np.ones(len(owner), np.int64), -worth[owner]
    )
    everyone, all_capacities = np.arange(needs), np.arange(capacities)
    zeros = np.zeros(max(needs, capacities), np.int64)
    solver.add_arcs_with_capacity_and_unit_cost(everyone, np.full(needs, sink), np.ones(needs, np.int64), zeros[:needs])
    solver.add_arcs_with_capacity_and_unit_cost(
        needs + all_capacities, np.full(capacities, sink), problem["capacity"], zeros[:capacities]
    )
    solver.set_nodes_supplies(everyone, np.ones(needs, np.int64))
    solver.set_nodes_supplies(np.array([sink]), np.array([-needs]))
    if solver.solve() != solver.OPTIMAL:
        raise RuntimeError("OR-Tools found no answer")
    flow = solver.flows(arcs)
    return int(flow.sum()), int((worth - 1)[owner] @ flow)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    result = work()
    return time.perf_counter() - begin, result


def run() -> Iterator[str]:
    needs, capacities = lists()
    first, _ = timed(lambda: candidates(needs.head(9), capacities.head(9), k=2))
    listing, graph = timed(lambda: candidates(needs, capacities, k=NEAREST))
    problem = arrays(needs, capacities, graph)
    compiling, _ = timed(lambda: assign(priority=[1.0], capacity=[1], indptr=[0, 1], indices=np.zeros(1, np.int32)))
    verify(**problem, flow=np.zeros(len(graph.indices), np.int64))
    yield f"{NEEDS:,} needs, {CAPACITIES:,} capacities, {len(graph.indices):,} pairs ({NEAREST} nearest), seed {SEED}"
    yield f"first call, compiled or from cache: candidates {first:.2f} s, assign {compiling:.2f} s; not counted below"
    yield f"candidates (k={NEAREST})      {listing:8.3f} s"

    found = assign(**problem)
    times = [timed(lambda: assign(**problem))[0] for _ in range(RUNS)]
    ours = median(times)
    theirs, (served, total) = timed(lambda: peer(problem))
    if (served, total) != (found.served.sum(), found.priority_sum):
        raise AssertionError(f"answers differ: {served, total} and {found.served.sum(), found.priority_sum}")
    yield f"assign                   {ours:8.4f} s  median of {RUNS} ({min(times):.4f} to {max(times):.4f})"
    yield f"OR-Tools min-cost flow   {theirs:8.3f} s  the same {served:,} served, sum of priorities {total:,}"
    yield f"ratio                    {theirs / ours:8.0f} times faster"

    checking, certificate = timed(lambda: verify(**problem, flow=found.flow))
    if not certificate:
        raise AssertionError(certificate.fault)
    yield f"verify                   {checking:8.3f} s  the certificate holds"
    yield from over_all_pairs(needs, capacities)
    travelling, near = timed(lambda: assign(**problem, cost=graph.km))
    yield (
        f"assign, least travel     {travelling:8.3f} s  {near.cost_sum / served:.1f} km a need "
        f"instead of {graph.km @ found.flow / served:.1f}"
    )


def over_all_pairs(needs: pl.DataFrame, capacities: pl.DataFrame) -> Iterator[str]:
    """Widening from the nearest pairs, beside listing every pair."""
    match(needs.head(9), capacities.head(9), k=1, all_pairs_below=0)
    widening, matched = timed(lambda: match(needs, capacities, k=NEAREST, all_pairs_below=0))
    listing, graph = timed(lambda: candidates(needs, capacities))
    best = assign(**arrays(needs, capacities, graph))
    if (matched.assignment.served != best.served).any():
        raise AssertionError("widening and all pairs give different answers")
    yield (
        f"match, all pairs         {widening:8.3f} s  {best.served.sum():,} served, "
        f"{len(matched.graph.indices):,} pairs ({matched.rounds} rounds), "
        f"the same as on all {len(graph.indices):,} (listed in {listing:.3f} s)"
    )


def arrays(needs: pl.DataFrame, capacities: pl.DataFrame, graph: Graph) -> Problem:
    return {
        "priority": needs["priority"].to_numpy(),
        "capacity": capacities["capacity"].to_numpy(),
        "indptr": graph.indptr,
        "indices": graph.indices,
    }
