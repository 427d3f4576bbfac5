"""The first page of each role: what waits, worst-off and oldest first."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from peyvand.extend.programme import Waits
from peyvand.filters.queries import filters_of
from peyvand.flow.figures import head_figures
from peyvand.flow.need.permissions import may_open_need
from peyvand.journal.models import Event
from peyvand.journal.queries import seal_state
from peyvand.kernel.jalali import business_date
from peyvand.people.enums import MemberRole
from peyvand.people.models import Look, Membership, Organisation
from peyvand.people.permissions import may_manage_people
from peyvand.places.models import Place
from peyvand.scope.acting import Acting, Role
from peyvand.scope.bulk import in_area
from peyvand.web.pages import home_blocks as blocks
from peyvand.web.pages import words
from peyvand.web.pages.access import acting, members, now, open_to
from peyvand.web.pages.act_words import act_in_words
from peyvand.web.pages.home_reading import ROWS, Block, Line, Waiting, WaitingAsValues, next_step, shown
from peyvand.web.pages.home_words import due_or_waits
from peyvand.web.pages.people import memberships_of_area
from peyvand.web.programmes import waits_for
from peyvand.web.templatetags.peyvand_format import jdatetime, number

# Files that are ready stand on the first page for so long; among one's exports until they expire.
_FRESH = timedelta(days=1)

Maker = Callable[[Acting, date], Block | Waiting]

_FIELD: tuple[Maker, ...] = (
    blocks.to_confirm, blocks.late_promises, blocks.lost_a_giver, blocks.to_vouch, blocks.to_accept, blocks.open_longest,
)  # fmt: skip
_LEADERS: tuple[Maker, ...] = (
    blocks.late_promises, blocks.lost_a_giver, blocks.without_capacity, blocks.overrides_to_sign, blocks.suggestions_unanswered,
    blocks.stories_to_review, blocks.to_vouch,
)  # fmt: skip
_MANAGER: tuple[Maker, ...] = (
    blocks.own_promises_due, blocks.suggestions_to_answer, blocks.to_accept, blocks.running_out, blocks.to_confirm,
    blocks.late_promises, blocks.looks_taken,
)  # fmt: skip


def auditor_looks(by: Acting, today: date) -> Block:
    rows = Look.objects.filter(membership_id=by.membership_id, until__gt=now()).select_related("organisation")
    found = list(rows.order_by("until")[:ROWS])
    lines = [
        Line(
            words.named(one.organisation),
            reverse("journal") + "#look",
            _("open until %(at)s") % {"at": jdatetime(one.until)},
        )
        for one in found
    ]
    return Block("looks", _("Looks you have open"), len(found), lines, reverse("journal") + "#look")


def auditor_journal(by: Acting, today: date) -> Block:
    found = list(Event.objects.filter(in_area(by)).order_by("-at", "-pk")[:ROWS])
    lines = [Line(act_in_words(one.act), "", jdatetime(one.at)) for one in found]
    return Block("journal", _("What was done last in your area"), len(found), lines, reverse("journal"), counted=False)


def kept_people(by: Acting, today: date) -> Waiting:
    rows = memberships_of_area(by).filter(until__isnull=True).order_by("-since", "-pk")
    return Waiting(
        "people",
        _("Roles in force"),
        rows,
        lambda one: Line(
            f"{one.account.name} — {one.get_role_display()}",
            reverse("role_give", args=[one.pk]),
            words.named(one.organisation),
        ),
        reverse("people"),
    )


def kept_organisations(by: Acting, today: date) -> Waiting:
    rows = Organisation.objects.filter(in_area(by, "place__path"), is_active=True).order_by("-pk")
    return Waiting(
        "organisations",
        _("Organisations"),
        rows,
        lambda one: Line(words.named(one), "", one.get_kind_display()),
        reverse("start_organisations"),
    )


def kept_places(by: Acting, today: date) -> Waiting:
    rows = Place.objects.filter(in_area(by, "path")).order_by("-pk")
    return Waiting(
        "places",
        _("Places"),
        rows,
        lambda one: Line(
            words.named(one), reverse("neighbourhood", args=[one.path.rstrip("/")]), one.get_kind_display()
        ),
        reverse("start_places"),
    )


_OF_ROLE: dict[Role, tuple[Maker, ...]] = {
    Role.FACILITATOR: _FIELD,
    Role.SOCIAL_WORKER: _FIELD,
    Role.ORGANISATION_MANAGER: _MANAGER,
    Role.FIELD_LEADER: _LEADERS,
    Role.COUNTY_OFFICER: _LEADERS,
    Role.HQ_LEADER: _LEADERS,
    Role.GOVERNOR_OFFICE: (),
    Role.AUDITOR: (auditor_looks, auditor_journal),
    Role.ADMINISTRATOR: (kept_people, kept_organisations, kept_places),
    Role.RESIDENT: (blocks.received, blocks.own_needs, blocks.own_gifts),
}


def first_steps(by: Acting) -> list[tuple[str, str]]:
    """What to do first where nothing waits yet: (words, address)."""
    steps = []
    if by.role is Role.RESIDENT:
        return [
            (_("Tell what you need here, or tell your facilitator: it then stands on this page with its state."), ""),
            (_("Tell a need"), reverse("need_new")),
        ]
    if may_open_need(by) is None:
        steps.append((_("Record the first need"), reverse("need_new")))
    if by.role is Role.ORGANISATION_MANAGER:
        steps.append((_("Offer what your organisation can give"), reverse("capacities")))
    if by.role in (Role.FIELD_LEADER, Role.COUNTY_OFFICER, Role.HQ_LEADER):
        steps.append((_("Run the matching"), reverse("matching")))
    if may_manage_people(by) is None:
        steps.append((_("Open the first account"), reverse("account_new")))
    return steps


def daily(by: Acting) -> list[tuple[str, str]]:
    """The work of every day, whatever waits: (words, address), the first of them the main one where no next step is."""
    acts = []
    if by.role is Role.ORGANISATION_MANAGER:  # the others may too, but it is his daily work
        acts.append((_("Offer something"), reverse("capacity_new")))
    if may_open_need(by) is None:
        acts.append((_("Record a need"), reverse("need_new")))
    if by.role is Role.ADMINISTRATOR:
        acts.append((_("Open an account"), reverse("account_new")))
    if by.role is Role.AUDITOR:
        acts.append((_("Take a look from outside"), reverse("journal") + "#look"))
    return acts


def _stats(place: Place, today: date) -> list[dict[str, Any]]:
    """Figures only, withheld exactly as on the public page of the place, so that no two pages betray a third figure."""
    counts = head_figures(place.path, today=today)
    told = (
        (_("Open needs"), "open", ""),
        (_("Needs met"), "met", "joined"),
        (_("Promises kept"), "kept", "joined"),
        (_("Late promises"), "late", "late"),
        (_("Open capacities"), "capacities", ""),
    )
    return [
        {"label": label, "value": _("withheld") if counts[name] is None else number(counts[name]), "tone": tone}
        for label, name, tone in told
    ]


def _of_programmes(request: HttpRequest, today: date) -> Iterator[WaitingAsValues]:
    for slug, waits, rows in waits_for(request):
        yield WaitingAsValues(
            f"{slug}-{waits.name}", str(waits.title), rows, partial(_programme_line, waits, today), waits.url(),
            waits.late, str(waits.step),
        )  # fmt: skip


def _programme_line(waits: Waits, today: date, row: dict[str, Any]) -> Line:
    told = waits.line(row)
    when = due_or_waits(told.due, told.since or today, today) if told.due or told.since else None
    return Line(told.title, told.url, told.note, when=when)


@require_safe
@open_to(members)
def home(request: HttpRequest) -> HttpResponse:
    by, today = acting(request), business_date(now())
    made = [make(by, today) for make in _OF_ROLE[by.role]]
    ours = {one.name for one in made}
    waiting, empty = shown([*made, *_of_programmes(request, today), blocks.files_ready(by, now() - _FRESH)])
    governor = by.role is Role.GOVERNOR_OFFICE
    membership: Membership = request.membership  # type: ignore[attr-defined]
    context = {
        "role": dict(MemberRole.choices)[by.role.value],
        "membership": membership,
        "waiting": waiting,
        "next": next_step(waiting),
        "pinned": list(filters_of(by).filter(pinned=True)),
        "empty": [one for one in empty if one.name in ours],
        "steps": first_steps(by) if not waiting else [],
        "daily": daily(by),
        "stats": _stats(membership.place, today) if governor else [],
        "governor": governor,
        "seals": seal_state() if by.role is Role.AUDITOR else None,
    }
    return render(request, "web/pages/home.html", context)
