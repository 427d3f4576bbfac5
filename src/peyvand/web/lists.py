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

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from decimal import Decimal
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from peyvand.scope.bulk import first_rows
from peyvand.web.forms import Form
from peyvand.web.kept import KeptBar, kept_bar
from peyvand.web.keyset import by_key, keyset
from peyvand.web.search import folded, like_written, written
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

    `searched` are ORM paths of columns that hold a `search_key`: every word typed must stand in one of them, or in one of
    `folded`, paths of texts without a key, of lists that stay short: those are folded as they are read.
    """

    searched: tuple[str, ...] = ()
    folded: tuple[str, ...] = ()
    lookups: dict[str, str] = {}
    q = forms.CharField(label=_("Search"), required=False, max_length=100, widget=forms.SearchInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not (self.searched or self.folded):
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
        return written(*self._keyed(rows, text))

    def similar(self, rows: QuerySet, text: str) -> QuerySet:
        """Rows like what was searched for: one slip away in a word, and not among those of `search`."""
        return like_written(*self._keyed(rows, text))

    def _keyed(self, rows: QuerySet, text: str) -> tuple[QuerySet, str, tuple[str, ...]]:
        keys = {f"key_{place}": folded(path) for place, path in enumerate(self.folded)}
        return (rows.alias(**keys) if keys else rows), text, (*self.searched, *keys)

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

    @property
    def html(self) -> SafeString:
        """Written here and not by a template: a page has some two hundred, and including a part takes longer than a question."""
        if self.url or self.column.kind == "code":
            shown = format_html('<bdi class="code">{}</bdi>' if self.column.kind == "code" else "{}", self.text)
            return format_html('<a href="{}">{}</a>', self.url, shown) if self.url else shown
        if self.column.kind == "badge" and self.value:
            return format_html('<span class="badge badge-{}">{}</span>', self.value.tone, self.text)
        return escape(self.text)


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
    like = [] if alike is None else first_rows(by_key(alike, path), spec.per_page)
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
    return by_key(rows, spec.sort_path(sort))
