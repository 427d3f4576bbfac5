"""Kept filters around a list: read once a page, shown above the list, and taken as what the list opens with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import resolve

from peyvand.filters.models import KeptFilter
from peyvand.filters.queries import filters_of
from peyvand.scope.acting import PUBLIC

View = Callable[[HttpRequest], HttpResponse]
V = TypeVar("V", bound=Callable[..., Any])
# Belongs to one look at a list, not to its question.
PASSING = ("after", "before", "export", "all")


def finds_people(view: V) -> V:
    """Say of a list that a search in it is a name. A kept filter leaves it out: the site may have to forget whom it belongs to."""
    view.finds_people = True  # type: ignore[attr-defined]
    return view


def kept_here(request: HttpRequest) -> list[KeptFilter]:
    """Those of this reader for the list at this address."""
    if not hasattr(request, "kept_here"):
        by = getattr(request, "acting", PUBLIC)
        rows = filters_of(by).filter(path=request.path) if by.membership_id else KeptFilter.objects.none()
        request.kept_here = list(rows)  # type: ignore[attr-defined]
    return request.kept_here  # type: ignore[attr-defined]


def question(path: str, query: QueryDict) -> str:
    """What the address of a list asks and may be kept, in one order and without empty values: the same question is the same text."""
    passing = (*PASSING, "q") if getattr(resolve(path).func, "finds_people", False) else PASSING
    asked = QueryDict(mutable=True)
    for name in sorted(query):
        if name not in passing:
            asked.setlist(name, [value for value in query.getlist(name) if value])
    return asked.urlencode()


@dataclass(frozen=True)
class Kept:
    """One kept filter above its list. `lost` are the names of what it asks and the list no longer knows."""

    row: KeptFilter
    current: bool
    lost: list[str]


@dataclass(frozen=True)
class KeptBar:
    """`question` is what could be kept now, "" where nothing is asked or it is kept already; `all_url` asks nothing."""

    filters: list[Kept]
    question: str
    all_url: str

    @property
    def current(self) -> Kept | None:
        return next((one for one in self.filters if one.current), None)


def kept_bar(request: HttpRequest, known: Sequence[str]) -> KeptBar | None:
    """`known` are the names the list's filters go by; None for a reader without a role."""
    if not getattr(request, "acting", PUBLIC).membership_id:
        return None
    asked = question(request.path, request.GET)
    bar = [
        Kept(one, one.query == asked, [name for name in QueryDict(one.query) if name not in (*known, "sort")])
        for one in kept_here(request)
    ]
    is_new = asked and not any(one.current for one in bar)
    return KeptBar(bar, asked if is_new else "", f"{request.path}?all=1")


class KeptFilters:
    """A list opened by its bare address shows what its reader chose to open it with."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.method != "GET" or request.GET or not getattr(view, "exportable", False):
            return None
        opening = next((one for one in kept_here(request) if one.opens), None)
        return HttpResponseRedirect(opening.url) if opening else None
