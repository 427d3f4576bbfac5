"""The manifest of councils and boards: all that the core reads of this folder."""

from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from peyvand.extend.programme import (
    Call,
    Figure,
    Job,
    OfPlace,
    Page,
    Permission,
    Programme,
    Retention,
    Route,
    TakesLack,
)
from peyvand.programmes.neighbourhoods import (
    actor_views,
    board_acts,
    board_queries,
    board_views,
    clash_actions,
    council_acts,
    figure_views,
    figures,
    list_views,
    queries,
    rules,
    views,
)
from peyvand.programmes.neighbourhoods.actions import SLUG, forget_holders
from peyvand.programmes.neighbourhoods.api import API_ROUTES
from peyvand.programmes.neighbourhoods.lacking import take_lack
from peyvand.programmes.neighbourhoods.many_acts import ACTS
from peyvand.programmes.neighbourhoods.models import Resolution
from peyvand.programmes.neighbourhoods.permissions import ACTORS, KEEPERS, LEAD_SETTERS, READERS, SETTLERS
from peyvand.programmes.neighbourhoods.seed import seed
from peyvand.programmes.neighbourhoods.served_actions import forget_alarms
from peyvand.programmes.neighbourhoods.served_actions import watch as watch_needs
from peyvand.programmes.neighbourhoods.waits import WAITS
from peyvand.scope.acting import STAFF, SYSTEM, Acting


def watch(call: Call) -> None:
    """Somebody told a need or promised help: is the same person served by another agency already?"""
    watch_needs(need_ids=call.ids["need"], by=SYSTEM, now=call.now)


def blank(call: Call) -> None:
    """Somebody of the family was erased: an alarm about these needs tells of nobody any more."""
    forget_alarms(need_ids=call.ids["need"], by=SYSTEM, now=call.now)


def look_at_places(call: Call) -> None:
    """Offers came, changed or ended: what meets at their places. On the daily round at every place, for days pass by themselves."""
    ids = call.ids.get("capacity")
    places = None if not call.act else sorted(clash_actions.places_of_capacities(ids or ()))
    clash_actions.look_for_clashes(place_ids=places, by=SYSTEM, now=call.now)


def forget_names(before: date, now: datetime) -> int:
    return forget_holders(ended_before=before, by=SYSTEM, now=now)


def forget_old_alarms(before: date, now: datetime) -> int:
    return forget_alarms(before=before, by=SYSTEM, now=now)


def waiting(by: Acting, today: date) -> QuerySet | None:
    """What waits behind the entry of the menu: the resolutions the actor's organisation owes."""
    return Resolution.objects.filter(queries.owed_by(by)) if by.role in ACTORS else None


