"""The `peyvand` command in a process of its own, with a data folder of its own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from peyvand import server
from peyvand.server import folders, starter

Command = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def data() -> Iterator[Path]:
    usual = server.data_folder()
    place = usual.with_name(f"{usual.name}-{os.environ.get('PYTEST_XDIST_WORKER', '')}command")
    _remove(place)
    yield place
    _remove(place)


@pytest.fixture
def peyvand(data: Path) -> Command:
    """Starts `python -m peyvand ...`; output and errors together."""

    def run(*words: str, **extra: str) -> subprocess.Popen[str]:
        environ = {name: value for name, value in os.environ.items() if name != "PEYVAND_AS_OWNER"}
        environ |= {"PEYVAND_DATA": str(data), "PYTHONPATH": _source(), "PYTHONUNBUFFERED": "1", **extra}
        return subprocess.Popen(
            [sys.executable, "-m", "peyvand", *words],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return run


def _source() -> str:
    """Where this process found the package, and what it was told before."""
    found = str(Path(server.__file__).parents[2])
    return os.pathsep.join(filter(None, [found, os.environ.get("PYTHONPATH")]))


def _remove(place: Path) -> None:
    environ = {"PEYVAND_DATA": str(place)}
    if place.exists():
        starter.remove(place)
        shutil.rmtree(place)
    shutil.rmtree(folders.keys_folder(environ), ignore_errors=True)
