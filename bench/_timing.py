"""How long something took, and how much memory a process took at most."""

import resource
import sys
import time
from collections.abc import Callable
from statistics import median, quantiles
from typing import TypeVar

Answer = TypeVar("Answer")


def timed(run: Callable[[], Answer], times: int = 1) -> tuple[float, Answer]:
    """(seconds, the answer); of several times the median, and the last answer."""
    taken: list[float] = []
    while True:
        begin = time.perf_counter()
        answer = run()
        taken.append(time.perf_counter() - begin)
        if len(taken) == times:
            return sorted(taken)[times // 2], answer


def most_memory() -> float:
    """The most this process took until now, in MB. A step in a process of its own (`_server.lines_of`) has its own."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)


def spread(taken: list[float]) -> str:
    """p50 and p95 of seconds, in milliseconds."""
    p95 = quantiles(taken, n=20, method="inclusive")[-1] if len(taken) > 1 else taken[0]
    return f"p50 {median(taken) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms"
