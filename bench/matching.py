"""Matching 10 thousand to a million needs, against OR-Tools' min-cost flow, greedy and first come first served.

All get the same graph (each need's 14 nearest feasible capacities), one after the other, each in a process of its own, whose memory is
its own. They use one core each, and their seconds are those of the processor, so that other work on the machine does not count. Then the
whole job by the clock and on all cores, from two Parquet files to the matches file, exact over all feasible pairs. `MATCH_SIZES` says
which sizes, `MATCH_PEERS=0` leaves OR-Tools out.
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
PEERS = os.environ.get("MATCH_PEERS") != "0"
RUNS = {10_000: 21, 100_000: 21}
LISTED_TO = 100_000
PEER_NAMES = {"whole": "OR-Tools min-cost flow, whole", "components": "OR-Tools, by components"}


def run() -> Iterator[str]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    yield f"seed {steps.SEED}; {cores} cores, load of the machine {os.getloadavg()[0]:.1f}; a process for each line"
    yield "assign, OR-Tools and the greedy ones: seconds of one processor; all else by the clock"
    grown: list[tuple[int, float, float]] = []
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            yield from _of_size(Path(folder), size, grown)
    for (small, ours, job), (large, ours_large, job_large) in pairwise(grown):
        factor = large / small
        yield (
            f"from {small:,} to {large:,} needs, {factor:.0f} times as many: assign {ours_large / ours:.1f} times the"
            f" time (n^{math.log(ours_large / ours, factor):.2f}), the whole job {job_large / job:.1f} times"
            f" (n^{math.log(job_large / job, factor):.2f})"
        )


def _of_size(folder: Path, size: int, grown: list[tuple[int, float, float]]) -> Iterator[str]:
    made = steps.alone(steps.prepare, folder, size)
    yield f"-- {size:,} needs, {made['capacities']:,} capacities, {made['pairs']:,} pairs"
    yield f"candidates (k={steps.NEAREST})                 {made['seconds']:9.3f} s"
    ours = steps.alone(steps.ours, folder, RUNS.get(size, 5))
    low, high = ours["times"]
    yield f"{_line('assign', ours)}, median of {RUNS.get(size, 5)} ({low:.4f} to {high:.4f} s)"
    if PEERS:
        yield from _peers(folder, ours)
    for name, step in (("greedy by value", steps.by_value), ("first come first served", steps.first_come)):
        found = steps.alone(step, folder)
        yield f"{_line(name, found)}: {found['served'] - ours['served']:+,} served"
    yield from _travel(folder, ours)
    done = steps.alone(steps.job, folder)
    yield from _job(done)
    if size <= LISTED_TO:
        listed = steps.alone(steps.on_every_pair, folder)
        if (listed["served"], listed["sum"]) != (done["units_served"], done["priority_sum"]):
            raise AssertionError("the job and the list of all pairs give different answers")
        yield f"the same on the list of all {listed['pairs']:,} feasible pairs, {listed['seconds']:.2f} s to list them"
    grown.append((size, ours["seconds"], done["seconds"]))


def _peers(folder: Path, ours: dict[str, Any]) -> Iterator[str]:
    for name, step in (("whole", steps.min_cost_flow), ("components", steps.by_components)):
        theirs = steps.alone(step, folder)
        for figure in ("served", "sum"):
            if theirs[figure] != ours[figure]:
                raise AssertionError(f"{PEER_NAMES[name]}: {figure} {theirs[figure]}, ours {ours[figure]}")
        ratio = theirs["seconds"] / ours["seconds"]
        yield f"{_line(PEER_NAMES[name], theirs)}: the same answer, assign is {ratio:.0f} times faster"


def _travel(folder: Path, ours: dict[str, Any]) -> Iterator[str]:
    near = steps.alone(steps.checked, folder)
    served = ours["served"]
    yield f"verify                            {near['checking']:9.3f} s  the certificate holds"
    yield (
        f"assign with the least travel      {near['seconds']:9.3f} s {near['gigabytes']:6.2f} GB  the same served,"
        f" {near['km'] / served:.1f} km each instead of {near['km_before'] / served:.1f}"
    )


def _job(done: dict[str, Any]) -> Iterator[str]:
    yield (
        f"the whole job, file to file       {done['seconds']:9.3f} s {done['gigabytes']:6.2f} GB "
        f" {done['units_served']:,} served, sum {done['priority_sum']:,.0f}, exact over all feasible pairs by means of"
        f" {done['pairs']:,} ({done['rounds']} rounds)"
    )
    yield f"   {done['processor']:.2f} s of all processors together"
    yield "   of it " + ", ".join(f"{step} {seconds:.2f} s" for step, seconds in done["steps"].items())


def _line(name: str, found: dict[str, Any]) -> str:
    return (
        f"{name:<33} {found['seconds']:9.4f} s {found['gigabytes']:6.2f} GB  {found['served']:,} served,"
        f" sum {found['sum']:,.0f}, {found['tenth']:.1%} of the worst-off tenth"
    )
