"""Lists that professionals live in: search, filters, sorting, keyset pages and exports from one declaration.

    SPEC = ListSpec(
        name="needs",
        columns=(
            Column("code", _("Code"), link=lambda need: need.get_absolute_url()),
            Column("opened_at", _("Opened"), kind="date", sort="opened_at"),
        ),
        default_sort="-opened_at",
        filters=NeedFilters,
    )
    page = list_page(request, SPEC, needs_in_scope())  # two queries: one page of rows, one bounded count

A sort column must be NOT NULL in the database (annotate with Coalesce where it is not): the key of a page is
(sort column, primary key), so no row is shown twice or skipped when others come and go between two pages.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from operator import and_, attrgetter, or_
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from peyvand.kernel import slips
from peyvand.scope.bulk import first_rows
from peyvand.web.forms import Form
from peyvand.web.kept import KeptBar, kept_bar
from peyvand.web.templatetags import peyvand_format as show

_SHOWN: dict[str, Callable[[Any], str]] = {
    "text": lambda value: "" if value is None else str(value),
    "code": show.digits,
    "number": show.number,
    "percent": show.percent,
    "km": show.km,
    "toman": show.toman_text,
    "date": show.jdate_short,
    "time": show.jdatetime,
    "ago": show.jdate_ago,
    "badge": lambda value: "" if value is None else str(value.label),
}
_TYPES: dict[str, Callable[[str], Any]] = {
    "str": str, "int": int, "float": float, "Decimal": Decimal, "UUID": UUID,
    "date": date.fromisoformat, "datetime": datetime.fromisoformat, "bool": lambda text: text == "True",
}  # fmt: skip


_LAST_SIGN = "\U0010ffff"


@dataclass(frozen=True)
class Badge:
    """A state to show: tone is one of waiting, going, done, late, stopped, wrong."""

    label: Any
    tone: str = "waiting"


@dataclass(frozen=True)
class Column:
    """`value` is a dotted path or a function of the row (default: the name); `sort` an ORM path, empty = not sortable.

    `kind` is text, code, number, percent, km, toman (from rial), date, time, ago or badge (the value is a `Badge`).
    """

    name: str
    title: Any
    value: str | Callable[[Any], Any] = ""
    kind: str = "text"
    sort: str = ""
    link: Callable[[Any], str] | None = None

    def read(self, row: Any) -> Any:
        return self.value(row) if callable(self.value) else attrgetter(self.value or self.name)(row)

    @property
    def is_number(self) -> bool:
        return self.kind in ("number", "percent", "km", "toman")


def _unused(value: Any) -> bool:
    """A filter left empty; an unticked box too: it asks for all rows, not for those without."""
    return value is None or value is False or (not isinstance(value, int | float | Decimal) and not value)


class Filters(Form):
    """The filter bar of a list. A field filters by its own name, or by the lookup that `lookups` names for it
    (`__in` for a choice of several); an empty field and an unticked box filter nothing.

    `searched` are ORM paths of columns that hold a `search_key`: every word typed must stand in one of them.
    """

    searched: tuple[str, ...] = ()
    lookups: dict[str, str] = {}
    q = forms.CharField(label=_("Search"), required=False, max_length=100, widget=forms.SearchInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not self.searched:
            del self.fields["q"]

    def narrow(self, rows: QuerySet) -> QuerySet:
        """The rows that agree with every valid field; a field with an error narrows nothing and shows its error."""
        self.is_valid()
        for name, value in self.cleaned_data.items():
            if _unused(value):
                continue
            rows = self.search(rows, value) if name == "q" else rows.filter(**{self.lookups.get(name, name): value})
        return rows

    def search(self, rows: QuerySet, text: str) -> QuerySet:
        return written(rows, text, self.searched)

    def similar(self, rows: QuerySet, text: str) -> QuerySet:
        """Rows like what was searched for: one slip away in a word, and not among those of `search`."""
        return like_written(rows, text, self.searched)

    def alike(self, rows: QuerySet) -> QuerySet | None:
        """What `narrow` would leave if the one who searches had slipped once in a word; None where nothing was searched for."""
        if not self.is_bound or not self.is_valid() or not self.cleaned_data.get("q"):
            return None
        other = copy(self)
        other.search = self.similar  # type: ignore[method-assign]
        return other.narrow(rows)

    def used(self) -> int:
        return sum(not _unused(value) for value in getattr(self, "cleaned_data", {}).values())

    @property
    def of_search(self) -> forms.BoundField | None:
        return self["q"] if "q" in self.fields else None

    @property
    def beside_search(self) -> list[forms.BoundField]:
        """The others: on a phone they fold away, so that the list itself is on the first screen."""
        return [field for field in self if field.name != "q"]

    @property
    def is_narrowed(self) -> bool:
        """Whether one of these is used, or wrong."""
        values = getattr(self, "cleaned_data", {})
        return any(field.errors or not _unused(values.get(field.name)) for field in self.beside_search)


def exactly(text: str, paths: Sequence[str]) -> Q:
    """Every word stands in one of the search keys at `paths`, also where a space stands within it."""
    return reduce(and_, (_any(paths, _holds(word)) for word in slips.words(text)), Q())


def nearly(text: str, paths: Sequence[str]) -> Q:
    """Every word does so, or differs by one slip at most from a word of a key."""
    asked = ({**_holds(word), "regex": (slips.joined(word), slips.alike(word))} for word in slips.words(text))
    return reduce(and_, (_any(paths, one) for one in asked), Q())


def written(rows: QuerySet, text: str, paths: Sequence[str]) -> QuerySet:
    return rows.filter(exactly(text, paths))


def like_written(rows: QuerySet, text: str, paths: Sequence[str]) -> QuerySet:
    """The rows that `written` leaves out though they are near."""
    return rows.filter(nearly(text, paths)).exclude(exactly(text, paths)) if slips.words(text) else rows.none()


def _holds(word: str) -> dict[str, Any]:
    return {"contains": word} | ({"regex": (slips.joined(word),)} if len(word) >= slips.MAY_BE_APART else {})


def _any(paths: Sequence[str], lookups: Mapping[str, Any]) -> Q:
    """`contains` is one word, `regex` are patterns; without any letter of its own nothing is found by it."""
    asked = [(f"{path}__contains", lookups["contains"]) for path in paths]
    asked += [(f"{path}__regex", pattern) for path in paths for pattern in lookups.get("regex", ())]
    return reduce(or_, (Q(**{how: value}) for how, value in asked))


@dataclass(frozen=True)
class FirstStep:
    """What to do where nothing is yet: a button, or without an address the words that say who does it."""

    label: Any
    url: str = ""


@dataclass(frozen=True)
class ListSpec:
    """What a list is, apart from its rows. `count_limit`: counting stops there and the page says "N+".

    `acts` gives what a reader may do to many rows at once, each with `slug` and `label`.
    `first_step` says what this reader does first where the list is empty.
    `title` names its file and its line among one's exports; without one they show `name`.
    """

    name: str
    columns: tuple[Column, ...]
    default_sort: str
    filters: type[Filters] | None = None
    per_page: int = 25
    count_limit: int = 1000
    exports: bool = True
    title: Any = ""
    empty_title: Any = ""
    empty_text: Any = ""
    acts: Callable[[HttpRequest], Sequence[Any]] | None = None
    first_step: Callable[[HttpRequest], "FirstStep | None"] | None = None

    def sort_path(self, asked: str) -> str:
        """The ORM path, with its minus, of a `?sort=` that names a sortable column; else the default."""
        paths = {column.name: column.sort for column in self.columns if column.sort}
        path = paths.get(asked.removeprefix("-"))
        return f"{'-' if asked.startswith('-') else ''}{path}" if path else self.default_sort

    def cells(self, row: Any) -> list["Cell"]:
        """The row as it is shown; money, dates and numbers in the reader's language."""
        cells = []
        for column in self.columns:
            value = column.read(row)
            cells.append(Cell(column, value, _SHOWN[column.kind](value), column.link(row) if column.link else ""))
        return cells


