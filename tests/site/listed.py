"""What a list of the API holds beside what row security lets through."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from peyvand.scope.acting import STAFF, Acting, Role, within


def anybody(by: Acting) -> bool:
    return True


def signed_in(by: Acting) -> bool:
    return by.role is not Role.PUBLIC


def staff(by: Acting) -> bool:
    return by.role in STAFF


@dataclass(frozen=True)
class Listed:
    """A list of the API: of which table, whose it is, and which rows it holds; `key` names a row in its answer."""

    model: type
    open_to: Callable[[Acting], bool] = signed_in
    holds: Callable[[Acting, Any], bool] = lambda by, row: True
    key: str = "id"


@dataclass(frozen=True)
class Below:
    """A list below one row, `parent`: its rows name it in `column`, and are named by `key` in the answer."""

    parent: type
    model: type
    column: str
    key: str = "id"


def place_of(row: Any) -> str:
    named = next((one for one in ("path", "place_path") if hasattr(row, one)), None)
    if named == "path" and hasattr(row, "place"):
        return row.place.path
    return getattr(row, named) if named else row.need.place_path


def in_area(by: Acting, row: Any) -> bool:
    return within(place_of(row), by.place_path)
