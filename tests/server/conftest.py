"""Folders for servers of their own, where the unprivileged account reaches them (root's pytest folders are closed)."""

import os
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from peyvand import server
from peyvand.server import folders, leftovers, starter


@pytest.fixture
def new_place() -> Iterator[Callable[[], Path]]:
    """Makes paths for data folders beside the one of this test run; their servers are stopped and they are removed."""
    made: list[Path] = []
    numbers = count(1)

    def make() -> Path:
        made.append(_beside(str(next(numbers))))
        _remove(made[-1])
        return made[-1]

    yield make
    for place in made:
        _remove(place)


@pytest.fixture
def place(new_place: Callable[[], Path]) -> Path:
    return new_place()


@pytest.fixture(scope="module")
def shared() -> Iterator[server.Server]:
    """A server that the tests of one module share, for what does not start or stop it."""
    data = _beside("shared")
    _remove(data)
    with starter.start(data, durable=False) as running:
        yield running
    _remove(data)


def _beside(name: str) -> Path:
    """A path beside the data folder of this test run, another for each worker of pytest-xdist."""
    usual = server.data_folder()
    return usual.with_name(f"{usual.name}-{os.environ.get('PYTEST_XDIST_WORKER', '')}{name}")


def _remove(place: Path) -> None:
    shutil.rmtree(folders.keys_folder({"PEYVAND_DATA": str(place)}), ignore_errors=True)
    if place.exists():
        starter.remove(place)
        assert leftovers.holders(place / "postgres") == []
        shutil.rmtree(place)
