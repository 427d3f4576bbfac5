"""Whether the site's address is free, asked before anything starts, and who holds it if it is not."""

import errno
import socket
from pathlib import Path

from peyvand.kernel.refusals import Refusal


class PortBusy(Refusal):
    code = "port_busy"
    message = "Port {port} of {host} is in use{holder}. {todo} Nothing was started."


class AddressUnusable(Refusal):
    code = "address_unusable"
    message = "The site cannot be served at {host}:{port}: {reason}. Choose others with --host and --port."


def need_free_port(host: str, port: int) -> None:
    """Refuse when the site could not listen there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise _busy(host, port) from error
        raise AddressUnusable(host=host, port=port, reason=error.strerror or error) from error


def _busy(host: str, port: int) -> PortBusy:
    found = holder(port)
    if found is None:
        todo = f"Stop the program that uses it, or choose another port: {_another(port)}."
        return PortBusy(port=port, host=host, holder="", todo=todo)
    pid, words = found
    todo = f"Stop it (kill {pid}), or choose another port: {_another(port)}."
    return PortBusy(port=port, host=host, holder=f" by process {pid} ({words[:100]})", todo=todo)


def _another(port: int) -> str:
    free = port + 1 if port < 65535 else 8000
    return f"--port {free}, or `make demo PORT={free}`"


def holder(port: int) -> tuple[int, str] | None:
    """The process that listens on a port and its command, as far as this user may see (Linux)."""
    sockets = {f"socket:[{inode}]" for inode in _listening(port)}
    # The oldest first: a server's parent holds the same socket as its workers.
    for entry in sorted(Path("/proc").glob("[0-9]*"), key=lambda entry: int(entry.name)):
        try:
            if any(str(handle.readlink()) in sockets for handle in (entry / "fd").iterdir()):
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                return int(entry.name), words
        except OSError:  # gone meanwhile, or another user's
            continue
    return None


def _listening(port: int) -> list[str]:
    inodes = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        lines = Path(table).read_text().splitlines()[1:] if Path(table).exists() else []
        for _, local, _, state, _, _, _, _, _, inode, *_ in map(str.split, lines):
            if state == "0A" and int(local.rsplit(":", 1)[1], 16) == port:
                inodes.append(inode)
    return inodes
