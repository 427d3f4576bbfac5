"""Pages by key: rows after or before the one a cursor names, so that none is shown twice or skipped when others come and go."""

import base64
import binascii
import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

from peyvand.scope.bulk import first_rows

_TYPES: dict[str, Callable[[str], Any]] = {
    "str": str, "int": int, "float": float, "Decimal": Decimal, "UUID": UUID,
    "date": date.fromisoformat, "datetime": datetime.fromisoformat, "bool": lambda text: text == "True",
}  # fmt: skip


def encode(path: str, *key: Any) -> str:
    """A cursor: the order it belongs to, and the key (sort value, primary key) of a row."""
    parts = [[type(part).__name__, part.isoformat() if isinstance(part, date) else str(part)] for part in key]
    return base64.urlsafe_b64encode(json.dumps([path, *parts]).encode()).decode().rstrip("=")


def decode(path: str, cursor: str) -> tuple[Any, Any] | None:
    """The key in a cursor; None when it is damaged or belongs to another order, which shows the first page."""
    try:
        order, *parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        value, pk = (_TYPES[kind](text) for kind, text in parts)
    except (ValueError, KeyError, TypeError, ArithmeticError, binascii.Error):
        return None
    damaged = order != path or any(isinstance(part, str) and "\0" in part for part in (value, pk))
    return None if damaged else (value, pk)


def keyset(
    rows: QuerySet, path: str, per_page: int, *, after: str = "", before: str = ""
) -> tuple[list[Any], str, str]:
    """One page in the order (path, pk): the rows, the cursor for older rows, the cursor for newer ones ("" = none)."""
    rows, moved = _beyond_or_all(rows, path, before or after, backwards=bool(before))
    backwards = bool(before) and moved
    found = first_rows(by_key(rows, path, backwards=backwards), per_page + 1)
    more, page = len(found) > per_page, found[:per_page]
    if backwards:
        page.reverse()
    if not page:
        return [], "", ""
    older = cursor_of(page[-1], path) if (more or backwards) else ""
    newer = cursor_of(page[0], path) if (moved and (more or not backwards)) else ""
    return page, older, newer


def by_key(rows: QuerySet, path: str, *, backwards: bool = False) -> QuerySet:
    """The rows in the order (path, pk), both downwards where the path has a minus."""
    sign = "-" if path.startswith("-") != backwards else ""
    return rows.order_by(sign + path.removeprefix("-"), f"{sign}pk")


def cursor_of(row: Model, path: str) -> str:
    return encode(path, attrgetter(path.removeprefix("-").replace("__", "."))(row), row.pk)


def _beyond_or_all(rows: QuerySet, path: str, cursor: str, backwards: bool) -> tuple[QuerySet, bool]:
    """The rows after a cursor and True; all rows and False when there is no cursor or it cannot be one of this list."""
    key = decode(path, cursor)
    if key is None:
        return rows, False
    try:
        return rows.filter(_beyond(path, key, backwards)), True
    except (ValueError, TypeError, ValidationError):
        return rows, False


def _beyond(path: str, key: tuple[Any, Any], backwards: bool) -> Q:
    """Rows after `key` in the order (path, pk). The first condition alone is a range the index can use."""
    value, pk = key
    name, side = path.removeprefix("-"), "lt" if path.startswith("-") != backwards else "gt"
    return Q(**{f"{name}__{side}e": value}) & (Q(**{f"{name}__{side}": value}) | Q(**{f"pk__{side}": pk}))