@dataclass(frozen=True)
class Cell:
    column: Column
    value: Any
    text: str
    url: str = ""


@dataclass(frozen=True)
class Heading:
    column: Column
    url: str
    order: str


@dataclass
class ListPage:
    """Everything `web/parts/list.html` shows; `acts` are those that can be done to many of its rows (`web.bulk.choices`)."""

    spec: ListSpec
    objects: list[Any]
    headings: list[Heading]
    filters: Filters | None
    count: int
    counted_all: bool
    older_url: str = ""
    newer_url: str = ""
    csv_url: str = ""
    xlsx_url: str = ""
    address: str = ""
    clear_url: str = "?"
    sort: str = ""
    rows: list[list[Cell]] = field(default_factory=list)
    like: list[list[Cell]] = field(default_factory=list)
    acts: list[Any] = field(default_factory=list)
    kept: KeptBar | None = None
    first_step: FirstStep | None = None

    @property
    def numbered(self) -> list[tuple[Any, list[Cell]]]:
        """Each row with its primary key, for ticking it."""
        return [(getattr(one, "pk", None), row) for one, row in zip(self.objects, self.rows, strict=True)]

    @property
    def alike(self) -> "ListPage":
        """The rows that are only like what was searched: a table of their own, in which nothing is ticked."""
        return replace(self, objects=[None] * len(self.like), rows=self.like, acts=[], like=[])


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


