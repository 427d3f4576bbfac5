"""Statements on a connection of their own, beside a long transaction."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Self, TypeVar

from django.db import connection

T = TypeVar("T")


class Beside:
    """Does things on a second connection while the transaction at hand stays open.

    What that one writes is seen by nobody until its end, and it sees no word of others that it does not ask for: how far a
    long work is, and whether to go on, needs another. Used with `with`; what is done waits for its answer.
    """

    def __enter__(self) -> Self:
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="beside")
        return self

    def __exit__(self, *_: object) -> None:
        self.thread.submit(lambda: connection.close()).result()  # the connection of that thread
        self.thread.shutdown()

    def do(self, run: Callable[[], T]) -> T:
        return self.thread.submit(run).result()
