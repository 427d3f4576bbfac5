"""The list of proposals: how each stands, and how its clock does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from peyvand.extend.discovery import programme
from peyvand.extend.pages import writes_are_open
from peyvand.kernel.jalali import business_date
from peyvand.programmes.proposals import actions, permissions, queries, rules
from peyvand.programmes.proposals.enums import ProposalState
from peyvand.programmes.proposals.forms import ProposalFilters, name_of
from peyvand.programmes.proposals.models import Proposal
from peyvand.scope.acting import Acting
from peyvand.web.exports import export, exportable
from peyvand.web.lists import Badge, Column, ListSpec, list_page
from peyvand.web.pages.access import acting, today
from peyvand.web.programmes import first_step
from peyvand.web.templatetags.peyvand_format import number

SLUG = actions.SLUG
_TONES = {
    ProposalState.RECEIVED: "waiting", ProposalState.ROUTED: "waiting", ProposalState.ANSWERED: "going",
    ProposalState.UNDER_WAY: "going", ProposalState.DONE: "done", ProposalState.NOT_DONE: "stopped",
    ProposalState.REFUSED: "stopped", ProposalState.WITHDRAWN: "stopped",
}  # fmt: skip


def is_open(by: Acting) -> bool:
    return writes_are_open(programme(SLUG), by, timezone.now())


def is_late(row: Proposal) -> bool:
    return rules.is_overdue(state=row.state, answer_by=row.answer_by, today=today())


def promise_passed(row: Proposal) -> bool:
    return rules.is_promise_passed(state=row.state, promised_by=row.promised_by, today=today())


def badge(row: Proposal) -> Badge:
    if row.merged_into_id is not None:
        return Badge(gettext("Joined to another one"), "stopped")
    if is_late(row):
        return Badge(gettext("Answer overdue"), "late")
    if promise_passed(row):
        return Badge(gettext("The promised day has passed"), "late")
    return Badge(row.get_state_display(), _TONES[ProposalState(row.state)])


LIST = ListSpec(
    name="proposals",
    title=_("Proposals"),
    columns=(
        Column("title", _("Proposal"), link=lambda row: reverse(f"{SLUG}:one", args=[row.pk])),
        Column("number", _("Number"), value="shown_number", kind="code"),
        Column("supporters", _("Supporters"), kind="number", sort="supporters"),
        Column("state", _("State"), value=badge, kind="badge"),
        Column("body", _("Body in charge"), value=lambda row: name_of(row.body) if row.body else ""),
        Column("clock", _("Clock")),
        Column("answer_by", _("Answer by"), kind="date"),
        Column("written", _("Handed in"), value="written_at", kind="date", sort="written_at"),
    ),
    default_sort="-supporters",
    filters=ProposalFilters,
    empty_title=_("No proposal yet"),
    empty_text=_("Write the first one: with its problem, its first step and who should do it."),
    first_step=first_step(
        SLUG, (permissions.may_write, _("Write a proposal"), "new"),
        else_=_("Proposals are written by residents and by people of organisations, once they have signed in."),
    ),
)  # fmt: skip


def clocked(spec: ListSpec, clock: rules.Calendar) -> ListSpec:
    """The list with how the clock of each stands."""
    day = today()
    passed = cache(lambda since: clock.between(since, day))
    columns = tuple(
        replace(one, value=lambda row: clock_in_words(row, passed)) if one.name == "clock" else one
        for one in spec.columns
    )
    return replace(spec, columns=columns)


def without_day(spec: ListSpec) -> ListSpec:
    """As a page shows it: the clock says there how long it is, and a file keeps the day too."""
    return replace(spec, columns=tuple(one for one in spec.columns if one.name != "answer_by"))


def clock_in_words(row: Proposal, passed: Callable[[date], int]) -> str:
    """Working days since it was handed in and not sent to anybody, or until the answer and beyond. `passed` counts them from a day."""
    if row.merged_into_id is not None:
        return ""
    if row.state == ProposalState.RECEIVED:
        days = passed(business_date(row.written_at))
        told = ngettext("not sent to a body for %(n)s working day", "not sent to a body for %(n)s working days", days)
    elif row.state == ProposalState.ROUTED and row.answer_by is not None:
        days = passed(row.answer_by)
        late = ngettext("%(n)s working day overdue", "%(n)s working days overdue", days)
        told = late if days > 0 else ngettext("%(n)s working day left", "%(n)s working days left", -days)
    else:
        return ""
    return told % {"n": number(abs(days))}


# What `?show=` asks for, beside the filters.
_SHOWN: dict[str, Callable[[Acting, date], QuerySet[Proposal]]] = {
    "late": lambda by, day: Proposal.objects.filter(queries.overdue(day), merged_into__isnull=True),
    "passed": lambda by, day: Proposal.objects.filter(queries.promise_passed(day), merged_into__isnull=True),
    "own_passed": queries.own_passed,
    "unsent": lambda by, day: queries.unsent(),
    "waiting": lambda by, day: queries.waiting_for(by),
    "unrouted": lambda by, day: queries.unrouted(by),
}


@exportable
@require_GET
def all_proposals(request: HttpRequest) -> HttpResponseBase:
    by, day = acting(request), today()
    rows, only = queries.proposals(), request.GET.get("show", "")
    if only in _SHOWN:
        rows = rows.filter(pk__in=_SHOWN[only](by, day).order_by().values("pk"))
    glance = queries.glance(by, day)
    spec, standing = clocked(LIST, glance.clock), glance.standing
    if (file := export(request, spec, rows)) is not None:
        return file
    writes = permissions.may_write(by) is None
    context = {
        "page": list_page(request, without_day(spec), rows),
        "only": only,
        "waiting": standing.waiting if by.role in permissions.ANSWERERS else 0,
        "unrouted": standing.unrouted if by.role in permissions.SECRETARIAT else 0,
        "late": standing.late,
        "passed": standing.passed,
        "may_write": writes and is_open(by),
        "reads_news": writes,
        "unread": glance.unread if writes else 0,
    }
    return render(request, "proposals/list.html", context)
