"""The server starts, is shared, stops, and comes back after being killed, with the data safe."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from peyvand import server
from peyvand.server import folders, leftovers, problems, starter

pytestmark = pytest.mark.slow

_USE_AND_LEAVE = """
import sys, pathlib
from peyvand import server
used = server.start(pathlib.Path(sys.argv[1]), durable=False)
print(used.pid, flush=True)
sys.stdin.read()
print(used.stop(), flush=True)
"""


def test_it_starts_stops_and_keeps_the_data(place: Path) -> None:
    with server.start(place, durable=False) as first, psycopg.connect(first.dsn("owner"), autocommit=True) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 'پیوند' AS word")
    assert not server.running(place)
    assert first.pid is None
    with server.start(place, durable=False) as second, psycopg.connect(second.dsn("app")) as app:
        assert app.execute("SELECT word FROM kept").fetchone() == ("پیوند",)


def test_it_listens_on_a_closed_socket_only_and_is_durable(place: Path) -> None:
    with server.start(place) as running, psycopg.connect(running.dsn("owner")) as owner:
        asked = ["listen_addresses", "fsync", "synchronous_commit", "full_page_writes", "data_checksums", "TimeZone"]
        found = [owner.execute("SELECT current_setting(%s)", [name]).fetchone() for name in asked]
        assert [value for (value,) in found if value is not None] == ["", "on", "on", "on", "on", "UTC"]
        folder = folders.socket_folder(place)
        assert folder.stat().st_mode & 0o777 == 0o700
        assert (place / "postgres").stat().st_mode & 0o777 == 0o700
        assert (folder / folders.SOCKET_FILE).is_socket()
    assert not (folder / folders.SOCKET_FILE).exists()


def test_persian_words_are_words(shared: server.Server) -> None:
    with psycopg.connect(shared.dsn("app")) as app:
        assert app.execute("SELECT length(to_tsvector('simple', 'نیاز به کمک'))").fetchone() == (3,)
        assert app.execute("SELECT upper('é')").fetchone() == ("É",)


def test_ctrl_c_in_the_terminal_does_not_reach_it(shared: server.Server) -> None:
    assert shared.pid is not None
    assert os.getsid(shared.pid) == shared.pid
    assert os.getpgid(shared.pid) != os.getpgid(0)


def test_a_killed_server_comes_back_with_what_was_committed(place: Path) -> None:
    killed = server.start(place)
    with psycopg.connect(killed.dsn("owner"), autocommit=True) as owner:
        owner.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
        assert killed.pid is not None
        os.kill(killed.pid, signal.SIGKILL)
    assert (place / "postgres" / "postmaster.pid").exists()
    with server.start(place) as back, psycopg.connect(back.dsn("owner")) as owner:
        assert owner.execute("SELECT sum(n) FROM kept").fetchone() == (500500,)
    assert killed.stop()
    assert not server.running(place)


def test_an_orphan_of_a_killed_server_that_works_on_is_ended(place: Path) -> None:
    killed = server.start(place, durable=False)
    busy = psycopg.connect(killed.dsn("owner"), autocommit=True)
    row = busy.execute("SELECT pg_backend_pid()").fetchone()
    assert row is not None
    orphan = row[0]
    assert killed.pid is not None
    os.kill(orphan, signal.SIGSTOP)  # cannot notice that its server died
    os.kill(killed.pid, signal.SIGKILL)
    time.sleep(0.2)
    assert not server.running(place)
    assert orphan in leftovers.holders(place / "postgres")
    begun = time.monotonic()
    os.kill(orphan, signal.SIGCONT)
    leftovers.clear(place / "postgres", folders.socket_folder(place), patience=2)
    assert leftovers.holders(place / "postgres") == []
    assert time.monotonic() - begun < 5
    busy.close()
    with server.start(place, durable=False):
        assert server.running(place)
    killed.stop()


def test_a_number_given_to_another_process_is_not_taken_for_the_server(place: Path) -> None:
    server.start(place, durable=False).stop()
    with subprocess.Popen(["sleep", "60"]) as another:
        stale = place / "postgres" / "postmaster.pid"
        stale.write_text(f"{another.pid}\n{place}/postgres\n1\n5432\n\n\n\nready\n")
        assert not server.running(place)
        with server.start(place, durable=False) as running:
            assert running.pid != another.pid
        another.terminate()


def test_an_interrupted_first_start_is_begun_again(place: Path) -> None:
    server.start(place, durable=False).stop()
    starter.remove(place)
    half = place / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with server.start(place, durable=False) as running:
        assert running.pid
    assert not half.exists()


def test_starters_that_race_share_one_server_and_the_last_one_stops_it(place: Path) -> None:
    command = [sys.executable, "-c", _USE_AND_LEAVE, str(place)]
    options = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": _environment()}
    users = [subprocess.Popen(command, **options) for _ in range(3)]  # type: ignore[call-overload]
    pids = {user.stdout.readline() for user in users}
    assert len(pids) == 1
    assert pids != {""}
    said = [user.communicate("")[0].strip() for user in users]
    assert said == ["False", "False", "True"]
    assert not server.running(place)


def test_a_user_that_was_killed_does_not_keep_the_server(place: Path) -> None:
    running = server.start(place, durable=False)
    command = [sys.executable, "-c", _USE_AND_LEAVE, str(place)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_environment()
    ) as other:
        assert other.stdout is not None
        assert int(other.stdout.readline()) == running.pid
        other.kill()
        other.wait()
        assert running.stop()
    assert not server.running(place)


def test_a_full_disk_is_told_before_anything_is_made(place: Path) -> None:
    with pytest.raises(
        problems.DiskFull, match=r"MB are free on the disk of .* needed.*Nothing was changed.*free some"
    ):
        server.start(place, required_free=1 << 60)
    assert not place.exists()


def test_a_running_server_is_joined_on_a_full_disk(shared: server.Server) -> None:
    assert server.start(shared.data, required_free=1 << 60).stop() is False


def test_data_of_another_version_are_left_alone(place: Path) -> None:
    server.start(place, durable=False).stop()
    version = place / "postgres" / "PG_VERSION"
    version.write_text("19\n")
    with pytest.raises(problems.DataOfAnotherVersion, match=r"PostgreSQL 19.*brings PostgreSQL 18.*backup"):
        server.start(place, durable=False)
    version.write_text("18\n")
    with server.start(place, durable=False) as running:
        assert running.pid


def test_a_server_that_cannot_start_says_why(place: Path) -> None:
    server.start(place, durable=False).stop()
    with (place / "postgres" / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    with pytest.raises(problems.DidNotStart, match="no_such_setting"):
        server.start(place, durable=False)


def test_a_long_path_gets_a_short_socket(new_place: Callable[[], Path]) -> None:
    place = new_place() / ("دور" * 12) / ("x" * 90)
    folder = folders.socket_folder(place)
    assert len(os.fsencode(folder / folders.SOCKET_FILE)) <= folders.SOCKET_LIMIT
    with server.start(place, durable=False) as running, psycopg.connect(running.dsn("app")) as app:
        assert app.execute("SELECT current_user").fetchone() == (server.APP,)
        assert (folder / folders.SOCKET_FILE).is_socket()
    starter.remove(place)
    folder.rmdir()


def test_the_limit_of_a_socket_path_is_the_systems() -> None:
    fitting = "/" + "a" * (folders.SOCKET_LIMIT - len(folders.SOCKET_FILE) - 2)
    assert folders.fits(Path(fitting))
    assert not folders.fits(Path(fitting + "a"))
    with socket.socket(socket.AF_UNIX) as tried, pytest.raises(OSError, match="too long"):
        tried.bind("/" + "a" * folders.SOCKET_LIMIT)


def test_a_comma_in_the_path_is_no_list_of_hosts(tmp_path: Path) -> None:
    assert "," not in str(folders.socket_folder(tmp_path / "one,two"))


def _environment() -> dict[str, str]:
    return dict(os.environ) | {"PYTHONPATH": str(Path(server.__file__).parents[2])}