def _cursor(row: Model, path: str) -> str:
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


def keyset(
    rows: QuerySet, path: str, per_page: int, *, after: str = "", before: str = ""
) -> tuple[list[Any], str, str]:
    """One page in the order (path, pk): the rows, the cursor for older rows, the cursor for newer ones ("" = none)."""
    rows, moved = _beyond_or_all(rows, path, before or after, backwards=bool(before))
    backwards = bool(before) and moved
    descending = path.startswith("-") != backwards
    found = first_rows(rows.order_by(*_order(path, descending)), per_page + 1)
    more, page = len(found) > per_page, found[:per_page]
    if backwards:
        page.reverse()
    if not page:
        return [], "", ""
    older = _cursor(page[-1], path) if (more or backwards) else ""
    newer = _cursor(page[0], path) if (moved and (more or not backwards)) else ""
    return page, older, newer


def starting(path: str, text: str) -> Q:
    """What begins with `text`, as a range: behind row policies PostgreSQL searches an index by ranges, never by patterns."""
    return Q(**{f"{path}__gte": text, f"{path}__lt": text + _LAST_SIGN})


def _order(path: str, descending: bool) -> tuple[str, str]:
    sign = "-" if descending else ""
    return sign + path.removeprefix("-"), f"{sign}pk"


def _url(query: QueryDict, **changes: str) -> str:
    dropped = {*changes, "after", "before", "export"}
    kept = [(name, value) for name, values in query.lists() for value in values if value and name not in dropped]
    return "?" + urlencode(kept + [(name, value) for name, value in changes.items() if value])


def _headings(spec: ListSpec, query: QueryDict, path: str) -> list[Heading]:
    headings = []
    for column in spec.columns:
        current = bool(column.sort) and column.sort == path.removeprefix("-")
        order = ("descending" if path.startswith("-") else "ascending") if current else ""
        turned = f"-{column.name}" if order == "ascending" else column.name
        headings.append(Heading(column, _url(query, sort=turned) if column.sort else "", order))
    return headings


def narrowed(request: HttpRequest, spec: ListSpec, rows: QuerySet) -> tuple[QuerySet, Filters | None]:
    """The rows that the filters in the address leave; what the page shows and the export writes alike."""
    filters = spec.filters(request.GET) if spec.filters else None
    return (filters.narrow(rows) if filters else rows), filters


def list_page(request: HttpRequest, spec: ListSpec, rows: QuerySet) -> ListPage:
    """One page of a list, in two queries whatever its size, and one for the filters its reader keeps (and those of the queryset's
    own prefetches).

    Where a search leaves one page or less, what is like it is asked for too, in the place of counting.
    """
    every = rows
    rows, filters = narrowed(request, spec, rows)
    query = request.GET
    path = spec.sort_path(query.get("sort", ""))
    cursors = {"after": query.get("after", ""), "before": query.get("before", "")}
    objects, older, newer = keyset(rows, path, spec.per_page, **cursors)
    whole = not (older or newer or any(cursors.values()))
    alike = filters.alike(every) if filters and whole else None
    like = [] if alike is None else first_rows(alike.order_by(*_order(path, path.startswith("-"))), spec.per_page)
    counted = len(objects) if whole else rows.order_by().values("pk")[: spec.count_limit + 1].count()
    kept = kept_bar(request, [*filters.fields, "place"]) if spec.exports and filters else None
    return ListPage(
        spec=spec,
        objects=objects,
        headings=_headings(spec, query, path),
        filters=filters,
        count=min(counted, spec.count_limit),
        counted_all=counted <= spec.count_limit,
        older_url=_url(query, after=older) if older else "",
        newer_url=_url(query, before=newer) if newer else "",
        csv_url=_url(query, export="csv") if spec.exports else "",
        xlsx_url=_url(query, export="xlsx") if spec.exports else "",
        address=request.path + _url(query),
        sort=query.get("sort", ""),
        rows=[spec.cells(row) for row in objects],
        like=[spec.cells(row) for row in like],
        acts=list(spec.acts(request)) if spec.acts else [],
        kept=kept,
        first_step=spec.first_step(request) if spec.first_step and not objects else None,
        clear_url=kept.all_url if kept and any(one.row.opens for one in kept.filters) else "?",
    )


def in_order(spec: ListSpec, rows: QuerySet, sort: str = "") -> QuerySet:
    """Every row in the list's order, for exports."""
    path = spec.sort_path(sort)
    return rows.order_by(*_order(path, path.startswith("-")))
