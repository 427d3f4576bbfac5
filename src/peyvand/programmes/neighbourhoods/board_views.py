"""The pages of the board of a place, and of help that others give already."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from peyvand.extend.programme import PlaceBlock
from peyvand.flow.need.models import Need
from peyvand.kernel.identifiers import clean
from peyvand.kernel.refusals import NotFound, Refusal
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.programmes.neighbourhoods import (
    board_acts,
    board_queries,
    clash_words,
    queries,
    served_actions,
)
from peyvand.programmes.neighbourhoods.board_models import BoardSeat, DoubleHelp, Objective, Obstacle, Share
from peyvand.programmes.neighbourhoods.board_queries import Owed
from peyvand.programmes.neighbourhoods.clash_models import Clash
from peyvand.programmes.neighbourhoods.enums import DoubleHelpState
from peyvand.programmes.neighbourhoods.forms import AlarmFilters, AskServedForm
from peyvand.programmes.neighbourhoods.known import FOUR, FOUR_SOURCE
from peyvand.programmes.neighbourhoods.list_views import age_of, objective_badge, obstacle_badge
from peyvand.programmes.neighbourhoods.views import SLUG, offers, opened
from peyvand.scope.acting import Acting
from peyvand.scope.database import scope
from peyvand.web import notices
from peyvand.web.exports import export, exportable
from peyvand.web.lists import Badge, Column, ListSpec, list_page
from peyvand.web.pages.access import acting, refuse, today
from peyvand.web.pages.words import code_at, named
from peyvand.web.templatetags.peyvand_format import number, percent
from peyvand.web.templatetags.peyvand_pages import place_url


@require_GET
def board(request: HttpRequest, place_id: int) -> HttpResponseBase:
    by = acting(request)
    place = queries.place_in_area(by, place_id)
    told, is_open = board_queries.board_of(place, today()), opened(by)
    context = {
        "place": place,
        "place_url": place_url(place),
        "lead": told.lead,
        "lead_is_above": told.lead is not None and told.lead.place_id != place.pk,
        "seats": [(one, _stands_for(one), offers(board_acts.SEAT, one, by, is_open, "board_seat_act")) for one in told.seats],
        "past": told.past,
        "missing": _missing(told.seats),
        "four_source": f"\u2066{FOUR_SOURCE}\u2069",
        "accompanied": [_accompanied(one) for one in board_queries.accompaniment(by, place, told.seats)],
        "clashes": [_clash(one, by, is_open) for one in told.clashes],
        "more": told.more,
        "objectives": [_objective(one, told.shares.get(one.pk, ()), by, is_open) for one in told.objectives],
        "obstacles": [_obstacle(one, by, is_open) for one in told.obstacles],
        "trusted": [(one, offers(board_acts.TRUSTED, one, by, is_open, "trusted_act")) for one in told.trusted],
        "deadlines": [_line(one) for one in told.owed],
        "councils": told.councils,
        "acts": offers(board_acts.BOARD, place, by, is_open, "board_act"),
        "is_staff": by.is_staff,
    }  # fmt: skip
    return render(request, "neighbourhoods/board.html", context)


def block(by: Acting, place: Place, rows: list[dict[str, Any]]) -> PlaceBlock | None:
    """On the page of a place of the own area: who leads, which councils stand, what is owed."""
    if not rows:
        return None
    [row] = rows
    lead = Organisation(name_fa=row["lead_fa"], name_en=row["lead_en"]) if row["lead_fa"] else None
    facts = [
        (_("Lead agency"), named(lead) or gettext("not named yet")), (_("Councils that stand"), number(row["councils"])),
        (_("Resolutions that are owed"), number(row["owed"])), (_("Obstacles that stand"), number(row["obstacles"])),
        (_("Overlaps and conflicts that stand"), number(row["clashes"])),
    ]  # fmt: skip
    links = [
        (_("Board of the place"), reverse(f"{SLUG}:board", args=[place.pk])),
        (_("Actor map"), reverse(f"{SLUG}:actors", args=[place.pk])),
    ]
    return PlaceBlock(_("Board and councils"), tuple(facts), tuple(links))


def _four(slug: str) -> str:
    fa, en = FOUR[slug]
    return fa if (get_language() or "fa").startswith("fa") else en


def _stands_for(seat: BoardSeat) -> str:
    return _four(seat.stands_for) if seat.stands_for in FOUR else ""


def _missing(seats: Any) -> list[str]:
    """Those of the four agencies nobody on the board stands for."""
    there = {one.stands_for for one in seats if one.state == "on_board"}
    return [_four(slug) for slug in FOUR if slug not in there]


def _accompanied(one: board_queries.Accompanied) -> dict[str, Any]:
    return {
        "name": named(one.organisation), "offers": one.offers, "kinds": one.kinds, "withheld": one.withheld,
        "rate": percent(one.rate, 0) if one.rate is not None else "",
    }  # fmt: skip


def _objective(row: Objective, shares: Sequence[Share], by: Acting, is_open: bool) -> dict[str, Any]:
    return {
        "row": row, "badge": objective_badge(row), "done": sum(one.done for one in shares),
        "shares": [(named(one.organisation), one.promised, one.done) for one in shares],
        "acts": offers(board_acts.OBJECTIVE, row, by, is_open, "objective_act"),
    }  # fmt: skip


def _clash(row: Clash, by: Acting, is_open: bool) -> dict[str, Any]:
    return {
        "row": row, "kind": clash_words.kind_badge(row), "badge": clash_words.state_badge(row), "why": clash_words.why(row),
        "to_do": clash_words.what_to_do(row), "acts": offers(board_acts.CLASH, row, by, is_open, "clash_act"),
    }  # fmt: skip


def _obstacle(row: Obstacle, by: Acting, is_open: bool) -> dict[str, Any]:
    return {
        "row": row, "owner": named(row.owner), "age": age_of(row), "badge": obstacle_badge(row),
        "acts": offers(board_acts.OBSTACLE, row, by, is_open, "obstacle_act"),
    }  # fmt: skip


def _line(one: Owed) -> dict[str, Any]:
    row = one.row
    if one.what == "objective":
        word, owner, url = _("Shared objective"), named(row.organisation), board_acts.board_url(row.place_id)
    else:
        is_resolution = one.what == "resolution"
        word, owner = (_("Resolution"), named(row.owner)) if is_resolution else (_("Voice"), named(row.at.kind))
        url = reverse(f"{SLUG}:{one.what}", args=[row.pk])
    return {"what": word, "title": row.title, "url": url, "owner": owner, "due": one.due, "late": one.late}


def _alarm_badge(row: DoubleHelp) -> Badge:
    return Badge(row.get_state_display(), "waiting" if row.state == DoubleHelpState.NEW else "done")


ALARMS = ListSpec(
    name="double-help",
    title=_("Double help"),
    columns=(
        Column("code", _("Need"), value=code_at("need.tracking_code"), kind="code", link=lambda row: reverse("need", args=[row.pk])),
        Column("kind", _("What is needed"), value=lambda row: named(row.need.specification)),
        Column("place", _("Place"), value=lambda row: named(row.need.place)),
        Column("noticed", _("Noticed"), value="noticed_at", kind="date", sort="noticed_at"),
        Column("state", _("State"), value=_alarm_badge, kind="badge"),
    ),
    default_sort="-noticed_at",
    filters=AlarmFilters,
    empty_title=_("No double help noticed"),
    empty_text=_("Where another agency serves the same person with the same kind of help, it is said here. Nothing is stopped."),
)  # fmt: skip


@exportable
@require_GET
def served(request: HttpRequest) -> HttpResponseBase:
    if (file := export(request, ALARMS, queries.double_help(acting(request)))) is not None:
        return file
    return _served_page(request, AskServedForm(initial={"code": request.GET.get("code", "")}), 200)


def _served_page(request: HttpRequest, form: AskServedForm, status: int) -> HttpResponse:
    by = acting(request)
    page = list_page(request, ALARMS, queries.double_help(by))
    fresh = [(one, reverse(f"{SLUG}:seen", args=[one.pk])) for one in page.objects if one.state == DoubleHelpState.NEW]
    is_open = opened(by)
    context = {"page": page, "form": form, "fresh": fresh if is_open else [], "is_open": is_open}
    return render(request, "neighbourhoods/served.html", context, status=status)


@require_POST
def ask(request: HttpRequest) -> HttpResponseBase:
    """Ask about one need of one's own organisation; the answer is one word."""
    by, form = acting(request), AskServedForm(request.POST)
    with scope(by):
        need = Need.objects.filter(tracking_code=clean(form.data.get("code", ""))).first() if form.is_valid() else None
        if need is None:
            if form.is_valid():
                form.add_error("code", gettext("There is no need with this code in your work."))
            return _served_page(request, form, 422)
    try:
        answer = served_actions.ask_served(need_id=need.pk, by=by, now=timezone.now())
    except Refusal as refusal:
        refuse(form, refusal)
        with scope(by):
            return _served_page(request, form, 409)
    else:
        if answer:
            notices.warn(request, gettext("Already served: yes. Another agency helps with this; talk before both do."))
        else:
            notices.say(request, gettext("Already served: no, as far as recorded."))
    return redirect(f"{SLUG}:served")


@require_POST
def seen(request: HttpRequest, need_id: int) -> HttpResponseBase:
    try:
        served_actions.mark_seen(need_id=need_id, by=acting(request), now=timezone.now())
        notices.done(request, gettext("Marked as seen."))
    except NotFound:
        raise
    except Refusal as refusal:
        notices.refused(request, refusal)
    return redirect(f"{SLUG}:served")
