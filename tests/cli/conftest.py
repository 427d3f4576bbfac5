"""The `peyvand` command in a process of its own, with a data folder of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests import made_tables

from peyvand import server
from peyvand.server import folders, starter

Command = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def data() -> Iterator[Path]:
    place = _beside("command")
    _remove(place)
    yield place
    _remove(place)


@pytest.fixture
def migrated(data: Path, tmp_path: Path, django_db_blocker: Any) -> Path:
    """`data` as `peyvand migrate` leaves it."""
    with django_db_blocker.unblock():
        made_tables.copy_to(data, tmp_path)
    return data


@pytest.fixture
def shared(data: Path) -> Iterator[server.Server]:
    """One server for all commands of a test, which does not wait for the disk. Ask for `migrated` before it."""
    with server.start(data, durable=False) as running:
        yield running


@pytest.fixture
def peyvand(data: Path) -> Command:
    """Starts `python -m peyvand ...`; output and errors together."""

    def run(*words: str, **extra: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "peyvand", *words],
            env=_environ(data) | extra,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return run


@pytest.fixture
def in_one_process(data: Path) -> Callable[..., list[tuple[int, str]]]:
    """Commands one after the other in one process, which loads the program once: (status, what it said) of each."""

    def run(*commands: tuple[str, ...]) -> list[tuple[int, str]]:
        done = subprocess.run(
            [sys.executable, "-c", _ONE_PROCESS], env=_environ(data), input=json.dumps(commands), capture_output=True, text=True,
            timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        answers = [json.loads(line[1:]) for line in done.stdout.split("\n") if line.startswith(_MARK)]
        assert len(answers) == len(commands), done.stdout
        return [(status, said) for status, said in answers]

    return run


_MARK = "\x1e"  # what separates records; it counts as an end of line to `splitlines`
_ONE_PROCESS = """
import json, sys
from typer.testing import CliRunner
from peyvand.cli import app
for words in json.load(sys.stdin):
    done = CliRunner().invoke(app, words)
    print("\\x1e" + json.dumps([done.exit_code, done.output]), flush=True)
"""


def _beside(name: str) -> Path:
    usual = server.data_folder()
    return usual.with_name(f"{usual.name}-{os.environ.get('PYTEST_XDIST_WORKER', '')}{name}")


def _environ(place: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PEYVAND_AS_OWNER"}
    return kept | {"PEYVAND_DATA": str(place), "PYTHONPATH": _source(), "PYTHONUNBUFFERED": "1"}


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
