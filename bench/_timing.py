"""How long something took."""

import time
from collections.abc import Callable
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
