"""Lists of a country, other ways to match them, and each way measured in a process of its own."""

import multiprocessing
import os
import resource
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numba import njit
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

PROVINCES, COUNTIES, KINDS = 31, 480, 60
COVERED, NEAREST = 0.84, 14
SEED = 1403

Problem = dict[str, np.ndarray]


def lists(need_count: int) -> tuple[pl.DataFrame, pl.DataFrame]:
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

    capacity_count = need_count * 3 // 10
    needs = side(need_count) | {"priority": rng.integers(0, 101, need_count).astype(float)}
    capacities = side(capacity_count) | {
        "capacity": rng.geometric(capacity_count / (COVERED * need_count), capacity_count),
        "reach": rng.choice(["county", "province", "country"], capacity_count, p=[0.7, 0.25, 0.05]),
    }
    return pl.DataFrame(needs), pl.DataFrame(capacities)


# ---- Each in a process of its own


def alone(work: Callable[..., dict[str, Any]], *given: Any) -> dict[str, Any]:
    """What `work` returns, and `gigabytes`: the most that it and the processes split off from it held at once, pages
    that they share counted once.
    """
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, spawning) as pool:
        pid = pool.submit(os.getpid).result()
        done, most = threading.Event(), [0]
        watcher = threading.Thread(target=_watch, args=(pid, done, most))
        watcher.start()
        try:
            found, own = pool.submit(_measured, work, given).result()
        finally:
            done.set()
            watcher.join()
    return found | {"gigabytes": max(most[0], own) / 2**30}


def _measured(work: Callable[..., dict[str, Any]], given: tuple[Any, ...]) -> tuple[dict[str, Any], int]:
    found = work(*given)
    try:
        status = Path("/proc/self/status").read_text()
        own = int(status.split("VmHWM:")[1].split()[0]) * 1024
    except OSError:
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return found, own


def _watch(pid: int, done: threading.Event, most: list[int]) -> None:
    while not done.wait(0.25):
        most[0] = max(most[0], sum(map(_held, [pid, *_children(pid)])))


def _children(pid: int) -> list[int]:
    try:
        tasks = Path(f"/proc/{pid}/task").iterdir()
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []


def _held(pid: int) -> int:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        return int(rollup.split("\nPss:")[1].split()[0]) * 1024
    except (OSError, IndexError):
        return 0


# ---- The steps; each is given the folder of its size


def prepare(folder: Path, need_count: int) -> dict[str, Any]:
    """The lists as files, and the graph of each need's nearest."""
    from peyvand.engines.matching import candidates

    needs, capacities = lists(need_count)
    needs.write_parquet(folder / "needs.parquet")
    capacities.write_parquet(folder / "capacities.parquet")
    candidates(needs.head(9), capacities.head(9), k=2)
    took, graph = worked(lambda: candidates(needs, capacities, k=NEAREST))
    arrays = {
        "priority": needs["priority"].to_numpy(), "capacity": capacities["capacity"].to_numpy(),
        "indptr": graph.indptr, "indices": graph.indices, "km": graph.km,
    }  # fmt: skip
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    return took._asdict() | {"pairs": len(graph.indices), "capacities": len(capacities)}


def load(folder: Path) -> Problem:
    return {name: np.load(folder / f"{name}.npy") for name in ("priority", "capacity", "indptr", "indices")}


class Took(NamedTuple):
    """Seconds by the clock, and of all processors together, which other work on the machine hardly changes."""

    clock: float
    processor: float


def worked(work: Callable[[], Any]) -> tuple[Took, Any]:
    clock, processor = time.perf_counter(), time.process_time()
    result = work()
    return Took(time.perf_counter() - clock, time.process_time() - processor), result


def ours(folder: Path, runs: int) -> dict[str, Any]:
    from peyvand.engines.matching import assign

    problem = load(folder)
    found = assign(**problem)
    times = [worked(lambda: assign(**problem))[0] for _ in range(runs)]
    clock, processor = zip(*times, strict=True)
    return _told(problem, found.served, Took(median(clock), median(processor))) | {
        "times": [min(processor), max(processor)]
    }


def checked(folder: Path) -> dict[str, Any]:
    """The certificate, and the least travel for those who are served, of the same graph."""
    from peyvand.engines.matching import assign, verify

    problem, km = load(folder), np.load(folder / "km.npy")
    plain = assign(**problem)
    verify(priority=[1.0], capacity=[1], indptr=[0, 1], indices=[0], flow=[1])
    checking, certificate = worked(lambda: verify(**problem, flow=plain.flow))
    if not certificate:
        raise AssertionError(certificate.fault)
    took, near = worked(lambda: assign(**problem, cost=km))
    if (near.served != plain.served).any() or not verify(**problem, flow=near.flow):
        raise AssertionError("the least travel serves others")
    before = float((km * plain.flow).sum())
    return took._asdict() | {"checking": checking._asdict(), "km": near.cost_sum, "km_before": before}


