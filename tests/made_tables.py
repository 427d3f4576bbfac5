"""One database whose tables are at this version, of which others are copies: making them anew takes many seconds each time."""

import fcntl
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection
from psycopg import sql

import peyvand
from peyvand import server
from peyvand.extend.discovery import folders
from peyvand.server import backup, starter
from peyvand.server.account import make_data_folder, server_account


def made() -> str:
    """Its name on the server of this test run: the first process that asks makes it, and it stays until the source changes."""
    name = f"made_{_fingerprint()}"
    with _one_at_a_time("tables"):
        there = _asked("SELECT datname FROM pg_database WHERE datname LIKE 'made%%'")
        if name not in there:
            for old in there:
                _run("DROP DATABASE {}", old)
            _run("CREATE DATABASE {}", "made_in_part")
            with _open("made_in_part"):
                call_command("migrate", interactive=False, verbosity=0)
            _run("ALTER DATABASE {} RENAME TO {}", "made_in_part", name)
    return name


def copy_to(data: Path, folder: Path) -> None:
    """A data folder of its own with these tables, as `peyvand migrate` leaves it; its server has stopped."""
    account, name = server_account(), made()
    usual = server.data_folder()
    whole = usual.with_name(f"{usual.name}-{name}")
    with _one_at_a_time("folder"):
        if not (whole / "done").exists():
            for old in usual.parent.glob(f"{usual.name}-made_*"):
                starter.remove(old)
                shutil.rmtree(old)
            _restored(whole, name, folder)
            (whole / "done").touch()
    make_data_folder(data, account)
    subprocess.run(["cp", "-a", "--reflink=auto", whole / "postgres", data / "postgres"], check=True)


def _restored(data: Path, name: str, folder: Path) -> None:
    file, media = folder / "tables.tar", folder / "media"
    now = datetime.now(UTC)
    backup.backup(file, owner_dsn=server.url(server.data_folder(), "owner", name), media=media, version="", now=now)
    with server.start(data, durable=False) as running:
        backup.restore(file, owner_dsn=running.dsn("owner"), media=media)
    file.unlink()


@contextmanager
def _one_at_a_time(what: str) -> Iterator[None]:
    """Of the processes of this test run."""
    data = server.data_folder()
    with data.with_name(f"{data.name}.{what}").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fingerprint() -> str:
    """Of the whole source: what makes the tables asks many parts of it."""
    source = sha256(django.__version__.encode())
    for folder in [Path(peyvand.__path__[0]), *folders()]:
        for file in sorted(folder.rglob("*.py")):
            source.update(file.read_bytes())
    return source.hexdigest()[:16]


@contextmanager
def _open(name: str) -> Iterator[None]:
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


def _asked(question: str) -> list[str]:
    with connection._nodb_cursor() as cursor:
        cursor.execute(question)
        return [row[0] for row in cursor.fetchall()]


def _run(statement: str, *names: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
