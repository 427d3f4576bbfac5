"""A database server that is thrown away afterwards, and steps in a process each, so that building is not asking and the peak of memory
is a step's own.
"""

import importlib
import multiprocessing
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


@contextmanager
def thrown_away() -> Iterator[None]:
    """The environment names an empty server of our own; at the end it is stopped and removed, and the environment is as before."""
    from peyvand.server import starter
    from peyvand.server.account import make_data_folder, server_account
    from peyvand.server.folders import data_folder

    kept = dict(os.environ)
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "PEYVAND_KEYS", "PEYVAND_FILES", "PEYVAND_EXPORTS"):
        os.environ.pop(name, None)
    usual = data_folder(os.environ)
    make_data_folder(usual.parent, server_account())
    data = usual.with_name(f"{usual.name}-bench-{os.getpid()}")
    os.environ |= {"DJANGO_SETTINGS_MODULE": "peyvand.site.settings", "PEYVAND_DATA": str(data)}
    os.environ |= {"PEYVAND_DEMO": "1", "PEYVAND_HOSTS": "testserver"}
    server = starter.start(data, durable=False)
    try:
        yield
    finally:
        server.stop()
        starter.remove(data)
        for left in (data, data.with_name(f"{data.name}.keys")):
            shutil.rmtree(left, ignore_errors=True)
        os.environ.clear()
        os.environ.update(kept)


def steps_of(module: str, steps: Sequence[str]) -> Iterator[str]:
    """The steps of a benchmark one after the other, each with how long it took."""
    for step in steps:
        begin = time.perf_counter()
        yield from lines_of(module, step)
        yield f"-- {step}: {time.perf_counter() - begin:.0f} s"


def lines_of(module: str, step: str) -> Iterator[Any]:
    """What a step of a benchmark tells, one after the other; the step is a function that is given how to tell."""
    spawning = multiprocessing.get_context("spawn")
    hear, tell = spawning.Pipe(duplex=False)
    process = spawning.Process(target=_alone, args=(module, step, tell))
    process.start()
    tell.close()
    try:
        while (line := hear.recv()) is not None:
            yield line
    except EOFError:
        raise RuntimeError(f"the step {step!r} ended early; its error stands above") from None
    finally:
        process.join()


def _alone(module: str, step: str, told: Any) -> None:
    getattr(importlib.import_module(module), step)(told.send)
    told.send(None)
