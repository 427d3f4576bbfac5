"""The states of everything, drawn from the tables that hold: `python -m peyvand.extend.diagrams` writes `docs/states.md`."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from peyvand.extend.discovery import folders
from peyvand.kernel.states import LifeCycle

PACKAGE = Path(__file__).resolve().parent.parent
TARGET = PACKAGE.parent.parent / "docs" / "states.md"
_HEAD = """# States

Every kind of row has one life cycle. These pictures are drawn from the tables in the code by `python -m peyvand.extend.diagrams`; a test
compares them.
"""


def life_cycles() -> Iterator[tuple[str, LifeCycle]]:
    """Every life cycle of the core and of the programmes shipped with it, with the module it stands in."""
    shipped = [folder for folder in folders() if folder.is_relative_to(PACKAGE)]
    stages = sorted((PACKAGE / "flow").glob("*/rules.py"))
    for path in [
        *stages,
        PACKAGE / "exports" / "rules.py",
        PACKAGE / "votes" / "rules.py",
        *(folder / "rules.py" for folder in shipped),
    ]:
        if not path.is_file():
            continue
        name = ".".join(("peyvand", *path.relative_to(PACKAGE).with_suffix("").parts))
        for value in vars(import_module(name)).values():
            if isinstance(value, LifeCycle):
                yield name, value


def text() -> str:
    parts = [_HEAD]
    for module, life in life_cycles():
        parts.append(f"## {life.name}\n\n`{module}`\n\n```mermaid\n{life.diagram()}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text(), encoding="utf-8")
    print(TARGET, file=sys.stderr)
