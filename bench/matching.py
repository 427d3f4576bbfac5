"""Matching 10 thousand to a million needs, against OR-Tools' min-cost flow, greedy and first come first served.

All get the same graph (each need's 14 nearest feasible capacities), one after the other, each in a process of its own, whose memory is
its own. Both times are told: by the clock, and of all processors together, which other work on the machine hardly changes. Then the whole
job from two Parquet files to the matches file, exact over all feasible pairs. `MATCH_SIZES` says which sizes, `MATCH_PEERS_TO` up to which
of them OR-Tools is asked too (all unless told; at a million it takes it some 270 seconds of a processor and 1.7 GB).
"""

import math
import os
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench import _matching as steps

SIZES = [int(size) for size in (os.environ.get("MATCH_SIZES") or "10000,100000,1000000").split(",")]
PEERS_TO = int(os.environ.get("MATCH_PEERS_TO") or 1_000_000)
RUNS = {10_000: 21, 100_000: 21}
LISTED_TO = 100_000
PEER_NAMES = {"whole": "OR-Tools min-cost flow, whole", "components": "OR-Tools, by components"}
Grown = list[tuple[int, dict[str, Any], dict[str, Any]]]


def run() -> Iterator[str]:
    yield f"seed {steps.SEED}; {steps.cores()} cores, load of the machine {os.getloadavg()[0]:.1f}; a process for each line"
    yield "seconds by the clock | of all processors together"
    with tempfile.TemporaryDirectory() as folder:
        _compile(Path(folder))
    grown: Grown = []
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            yield from _of_size(Path(folder), size, grown)
    for smaller, larger in pairwise(grown):
        yield _growth(smaller, larger)
    if len(grown) > 2:
        yield _growth(grown[0], grown[-1])


def _compile(folder: Path) -> None:
    """What is compiled stays: otherwise the first line of each kind would tell the compiler's time after a change."""
    steps.alone(steps.prepare, folder, LISTED_TO)
    steps.alone(steps.ours, folder, 1)
    steps.alone(steps.checked, folder)
    steps.alone(steps.job, folder)


def _of_size(folder: Path, size: int, grown: Grown) -> Iterator[str]:
    made = steps.alone(steps.prepare, folder, size)
    yield f"-- {size:,} needs, {made['capacities']:,} capacities, {made['pairs']:,} pairs"
    yield _line(f"candidates (k={steps.NEAREST})", made)
    runs = RUNS.get(size, 5)
    ours = steps.alone(steps.ours, folder, runs)
    low, high = ours["times"]
    yield f"{_answer('assign', ours)}, median of {runs} ({low:.4f} to {high:.4f} s of all processors)"
    if size <= PEERS_TO:
        yield from _peers(folder, ours)
    for name, step in (("greedy by value", steps.by_value), ("first come first served", steps.first_come)):
        found = steps.alone(step, folder)
        yield f"{_answer(name, found)}: {found['served'] - ours['served']:+,} served"
    yield from _travel(folder, ours)
    done = steps.alone(steps.job, folder)
    yield from _job(done)
    if size <= LISTED_TO:
        yield _listed(steps.alone(steps.on_every_pair, folder), done)
    grown.append((size, ours, done))


def _peers(folder: Path, ours: dict[str, Any]) -> Iterator[str]:
    for name, step in (("whole", steps.min_cost_flow), ("components", steps.by_components)):
        theirs = steps.alone(step, folder)
        for figure in ("served", "sum"):
            if theirs[figure] != ours[figure]:
                raise AssertionError(f"{PEER_NAMES[name]}: {figure} {theirs[figure]}, ours {ours[figure]}")
        clock, processor = theirs["clock"] / ours["clock"], theirs["processor"] / ours["processor"]
        yield (
            f"{_answer(PEER_NAMES[name], theirs)}: the same answer, assign is {clock:.0f} times faster by the clock,"
            f" {processor:.0f} times by processors"
        )


def _travel(folder: Path, ours: dict[str, Any]) -> Iterator[str]:
    near = steps.alone(steps.checked, folder)
    served = ours["served"]
    yield f"{_line('verify', near['checking'])}  the certificate holds"
    yield (
        f"{_line('assign with the least travel', near)}  the same served, {near['km'] / served:.1f} km each instead of"
        f" {near['km_before'] / served:.1f}"
    )


def _job(done: dict[str, Any]) -> Iterator[str]:
    yield (
        f"{_line('the whole job, file to file', done)}  {done['units_served']:,} served, sum {done['priority_sum']:,.0f}, exact"
        f" over all feasible pairs, {done['km'] / done['units_served']:.1f} km each, the least there is"
    )
    yield "   of it " + ", ".join(f"{step} {seconds:.2f} s" for step, seconds in done["steps"].items())


def _listed(listed: dict[str, Any], done: dict[str, Any]) -> str:
    """The answer of the job beside that on the list of all pairs."""
    if (listed["served"], listed["sum"]) != (done["units_served"], done["priority_sum"]):
        raise AssertionError("the job and the list of all pairs give different answers")
    if not math.isclose(listed["km"], done["km"], rel_tol=1e-9):
        raise AssertionError(f"the job travels {done['km']} km, the least on the list of all pairs is {listed['km']}")
    return f"{_line('the same on the list of all pairs', listed)}  {listed['pairs']:,} of them; the same km"


def _growth(smaller: tuple[Any, ...], larger: tuple[Any, ...]) -> str:
    factor = larger[0] / smaller[0]

    def power(place: int, figure: str) -> str:
        times = larger[place][figure] / smaller[place][figure]
        return f"{times:.1f} times (n^{math.log(times, factor):.2f})"

    return (
        f"from {smaller[0]:,} to {larger[0]:,} needs, {factor:.0f} times as many: assign {power(1, 'processor')}, the whole job"
        f" {power(2, 'clock')} by the clock, {power(2, 'processor')} by processors"
    )


def _line(name: str, found: dict[str, Any]) -> str:
    memory = f" {found['gigabytes']:6.2f} GB" if "gigabytes" in found else " " * 10
    return f"{name:<33} {found['clock']:9.4f} |{found['processor']:9.4f} s{memory}"


def _answer(name: str, found: dict[str, Any]) -> str:
    return (
        f"{_line(name, found)}  {found['served']:,} served, sum {found['sum']:,.0f}, {found['tenth']:.1%} of the"
        " worst-off tenth"
    )
