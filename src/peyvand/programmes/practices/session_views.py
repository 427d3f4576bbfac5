"""High sessions: what was nominated, what stands in the book, and the book itself on paper."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from peyvand.people.queries import not_two_people
from peyvand.programmes.practices import book, permissions, queries, session_actions
from peyvand.programmes.practices.actions import SLUG
from peyvand.programmes.practices.enums import NominationState, SessionState
from peyvand.programmes.practices.forms import AnswerForm, SessionFilters, SessionForm
from peyvand.programmes.practices.models import Nomination
from peyvand.programmes.practices.pages import Asking, asked, is_open
from peyvand.web.exports import export, exportable
from peyvand.web.lists import Badge, Column, ListSpec, list_page
from peyvand.web.pages import acts
from peyvand.web.pages.access import acting, today
from peyvand.web.pages.downloads import pdf
from peyvand.web.pages.words import named
from peyvand.web.programmes import first_step

_TONES = {
    NominationState.PROPOSED: "waiting", NominationState.ACCEPTED: "done", NominationState.DECLINED: "stopped",
    SessionState.OPEN: "going", SessionState.CLOSED: "done",
}  # fmt: skip


def of_session(high_session_id: int) -> str:
    return reverse(f"{SLUG}:session", args=[high_session_id])


def _badge(row: Any) -> Badge:
    return Badge(row.get_state_display(), _TONES[row.state])


def _crumbs() -> list[tuple[Any, str]]:
    return [(_("Practices"), reverse(f"{SLUG}:list")), (_("High sessions"), reverse(f"{SLUG}:sessions"))]


LIST = ListSpec(
    name="high-sessions",
    title=_("High sessions"),
    columns=(
        Column("title", _("High session"), link=lambda row: of_session(row.pk)),
        Column("host", _("Before whom")),
        Column("held", _("Held on"), value="held_date", kind="date", sort="held_date"),
        Column("place", _("For which place"), value=lambda row: named(row.place)),
        Column("state", _("State"), value=_badge, kind="badge"),
        Column("book", _("In the book"), value="in_book", kind="number"),
    ),
    default_sort="-held_date",
    filters=SessionFilters,
    empty_title=_("No high session yet"),
    empty_text=_("A session is called by an HQ leader; practices are then nominated to it."),
    first_step=first_step(SLUG, (permissions.may_call_session, _("Call a high session"), "session_new"), else_=""),
)


@exportable
@require_GET
def sessions(request: HttpRequest) -> HttpResponseBase:
    by = acting(request)
    if (file := export(request, LIST, queries.sessions())) is not None:
        return file
    context = {
        "page": list_page(request, LIST, queries.sessions()),
        "may_call": permissions.may_call_session(by) is None and is_open(by),
        "crumbs": _crumbs()[:1],
    }
    return render(request, "practices/sessions.html", context)


@require_GET
def session(request: HttpRequest, high_session_id: int) -> HttpResponseBase:
    by = acting(request)
    row = queries.one_session(high_session_id)
    opened, takes = is_open(by), row.state == SessionState.OPEN
    keeps = opened and permissions.may_keep_session(by, row) is None

    nominations = list(queries.nominations_of(high_session_id))
    nominators = queries.nominators(nominations) if keeps and takes else {}
    one_hand = not_two_people(by.account_id, timezone.now()) if nominators else set()

    def line(one: Nomination) -> dict[str, Any]:
        decides = keeps and takes
        decides = decides and not permissions.may_decide(by, row, nominator=nominators[one.pk], one_hand=one_hand)
        undecided = one.state == NominationState.PROPOSED
        return {
            "row": one, "badge": _badge(one), "may_decide": decides and undecided, "may_undo": decides and not undecided,
        }  # fmt: skip

    context = {
        "row": row,
        "badge": _badge(row),
        "lines": [line(one) for one in nominations],
        "may_close": keeps and takes,
        "may_reopen": keeps and not takes,
        "crumbs": _crumbs(),
    }
    return render(request, "practices/session.html", context)


@require_GET
def book_of(request: HttpRequest, high_session_id: int) -> HttpResponseBase:
    row = queries.one_session(high_session_id)
    return pdf(book.printed(request, row), f"{row.title}.pdf")


@require_http_methods(["GET", "POST"])
def new_session(request: HttpRequest) -> HttpResponseBase:
    by = acting(request)

    def run(form: SessionForm) -> int:
        return session_actions.call_session(**form.cleaned_data, by=by, now=timezone.now()).pk

    page = Asking(
        _("Call a high session"), _("Those who did it are heard there themselves; practices are nominated to it."),
        _("Call it"), reverse(f"{SLUG}:sessions"), _crumbs(),
    )  # fmt: skip
    return asked(
        request, lambda data: SessionForm(data, by=by, today=today()), lambda: page, run,
        lambda pk: (gettext("The session is called."), of_session(pk)), not_permitted="place",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def decline(request: HttpRequest, high_session_id: int, nomination_id: int) -> HttpResponseBase:
    def run(form: AnswerForm) -> int:
        session_actions.decline_nomination(
            nomination_id=nomination_id, answer=form.cleaned_data["answer"], by=acting(request), now=timezone.now()
        )
        return high_session_id

    def page() -> Asking:
        title = queries.one_session(high_session_id).title
        return Asking(_("Leave it out of the book"), title, _("Leave it out"), of_session(high_session_id), _crumbs())

    done = (gettext("It is not in the book; those who nominated it read why."), of_session(high_session_id))
    return asked(request, AnswerForm, page, run, lambda pk: done)


@require_POST
def accept(request: HttpRequest, high_session_id: int, nomination_id: int) -> HttpResponseBase:
    undo = reverse(f"{SLUG}:undecide", args=[high_session_id, nomination_id])
    return acts.act(
        request, lambda: session_actions.accept_nomination(nomination_id=nomination_id, by=acting(request), now=timezone.now()),
        gettext("It stands in the book."), of_session(high_session_id), undo=undo,
    )  # fmt: skip


@require_POST
def undecide(request: HttpRequest, high_session_id: int, nomination_id: int) -> HttpResponseBase:
    return acts.act(
        request, lambda: session_actions.undecide_nomination(nomination_id=nomination_id, by=acting(request), now=timezone.now()),
        gettext("It waits for a decision again."), of_session(high_session_id),
    )  # fmt: skip


@require_POST
def close(request: HttpRequest, high_session_id: int) -> HttpResponseBase:
    return acts.act(
        request, lambda: session_actions.close_session(high_session_id=high_session_id, by=acting(request), now=timezone.now()),
        gettext("The book is closed."), of_session(high_session_id), undo=reverse(f"{SLUG}:reopen", args=[high_session_id]),
    )  # fmt: skip


@require_POST
def reopen(request: HttpRequest, high_session_id: int) -> HttpResponseBase:
    return acts.act(
        request, lambda: session_actions.reopen_session(high_session_id=high_session_id, by=acting(request), now=timezone.now()),
        gettext("The book is open again."), of_session(high_session_id),
    )  # fmt: skip
