"""Tracking by code, without signing in: for the one who asks and for the one who gives, never about the other person."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from peyvand.flow.capacity.enums import CapacityState
from peyvand.flow.commitment.enums import CommitmentState
from peyvand.flow.commitment.rules import is_late
from peyvand.flow.need.enums import ClosedAs, NeedState
from peyvand.flow.tracking import Subject, Tracked, find
from peyvand.journal import pace
from peyvand.kernel.codes import read_code
from peyvand.kernel.jalali import business_date
from peyvand.scope.database import scope
from peyvand.web.forms import Form
from peyvand.web.lists import Badge
from peyvand.web.pages.access import everyone, open_to
from peyvand.web.pages.words import named, promise_badge, steps
from peyvand.web.templatetags.peyvand_format import jdate, quantity


class CodeForm(Form):
    code = forms.CharField(
        label=_("Tracking code"),
        max_length=40,
        help_text=_("Twelve digits from your receipt; spaces and dashes do not matter"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "dir": "ltr", "class": "short"}),
    )

    def clean_code(self) -> str:
        code = read_code(self.cleaned_data["code"])
        if code is None:
            raise forms.ValidationError(
                _("This is not a whole tracking code. Check its twelve digits; one may be mistyped.")
            )
        return code


def too_many(request: HttpRequest) -> bool:
    """Whether this account, or without one this address, has tried too often within a minute, here or over the API."""
    who = pace.caller(request, request.acting.account_id)  # type: ignore[attr-defined]
    return not pace.allowed(what="tracking", who=who, most=settings.TRACKING_CALLS_A_MINUTE, now=timezone.now())


@require_http_methods(["GET", "POST"])
@open_to(everyone)
def track(request: HttpRequest) -> HttpResponse:
    """A POST, though it only reads: a code is not left in addresses and logs."""
    with scope(request.acting):  # type: ignore[attr-defined]
        if request.method == "GET":
            return _page(request, CodeForm(initial={"code": request.GET.get("code", "")[:40]}))
        form = CodeForm(request.POST)
        if too_many(request):
            form.add_error(None, _("Those were many tries in a short time. Wait a minute, then try again."))
            return _page(request, form, status=429)
        found = find(form.cleaned_data["code"]) if form.is_valid() else None
        if found is None and form.is_valid():
            form.add_error(
                "code",
                _(
                    "Nothing is known under this code. Check it against your receipt, or ask the office that gave it to you."
                ),
            )
        return _page(request, form, _shown(found) if found else {})


def _page(request: HttpRequest, form: CodeForm, found: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    return render(request, "web/pages/track.html", {"form": form} | (found or {}), status=status)


def _shown(row: Tracked) -> dict[str, Any]:
    titles = {
        Subject.NEED: _("What you told us you need"),
        Subject.PROMISE: _("What you promised"),
        Subject.CAPACITY: _("What you offered"),
    }
    facts = [
        (_("Kind of help"), named(row.kind)),
        (_("Quantity"), quantity(row.quantity, row.kind.unit)),
        (_("County"), named(row.county) or "—"),
        (_("Recorded on"), jdate(row.since)),
    ]
    return {
        "found": row,
        "title": titles[row.subject],
        "badge": _badge(row),
        "facts": facts,
        "steps": _steps(row),
        "next": _next(row),
    }


def _badge(row: Tracked) -> Badge:
    today = business_date(timezone.now())
    if row.subject is Subject.PROMISE:
        return promise_badge(row.state, row.next_date or today, today)
    if row.subject is Subject.CAPACITY:
        return Badge(CapacityState(row.state).label, "going" if row.state == CapacityState.OPEN else "stopped")
    if row.state == NeedState.CLOSED:
        return Badge(ClosedAs(row.closed_as).label, "done" if row.closed_as == ClosedAs.MET else "stopped")
    return Badge(NeedState(row.state).label, "going" if row.promised else "waiting")


def _of(part: int, row: Tracked) -> str:
    amounts = {"part": quantity(part, row.kind.unit), "all": quantity(row.quantity, row.kind.unit)}
    return gettext("%(part)s of %(all)s") % amounts if part else ""


def _steps(row: Tracked) -> list[dict[str, Any]]:
    today = business_date(timezone.now())
    stopped = row.closed_as in (ClosedAs.WITHDRAWN, ClosedAs.EXPIRED) or row.state in (
        CommitmentState.BROKEN, CommitmentState.WITHDRAWN, CommitmentState.LAPSED,
    )  # fmt: skip
    late = row.next_date is not None and row.next_date < today
    full, whole = row.promised >= row.quantity, row.done >= row.quantity
    first = {Subject.NEED: _("Told"), Subject.PROMISE: _("Promised"), Subject.CAPACITY: _("Offered")}[row.subject]
    opened = "done" if row.state != NeedState.DRAFT else "current"
    if row.subject is Subject.PROMISE:
        middle = (
            ("done", _("Agreed by both sides"))
            if row.state != CommitmentState.OFFERED
            else ("current", _("Waits for the other side's yes"))
        )
        second = (_("Agreed"), "stopped" if stopped else middle[0], "" if stopped else str(middle[1]), "")
    else:
        second = (
            _("Promised"),
            "stopped" if stopped and not full else "done" if full else "current" if opened == "done" else "ahead",
            _of(row.promised, row),
            "",
        )
    arriving = (
        "done"
        if whole
        else "stopped"
        if stopped
        else "late"
        if late
        else "current"
        if row.underway or (row.promised and second[1] == "done")
        else "ahead"
    )
    return steps([
        (first, opened, jdate(row.since), ""),
        second,
        (_("Arrived and accepted"), arriving, _of(row.done, row), ""),
    ])  # fmt: skip


def _next(row: Tracked) -> str:
    today = business_date(timezone.now())
    if row.next_date is None:
        waits = row.subject is Subject.NEED and row.state == NeedState.OPEN
        return gettext("No date is set yet: the need is open and is looked at in every matching.") if waits else ""
    day = jdate(row.next_date)
    if is_late(state=CommitmentState.ACCEPTED, due=row.next_date, today=today):
        return gettext("It was due on %(day)s and is late; the office that keeps it sees that too.") % {"day": day}
    return gettext("Next date: %(day)s") % {"day": day}
