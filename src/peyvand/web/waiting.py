"""For programmes: reading the values behind a line of what waits (`extend.programme.Waits`)."""

from collections.abc import Mapping
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from peyvand.kernel.jalali import business_date
from peyvand.web.pages.words import named


def names_of(*beside: str) -> tuple[str, ...]:
    """What `values()` has to ask for so that `named_in` can name what stands beside a row."""
    return tuple(f"{one}__{name}" for one in beside for name in ("name_fa", "name_en"))


def named_in(row: Mapping[str, Any], beside: str) -> str:
    """The name, in the reader's language, of the place, organisation or specification at that path."""
    return named(SimpleNamespace(name_fa=row[f"{beside}__name_fa"], name_en=row[f"{beside}__name_en"]))


def day(value: str | None) -> date | None:
    """A day as `Waits.line` is given it."""
    return date.fromisoformat(value) if value else None


def day_of(moment: str | None) -> date | None:
    """The business date of a time as `Waits.line` is given it."""
    return business_date(datetime.fromisoformat(moment)) if moment else None
