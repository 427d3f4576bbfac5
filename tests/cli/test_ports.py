"""A busy port is told before anything starts."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from peyvand.cli.ports import AddressUnusable, PortBusy, holder, need_free_port


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_a_busy_port_names_its_holder_and_what_to_do(taken: int) -> None:
    assert (found := holder(taken)) is not None
    assert found[0] == os.getpid()
    told = (
        rf"Port {taken} of 127\.0\.0\.1 is in use by process {os.getpid()} .*--port {taken + 1}.* Nothing was started"
    )
    with pytest.raises(PortBusy, match=told):
        need_free_port("127.0.0.1", taken)


def test_a_port_that_was_let_go_is_free_at_once(taken: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            listening.accept()[0].close()
    need_free_port("127.0.0.1", port)
    assert holder(port) is None


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host"])
def test_an_address_of_another_machine_is_told(host: str) -> None:
    with pytest.raises(AddressUnusable, match=r"cannot be served at .*--host"):
        need_free_port(host, 8000)


def test_up_says_so_and_starts_nothing(taken: int, data: Path, peyvand: Any) -> None:
    ended = peyvand("up", "--port", str(taken))
    said, _ = ended.communicate(timeout=60)
    assert ended.returncode == 1
    assert f"Port {taken} of 127.0.0.1 is in use" in said
    assert "Traceback" not in said
    assert not data.exists()
