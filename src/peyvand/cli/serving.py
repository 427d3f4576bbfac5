"""The site and its background worker as children of this process: one ends, a signal comes, and all end."""

import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import typer

from peyvand import server
from peyvand.kernel.refusals import Refusal

_GRACE = 10.0
_FALLS_WITH_IT = 30.0  # seconds in which a child may end because the database server was gone
_SET_PARENT_DEATH_SIGNAL = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None
_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StaticFilesMissing(Refusal):
    code = "static_files_missing"
    message = "The files of the pages could not be made ready: {reason} Run `make install`, and try again."


@dataclass
class Child:
    name: str
    command: list[str]
    extra: dict[str, str]
    process: subprocess.Popen[bytes]


def serve(host: str, port: int, running: server.Server | None, on_ready: Callable[[str], None] | None = None) -> int:
    """Serve the site until Ctrl-C, SIGTERM or SIGHUP; answers the exit status. The database must be ready.

    `on_ready` gets the site's address once it answers. A killed embedded server is started again.
    """
    with _endings() as ended, tempfile.TemporaryDirectory(prefix="peyvand-") as folder:
        # One folder for the figures of all worker processes, so that one scrape tells of all of them.
        figures, static = Path(folder, "figures"), Path(folder, "static")
        figures.mkdir()
        web = {"PEYVAND_POOL": "1", "PROMETHEUS_MULTIPROC_DIR": str(figures), "PEYVAND_STATIC": str(static)}
        children = [_start("worker", _worker(), {})] if _has_jobs() else []
        try:
            _gather(static)  # while the worker, which serves none of them, begins
            children.append(_start("web server", _web(host, port), web))
            if _wait_until_it_answers(host, port, children, ended):
                where = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
                typer.echo(f"The site is served at {where}  (Ctrl-C stops everything)")
                if on_ready:
                    on_ready(where)
            return _watch(children, running, ended)
        finally:
            for child in reversed(children):
                _end(child)


def _gather(folder: Path) -> None:
    """Pack the static files and name them by their contents; a process of its own, whose settings know the folder."""
    command = [sys.executable, "-m", "django", "collectstatic", "--no-input", "--verbosity", "0"]
    done = subprocess.run(command, env=os.environ | {"PEYVAND_STATIC": str(folder)}, capture_output=True, text=True)
    if done.returncode:
        raise StaticFilesMissing(reason=done.stderr.strip().splitlines()[-1])


def _web(host: str, port: int) -> list[str]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    options = ["--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(min(cores, 8))]
    options += ["--blocking-threads", "4", "--respawn-failed-workers", "--workers-kill-timeout", "5"]
    options += ["--log-level", "warning"]
    return [sys.executable, "-m", "granian", *options, "peyvand.site.wsgi:application"]


def _worker() -> list[str]:
    return [sys.executable, "-m", "peyvand", "worker"]


def _has_jobs() -> bool:
    from django.apps import apps

    return apps.is_installed("procrastinate.contrib.django")


def _start(name: str, command: list[str], extra: dict[str, str]) -> Child:
    return Child(name, command, extra, _process(command, extra))


def _process(command: list[str], extra: dict[str, str]) -> subprocess.Popen[bytes]:
    """In a session of its own, so that Ctrl-C reaches us alone and we end things in order; it dies with us."""
    environment = {key: value for key, value in os.environ.items() if key != "PEYVAND_AS_OWNER"} | extra
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=_die_with_parent
    )


def _die_with_parent() -> None:
    if _libc is not None:
        _libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)


def _wait_until_it_answers(host: str, port: int, children: list[Child], ended: threading.Event) -> bool:
    """The port is open before the site is loaded; who comes then waits, and a process that loads does not end when it is asked."""
    while not ended.wait(0.1) and all(child.process.poll() is None for child in children):
        asking = HTTPConnection(host, port, timeout=3)
        with suppress(OSError, HTTPException), closing(asking):
            asking.request("GET", "/health/live")
            asking.getresponse()
            return True
    return False


def _watch(children: list[Child], running: server.Server | None, ended: threading.Event) -> int:
    """Until the end. A database server that is killed is started again, and so is a child that fell with it."""
    fell = -_FALLS_WITH_IT
    while not ended.wait(1.0):
        if running is not None and running.pid is None:
            typer.echo("The database server was ended from outside; starting it again.", err=True)
            server.start(running.data)
            fell = time.monotonic()
        for child in children:
            if (status := child.process.poll()) is None:
                continue
            if time.monotonic() - fell > _FALLS_WITH_IT:
                typer.echo(f"The {child.name} ended by itself (status {status}); stopping everything.", err=True)
                return 1
            child.process = _process(child.command, child.extra)
    return 0


def _end(child: Child) -> None:
    """Ask, wait, and then make sure: nothing of its session stays behind."""
    child.process.terminate()
    with suppress(subprocess.TimeoutExpired):
        child.process.wait(_GRACE)
    with suppress(ProcessLookupError):
        os.killpg(child.process.pid, signal.SIGKILL)
    child.process.wait()


@contextmanager
def _endings() -> Iterator[threading.Event]:
    ended = threading.Event()
    before = {number: signal.signal(number, lambda *_: ended.set()) for number in _ENDINGS}
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
