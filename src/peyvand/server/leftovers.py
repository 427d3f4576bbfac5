"""What a killed server leaves behind: processes that still hold the data, and a `postmaster.pid` that names nobody."""

import os
import signal
import time
from pathlib import Path

from peyvand.server.folders import SOCKET_FILE
from peyvand.server.problems import DidNotStart


def holders(cluster: Path) -> list[int]:
    """The processes of a server that works in `cluster`. PostgreSQL always works from inside its data folder.

    A zombie has no working folder any more, so it is rightly not counted (some containers never collect them).
    """
    wanted = os.path.realpath(cluster)
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink() == Path(wanted) and (entry / "comm").read_text().startswith("postgres"):
                found.append(int(entry.name))
        except OSError:  # gone meanwhile, or another user's
            continue
    return found


def recorded(cluster: Path) -> int | None:
    """The process that `postmaster.pid` names, dead or alive."""
    try:
        return int((cluster / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def alive(cluster: Path) -> bool:
    """Whether the server of this cluster runs."""
    pid = recorded(cluster)
    if pid is None:
        return False
    if not Path("/proc/self/cwd").exists():  # no Linux: only the number can be asked
        return _exists(pid)
    return pid in holders(cluster)


def clear(cluster: Path, socket: Path, patience: float = 10.0) -> None:
    """Make a dead server's cluster ready to start. Never call it while the server is alive.

    Its orphans notice by themselves; one that works on is told to quit. `postmaster.pid` and the socket are removed
    only when nobody holds the data *and* their number is still taken (by somebody else, or by a zombie that no one
    collects): in every other case PostgreSQL judges it better.
    """
    started = time.monotonic()
    while left := holders(cluster):
        waited = time.monotonic() - started
        if waited > 2 * patience:
            raise DidNotStart(log=cluster, reason=f"Processes of the killed server are still at work: {left}.")
        if waited > patience:
            for pid in left:
                _tell(pid, signal.SIGQUIT)
        time.sleep(0.05)
    named = recorded(cluster)
    if named is not None and Path("/proc/self/cwd").exists() and _exists(named):
        for stale in [cluster / "postmaster.pid", socket / SOCKET_FILE, socket / f"{SOCKET_FILE}.lock"]:
            stale.unlink(missing_ok=True)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _tell(pid: int, what: signal.Signals) -> None:
    try:
        os.kill(pid, what)
    except ProcessLookupError:
        return
