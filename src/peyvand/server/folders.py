"""Where things lie: data, socket, keys. One data folder per checkout, so two checkouts never share a database.

An ordinary user: `$XDG_DATA_HOME/peyvand/<name>` (`~/.local/share/...`), or `<checkout>/var/<name>` where the home
is not writable. Root: `/var/lib/peyvand/<name>`. `PEYVAND_DATA` overrides both. Inside: `postgres/` the cluster,
`media/` files, `socket/`, `starter.lock`, `users.lock`. Keys lie beside the folder, in `<name>.keys`, so that copying
the data never copies them.
"""

import hashlib
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from peyvand.server.problems import DiskFull, FolderClosed, SocketPathTooLong

SYSTEM_FOLDER = Path("/var/lib/peyvand")
SOCKET_LIMIT = 107
SOCKET_FILE = ".s.PGSQL.5432"
ROOM = 300 * 1024 * 1024


def is_root() -> bool:
    return os.geteuid() == 0


def checkout() -> Path:
    """The checkout this package runs from, or, when installed from a wheel, the environment it is installed in."""
    folder = Path(__file__).resolve().parents[3]
    return folder if (folder / "pyproject.toml").is_file() else Path(sys.prefix).resolve()


def installation_name() -> str:
    """`<folder name>-<8 hex digits of its path>`: readable, ASCII, at most 33 bytes."""
    folder = checkout()
    readable = re.sub(r"[^A-Za-z0-9_-]+", "-", folder.name).strip("-")[:24] or "peyvand"
    return f"{readable}-{_digest(folder)}"


def data_folder(environ: Mapping[str, str] = os.environ) -> Path:
    if chosen := environ.get("PEYVAND_DATA"):
        return Path(chosen).expanduser().absolute()
    return _folder_of_data(environ) / installation_name()


def keys_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Beside the data folder, never inside it; `PEYVAND_KEYS` overrides."""
    if chosen := environ.get("PEYVAND_KEYS"):
        return Path(chosen).expanduser().absolute()
    data = data_folder(environ)
    return data.with_name(f"{data.name}.keys")


def media_folder(environ: Mapping[str, str] = os.environ) -> Path:
    return data_folder(environ) / "media"


def socket_folder(data: Path, environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of the server's socket: inside `data`, or a short one where that path would not fit.

    The answer depends on nothing but `data` and the user, so that every process finds the server without asking.
    """
    inside = data / "socket"
    if fits(inside) and "," not in str(inside):  # libpq reads a comma as a list of hosts
        return inside
    folder, name = (SYSTEM_FOLDER / "sockets", "") if is_root() else (Path("/tmp"), f"peyvand-{os.getuid()}-")
    short = folder / f"{name}{_digest(data)}"
    if not fits(short):
        path = short / SOCKET_FILE
        raise SocketPathTooLong(path=path, length=len(os.fsencode(path)), limit=SOCKET_LIMIT)
    return short


def fits(folder: Path) -> bool:
    return len(os.fsencode(folder / SOCKET_FILE)) <= SOCKET_LIMIT


def need_room(folder: Path, required: int = ROOM) -> None:
    """Refuse when fewer than `required` bytes are free where `folder` lies or will lie."""
    there = nearest(folder)
    found = os.statvfs(there)
    free = found.f_bavail * found.f_frsize
    if free < required:
        mega = 1024 * 1024
        raise DiskFull(folder=folder, free_mb=free // mega, required_mb=-(-required // mega))


def make_folders(folder: Path) -> None:
    """Make what is missing of `folder` and the folders above it, whatever the umask; what exists stays as it is.

    Closed to others; those that root makes can be passed through, for its server runs under another account.
    """
    base = nearest(folder)
    try:
        for place in reversed([folder, *folder.parents]):
            if not is_there(place):
                place.mkdir(exist_ok=True)
                place.chmod(0o711 if is_root() else 0o700)
    except OSError as error:
        raise FolderClosed(who="This user", folder=base, reason=error.strerror) from error


def nearest(folder: Path) -> Path:
    """The folder itself, or the first of its parents that is there."""
    return next(place for place in (folder, *folder.parents) if is_there(place))


def is_there(path: Path) -> bool:
    """Whether it exists, as far as this user may look: a closed folder above hides it."""
    try:
        return path.exists()
    except PermissionError:
        return False


def _folder_of_data(environ: Mapping[str, str]) -> Path:
    if is_root():
        return SYSTEM_FOLDER
    home = environ.get("XDG_DATA_HOME") or str(Path(environ.get("HOME") or "/nonexistent") / ".local" / "share")
    folder = Path(home) / "peyvand"
    return folder if os.access(nearest(folder), os.W_OK) else checkout() / "var"


def _digest(folder: Path) -> str:
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:8]
