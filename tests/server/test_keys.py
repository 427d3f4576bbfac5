"""Keys are made once, closed to others, beside the data, and rotate without losing what was written."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from peyvand.server import folders, keys, problems


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"PEYVAND_DATA": str(tmp_path / "data")}


def test_keys_lie_beside_the_data_and_never_inside(environ: dict[str, str], tmp_path: Path) -> None:
    folder = folders.keys_folder(environ)
    assert folder.parent == tmp_path
    assert folders.data_folder(environ) not in folder.parents
    assert folders.keys_folder(environ | {"PEYVAND_KEYS": str(tmp_path / "safe")}) == tmp_path / "safe"


@pytest.mark.parametrize("purpose", keys.PURPOSES)
def test_a_key_is_made_once_and_closed_to_others(environ: dict[str, str], purpose: keys.Purpose) -> None:
    ring = keys.key_ring(purpose, environ)
    assert ring.file.stat().st_mode & 0o777 == 0o600
    assert ring.file.parent.stat().st_mode & 0o777 == 0o700
    assert len(ring.secret) == 32
    assert keys.key_ring(purpose, environ) == ring
    assert keys.open_to_others(environ) == []
    ring.file.chmod(0o640)
    assert keys.open_to_others(environ) == [ring.file]


def test_processes_that_come_at_once_get_the_same_key(environ: dict[str, str]) -> None:
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(lambda _: keys.key_ring("seal", environ), range(32)))
    assert len({ring.secret for ring in rings}) == 1
    assert [path.name for path in folders.keys_folder(environ).iterdir()] == ["seal.json"]


def test_rotation_writes_with_a_new_key_and_still_reads_with_the_old(environ: dict[str, str]) -> None:
    before = keys.key_ring("column", environ)
    after = keys.rotate("column", environ)
    assert after.current != before.current
    assert after.key(before.current) == before.secret
    assert after.file.stat().st_mode & 0o777 == 0o600


def test_a_process_that_began_before_a_rotation_reads_what_others_write_after_it(environ: dict[str, str]) -> None:
    before = keys.key_ring("column", environ)
    after = keys.rotate("column", environ)
    assert before.key(after.current) == after.secret
    assert before.current != after.current
    after.file.unlink()
    with pytest.raises(problems.KeyMissing, match=after.current):
        before.key(after.current)


def test_a_lost_key_is_missed_by_name(environ: dict[str, str]) -> None:
    lost = keys.key_ring("column", environ)
    lost.file.unlink()
    made_anew = keys.key_ring("column", environ)
    with pytest.raises(problems.KeyMissing, match=lost.current):
        made_anew.key(lost.current)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"current": "k1", "keys": {"k1": "c2hvcnQ="}}', '{"current": "k2", "keys": {}}']
)
def test_a_damaged_key_file_is_refused(environ: dict[str, str], text: str) -> None:
    ring = keys.key_ring("seal", environ)
    ring.file.write_text(text)
    with pytest.raises(problems.BadKeyFile, match=r"seal\.json cannot be used"):
        keys.key_ring("seal", environ)


def test_a_closed_folder_of_keys_or_data_is_told_with_what_to_do(place: Path) -> None:
    """In a process of its own, in which root becomes an ordinary user, for whom folders are closed."""
    closed = place / "closed"
    folders.make_folders(closed)
    closed.chmod(0o000)
    code = """
import os, sys
from pathlib import Path
from peyvand.server import folders, keys, problems
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
for act in (
    lambda: keys.key_ring("seal", {"PEYVAND_KEYS": sys.argv[1] + "/keys"}),
    lambda: folders.make_folders(Path(sys.argv[1], "data")),
):
    try:
        act()
    except problems.ServerProblem as told:
        print(told)
"""
    done = subprocess.run([sys.executable, "-c", code, str(closed)], capture_output=True, text=True)
    closed.chmod(0o700)
    of_keys, of_data = done.stdout.splitlines()
    assert of_keys.startswith(f"This user cannot use the folder of keys {closed}/keys: Permission denied.")
    assert "PEYVAND_KEYS" in of_keys
    assert of_data.startswith("This user cannot use the folder ")
    assert "PEYVAND_DATA" in of_data
