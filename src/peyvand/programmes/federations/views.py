"""The pages of federations. Each reads, or shows a form; what is done to a row stands in `acts`."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from peyvand.extend.discovery import programme
from peyvand.extend.pages import writes_are_open
from peyvand.flow.need.enums import Band
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import Refusal
from peyvand.programmes.federations import actions, election_actions, permissions, queries, sharing_actions
from peyvand.programmes.federations.acts import FEDERATION, MEETING, MEMBER, SHARED, TAKING
from peyvand.programmes.federations.buying_models import JointBuy
from peyvand.programmes.federations.enums import BuyState, MeetingState, MemberState, TakingState
from peyvand.programmes.federations.forms import FederationFilters, FoundForm, SharedFilters, ShareForm, TakingFilters
from peyvand.programmes.federations.models import Federation, Meeting, Member, SharedNeed, Taking
from peyvand.scope.acting import STAFF, Acting
from peyvand.scope.database import scope
from peyvand.votes.actions import call_off_vote
from peyvand.web import notices
from peyvand.web.exports import export, exportable
from peyvand.web.lists import Badge, Column, ListSpec, list_page
from peyvand.web.pages.access import acting, refuse
from peyvand.web.pages.words import listed, named
from peyvand.web.programmes import first_step, one_of
from peyvand.web.templatetags.peyvand_format import jdate, number, quantity
from peyvand.web.votes.pages import VotePages, board
from peyvand.web.votes.pages import badge as vote_badge

SLUG = actions.SLUG
_MEMBERS = {
    MemberState.ASKED: "waiting", MemberState.MEMBER: "going", MemberState.DECLINED: "stopped",
    MemberState.WITHDRAWN: "stopped", MemberState.LEFT: "stopped",
}  # fmt: skip
_MEETINGS = {
    MeetingState.CALLED: "waiting", MeetingState.HELD: "going", MeetingState.CLOSED: "done",
    MeetingState.CANCELLED: "stopped",
}  # fmt: skip
BUYS = {
    BuyState.OPEN: "waiting", BuyState.CLOSED: "going", BuyState.LAPSED: "stopped", BuyState.CHOSEN: "going",
    BuyState.FINISHED: "done", BuyState.CANCELLED: "stopped",
}  # fmt: skip
_TAKINGS = {
    TakingState.ASKED: "waiting", TakingState.PROMISED: "done", TakingState.DECLINED: "stopped",
    TakingState.WITHDRAWN: "stopped",
}  # fmt: skip

LIST = ListSpec(
    name="federations",
    title=_("Federations"),
    columns=(
        Column("name", _("Federation"), value=lambda row: named(row.organisation), link=lambda row: _page(row.pk)),
        Column("place", _("Where"), value=lambda row: named(row.place)),
        Column("members", _("Members"), value="member_count", kind="number"),
        Column("founded", _("Here since"), value="founded_at", kind="date", sort="founded_at"),
    ),
    default_sort="-founded_at",
    filters=FederationFilters,
    empty_title=_("No federation yet"),
    empty_text=_("Where charities form an organisation of organisations, it stands here."),
    first_step=first_step(
        SLUG, (one_of(*permissions.SPEAKERS), _("Make an organisation a federation"), "found"),
        else_=_("Federations are founded by those who lead an organisation."),
    ),
)  # fmt: skip


def _page(federation_id: int) -> str:
    return reverse(f"{SLUG}:federation", args=[federation_id])


def opened(by: Acting) -> bool:
    return writes_are_open(programme(SLUG), by, timezone.now())


@exportable
@require_GET
def all_federations(request: HttpRequest) -> HttpResponseBase:
    by = acting(request)
    if (file := export(request, LIST, queries.federations())) is not None:
        return file
    context = {
        "page": list_page(request, LIST, queries.federations()),
        "may_found": by.role in permissions.SPEAKERS and opened(by),
        "is_staff": by.is_staff,
    }
    return render(request, "federations/list.html", context)


def found(request: HttpRequest) -> HttpResponseBase:
    by = acting(request)
    lead = _("The organisation itself is registered first, as every organisation is.")
    context: dict[str, Any] = {
        "title": _("Make an organisation a federation"), "lead": lead, "button": _("Make it a federation"),
        "back_url": reverse(f"{SLUG}:list"),
    }  # fmt: skip
    with scope(by):
        form = FoundForm(request.POST or None, by=by)
        if request.method != "POST" or not form.is_valid():
            return render(request, "web/pages/form.html", context | {"form": form})
        said = form.cleaned_data
    try:
        federation = actions.found_federation(
            organisation=said["organisation"], quorum_percent=said["quorum"], by=by, now=timezone.now()
        )
    except Refusal as refusal:
        with scope(by):
            refuse(form, refusal)
            return render(request, "web/pages/form.html", context | {"form": form}, status=409)
    notices.done(request, gettext("It is a federation now. Organisations can ask to join."))
    return redirect(_page(federation.pk))


@require_GET
def federation(request: HttpRequest, federation_id: int) -> HttpResponseBase:
    by = acting(request)
    row, is_open = queries.one_federation(federation_id), opened(by)
    told = queries.whole(row, business_date(timezone.now()))
    row.present = [*told.members, *told.asking]  # type: ignore[attr-defined]
    context = {
        "federation": row,
        "facts": _facts(row),
        "acts": FEDERATION.offers(row, by, is_open, f"{SLUG}:federation_act"),
        "members": [_member(one, told, by, is_open) for one in told.members],
        "asking": [_member(one, told, by, is_open) for one in told.asking],
        "past": told.past,
        "board": [(named(one.member.organisation), jdate(one.since), jdate(one.until)) for one in told.board],
        "meetings": [(one, _meeting_badge(one)) for one in told.meetings],
        "elections": [(one, vote_badge(one)) for one in told.elections],
        "buys": [(one, named(one.specification), buy_badge(one)) for one in told.buys],
        "is_staff": by.is_staff,
    }
    return render(request, "federations/federation.html", context)


def _facts(row: Federation) -> list[tuple[Any, str]]:
    return [
        (_("Where"), named(row.place)), (_("Members"), number(row.member_count)),  # type: ignore[attr-defined]
        (_("Quorum of the assembly"), gettext("more than %(part)s%% of the members") % {"part": number(row.quorum_percent)}),
    ]  # fmt: skip


def _member(one: Member, told: queries.Whole, by: Acting, is_open: bool) -> dict[str, Any]:
    speaker = told.speakers.get(one.pk)
    return {
        "row": one, "name": named(one.organisation), "badge": Badge(one.get_state_display(), _MEMBERS[MemberState(one.state)]),
        "speaker": actions.spoken_name(speaker) if speaker else "",
        "acts": MEMBER.offers(one, by, is_open, f"{SLUG}:member_act"),
    }  # fmt: skip


def buy_badge(row: JointBuy) -> Badge:
    return Badge(row.get_state_display(), BUYS[BuyState(row.state)])


def _meeting_badge(row: Meeting) -> Badge:
    return Badge(row.get_state_display(), _MEETINGS[MeetingState(row.state)])


@require_GET
def meeting(request: HttpRequest, meeting_id: int) -> HttpResponseBase:
    by = acting(request)
    row = queries.one_meeting(meeting_id)
    present = row.presences.select_related("member__organisation").order_by("pk")
    context = {
        "meeting": row,
        "name": named(row.federation.organisation),
        "badge": _meeting_badge(row),
        "acts": MEETING.offers(row, by, opened(by), f"{SLUG}:meeting_act"),
        "present": [named(one.member.organisation) for one in present],
        "decisions": queries.decisions_of(row),
        "is_held": row.state in (MeetingState.HELD, MeetingState.CLOSED),
        "no_quorum": row.state in (MeetingState.HELD, MeetingState.CLOSED) and row.present < row.needed,
    }
    return render(request, "federations/meeting.html", context)


SHARED_LIST = ListSpec(
    name="shared-needs",
    title=_("Shared needs"),
    columns=(
        Column("kind", _("What is needed"), value=lambda row: named(row.specification)),
        Column("left", _("Still lacking"), value=lambda row: quantity(row.left, row.specification.unit)),
        Column("taken", _("Taken by a member"), value=lambda row: _taken(row), kind="badge"),
        Column("place", _("Where"), value=lambda row: named(row.place)),
        Column("band", _("Priority"), value=lambda row: Band(row.band).label),
        Column("age", _("Waiting since"), value="opened_date", kind="date", sort="opened_date"),
        Column("holder", _("Held by"), value=lambda row: named(row.holder)),
    ),
    default_sort="opened_date",
    filters=SharedFilters,
    empty_title=_("Nothing is shared now"),
    empty_text=_("What members of a federation cannot meet alone stands here, without a name or an address."),
    first_step=first_step(SLUG, (one_of(*STAFF), _("Share needs with the members"), "share"), else_=""),
)


def _taken(row: SharedNeed) -> Badge | None:
    """That somebody takes it, and never who: so that nobody helps twice without knowing."""
    if not row.asked:
        return None
    if row.asked >= row.left:
        return Badge(_("All of it, waiting for an answer"), "going")
    amount = quantity(row.asked, row.specification.unit)
    return Badge(gettext("%(amount)s, waiting for an answer") % {"amount": amount}, "going")


@exportable
@require_GET
def shared(request: HttpRequest) -> HttpResponseBase:
    """Of each need its kind, quantity, county, priority and age: nothing by which somebody could be found."""
    by, is_open = acting(request), opened(acting(request))
    if (file := export(request, SHARED_LIST, queries.shared(by))) is not None:
        return file
    page = list_page(request, SHARED_LIST, queries.shared(by))
    rows = [(one, SHARED.offers(one, by, is_open, f"{SLUG}:shared_act")) for one in page.objects]
    context = {"page": page, "rows": [(_told(one), acts) for one, acts in rows if acts], "is_open": is_open}
    return render(request, "federations/shared.html", context)


def _told(one: SharedNeed) -> str:
    return listed(named(one.specification), quantity(one.left, one.specification.unit), named(one.place))


def share(request: HttpRequest) -> HttpResponseBase:
    by = acting(request)
    context: dict[str, Any] = {
        "title": _("Share needs with the members"), "button": _("Share them"), "back_url": reverse(f"{SLUG}:shared"),
        "lead": _("Members read the kind, the quantity, the county, the priority and the age. Of a family nothing else is told."),
    }  # fmt: skip
    with scope(by):
        form = ShareForm(request.POST or None, by=by)
        if request.method != "POST" or not form.is_valid():
            return render(request, "web/pages/form.html", context | {"form": form})
        ids, house = [one.pk for one in form.cleaned_data["needs"]], form.cleaned_data["federation"]
    try:
        sharing_actions.share_needs(federation_id=house.pk, need_ids=ids, by=by, now=timezone.now())
    except Refusal as refusal:
        with scope(by):
            refuse(form, refusal)
            return render(request, "web/pages/form.html", context | {"form": form}, status=409)
    notices.done(request, gettext("Shared. Other members see what is lacking, and nobody's name."))
    return redirect(f"{SLUG}:shared")


TAKINGS = ListSpec(
    name="takings",
    title=_("Taken by members"),
    columns=(
        Column("kind", _("What is needed"), value=lambda row: named(row.shared.specification)),
        Column("quantity", _("How much"), value=lambda row: quantity(row.quantity, row.shared.specification.unit)),
        Column("taker", _("Taken by"), value=lambda row: named(row.organisation)),
        Column("holder", _("Held by"), value=lambda row: named(row.shared.holder)),
        Column("due", _("By when"), value="due_date", kind="date"),
        Column("state", _("State"), value=lambda row: _taking_badge(row), kind="badge"),
        Column("asked", _("Said"), value="asked_at", kind="date", sort="asked_at"),
    ),
    default_sort="-asked_at",
    filters=TakingFilters,
    empty_title=_("Nothing was taken yet"),
    empty_text=_("When a member says that it takes a shared need, it stands here until the holder answers."),
    first_step=first_step(SLUG, (one_of(*STAFF), _("See what members share"), "shared"), else_=""),
)


def _taking_badge(row: Taking) -> Badge:
    return Badge(row.get_state_display(), _TAKINGS[TakingState(row.state)])


@exportable
@require_GET
def takings(request: HttpRequest) -> HttpResponseBase:
    by, is_open = acting(request), opened(acting(request))
    if (file := export(request, TAKINGS, queries.takings(by))) is not None:
        return file
    page = list_page(request, TAKINGS, queries.takings(by))
    rows = [(one, TAKING.offers(one, by, is_open, f"{SLUG}:taking_act")) for one in page.objects]
    told = [(_told(one.shared), named(one.organisation), acts) for one, acts in rows if acts]
    return render(request, "federations/takings.html", {"page": page, "rows": told})


BOARD = board(
    SLUG,
    title=_("Elections of federations"),
    empty_title=_("No election yet"),
    empty_text=_("When the members of a federation elect its board, it stands here."),
    first_step=first_step(
        SLUG, (one_of(*permissions.READERS), _("See the federations"), "list"),
        else_=_("An election is prepared by the federation itself."),
    ),
)  # fmt: skip


@exportable
@require_GET
def elections(request: HttpRequest) -> HttpResponseBase:
    if (file := export(request, BOARD, queries.election_votes())) is not None:
        return file
    page = list_page(request, BOARD, queries.election_votes())
    return render(request, "federations/board.html", {"page": page})


PAGES = VotePages(
    slug=SLUG, votes=queries.election_votes, open_vote=election_actions.open_election, call_off=call_off_vote,
    roll_is_set=True,
    empty_roll=_("It is made of the representatives that members have named."),
)  # fmt: skip
