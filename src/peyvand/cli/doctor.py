"""`peyvand doctor`: what stands in the way, each with what to do."""

import importlib.util
import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import typer
from psycopg import Connection

from peyvand import server
from peyvand.cli import app
from peyvand.cli.up import Host, Port
from peyvand.kernel.refusals import Refusal
from peyvand.server import address, binaries, folders, keys
from peyvand.server.roles import connect

_BUILT = ("static/vendor/vazirmatn.woff2", "static/vendor/htmx.min.js")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what was found, and for a trouble what to do."""

    name: str
    found: str
    todo: str = ""

    @property
    def ok(self) -> bool:
        return not self.todo


@app.command()
def doctor(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Look at everything the site needs and tell what to do about what is missing. Status 1 when something is."""
    findings = list(examine(host, port))
    for finding in findings:
        typer.echo(f"{'ok     ' if finding.ok else 'TROUBLE'}  {finding.name}: {finding.found}")
        if finding.todo:
            typer.echo(f"         {finding.todo}")
    troubles = sum(not finding.ok for finding in findings)
    typer.echo("All is well." if not troubles else f"{troubles} of {len(findings)} need attention.")
    raise typer.Exit(1 if troubles else 0)


def examine(host: str, port: int) -> Iterator[Finding]:
    yield _python()
    if not address.is_external():
        yield _asked("server programs", lambda: f"PostgreSQL {binaries.MAJOR} in {binaries.programs()}")
        yield _asked("disk", _disk)
        yield _asked("socket", lambda: str(folders.socket_folder(server.data_folder())))
    yield _keys()
    yield _port(host, port)
    yield _assets()
    yield from _database()


def _asked(name: str, ask: Callable[[], str]) -> Finding:
    """A refusal says itself what to do."""
    try:
        return Finding(name, ask())
    except Refusal as refused:
        return Finding(name, "not ready", str(refused))


def _python() -> Finding:
    found = f"{platform.python_version()} in {sys.prefix}"
    return Finding("python", found, "" if sys.version_info >= (3, 11) else "Install Python 3.11 or newer.")


def _disk() -> str:
    folders.need_room(server.data_folder())
    place = os.statvfs(folders.nearest(server.data_folder()))
    return f"{place.f_bavail * place.f_frsize // 2**20} MB free for {server.data_folder()}"


def _keys() -> Finding:
    folder = server.keys_folder()
    if not folder.is_dir():
        return Finding("keys", f"none yet; the first start makes them in {folder}")
    if others := keys.open_to_others():
        names = " ".join(map(str, others))
        return Finding("keys", f"open to other users: {names}", f"Close them: chmod go= {names}")
    return Finding("keys", f"{len(list(folder.glob('*.json')))} in {folder}, closed to others")


def _port(host: str, port: int) -> Finding:
    from peyvand.cli.ports import holder, need_free_port

    found = holder(port)
    if found and "peyvand.site.wsgi" in found[1]:
        return Finding("port", f"{host}:{port} serves the site (process {found[0]})")

    def free() -> str:
        need_free_port(host, port)
        return f"{host}:{port} is free"

    return _asked("port", free)


def _assets() -> Finding:
    spec = importlib.util.find_spec("peyvand.web")
    package = Path(next(iter(spec.submodule_search_locations))) if spec and spec.submodule_search_locations else Path()
    missing = [name for name in _BUILT if not (package / name).is_file()]
    if missing:
        return Finding("fonts and scripts", f"missing: {', '.join(missing)}", "Build them: make install")
    return Finding("fonts and scripts", "built")


def _database() -> Iterator[Finding]:
    data = server.data_folder()
    if address.is_external():
        yield from _tables(was_running=True)
    elif not (data / "postgres").exists():
        yield Finding("database", f"none yet in {data}; `peyvand up` makes it")
    else:
        was_running = server.running(data)
        try:
            running = server.start(data)
        except Refusal as refused:
            yield Finding("database", "does not start", str(refused))
            return
        with running:
            yield from _tables(was_running)


def _tables(was_running: bool) -> Iterator[Finding]:
    try:
        with connect(address.database_url("app")) as connection:
            row = connection.execute("SHOW server_version").fetchone()
            heartbeat = _heartbeat(connection) if was_running else None
    except Refusal as refused:
        yield Finding("database", address.spoken(), str(refused))
        return
    yield Finding("database", f"{address.spoken()} answers (PostgreSQL {row[0] if row else '?'})")
    yield _migrations()
    if heartbeat is not None:
        alive, said = heartbeat
        yield Finding(
            "worker", said, "" if alive else "Background work waits. Start it: `peyvand up` or `peyvand worker`."
        )


def _heartbeat(connection: Connection) -> tuple[bool, str] | None:
    """Whether a worker said in the last two minutes that it lives, and in words; None before there are such tables."""
    if connection.execute("SELECT to_regclass('procrastinate_workers')").fetchone() == (None,):
        return None
    query = "SELECT extract(epoch FROM now() - max(last_heartbeat))::int FROM procrastinate_workers"
    row = connection.execute(query).fetchone()
    if row is None or row[0] is None:
        return False, "none is at work"
    return row[0] < 120, f"last seen {row[0]} seconds ago"


def _migrations() -> Finding:
    from peyvand.cli.operation import load_site, waiting_migrations

    load_site(as_owner=False)
    if waiting := waiting_migrations():
        return Finding("tables", f"{waiting} migrations wait", "Bring them to this version: peyvand migrate")
    return Finding("tables", "at this version")
