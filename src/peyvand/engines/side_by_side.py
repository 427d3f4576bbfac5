"""Pieces of one computation on all cores: on threads, or where a library keeps Python's lock, in processes."""

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from multiprocessing import get_context
from typing import Any, TypeVar

import numpy as np

from peyvand.engines.arrays import Array

Part = TypeVar("Part")
Answer = TypeVar("Answer")
Work = Callable[[int], Any]

PARTS_A_CORE = 8
WORTH_A_PART = 10_000

_work: Work


def on_all_cores(work: Work, count: int, *, worth: bool = True) -> Iterator[tuple[int, Any]]:
    """`(place, work(place))` for every place below `count`, in the order in which they are done.

    Each core gets a process split off this one (fork), so that `work` sees the arrays of its caller without a copy; only
    what it returns is sent back. An error in `work` is raised here, and what has not begun is given up.

    One after the other in this process: with `worth` false, on a single core, where the system cannot split a process
    off, and in a process that may have no children. `work` must not use libraries that keep threads of their own
    (Polars, Numba in parallel): these do not survive the split.
    """
    processes = min(cores(), count)
    if not worth or processes < 2 or not _may_fork():
        for place in range(count):
            yield place, work(place)
        return
    with ProcessPoolExecutor(processes, get_context("fork"), initializer=_begin, initargs=(work,)) as pool:
        try:
            places = {pool.submit(_one, place): place for place in range(count)}
            for done in as_completed(places):
                yield places[done], done.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def on_threads(work: Callable[[Part], Answer], parts: Iterable[Part]) -> list[Answer]:
    """What `work` answers for each of the `parts`, in their order; for compiled loops, which let go of Python's lock."""
    pieces = list(parts)
    if len(pieces) < 2:
        return [work(piece) for piece in pieces]
    with ThreadPoolExecutor(cores()) as threads:
        return list(threads.map(work, pieces))


def in_parts(rows: Array, group: Array) -> list[Array]:
    """`rows` cut where the sorted `group` of the next one is another, into a few parts for each core."""
    if not len(rows):
        return []
    ends = np.append(np.flatnonzero(np.diff(group)) + 1, len(rows))
    steps = np.linspace(0, len(rows), min(PARTS_A_CORE * cores(), 1 + len(rows) // WORTH_A_PART) + 1)[1:]
    cuts = np.unique(ends[np.searchsorted(ends, steps)])
    return np.split(rows, cuts[:-1])


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _may_fork() -> bool:
    # macOS can split processes, but its own libraries do not survive it.
    return sys.platform == "linux" and not multiprocessing.current_process().daemon


def _begin(work: Work) -> None:
    global _work
    _work = work


def _one(place: int) -> Any:
    return _work(place)
