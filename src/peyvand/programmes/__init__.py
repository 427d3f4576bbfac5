"""One folder for each programme. A new programme is a new folder and no other edit.

`PEYVAND_PROGRAMMES` names more folders to look in (as in PATH), for programmes that are kept outside this package.
"""

import os
from pathlib import Path

_elsewhere = [folder for folder in os.environ.get("PEYVAND_PROGRAMMES", "").split(os.pathsep) if folder]
__path__ += [str(Path(folder).resolve()) for folder in _elsewhere]