def job(folder: Path) -> dict[str, Any]:
    """The whole job, its first run in this process: what is compiled already is read from the cache."""
    from peyvand.engines.matching import match_files

    paths = [folder / f"{name}.parquet" for name in ("needs", "capacities", "matches")]
    took, summary = worked(lambda: match_files(*paths, k=NEAREST))
    figures = {name: getattr(summary, name) for name in summary.__slots__ if name != "seconds"}
    return figures | took._asdict() | {"steps": summary.seconds}


def on_every_pair(folder: Path) -> dict[str, Any]:
    """The exact answer, and the least travel, on the list of all feasible pairs."""
    from peyvand.engines.matching import assign, candidates

    needs, capacities = pl.read_parquet(folder / "needs.parquet"), pl.read_parquet(folder / "capacities.parquet")

    def listed() -> tuple[int, Any]:
        graph = candidates(needs, capacities)
        found = assign(
            priority=needs["priority"].to_numpy(), capacity=capacities["capacity"].to_numpy(), indptr=graph.indptr,
            indices=graph.indices, cost=graph.km,
        )  # fmt: skip
        return len(graph.indices), found

    took, (count, found) = worked(listed)
    figures = {"pairs": count, "served": int(found.served.sum()), "sum": found.priority_sum, "km": found.cost_sum}
    return took._asdict() | figures


def cores() -> int:
    from peyvand.engines.side_by_side import cores

    return cores()


# ---- Peers


def min_cost_flow(folder: Path) -> dict[str, Any]:
    problem = load(folder)
    took, served = worked(lambda: _flow(problem))
    return _told(problem, served, took)


def by_components(folder: Path) -> dict[str, Any]:
    problem = load(folder)
    _components(np.zeros(1, np.int64), np.zeros(1, np.int32), 1, 1)
    took, served = worked(lambda: _flow_by_components(problem))
    return _told(problem, served, took)


def by_value(folder: Path) -> dict[str, Any]:
    """The most pressing first, each takes the nearest that has room."""
    return _in_order(folder, lambda priority: np.argsort(-priority, kind="stable"))


def first_come(folder: Path) -> dict[str, Any]:
    """In the order of the rows, each takes the nearest that has room."""
    return _in_order(folder, lambda priority: np.arange(len(priority)))


def _flow(problem: Problem) -> np.ndarray:
    """Units of each need in the answer of the greatest sum of priorities, by OR-Tools: a unit served earns its priority
    and one more, which only makes serving a need of priority 0 better than leaving it: the largest sets are the best
    either way.
    """
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
    return np.bincount(owner, solver.flows(arcs), needs).astype(np.int64)


def _flow_by_components(problem: Problem) -> np.ndarray:
    needs, capacities = len(problem["priority"]), len(problem["capacity"])
    owner = np.repeat(np.arange(needs), np.diff(problem["indptr"]))
    part = _components(owner, problem["indices"], needs, capacities)
    served = np.zeros(needs, np.int64)
    order = np.argsort(part[owner], kind="stable")
    cuts = np.flatnonzero(np.diff(part[owner][order])) + 1
    for edges in np.split(order, cuts):
        rows, of = np.unique(owner[edges], return_inverse=True)
        places, at = np.unique(problem["indices"][edges], return_inverse=True)
        served[rows] = _flow(
            {
                "priority": problem["priority"][rows], "capacity": problem["capacity"][places],
                "indptr": np.concatenate([[0], np.cumsum(np.bincount(of))]), "indices": at,
            }
        )  # fmt: skip
    return served


@njit(cache=True)
def _components(owner: np.ndarray, target: np.ndarray, needs: int, capacities: int) -> np.ndarray:
    parent = np.arange(needs + capacities)
    for edge in range(len(owner)):
        one, other = owner[edge], needs + target[edge]
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        while parent[other] != other:
            parent[other] = parent[parent[other]]
            other = parent[other]
        parent[max(one, other)] = min(one, other)
    for node in range(len(parent)):
        parent[node] = parent[parent[node]]
    return parent


def _in_order(folder: Path, order: Callable[[np.ndarray], np.ndarray]) -> dict[str, Any]:
    problem = load(folder)
    _take_nearest(np.zeros(1, np.int64), np.array([0, 0]), np.zeros(0, np.int32), np.zeros(1, np.int64))
    arrays = problem["indptr"], problem["indices"]
    took, served = worked(lambda: _take_nearest(order(problem["priority"]), *arrays, problem["capacity"].copy()))
    return _told(problem, served, took)


@njit(cache=True)
def _take_nearest(order: np.ndarray, indptr: np.ndarray, indices: np.ndarray, room: np.ndarray) -> np.ndarray:
    served = np.zeros(len(indptr) - 1, np.int64)
    for need in order:
        for edge in range(indptr[need], indptr[need + 1]):
            if room[indices[edge]] > 0:
                room[indices[edge]] -= 1
                served[need] = 1
                break
    return served


def _told(problem: Problem, served: np.ndarray, took: Took) -> dict[str, Any]:
    priority = problem["priority"]
    tenth = np.argsort(-priority, kind="stable")[: len(priority) // 10]
    return {
        **took._asdict(),
        "served": int(served.sum()),
        "sum": float(priority @ served),
        "tenth": float((served[tenth] > 0).mean()),
    }
