"""One's own exports: what is being written, what is ready, what went wrong."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from peyvand.exports.actions import ask_export, cancel_export, delete_export
from peyvand.exports.enums import ExportState, Failure, FileKind
from peyvand.exports.listing import listed_at
from peyvand.exports.models import LONGEST_ADDRESS, Export
from peyvand.exports.permissions import may_export
from peyvand.exports.queries import exports_of
from peyvand.exports.taking import opened_file
from peyvand.kernel.refusals import BadValue, NotFound, Refusal
from peyvand.people.models import Account
from peyvand.scope.database import scope
from peyvand.web import notices
from peyvand.web.exports import file_answer
from peyvand.web.lists import Badge
from peyvand.web.pages.access import acting, members, now, open_to
from peyvand.web.pages.acts import act, done_or_said
from peyvand.web.templatetags.peyvand_format import percent

# More than anybody has at a time; the daily job takes the old ones away.
MOST_SHOWN = 100
_TONES = {
    ExportState.WAITING: "waiting",
    ExportState.RUNNING: "going",
    ExportState.DONE: "done",
    ExportState.FAILED: "wrong",
    ExportState.CANCELLED: "stopped",
}


_WHY = {
    Failure.RIGHTS: gettext_lazy("Your role has ended or changed since you asked. Choose your role and ask again from the list."),
    Failure.LIST: gettext_lazy("This list is no longer there, or no longer open to your role."),
    Failure.ROOM: gettext_lazy("There is no room left for files on the server. Tell those who run it, then ask again."),
    Failure.STOPPED: gettext_lazy("The writing was interrupted three times. Tell those who run the site, then ask again."),
    Failure.FAULT: gettext_lazy("Something went wrong in the writing, and was noted. Ask again, or tell those who run the site."),
}  # fmt: skip


def _line(export: Export) -> dict[str, Any]:
    state = ExportState(export.state)
    words = {
        ExportState.WAITING: _("Waits for its turn"),
        ExportState.RUNNING: _("Being written"),
        ExportState.DONE: _("Ready"),
        ExportState.FAILED: _("Failed"),
        ExportState.CANCELLED: _("Cancelled"),
    }
    return {
        "export": export,
        "badge": Badge(words[state], _TONES[state]),
        "why": _WHY[Failure(export.failure)] if export.failure else "",
        "kind": FileKind(export.kind).label,
        "done": state is ExportState.DONE,
    }


def _how_far(found: list[Export]) -> str:
    """What a live region says while a file grows: in quarters, for a voice that speaks every two seconds is switched off."""
    writing = next((one for one in found if one.is_unfinished and one.rows_about), None)
    if writing:
        share = percent(min(writing.rows_done * 4 // writing.rows_about, 4) / 4)
        return _("%(title)s: %(share)s written") % {"title": writing.title, "share": share}
    return "" if any(one.is_unfinished for one in found) else _("Nothing is being written any more.")


@never_cache
@require_safe
@open_to(members)
def exports(request: HttpRequest) -> HttpResponse:
    """All of them, newest first; while one is being written the page asks again by itself."""
    found = list(exports_of(acting(request)).order_by("-asked_at", "-pk")[:MOST_SHOWN])
    going = any(one.is_unfinished for one in found)
    context = {"lines": [_line(one) for one in found], "going": going, "said": _how_far(found)}
    return render(request, "web/pages/exports.html", context)


@require_POST
@open_to(may_export)
def export_ask(request: HttpRequest) -> HttpResponse:
    """Ask for the list on another page (`address`) as a file of `kind`."""
    by, at, address = acting(request), now(), request.POST.get("address", "")
    kind = request.POST.get("kind", "")
    if kind not in FileKind.values or len(address) > LONGEST_ADDRESS:
        raise BadValue(field="kind", reason="ask from the page of a list")
    assert isinstance(request.user, Account)
    with scope(by):
        listed = listed_at(address, by, request.user)

    def run() -> None:
        language = get_language() or "fa"
        ask_export(listed=listed, address=address, kind=FileKind(kind), language=language, by=by, now=at)

    if done_or_said(request, run):
        notices.say(request, _("The file is being written. You may go on working; it will wait for you here."))
    return redirect("exports")


@never_cache
@require_safe
@open_to(members)
def export_file(request: HttpRequest, export_id: int) -> HttpResponseBase:
    """The file, to its owner, while it may still be seen; else back to the page with the reason."""
    try:
        export, file = opened_file(export_id=export_id, by=acting(request), now=now())
    except NotFound:
        raise
    except Refusal as refusal:
        notices.refused(request, refusal)
        return redirect("exports")
    return file_answer(file, export.title, FileKind(export.kind))


@require_POST
@open_to(members)
def export_cancel(request: HttpRequest, export_id: int) -> HttpResponse:
    by, at = acting(request), now()
    return act(
        request, lambda: cancel_export(export_id=export_id, by=by, now=at), _("The export was cancelled."), reverse("exports")
    )  # fmt: skip


@require_POST
@open_to(members)
def export_delete(request: HttpRequest, export_id: int) -> HttpResponse:
    by, at = acting(request), now()
    return act(
        request, lambda: delete_export(export_id=export_id, by=by, now=at), _("The file was deleted."), reverse("exports")
    )  # fmt: skip