PROGRAMME = Programme(
    slug=SLUG,
    title=_("Councils and boards"),
    purpose=_("One umbrella for a place: its agencies on one board, and councils that keep their word."),
    stages=("need", "capacity", "commitment"),
    specifications=(),
    roles=READERS,
    permissions=(
        Permission("see", _("See councils and boards"), READERS),
        Permission("keep", _("Keep the papers of councils"), KEEPERS),
        Permission("step", _("Take steps of a follow-up"), ACTORS),
        Permission("board", _("Act on boards"), tuple(dict.fromkeys((*ACTORS, *LEAD_SETTERS)))),
        Permission("served", _("Ask whether somebody is served already"), STAFF),
        Permission("settle", _("Set the kinds of councils"), SETTLERS),
    ),
    life_cycles=(
        rules.COUNCIL, rules.SESSION, rules.RESOLUTION, rules.VOICE, rules.BOARD, rules.OBJECTIVE, rules.OBSTACLE,
        rules.DOUBLE_HELP, rules.CLASH,
    ),
    guards={},
    reactions={
        "need.told": "watch", "commitment.offered": "watch", "need.forgotten": "blank",
        **dict.fromkeys(("capacity.opened", "capacity.paused", "capacity.resumed", "capacity.closed", "capacity.reopened"), "clashes"),
    },
    pages=(
        Page("home", _("Councils and boards"), "see", in_menu=True, tally=waiting),
        Page("council", _("Council"), "see"),
        Page("session", _("Session"), "see"),
        Page("minutes", _("Minutes of a session"), "see"),
        Page("sessions", _("Council sessions"), "see"),
        Page("resolutions", _("Resolutions"), "see"),
        Page("resolution", _("Resolution"), "see"),
        Page("voices", _("Voices"), "see"),
        Page("voice", _("Voice"), "see"),
        Page("objectives", _("Shared objectives"), "see"),
        Page("obstacles", _("Obstacles"), "see"),
        Page("clashes", _("Overlaps and conflicts"), "see"),
        Page("boards", _("Boards and who leads them"), "see"),
        Page("board", _("Board of a place"), "see"),
        Page("actors", _("Actor map"), "see"),
        Page("served", _("Double help"), "served"),
        Page("figures", _("Figures of councils and boards"), "see"),
        Page("found", _("Found a council"), "keep", writes=True),
        Page("council_act", _("Act on a council"), "keep", writes=True),
        Page("step", _("Take a step"), "step", writes=True),
        Page("board_act", _("Act on a board"), "board", writes=True),
        Page("ask", _("Already served?"), "served", writes=True),
        Page("kinds", _("Kinds of councils"), "settle", writes=True),
    ),
    routes=(
        Route("", "home", views.home),
        Route("councils/new/", "found", views.found),
        Route("councils/<int:council_id>/", "council", views.council),
        Route("councils/<int:council_id>/<slug:act>/", "council_act", council_acts.COUNCIL.view),
        Route("sessions/", "sessions", list_views.sessions),
        Route("sessions/<int:session_id>/", "session", views.session),
        Route("sessions/<int:session_id>/minutes.pdf", "minutes", views.minutes),
        Route("sessions/<int:session_id>/<slug:act>/", "council_act", council_acts.SESSION.view, "session_act"),
        Route("resolutions/", "resolutions", list_views.resolutions),
        Route("resolutions/<int:resolution_id>/", "resolution", views.resolution),
        Route("resolutions/<int:resolution_id>/<slug:act>/", "step", council_acts.RESOLUTION.view, "resolution_act"),
        Route("voices/", "voices", list_views.voices),
        Route("voices/<int:voice_id>/", "voice", views.voice),
        Route("voices/<int:voice_id>/<slug:act>/", "council_act", council_acts.VOICE.view, "voice_act"),
        Route("obstacles/", "obstacles", list_views.obstacles),
        Route("objectives/", "objectives", list_views.objectives),
        Route("clashes/", "clashes", list_views.clashes),
        Route("clashes/<int:clash_id>/<slug:act>/", "board_act", board_acts.CLASH.view, "clash_act"),
        Route("boards/", "boards", list_views.boards),
        Route("boards/<int:place_id>/", "board", board_views.board),
        Route("boards/<int:place_id>/<slug:act>/", "board_act", board_acts.BOARD.view),
        Route("actors/<int:place_id>/", "actors", actor_views.actors),
        Route("board-seats/<int:board_seat_id>/<slug:act>/", "board_act", board_acts.SEAT.view, "board_seat_act"),
        Route("objectives/<int:objective_id>/<slug:act>/", "board_act", board_acts.OBJECTIVE.view, "objective_act"),
        Route("obstacles/<int:obstacle_id>/<slug:act>/", "board_act", board_acts.OBSTACLE.view, "obstacle_act"),
        Route("trusted/<int:trusted_id>/<slug:act>/", "board_act", board_acts.TRUSTED.view, "trusted_act"),
        Route("served/", "served", board_views.served),
        Route("served/ask/", "ask", board_views.ask),
        Route("served/<int:need_id>/seen/", "ask", board_views.seen, "seen"),
        Route("figures/", "figures", figure_views.figures),
        Route("kinds/", "kinds", views.kinds),
    ),
    jobs=(
        Job("watch", _("Notice double help"), watch),
        Job("clashes", _("Notice overlaps and conflicts"), look_at_places, daily=True),
        Job("blank", _("Erase alarms about people who are erased"), blank),
    ),
    figures=(
        Figure(
            "in_time", _("Resolutions kept in time"),
            _("What a council resolves is done by its day: the neighbourhoods as soon as possible (IRNA, Sari, undated)."),
            _("Of resolutions of the last year that are done or whose day has passed, the share reported by that day and confirmed."),
            figures.in_time, "percent",
        ),
        Figure(
            "days_to_done", _("From resolution to done"), _("It becomes faster and more coherent from day to day (IRNA, Sari, undated)."),
            _("The median of the days from the session to the confirmation, of those confirmed in the last year."),
            figures.days_to_done, "days",
        ),
        Figure(
            "answered_in_time", _("Voices answered in time"),
            _("What a place sends up is heard and answered, up to the highest official (ILNA, 1404/9/6)."),
            _("Of the stays of voices at a council in the last year that ended or ran out, the share answered or passed on in time."),
            figures.answered_in_time, "percent",
        ),
        Figure(
            "joint", _("Objectives of several agencies"), _("One shared goal, each with its part (IRNA, Sari, undated)."),
            _("Of the objectives not dropped, the share in which two agencies or more have a part."), figures.joint, "percent",
        ),
        Figure(
            "obstacles", _("Age of obstacles"), _("Obstacles and problems are cleared (IRNA, Sari, undated)."),
            _("The median age in days of the obstacles that stand open."), figures.age_of_obstacles, "days",
        ),
        Figure(
            "accompaniment", _("Accompaniment"),
            _("Agencies put to use whatever is in their power (IRNA, Sari, undated; Jahani Press, 1403/2/17)."),
            _("Used of declared, the plain mean over the agencies on boards and their kinds of help."),
            figures.accompaniment, "percent",
        ),
    ),
    counted_together=figures.together,
    seed=seed,
    retention=(
        Retention(_("Who sat on the seats of councils"), 24, forget_names),
        Retention(_("Alarms of double help"), 24, forget_old_alarms),
    ),
    api_routes=API_ROUTES,
    takes_lack=TakesLack("board_act", _("Hand it to the agencies as an obstacle"), take_lack),
    of_place=OfPlace("board", board_queries.place_summary, board_views.block),
    waits=WAITS,
    acts_on_many=ACTS,
    words={
        "council": _("Council"),
        "council_kind": _("Kind of council"),
        "council_session": _("Session"),
        "resolution": _("Resolution"),
        "voice": _("Voice"),
        "board": _("Board of a place"),
        "trusted_person": _("Local trusted person"),
        "objective": _("Shared objective"),
        "obstacle": _("Obstacle"),
        "council_kinds.taken": _("Published kinds of councils taken over"),
        "council_kinds.set": _("Kind of council set"),
        "council.founded": _("Council founded"),
        "council.committees_added": _("Committees added to a council"),
        "council.dissolved": _("Council dissolved"),
        "council.revived": _("Council revived"),
        "council.seated": _("Seat added"),
        "council.unseated": _("Term of a seat ended"),
        "council.holders_forgotten": _("Names of past members forgotten"),
        "council_session.called": _("Session called"),
        "council_session.held": _("Session recorded"),
        "council_session.minuted": _("Minutes closed"),
        "council_session.reopened": _("Minutes opened again"),
        "council_session.cancelled": _("Session cancelled"),
        "council_session.called_again": _("Cancelled session called again"),
        "resolution.passed": _("Resolved"),
        "resolution.stepped": _("Step of a resolution"),
        "resolution.handed": _("Resolutions handed to another organisation"),
        "resolution.given_day": _("Resolutions given another day"),
        "voice.sent": _("Voice sent up"),
        "voice.heard": _("Voice heard"),
        "voice.moved": _("Voice answered or moved"),
        "board.lead_named": _("Lead agency named"),
        "board.asked": _("Place on a board asked for"),
        "board.admitted": _("Admitted to a board"),
        "board.declined": _("Declined on a board"),
        "board.left": _("Left a board"),
        "board.trusted_added": _("Local trusted person added"),
        "board.trusted_ended": _("Local trusted person taken off"),
        "objective.set": _("Shared objective set"),
        "objective.shared": _("Share of an objective recorded"),
        "objective.moved": _("Shared objective dropped or taken up again"),
        "obstacle.told": _("Obstacle told"),
        "obstacle.moved": _("Obstacle cleared or handed on"),
        "clash": _("Overlap or conflict"),
        "clash.noticed": _("Overlaps and conflicts noticed"),
        "clash.set_aside": _("Overlap or conflict set aside"),
        "clash.taken_back": _("Overlap or conflict stands after all"),
        "served.asked": _("Asked whether somebody is served already"),
        "served.seen": _("Alarm of double help seen"),
    },
)  # fmt: skip
