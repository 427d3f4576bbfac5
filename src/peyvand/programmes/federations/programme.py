"""The manifest of federations: all that the core reads of this folder."""

from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from peyvand.extend.programme import Call, Figure, Job, Page, Permission, Programme, Retention, Route
from peyvand.programmes.federations import acts, buying_acts, buying_views, figures, permissions, queries, rules, views
from peyvand.programmes.federations.actions import SLUG, forget_representatives
from peyvand.programmes.federations.api import API_ROUTES
from peyvand.programmes.federations.buying_actions import close_buys
from peyvand.programmes.federations.buying_rules import BUYING
from peyvand.programmes.federations.election_actions import seat_boards
from peyvand.programmes.federations.models import Election
from peyvand.programmes.federations.seed import seed
from peyvand.programmes.federations.sharing_actions import follow_needs
from peyvand.programmes.federations.waits import WAITS
from peyvand.scope.acting import STAFF, SYSTEM, Acting
from peyvand.scope.database import scope
from peyvand.votes.permissions import KEEPERS, VOUCHERS
from peyvand.votes.roll import forget_rolls
from peyvand.web.pages.programme_figures import figures_of


def follow(call: Call) -> None:
    """A need was promised, closed or opened again: the shared lists say so. By night all of them, for priorities move."""
    follow_needs(need_ids=call.ids.get("need"), by=SYSTEM, now=call.now)


def forget_names(before: date, now: datetime) -> int:
    return forget_representatives(ended_before=before, by=SYSTEM, now=now)


def forget_voters(before: date, now: datetime) -> int:
    with scope(SYSTEM):
        ours = list(Election.objects.values_list("pk", flat=True))
    return forget_rolls(vote_ids=ours, ended_before=before, by=SYSTEM, now=now)


def waiting(by: Acting, today: date) -> QuerySet | None:
    """What waits behind the entry of the menu: takings the actor's organisation has to answer."""
    return queries.waiting_for(by) if by.role in STAFF else None


def seat(call: Call) -> None:
    seat_boards(vote_ids=call.ids["vote"], by=SYSTEM, now=call.now)


def close(call: Call) -> None:
    """The last day of a joint buying has passed: it stands, or too little was asked for."""
    close_buys(by=SYSTEM, now=call.now)


_MOVES = (
    "need.withdrawn", "need.restored", "need.expired", "priority.signed", "commitment.offered", "commitment.withdrawn",
    "commitment.broken", "commitment.lapsed", "commitment.released", "commitment.taken_back", "commitment.returned",
    "commitment.restored", "delivery.accepted", "delivery.reversed",
)  # fmt: skip

