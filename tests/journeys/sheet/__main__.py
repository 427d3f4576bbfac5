"""`make sheet`: walk through the site as every role and lay the pictures out as one page: `build/contact-sheet/index.html`.

    python -m tests.journeys.sheet [--role leader] [--page needs] [--language fa] [--quick yes]

Every link a role is led to is followed; each kind of page is then opened in a browser, on a phone and on a desktop, in both
languages, and judged by axe-core on both, its colours in every theme on the desktop. Ends with 1 where a fault was found.
"""

import argparse
import os
import shutil
import sys
import threading
import time
from pathlib import Path

import pytest
from tests.journeys.readers import READERS
from tests.journeys.sheet.layout import SAID, lay_out

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "build" / "contact-sheet"


def main() -> int:
    asked = argparse.ArgumentParser(prog="make sheet", description=__doc__.partition("\n")[0])
    asked.add_argument("--role", choices=[name or "public" for name in READERS], help="as this role only")
    asked.add_argument("--page", help="only kinds of pages with this in their name, such as need or micro_projects")
    asked.add_argument("--language", choices=["fa", "en"], help="in this language only")
    asked.add_argument("--quick", help="anything: pictures alone, without axe-core")
    chosen = asked.parse_args([one for one in sys.argv[1:] if not one.endswith("=")])
    narrowed = {f"PEYVAND_SHEET_{name.upper()}": value for name, value in vars(chosen).items() if value}
    os.environ |= narrowed | {"PEYVAND_SHEET": str(FOLDER)}
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    processes = "1" if chosen.role and chosen.language else "2"
    walk = str(Path(__file__).with_name("taken.py"))
    threading.Thread(target=_tell, args=[FOLDER / SAID], daemon=True).start()
    status = pytest.main(["-q", "-n", processes, "--dist", "load", "--no-header", "--show-capture=no", walk])
    found = lay_out(FOLDER)
    print(f"{found.pictures} pictures of {found.pages} pages: {FOLDER / 'index.html'}")
    for fault in found.faults:
        print(f"  {fault}")
    if status or not found.pages:
        print("The walk did not come to its end; what stopped it stands above.")
    else:
        print(f"{len(found.faults)} faults." if found.faults else "No fault.")
    return 1 if status or found.faults or not found.pages else 0


def _tell(file: Path) -> None:
    """The workers' lines as they are written: what a worker prints is seen only at its end."""
    file.touch()
    with file.open(encoding="utf-8") as said:
        while True:
            if line := said.readline():
                print(line, end="", flush=True)
            else:
                time.sleep(0.5)


if __name__ == "__main__":
    sys.exit(main())
