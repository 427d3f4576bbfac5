"""The pages of councils, resolutions and voices: each reads, or calls one action and leads on."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from peyvand.extend.discovery import programme
from peyvand.extend.pages import writes_are_open
from peyvand.kernel.refusals import Refusal
from peyvand.people.enums import MemberRole
from peyvand.people.models import Organisation
from peyvand.programmes.neighbourhoods import actions, council_acts, permissions, queries, rules
from peyvand.programmes.neighbourhoods.board_acts import board_url, own
from peyvand.programmes.neighbourhoods.council_words import council_name, session_name
from peyvand.programmes.neighbourhoods.enums import CouncilState, ResolutionState, SessionState, VoiceState
from peyvand.programmes.neighbourhoods.forms import (
    CouncilFilters,
    CouncilForm,
    KindForm,
    set_name,
)
from peyvand.programmes.neighbourhoods.known import KNOWN_SEATS, SEATS_SOURCE
from peyvand.programmes.neighbourhoods.minutes import minutes_of
from peyvand.programmes.neighbourhoods.models import Council, CouncilKind, Resolution, Voice
from peyvand.scope.acting import Acting, within
from peyvand.scope.database import scope
from peyvand.web import notices
from peyvand.web.doing import Acts, Offer
from peyvand.web.exports import export, exportable
from peyvand.web.lists import Badge, Column, ListSpec, list_page
from peyvand.web.pages.access import acting, refuse, today
from peyvand.web.pages.downloads import pdf
from peyvand.web.pages.thread import Step
from peyvand.web.pages.words import named
from peyvand.web.programmes import first_step, one_of
from peyvand.web.templatetags.peyvand_format import jdate, number

SLUG = actions.SLUG
MOST_BOARDS = 12  # on the first page of the programme; all of them are a list of their own
_RESOLUTION_TONES = {
    ResolutionState.OPEN: "waiting", ResolutionState.UNDERWAY: "going", ResolutionState.REPORTED: "going",
    ResolutionState.DONE: "done", ResolutionState.DROPPED: "stopped",
}  # fmt: skip
_VOICE_TONES = {
    VoiceState.WAITING: "waiting", VoiceState.ANSWERED: "going", VoiceState.SETTLED: "done", VoiceState.WITHDRAWN: "stopped",
}  # fmt: skip


def opened(by: Acting) -> bool:
    return writes_are_open(programme(SLUG), by, timezone.now())


def offers(acts: Acts, row: Any, by: Acting, is_open: bool, route: str) -> list[Offer]:
    return acts.offers(row, by, is_open, f"{SLUG}:{route}")


def council_badge(row: Council) -> Badge:
    return Badge(row.get_state_display(), "going" if row.state == CouncilState.STANDING else "stopped")


def resolution_badge(row: Resolution) -> Badge:
    late = rules.is_late(state=row.state, due=row.due_date, today=today())
    return badge(row.get_state_display(), _RESOLUTION_TONES[ResolutionState(row.state)], late)


def voice_badge(row: Voice) -> Badge:
    late = rules.is_late(state=row.state, due=row.answer_by, today=today())
    return badge(row.get_state_display(), _VOICE_TONES[VoiceState(row.state)], late)


def badge(label: str, tone: str, late: bool) -> Badge:
    return Badge(gettext("%(state)s, late") % {"state": label}, "late") if late else Badge(label, tone)


COUNCILS = ListSpec(
    name="councils",
    title=_("Councils"),
    columns=(
        Column("kind", _("Council"), value=lambda row: named(row.kind), link=lambda row: reverse(f"{SLUG}:council", args=[row.pk])),
        Column("place", _("Place"), value=lambda row: named(row.place), sort="place_path", link=lambda row: board_url(row.place_id)),
        Column("organisation", _("Papers kept by"), value=lambda row: named(row.organisation)),
        Column("state", _("State"), value=council_badge, kind="badge"),
        Column("founded", _("Founded"), value="founded_at", kind="date", sort="founded_at"),
    ),
    default_sort="place_path",
    filters=CouncilFilters,
    empty_title=_("No council yet"),
    empty_text=_("Found the council of a place; its history then stays with the place."),
    first_step=first_step(
        SLUG, (one_of(*permissions.KEEPERS), _("Found a council"), "found"),
        else_=_("Councils are founded by field staff, officers and the governor's office."),
    ),
)  # fmt: skip


@exportable
@require_GET
def home(request: HttpRequest) -> HttpResponseBase:
    by = acting(request)
    rows = queries.councils(by)
    if (file := export(request, COUNCILS, rows)) is not None:
        return file
    is_open, boards = opened(by), list(queries.boards(by)[: MOST_BOARDS + 1])
    context = {
        "page": list_page(request, COUNCILS, rows),
        "waiting": queries.waiting(by, today()),
        "boards": [(one, board_url(one.place_id)) for one in boards[:MOST_BOARDS]],
        "more_boards": len(boards) > MOST_BOARDS,
        "may_found": by.role in permissions.KEEPERS and is_open,
        "may_settle": permissions.may_settle(by) is None and is_open,
        "sees_served": by.is_staff,
    }  # fmt: skip
    return render(request, "neighbourhoods/home.html", context)


def found(request: HttpRequest) -> HttpResponseBase:
    by = acting(request)
    with scope(by):
        form = CouncilForm(request.POST or None, by=by, initial={"place": request.GET.get("place", "")})
        valid = form.is_valid()
        organisation = own(by) if valid else Organisation()
        if not valid:
            return _found_page(request, form, 422 if request.method == "POST" else 200)
        said = form.cleaned_data
    try:
        council = actions.found_council(
            kind_id=int(said["kind"]), place=said["place"], organisation=organisation, name_set=said["name_set"] or None,
            by=by, now=timezone.now(),
        )  # fmt: skip
    except Refusal as refusal:
        with scope(by):
            refuse(form, refusal, already_there="kind")
            return _found_page(request, form, 409)
    notices.done(request, gettext("The council was founded. Add its seats next."))
    return redirect(f"{SLUG}:council", council_id=council.pk)


def _found_page(request: HttpRequest, form: CouncilForm, status: int) -> HttpResponse:
    context = {
        "title": gettext("Found a council"), "button": gettext("Found the council"), "form": form, "back_url": reverse(f"{SLUG}:home"),
        "lead": gettext("A council stands once at a place, for good: what it did stays there when its members change."),
    }  # fmt: skip
    return render(request, "web/pages/form.html", context, status=status)


@require_GET
def council(request: HttpRequest, council_id: int) -> HttpResponseBase:
    by = acting(request)
    row = queries.one_council(council_id)
    hangs, day = queries.hanging_on(row), today()
    context = {
        "council": row,
        "title": council_name(row),
        "facts": _facts(row),
        "seats": [(seat, name) for seat, name in hangs.seats if seat.until is None or seat.until >= day],
        "past_seats": [seat for seat, _name in hangs.seats if seat.until is not None and seat.until < day],
        "sessions": hangs.sessions,
        "resolutions": [(one, resolution_badge(one)) for one in hangs.resolutions],
        "voices": [(one, voice_badge(one)) for one in hangs.voices],
        "more": hangs.more,
        "seats_source": SEATS_SOURCE if row.kind.slug in KNOWN_SEATS else "",
        "committees": hangs.committees,
        "acts": offers(council_acts.COUNCIL, row, by, opened(by), "council_act"),
        "board_url": board_url(row.place_id) if within(row.place_path, by.place_path) else "",
    }  # fmt: skip
    return render(request, "neighbourhoods/council.html", context)


def _facts(row: Council) -> list[tuple[Any, str]]:
    kind = row.kind
    facts = [
        (_("State"), str(row.get_state_display())),
        (_("Papers kept by"), named(row.organisation)),
        (_("Founded"), jdate(row.founded_at)),
        (_("Quorum"), gettext("more than %(share)s%% of the seats") % {"share": number(kind.quorum_percent)}),
        (_("Where its voice goes"), named(kind.upper)),
        (_("Time to answer a voice"), gettext("%(days)s business days") % {"days": number(kind.answer_days)}),
        (_("Source"), f"\u2066{kind.source}\u2069"),  # names of Latin papers within a Persian page
    ]
    if kind.chair_fa:
        facts.insert(2, (_("In the chair"), kind.chair_fa if named(kind) == kind.name_fa else kind.chair_en))
    if row.part_of is not None:
        facts.insert(0, (_("A committee of"), named(row.part_of.kind)))
    return [(name, value) for name, value in facts if value]


@require_GET
def session(request: HttpRequest, session_id: int) -> HttpResponseBase:
    by, row = acting(request), queries.one_session(session_id)
    context = {
        "session": row,
        "title": session_name(row),
        "items": row.items.order_by("position"),
        "present": row.attendances.select_related("seat").order_by("seat_id"),
        "resolutions": [(one, resolution_badge(one)) for one in row.resolutions.select_related("owner").order_by("number")],
        "is_held": row.state in (SessionState.HELD, SessionState.MINUTED),
        "no_quorum": row.state in (SessionState.HELD, SessionState.MINUTED) and row.present < row.needed,
        "acts": offers(council_acts.SESSION, row, by, opened(by), "session_act"),
    }  # fmt: skip
    return render(request, "neighbourhoods/session.html", context)


@require_GET
def minutes(request: HttpRequest, session_id: int) -> HttpResponseBase:
    return pdf(minutes_of(request, queries.one_session(session_id)), f"minutes-{session_id}.pdf")


@require_GET
def resolution(request: HttpRequest, resolution_id: int) -> HttpResponseBase:
    by, row = acting(request), queries.one_resolution(resolution_id)
    context = {
        "resolution": row,
        "badge": resolution_badge(row),
        "is_late": rules.is_late(state=row.state, due=row.due_date, today=today()),
        "thread": _thread(row),
        "facts": [
            (_("Council"), council_name(row.council)), (_("Number"), number(row.number)), (_("Who owes it"), named(row.owner)),
            (_("Resolved on"), jdate(row.decided_date)), (_("By when"), jdate(row.due_date)),
        ],
        "steps": _told(row.steps.order_by("pk")),
        "acts": offers(council_acts.RESOLUTION, row, by, opened(by), "resolution_act"),
    }  # fmt: skip
    return render(request, "neighbourhoods/resolution.html", context)


def _thread(row: Resolution) -> list[Step]:
    late = rules.is_late(state=row.state, due=row.due_date, today=today())
    place = {"open": 1, "underway": 2, "reported": 3, "done": 4, "dropped": 1}[row.state]
    current = "stopped" if row.state == ResolutionState.DROPPED else "late" if late else "current"
    labels = [
        (_("Resolved"), jdate(row.decided_date)), (_("Begun"), ""), (_("Reported"), jdate(row.reported_at) if row.reported_at else ""),
        (_("Confirmed"), jdate(row.closed_at) if row.closed_at else jdate(row.due_date)),
    ]  # fmt: skip
    return [
        Step(label, "done" if at < place else current if at == place else "ahead", note)
        for at, (label, note) in enumerate(labels)
    ]


def _told(steps: Iterable[Any]) -> list[tuple[str, Any]]:
    titles = {name: str(act.title) for name, act in council_acts.RESOLUTION.acts.items()}
    titles |= {"give_day": gettext("Give them another day"), "put_back": gettext("Put back as it was")}
    return [(titles.get(step.act, step.act), step) for step in steps]


@require_GET
def voice(request: HttpRequest, voice_id: int) -> HttpResponseBase:
    by, row = acting(request), queries.one_voice(voice_id)
    roles = dict(MemberRole.choices)
    context = {
        "voice": row,
        "badge": voice_badge(row),
        "is_late": rules.is_late(state=row.state, due=row.answer_by, today=today()),
        "origin": council_name(row.council),
        "rungs": row.rungs.select_related("council__kind", "council__place").order_by("pk"),
        "hearings": [
            (one, named(one.organisation), roles.get(one.role, "")) for one in row.hearings.select_related("organisation").order_by("pk")
        ],
        "acts": offers(council_acts.VOICE, row, by, opened(by), "voice_act"),
    }  # fmt: skip
    return render(request, "neighbourhoods/voice.html", context)


def kinds(request: HttpRequest) -> HttpResponseBase:
    """The kinds of councils: take over the published ones, add one, or change a quorum and a clock."""
    by, now = acting(request), timezone.now()
    with scope(by):
        known = list(CouncilKind.objects.select_related("upper", "part_of").order_by("pk"))
        one = next((kind for kind in known if kind.slug == request.GET.get("kind")), None)
        form = _kind_form(request, known, one)
        if request.method != "POST" or ("take" not in request.POST and not form.is_valid()):
            return _kinds_page(request, known, form, 200 if request.method == "GET" else 422)
    try:
        if "take" in request.POST:
            count = actions.take_known_kinds(by=by, now=now)
            notices.done(request, gettext("%(count)s kinds were taken over.") % {"count": number(count)})
        else:
            actions.set_kind(row=actions.NewKind(**form.cleaned_data), by=by, now=now)
            notices.done(request, gettext("The kind was set."))
    except Refusal as refusal:
        with scope(by):
            refuse(form, refusal)
            return _kinds_page(request, known, form, 409)
    return redirect(f"{SLUG}:kinds")


def _kind_form(request: HttpRequest, known: Sequence[CouncilKind], one: CouncilKind | None) -> KindForm:
    names = (
        "slug",
        "name_fa",
        "name_en",
        "level",
        "name_set",
        "is_temporary",
        "chair_fa",
        "chair_en",
        "quorum_percent",
        "answer_days",
        "source",
    )
    initial = {name: getattr(one, name) for name in names} if one else {}
    if one:
        initial |= {"upper": one.upper.slug if one.upper else "", "part_of": one.part_of.slug if one.part_of else ""}
    said = request.POST if request.method == "POST" and "take" not in request.POST else None
    return KindForm(said, kinds=known, initial=initial)  # type: ignore[arg-type]


def _kinds_page(request: HttpRequest, known: Sequence[CouncilKind], form: KindForm, status: int) -> HttpResponse:
    return render(
        request,
        "neighbourhoods/kinds.html",
        {"kinds": [(one, set_name(one.name_set)) for one in known], "form": form},
        status=status,
    )
