"""Pytest plugin (`-p peyvand.server.testing`): a server of its own for each test run, ready before Django's settings.

The process that runs pytest takes the first free of the data folders `<name>-tests-1`, `-2`..., so that two runs at
once never meet and neither touches the site's data. Workers of pytest-xdist inherit the address. Tests sign in as the
owner; inside `scope()` the code takes the unprivileged role itself.
"""

import fcntl
import os
from collections.abc import Generator
from itertools import count
from pathlib import Path
from typing import IO

import pytest

from peyvand.server.account import make_data_folder, server_account
from peyvand.server.folders import data_folder
from peyvand.server.starter import Server, start

_MARK = "PEYVAND_TEST_SERVER"
_SERVER = pytest.StashKey[Server]()
_SLOT = pytest.StashKey[IO[str]]()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """A wrapper runs before pytest-django, which reads the settings in this same hook."""
    asked = early_config.known_args_namespace
    if _MARK not in os.environ and not (asked.help or asked.version):
        data, slot = _free_folder()
        early_config.stash[_SLOT] = slot
        early_config.stash[_SERVER] = start(data, durable=False)
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "PEYVAND_KEYS", "PEYVAND_POOL"):
            os.environ.pop(name, None)
        os.environ |= {"PEYVAND_DATA": str(data), "PEYVAND_AS_OWNER": "1", _MARK: "1"}
    return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    if server := config.stash.get(_SERVER, None):
        server.stop()
        config.stash[_SLOT].close()


def _free_folder() -> tuple[Path, IO[str]]:
    usual = data_folder({key: value for key, value in os.environ.items() if key != "PEYVAND_DATA"})
    make_data_folder(usual.parent, server_account())
    for number in count(1):
        data = usual.with_name(f"{usual.name}-tests-{number}")
        slot = data.with_name(f"{data.name}.lock").open("a")
        try:
            fcntl.flock(slot, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            slot.close()
            continue
        return data, slot
    raise AssertionError("count() never ends")
