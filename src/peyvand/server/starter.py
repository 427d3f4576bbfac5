"""The embedded server: one PostgreSQL per data folder, on a socket only, shared by the processes of this checkout.

Every process that calls `start` is a user of the server; the last one that calls `stop` stops it. A process that was
killed counts no more, for the kernel drops its lock. Starting and stopping exclude each other by a lock of their own.
"""

import fcntl
import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self
from urllib.parse import quote

from psycopg import sql

from peyvand.server import binaries, folders, leftovers
from peyvand.server.account import Account, make_data_folder, make_socket_folder, server_account
from peyvand.server.problems import DataOfAnotherVersion, DidNotStart, NotStopped, ServerProblem
from peyvand.server.roles import APP, DATABASE, OWNER, connect, prepare_roles

Role = Literal["owner", "app"]
_USERS: dict[Role, str] = {"owner": OWNER, "app": APP}

# For a machine of two cores and a few GB that also runs the site. A bigger one has a server of its own (DATABASE_URL).
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "80",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "server-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_min_duration_statement": "2s",
    "log_line_prefix": "%m [%p] %u ",
}
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def url(data: Path, role: Role, dbname: str = DATABASE) -> str:
    """The address of the embedded server of `data`, whether it runs or not."""
    socket = quote(str(folders.socket_folder(data)), safe="")
    return f"postgresql://{_USERS[role]}@/{quote(dbname, safe='')}?host={socket}"


def running(data: Path) -> bool:
    return leftovers.alive(data / "postgres")


class Server:
    """A running server that this process uses."""

    def __init__(self, data: Path, account: Account, programs: Path, use: IO[str]) -> None:
        self.data = data
        self.cluster = data / "postgres"
        self._account = account
        self._programs = programs
        self._use = use

    def dsn(self, role: Role, dbname: str = DATABASE) -> str:
        return url(self.data, role, dbname)

    def connection_url(self, role: Role = "app") -> str:
        return self.dsn(role)

    @property
    def pid(self) -> int | None:
        """The process of the server, or None when it does not run."""
        return leftovers.recorded(self.cluster) if running(self.data) else None

    def stop(self) -> bool:
        """Stop using the server. Answers whether it was stopped: it goes on when another process uses it."""
        with _transition(self.data):
            try:
                fcntl.flock(self._use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            finally:
                # Closing drops the lock; an exclusive one was only the proof that nobody else is left.
                self._use.close()
            if running(self.data):
                _stop(self.cluster, self._account, self._programs)
            return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(data: Path | None = None, *, durable: bool = True, required_free: int = folders.ROOM) -> Server:
    """Start the server of `data`, or join it when it runs; make folder, cluster, roles and database where missing.

    `durable=False` gives up safety against power loss for speed: for tests only. `required_free` in bytes.
    Raises a `ServerProblem` whose text says what to do.
    """
    data = data or folders.data_folder()
    account = server_account()
    binaries.programs()
    cluster = data / "postgres"
    if not running(data):
        folders.need_room(data, required_free)
    make_data_folder(data, account)
    with _transition(data):
        programs = binaries.programs_for(account, data)
        if not cluster.exists():
            _create(cluster, account, programs, durable)
        _check_version(cluster)
        if not running(data):
            leftovers.clear(cluster, folders.socket_folder(data))
            _launch(data, account, programs, durable)
        use = (data / "users.lock").open("a")
        fcntl.flock(use, fcntl.LOCK_SH)
        _create_database(data)
    return Server(data, account, programs, use)


def remove(data: Path) -> None:
    """Delete the cluster for good (`RESET=1`), stopping its server first. Keys and files of people are not touched."""
    if not (data / "postgres").exists():
        return
    account = server_account()
    with _transition(data):
        if running(data):
            _stop(data / "postgres", account, binaries.programs_for(account, data))
        leftovers.clear(data / "postgres", folders.socket_folder(data))
        shutil.rmtree(data / "postgres")


@contextmanager
def _transition(data: Path) -> Iterator[None]:
    """Hold off every other starter and stopper of this data folder."""
    with (data / "starter.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _create(cluster: Path, account: Account, programs: Path, durable: bool) -> None:
    """Make the cluster under another name and rename it when whole: an interrupted start leaves no half of one."""
    fresh = cluster.with_name("postgres.new")
    if fresh.exists():
        shutil.rmtree(fresh)
    account.own_folder(fresh)
    command = [
        str(programs / "initdb"), f"--pgdata={fresh}", f"--username={OWNER}", "--no-instructions",
        "--auth-local=trust", "--auth-host=reject",
        "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
    ]  # fmt: skip
    made = account.run(command if durable else [*command, "--no-sync"])
    if made.returncode:
        shutil.rmtree(fresh)
        raise DidNotStart(log="initdb", reason=made.stderr.strip())
    fresh.rename(cluster)


def _check_version(cluster: Path) -> None:
    found = (cluster / "PG_VERSION").read_text().strip()
    if found != str(binaries.MAJOR):
        raise DataOfAnotherVersion(folder=cluster, found=found, ours=binaries.MAJOR)


def _launch(data: Path, account: Account, programs: Path, durable: bool) -> None:
    """`pg_ctl` gives the server a process session of its own, so Ctrl-C in our terminal does not reach it."""
    cluster, socket = data / "postgres", folders.socket_folder(data)
    make_socket_folder(socket, account)
    settings = _SETTINGS | ({} if durable else _NOT_DURABLE)
    settings["unix_socket_directories"] = '"{}"'.format(str(socket).replace('"', '""'))
    options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
    log = cluster / "start.log"
    command = [str(programs / "pg_ctl"), "start", f"--pgdata={cluster}", f"--log={log}", f"--options={options}"]
    started = account.run([*command, "--wait", "--timeout=300", "--silent"])
    if started.returncode:
        said, words = _last_words(cluster)
        raise DidNotStart(log=said, reason=words or started.stderr.strip())


def _last_words(cluster: Path) -> tuple[Path, str]:
    """The file the server wrote to last, and its end."""
    logs = [path for path in cluster.glob("log/*.log") if path.is_file()]
    newest = max([*logs, cluster / "start.log"], key=lambda path: path.stat().st_mtime if path.exists() else 0)
    words = newest.read_text(errors="replace").splitlines()[-8:] if newest.exists() else []
    return newest, "\n".join(words)


def _stop(cluster: Path, account: Account, programs: Path) -> None:
    command = [str(programs / "pg_ctl"), "stop", f"--pgdata={cluster}", "--mode=fast", "--wait", "--timeout=120"]
    stopped = account.run([*command, "--silent"])
    if stopped.returncode and leftovers.alive(cluster):
        raise NotStopped(reason=stopped.stderr.strip())


def _create_database(data: Path) -> None:
    with connect(url(data, "owner", "postgres")) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if found is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    prepare_roles(url(data, "owner"))


__all__ = ["Role", "Server", "ServerProblem", "remove", "running", "start", "url"]
