"""How the inner loops are compiled, and where what was compiled is kept."""

from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from typing import Any

import numba
from numba import njit

_KEPT = "compiled-"
_settings: Any = numba.config  # it makes its names as it is read


def _folder_of_this_source() -> Path:
    """One for each state of the engines' source: a loop keeps what it calls from other files, whose changes Numba does not notice."""
    source, here = sha256(), Path(__file__).parent
    for file in sorted(here.rglob("*.py")):
        source.update(file.read_bytes())
    kept = Path(_settings.CACHE_DIR or here / "__pycache__")
    folder = kept / f"{_KEPT}{source.hexdigest()[:16]}"
    if not folder.exists():
        for old in kept.glob(f"{_KEPT}*"):
            rmtree(old, ignore_errors=True)
    return folder


_settings.CACHE_DIR = str(_folder_of_this_source())

# Numba counts the references to every array of a named tuple whenever one is read or the tuple is handed on, which
# took as long as the search for paths itself. A loop that only reads and writes the arrays it is given makes and frees
# none, so it can do without (`_nrt`: Numba's run-time for memory). The compiler refuses to make an array there;
# functions that do so are `allocating`.
in_place = njit(cache=True, nogil=True, _nrt=False)  # type: ignore[call-overload]  # no public name
allocating = njit(cache=True, nogil=True)
