"""What a programme tells the tests of this folder: its rows, who may see them, and what its addresses give.

Each has a file `tests/sights.py` in its folder, with `SIGHTS = ProgrammeSights(...)`; `docs/programmes.md` says how it is written.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

from tests.site.listed import Below, Listed
from tests.site.rules import Rule
from tests.world import World

from peyvand.extend.discovery import programmes
from peyvand.scope.acting import Acting

# Whether a row is one of those that a filter of the API asks for: `(sights, by, row, value)`, `sights` as in `tests/site/sights.py`.
Meaning = Callable[[Any, Acting, Any, Any], bool]


@dataclass(frozen=True)
class ProgrammeSights:
    """Paths begin below the programme's own, as in its manifest: "" or "/sessions/{high_session_id}"."""

    # Lays its rows into the province, by its own acts, some of them in the reach of some people only.
    lay_down: Callable[[World], None]
    # Who may see the rows of each of its tables; `related` is read with them, `marked` the column of a word found in one row alone.
    rules: Mapping[type, Rule]
    related: Mapping[type, tuple[str, ...]] = field(default_factory=dict)
    marked: Mapping[type, str] = field(default_factory=dict)
    # Which row a number names in its addresses, its filters and what is sent to it, where the core does not say so.
    numbers: Mapping[str, type] = field(default_factory=dict)
    # What a text in its addresses and filters may be.
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    meanings: Mapping[str, Meaning] = field(default_factory=dict)
    # Its reading routes of the API: lists, lists below one row, single rows for which more is asked than to see them, and what is
    # neither, which is judged by its words alone.
    lists: Mapping[str, Listed] = field(default_factory=dict)
    below: Mapping[str, Below] = field(default_factory=dict)
    only: Mapping[str, Callable[[Acting, Any], bool]] = field(default_factory=dict)
    other: frozenset[str] = frozenset()


NO_SIGHTS = ProgrammeSights(lay_down=lambda world: None, rules={})


@cache
def programme_sights() -> dict[str, ProgrammeSights]:
    """Those of every programme found, by slug; of one that tells nothing `NO_SIGHTS`, and `missing` says so."""
    return {slug: _told(slug) or NO_SIGHTS for slug in programmes()}


def missing(slug: str) -> str:
    """What has to be written, or nothing."""
    if _told(slug):
        return ""
    return (
        f"write src/peyvand/programmes/{slug}/tests/sights.py with SIGHTS = ProgrammeSights(...): how its rows are laid into a province,"
        " who may see the rows of each of its tables, which row each number in its addresses names, and what its reading routes give"
        " (docs/programmes.md, “Who sees what”)"
    )


def _told(slug: str) -> ProgrammeSights | None:
    name = f"peyvand.programmes.{slug}.tests"
    try:
        return import_module(f"{name}.sights").SIGHTS
    except ModuleNotFoundError as error:
        if error.name not in (name, f"{name}.sights"):
            raise
        return None


def sights_of(address: str) -> ProgrammeSights:
    """Those of the programme whose page or route stands at an address."""
    parts = address.strip("/").split("/")
    return programme_sights().get(parts[1], NO_SIGHTS) if parts[0] == "programmes" and len(parts) > 1 else NO_SIGHTS


def of_all(what: str) -> dict[str, Any]:
    """`lists`, `below` or `only` of all programmes together, by whole paths."""
    return {
        f"/programmes/{slug}{path}": one
        for slug, sights in programme_sights().items()
        for path, one in getattr(sights, what).items()
    }
