"""What was compiled of another state of the source is never used: Numba itself looks at the file of a loop alone."""

import os
import subprocess
import sys
from pathlib import Path

import peyvand.engines

ASKED = "from peyvand.engines import compiled; print(compiled.numba.config.CACHE_DIR)"


def folder(source: Path, kept: Path) -> Path:
    environment = os.environ | {"PYTHONPATH": str(source), "NUMBA_CACHE_DIR": str(kept)}
    asked = subprocess.run([sys.executable, "-c", ASKED], env=environment, capture_output=True, text=True, check=True)
    return Path(asked.stdout.strip())


def test_a_changed_source_has_a_folder_of_its_own_and_the_old_one_goes(tmp_path):
    package = tmp_path / "source" / "peyvand" / "engines"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").touch()  # else a Peyvand that is installed comes first
    for name in ("__init__.py", "compiled.py"):
        (package / name).write_bytes((Path(peyvand.engines.__path__[0]) / name).read_bytes())
    called, kept = package / "called.py", tmp_path / "kept"
    called.write_text("ONE = 1\n")
    first = folder(tmp_path / "source", kept)
    first.mkdir(parents=True)
    assert folder(tmp_path / "source", kept) == first
    assert first.parent == kept
    called.write_text("ONE = 2\n")
    second = folder(tmp_path / "source", kept)
    assert second.parent == kept
    assert second != first
    assert not first.exists()
