"""A list as a file: the same rows and columns as its page. A short one is answered at once, a long one by a job.

A page that has a list offers it in two lines:

    @exportable
    def needs(request):
        rows = needs_seen(acting(request))
        return export(request, SPEC, rows) or render(...)
"""

import tempfile
from collections.abc import Callable, Iterable
from typing import IO, Any, TypeVar

from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from peyvand.exports.enums import FileKind
from peyvand.exports.listing import Listed
from peyvand.exports.permissions import may_export
from peyvand.kernel.jalali import business_date, short_date
from peyvand.web.lists import ListSpec, in_order, narrowed
from peyvand.web.sheets import TYPES, demo_line, write_sheet

V = TypeVar("V", bound=Callable[..., Any])


class ListAnswer(HttpResponse):
    """What a page answers to whoever asks for its list by its address (`web.listed`)."""

    def __init__(self, listed: Listed, spec: ListSpec, rows: QuerySet) -> None:
        """`rows` are those of the page before its filters."""
        super().__init__(status=204)
        self.listed, self.spec, self.rows = listed, spec, rows


def exportable(view: V) -> V:
    """Say of a page that its list may be asked for by its address, when no browser waits: it answers through `export`."""
    view.exportable = True  # type: ignore[attr-defined]
    return view


def export(request: HttpRequest, spec: ListSpec, rows: QuerySet) -> HttpResponseBase | None:
    """The answer to `?export=csv` or `?export=xlsx` on a list's address; None when neither is asked for.

    A list too long to be answered at once gets a page with a button that hands it to the background. To a job: the list.
    """
    asks_for_list = getattr(request, "asks_for_list", False)
    kind = request.GET.get("export", "")
    if not spec.exports or not (asks_for_list or kind in FileKind.values):
        return None
    listed = listed_of(request, spec, rows)
    if asks_for_list:
        return ListAnswer(listed, spec, rows)
    if not listed.is_small():
        return _offer(request, listed, FileKind(kind))
    out = tempfile.SpooledTemporaryFile(max_size=8 * 2**20)  # noqa: SIM115 - the response closes it
    listed.write(out, kind, listed.read(), "")
    out.seek(0)
    return file_answer(out, listed.title, FileKind(kind))


def listed_of(request: HttpRequest, spec: ListSpec, rows: QuerySet) -> Listed:
    """The list under the filters and in the order of an address."""
    rows, _filters = narrowed(request, spec, rows)

    def write(out: IO[bytes], kind: str, found: Iterable[Any], folder: str) -> int:
        return write_sheet(out, spec, kind, found, folder)

    return Listed(spec.name, str(spec.title or spec.name), in_order(spec, rows, request.GET.get("sort", "")), write)


def file_answer(file: Any, title: str, kind: FileKind) -> FileResponse:
    """A file as an answer, under its title, the day and, on demonstration data, that mark."""
    today = short_date(business_date(timezone.now()), "en").replace("/", "-")
    name = " ".join(part for part in (title, today, demo_line()) if part)
    answer = FileResponse(file, as_attachment=True, filename=f"{name}.{kind.value}", content_type=TYPES[kind.value])
    answer["Cache-Control"] = "no-store"
    return answer


def _offer(request: HttpRequest, listed: Listed, kind: FileKind) -> HttpResponse:
    query = request.GET.copy()
    query.pop("export")
    address = f"{request.path}?{query.urlencode()}"
    by = request.acting  # type: ignore[attr-defined]
    context = {"title": listed.title, "address": address, "kind": kind, "why_not": may_export(by)}
    return render(request, "web/pages/export_offer.html", context)
