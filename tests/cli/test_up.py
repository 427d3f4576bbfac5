"""`peyvand up` serves the site; whatever ends it, nothing of it stays, and the data do."""

import gzip
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from peyvand import server
from peyvand.cli.ports import need_free_port


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@pytest.mark.slow
def test_it_serves_outlives_its_database_server_and_ctrl_c_stops_everything(
    data: Path, port: int, peyvand: Any
) -> None:
    up = peyvand("up", "--port", str(port))
    assert f"http://127.0.0.1:{port}/" in _said_when_ready(up)
    assert _first_load(f"http://127.0.0.1:{port}") < 150_000
    pid_file = data / "postgres" / "postmaster.pid"
    pid = pid_file.read_text().split()[0]
    os.kill(int(pid), signal.SIGKILL)
    _until(lambda: server.running(data) and pid_file.read_text().split()[0] != pid)
    _until(lambda: _status(port) == 200)
    said = _ended(up, signal.SIGINT, data, port)
    assert "starting it again" in said
    assert "The database server has stopped; the data are kept." in said


@pytest.mark.slow
@pytest.mark.usefixtures("migrated")
def test_its_killing_takes_its_children_along_and_a_new_start_takes_over(data: Path, port: int, peyvand: Any) -> None:
    killed = peyvand("up", "--port", str(port))
    _said_when_ready(killed)
    children = _descendants(killed.pid)
    killed.kill()
    killed.communicate()
    _until(lambda: not any(_works(pid) for pid in children))
    assert server.running(data)
    again = peyvand("up", "--port", str(port))
    assert "Using the embedded server" in _said_when_ready(again)
    assert "The database server has stopped; the data are kept." in _ended(again, signal.SIGTERM, data, port)


def _ended(up: "subprocess.Popen[str]", ending: signal.Signals, data: Path, port: int) -> str:
    """What it said to the end. Nothing of it stays: no process, no server, no port."""
    children = _descendants(up.pid)
    assert children
    assert server.running(data)
    up.send_signal(ending)
    said, _ = up.communicate(timeout=60)
    assert up.returncode == 0
    assert [pid for pid in children if _works(pid)] == []
    assert not server.running(data)
    need_free_port("127.0.0.1", port)
    return said


def _said_when_ready(up: "subprocess.Popen[str]") -> str:
    said = ""
    assert up.stdout is not None
    for line in up.stdout:
        said += line
        if "The site is served at" in line:
            return said
    pytest.fail(f"it ended before it served:\n{said}")


def _first_load(address: str) -> int:
    """Bytes of the public front page with all it asks for; its parts are packed, and kept by the browser for good."""
    page, packed = _fetched(address + "/")
    parts = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page))
    assert {path.rsplit(".", 1)[1] for path in parts} >= {"css", "js", "svg", "woff2"}
    for path in parts:
        packed += _fetched(address + path, for_good=True)[1]
    return packed


def _fetched(url: str, for_good: bool = False) -> tuple[str, int]:
    """(text, bytes on the wire)."""
    asked = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(asked, timeout=20) as answer:
        body = answer.read()
        assert ("immutable" in answer.headers.get("Cache-Control", "")) == for_good, url
        is_packed = answer.headers.get("Content-Encoding") == "gzip"
        assert is_packed or url.endswith((".woff2", ".svg")), url
    return (gzip.decompress(body) if is_packed else body).decode(errors="replace"), len(body)


def _status(port: int) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def _descendants(pid: int) -> list[int]:
    children = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return children + [deeper for child in children for deeper in _descendants(child)]


def _works(pid: int) -> bool:
    """Alive, and not only waiting to be collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def _until(condition: Any, patience: float = 60) -> None:
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, "it did not come to pass in time"
        time.sleep(0.1)