PROGRAMME = Programme(
    slug=SLUG,
    title=_("Federations"),
    purpose=_("Charities form an organisation of organisations: they decide together, and share needs without names."),
    stages=("need", "capacity", "commitment"),
    specifications=(),
    roles=permissions.EVERYONE,
    permissions=(
        Permission("everyone", _("See elections and vote with a code"), permissions.EVERYONE),
        Permission("see", _("See federations"), permissions.READERS),
        Permission("share", _("See and share needs without names"), STAFF),
        Permission("speak", _("Speak for a federation or a member"), permissions.SPEAKERS),
        Permission("vouch", _("Keep the roll and enter papers"), VOUCHERS),
        Permission("keep", _("Keep elections"), KEEPERS),
    ),
    life_cycles=(rules.MEMBERSHIP, rules.MEETING, rules.TAKING, BUYING),
    guards={},
    reactions={"vote.counted": "seat"} | dict.fromkeys(_MOVES, "follow"),
    pages=(
        Page("list", _("Federations"), "see", in_menu=True),
        Page("federation", _("Federation"), "see"),
        Page("meeting", _("General assembly"), "share"),
        Page("found", _("Make an organisation a federation"), "speak", writes=True),
        Page("act", _("Act in a federation"), "speak", writes=True),
        Page("shared", _("Shared needs"), "share", in_menu=True, tally=waiting),
        Page("takings", _("Taken by members"), "share"),
        Page("share", _("Share needs with the members"), "share", writes=True),
        Page("buys", _("Joint buying"), "share"),
        Page("buy", _("One joint buying"), "share"),
        Page("account", _("Who owes what"), "share"),
        Page("board", _("Elections of federations"), "everyone"),
        Page("vote", _("Election"), "everyone"),
        Page("ballot", _("Your vote"), "everyone", writes=True),
        Page("decide", _("Keep an election"), "keep", writes=True),
        Page("roll", _("The roll"), "vouch", writes=True),
        Page("papers", _("Enter papers"), "vouch", writes=True),
        Page("figures", _("Figures of federations"), "see"),
    ),
    routes=(
        Route("", "list", views.all_federations),
        Route("new/", "found", views.found),
        Route("figures/", "figures", figures_of(SLUG)),
        Route("shared/", "shared", views.shared),
        Route("shared/new/", "share", views.share),
        Route("shared/taken/", "takings", views.takings),
        Route("shared/<int:shared_id>/<slug:act>/", "share", acts.SHARED.view, "shared_act"),
        Route("takings/<int:taking_id>/<slug:act>/", "share", acts.TAKING.view, "taking_act"),
        Route("joint-buys/", "buys", buying_views.buys),
        Route("joint-buys/<int:buy_id>/", "buy", buying_views.buy),
        Route("joint-buys/<int:buy_id>/account/", "account", buying_views.account),
        Route("joint-buys/<int:buy_id>/<slug:act>/", "act", buying_acts.BUY.view, "buy_act"),
        Route("price-offers/<int:offer_id>/<slug:act>/", "act", buying_acts.OFFER.view, "offer_act"),
        Route("portions/<int:portion_id>/<slug:act>/", "act", buying_acts.PORTION.view, "portion_act"),
        Route("payments/<int:payment_id>/<slug:act>/", "act", buying_acts.PAYMENT.view, "payment_act"),
        Route("votes/", "board", views.elections),
        *views.PAGES.routes(),
        Route("meetings/<int:meeting_id>/", "meeting", views.meeting),
        Route("meetings/<int:meeting_id>/<slug:act>/", "act", acts.MEETING.view, "meeting_act"),
        Route("members/<int:member_id>/<slug:act>/", "act", acts.MEMBER.view, "member_act"),
        Route("<int:federation_id>/", "federation", views.federation),
        Route("<int:federation_id>/<slug:act>/", "act", acts.FEDERATION.view, "federation_act"),
    ),
    jobs=(
        Job("follow", _("Bring the shared lists in line with the needs"), follow, daily=True),
        Job("close", _("Close joint buyings whose last day has passed"), close, daily=True),
        Job("seat", _("Seat the board that the members chose"), seat),
    ),
    figures=(
        Figure(
            "members",
            _("Members of federations"),
            _("Charities work together instead of side by side."),
            _("Organisations that are members today."),
            figures.members,
        ),
        Figure(
            "turnout",
            _("Part of the members who voted"),
            _("The board is elected by the members themselves."),
            _("Ballots of counted elections, of all members on their rolls."),
            figures.turnout,
            "percent",
        ),
        Figure(
            "promised",
            _("Taken needs that became a promise"),
            _("What one cannot meet alone, another takes; never two the same."),
            _("Of what members took from the shared lists and was answered, what became a promise."),
            figures.promised,
            "percent",
        ),
        Figure(
            "arrived",
            _("Joint buying that arrived"),
            _("What charities need in quantity they buy together, and each pays for its own."),
            _(
                "Parts of members of whose joint buying an offer is chosen: where all of it arrived, by the member's own word."
            ),
            figures.arrived,
            "percent",
        ),
    ),
    seed=seed,
    retention=(
        Retention(_("Who spoke for a member"), 24, forget_names),
        Retention(_("The names on the roll of an election"), 6, forget_voters),
    ),
    api_routes=API_ROUTES,
    waits=WAITS,
    words={
        "federation": _("Federation"),
        "federation.founded": _("Federation founded"),
        "federation.quorum_set": _("Quorum of the assembly set"),
        "federation.join_asked": _("An organisation asked to join"),
        "federation.member_admitted": _("Member admitted"),
        "federation.member_declined": _("Organisation not admitted"),
        "federation.member_excluded": _("Member excluded by a decision"),
        "federation.member_left": _("Member left"),
        "federation.represented": _("Representative of a member named"),
        "federation.representatives_forgotten": _("Former representatives forgotten"),
        "federation.meeting_called": _("Assembly called"),
        "federation.meeting_held": _("Assembly recorded"),
        "federation.meeting_closed": _("Minutes of an assembly closed"),
        "federation.meeting_cancelled": _("Assembly called off"),
        "federation.decided": _("Decision of an assembly"),
        "federation.election_prepared": _("Election prepared"),
        "federation.election_opened": _("Election opened"),
        "federation.board_elected": _("Board elected"),
        "federation.needs_shared": _("Needs shared without names"),
        "federation.need_unshared": _("Need taken off the shared list"),
        "federation.need_taken": _("Shared need taken by a member"),
        "federation.taking_answered": _("Holder of a shared need answered"),
        "federation.taking_withdrawn": _("Member took its word back"),
        "federation.buy_opened": _("Joint buying opened"),
        "federation.buy_portion_said": _("Member said how much it takes"),
        "federation.buy_moved": _("Last day of a joint buying set anew"),
        "federation.buy_cancelled": _("Joint buying called off"),
        "federation.buy_restored": _("Joint buying opened after all"),
        "federation.buy_closed": _("Joint buying stands"),
        "federation.buy_lapsed": _("Too little was asked for in a joint buying"),
        "federation.price_offered": _("Offer of a supplier written down"),
        "federation.price_offer_withdrawn": _("Supplier took an offer back"),
        "federation.price_offer_restored": _("Offer of a supplier stands after all"),
        "federation.price_chosen": _("Offer of a supplier chosen"),
        "federation.price_choice_taken_back": _("Choice of an offer taken back"),
        "federation.buy_paid": _("Payment of a member written down"),
        "federation.buy_payment_taken_back": _("Payment taken back"),
        "federation.buy_received": _("Member said what arrived"),
        "federation.buy_receipt_taken_back": _("Word about what arrived taken back"),
        "federation.buy_finished": _("Joint buying finished"),
        "federation.buy_taken_up": _("Joint buying taken up again"),
    },
)
