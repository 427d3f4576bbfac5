"""The lists of councils and boards, each whole: of the own area, and of one council or one place where an address asks for it."""

from collections.abc import Mapping

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from peyvand.places.models import Place
from peyvand.programmes.neighbourhoods import clash_queries, clash_words, permissions, queries, rules
from peyvand.programmes.neighbourhoods.actions import SLUG
from peyvand.programmes.neighbourhoods.board_acts import board_url
from peyvand.programmes.neighbourhoods.board_models import Objective, Obstacle
from peyvand.programmes.neighbourhoods.clash_models import Clash
from peyvand.programmes.neighbourhoods.council_words import council_name
from peyvand.programmes.neighbourhoods.enums import ObstacleState, SessionState
from peyvand.programmes.neighbourhoods.forms import (
    BoardFilters,
    ClashFilters,
    ObjectiveFilters,
    ObstacleFilters,
    ResolutionFilters,
    SessionFilters,
    VoiceFilters,
)
from peyvand.programmes.neighbourhoods.models import Session
from peyvand.programmes.neighbourhoods.views import badge, resolution_badge, voice_badge
from peyvand.scope.bulk import below
from peyvand.web.bulk import offered_on
from peyvand.web.exports import export, exportable
from peyvand.web.lists import Badge, Column, ListSpec, list_page
from peyvand.web.pages.access import acting, today
from peyvand.web.pages.words import named
from peyvand.web.programmes import first_step, one_of
from peyvand.web.templatetags.peyvand_format import number

_READERS = one_of(*permissions.READERS)
_TO_COUNCILS = first_step(SLUG, (_READERS, _("See the councils"), "home"), else_="")
_TO_BOARDS = first_step(SLUG, (_READERS, _("See the boards"), "boards"), else_="")
_SESSION_TONES = {
    SessionState.CALLED: "waiting", SessionState.HELD: "going", SessionState.MINUTED: "done", SessionState.CANCELLED: "stopped",
}  # fmt: skip
RESOLUTIONS = ListSpec(
    name="resolutions",
    title=_("Resolutions"),
    columns=(
        Column("title", _("Resolution"), link=lambda row: reverse(f"{SLUG}:resolution", args=[row.pk])),
        Column("council", _("Council"), value=lambda row: council_name(row.council)),
        Column("owner", _("Who owes it"), value=lambda row: named(row.owner)),
        Column("due", _("By when"), value="due_date", kind="date", sort="due_date"),
        Column("state", _("State"), value=resolution_badge, kind="badge"),
    ),
    default_sort="due_date",
    acts=offered_on("resolutions"),
    filters=ResolutionFilters,
    empty_title=_("No resolution here"),
    empty_text=_("What a session resolves is listed here until it is done."),
    first_step=_TO_COUNCILS,
)  # fmt: skip
VOICES = ListSpec(
    name="voices",
    title=_("Voices"),
    columns=(
        Column("title", _("What was sent up"), link=lambda row: reverse(f"{SLUG}:voice", args=[row.pk])),
        Column("council", _("From"), value=lambda row: council_name(row.council)),
        Column("at", _("Waits at"), value=lambda row: council_name(row.at)),
        Column("answer_by", _("Answer by"), kind="date", sort="answer_by"),
        Column("state", _("State"), value=voice_badge, kind="badge"),
    ),
    default_sort="answer_by",
    filters=VoiceFilters,
    empty_title=_("No voice here"),
    empty_text=_("What a council sends up is listed here with its clock."),
    first_step=_TO_COUNCILS,
)  # fmt: skip


def _session_badge(row: Session) -> Badge:
    late = row.state == SessionState.CALLED and row.date < today()
    return badge(row.get_state_display(), _SESSION_TONES[SessionState(row.state)], late)


def _present(row: Session) -> str:
    if row.state not in (SessionState.HELD, SessionState.MINUTED):
        return ""
    return gettext("%(present)s of %(seats)s") % {"present": number(row.present), "seats": number(row.seats)}


SESSIONS = ListSpec(
    name="council-sessions",
    title=_("Council sessions"),
    columns=(
        Column(
            "council", _("Council"), value=lambda row: council_name(row.council), link=lambda row: reverse(f"{SLUG}:session", args=[row.pk])
        ),
        Column("date", _("On which day"), kind="date", sort="date"),
        Column("where", _("Where")),
        Column("present", _("Seats present"), value=_present),
        Column("state", _("State"), value=_session_badge, kind="badge"),
    ),
    default_sort="-date",
    filters=SessionFilters,
    empty_title=_("No session yet"),
    empty_text=_("A session is called on the page of its council, and stands here from then on."),
    first_step=_TO_COUNCILS,
)  # fmt: skip


def objective_badge(row: Objective) -> Badge:
    late = rules.is_late(state=row.state, due=row.due_date, today=today())
    return badge(row.get_state_display(), {"open": "going", "reached": "done", "dropped": "stopped"}[row.state], late)


OBJECTIVES = ListSpec(
    name="objectives",
    title=_("Shared objectives"),
    columns=(
        Column("title", _("Objective"), link=lambda row: board_url(row.place_id)),
        Column("place", _("Place"), value=lambda row: named(row.place), sort="place_path"),
        Column("dimension", _("Dimension"), value=lambda row: str(row.get_dimension_display())),
        Column("measure", _("What is counted")),
        Column("done", _("Done by now"), kind="number"),
        Column("target", _("How many"), kind="number"),
        Column("agencies", _("Agencies that have a part"), kind="number"),
        Column("due", _("By when"), value="due_date", kind="date", sort="due_date"),
        Column("state", _("State"), value=objective_badge, kind="badge"),
    ),
    default_sort="due_date",
    filters=ObjectiveFilters,
    empty_title=_("No shared objective yet"),
    empty_text=_("The agencies of a place set one on its board, each with its part."),
    first_step=_TO_BOARDS,
)  # fmt: skip
BOARDS = ListSpec(
    name="boards",
    title=_("Boards and who leads them"),
    columns=(
        Column("place", _("Place"), value=lambda row: named(row.place), sort="place_path", link=lambda row: board_url(row.place_id)),
        Column("organisation", _("Lead agency"), value=lambda row: named(row.organisation)),
        Column("since", _("Since"), kind="date", sort="since"),
    ),
    default_sort="place_path",
    filters=BoardFilters,
    empty_title=_("No lead agency has been named yet."),
    empty_text=_("The governor's office names the lead agency of a place on its board, which is reached from the page of the place."),
)  # fmt: skip


def age_of(row: Obstacle) -> int:
    """For how many days it has stood, or stood until it was cleared."""
    return ((row.cleared_at or timezone.now()) - row.told_at).days


def obstacle_badge(row: Obstacle) -> Badge:
    return Badge(row.get_state_display(), "done" if row.cleared_at else "waiting")


OBSTACLES = ListSpec(
    name="obstacles",
    title=_("Obstacles"),
    columns=(
        Column("title", _("What stands in the way"), link=lambda row: board_url(row.place_id)),
        Column("place", _("Place"), value=lambda row: named(row.place), sort="place_path"),
        Column("owner", _("Who is to clear it"), value=lambda row: named(row.owner)),
        Column("age", _("Age in days"), value=age_of, kind="number"),
        Column("told", _("Day it was told"), value="told_at", kind="date", sort="told_at"),
        Column("state", _("State"), value=obstacle_badge, kind="badge"),
    ),
    default_sort="told_at",
    filters=ObstacleFilters,
    empty_title=_("No obstacle stands"),
    empty_text=_("What stands in the way of a place is told on its board, with whoever is to clear it."),
    first_step=_TO_BOARDS,
)  # fmt: skip


def _to_clashes(row: Clash) -> str:
    return f"{board_url(row.place_id)}#clashes"


CLASHES = ListSpec(
    name="clashes",
    title=_("Overlaps and conflicts"),
    columns=(
        Column("rule", _("What meets"), value=clash_words.what_meets, link=_to_clashes),
        Column("kind", _("Overlap or conflict"), value=clash_words.kind_badge, kind="badge"),
        Column("place", _("Place"), value=lambda row: named(row.place), sort="place_path"),
        Column("agencies", _("Agencies concerned"), value=clash_words.agencies),
        Column("why", _("Why it is said"), value=clash_words.why),
        Column("noticed", _("Noticed"), value="noticed_at", kind="date", sort="noticed_at"),
        Column("state", _("State"), value=clash_words.state_badge, kind="badge"),
        Column("reason", _("Why it was set aside")),
    ),
    default_sort="-noticed_at",
    filters=ClashFilters,
    empty_title=_("No overlap and no conflict"),
    empty_text=_(
        "Where agencies do the same twice at a place, or work against each other, it stands here and on its board. It stops nothing."
    ),
    first_step=_TO_BOARDS,
)  # fmt: skip


Of = tuple[str, str] | None  # the name and the address of what alone is listed


def _listed(
    request: HttpRequest, spec: ListSpec, rows: QuerySet, shows: Mapping[str, Q], of: Of = None
) -> HttpResponseBase:
    """A list, of which an address may ask for a part (`?show=`); `of` is the council or the place whose rows alone are listed."""
    show = request.GET.get("show", "")
    rows = rows.filter(shows[show]) if show in shows else rows
    if (file := export(request, spec, rows)) is not None:
        return file
    context = {
        "page": list_page(request, spec, rows),
        "title": spec.title,
        "of": of,
        "is_part": of is not None or show in shows,
    }
    return render(request, "neighbourhoods/list.html", context)


def _of_council(request: HttpRequest, rows: QuerySet, every: QuerySet) -> tuple[QuerySet, Of]:
    """The rows of the council that `?council=` names by its number, out of `every`: a council above one's own area is read too.
    Else `rows`."""
    asked = request.GET.get("council", "")
    if not (asked.isdecimal() and len(asked) < 19):
        return rows, None
    council = queries.one_council(int(asked))
    return every.filter(council=council), (council_name(council), reverse(f"{SLUG}:council", args=[council.pk]))


def _of_place(request: HttpRequest, rows: QuerySet) -> tuple[QuerySet, Of]:
    """The rows of the place that `?place=` names by its path, and of the places in it."""
    path = request.GET.get("place", "")
    place = Place.objects.defer("boundary").filter(path=path).first() if path.endswith("/") else None
    if place is None:
        return rows, None
    return rows.filter(below(place.path)), (named(place), board_url(place.pk))


@exportable
@require_GET
def resolutions(request: HttpRequest) -> HttpResponseBase:
    by = acting(request)
    shows = {"late": queries.late_resolutions(today()), "owed": queries.owed_by(by), "confirm": queries.to_confirm(by)}
    rows, of = _of_council(request, queries.resolutions(by), queries.every_resolution())
    rows, at = _of_place(request, rows)
    return _listed(request, RESOLUTIONS, rows, shows, of or at)


@exportable
@require_GET
def voices(request: HttpRequest) -> HttpResponseBase:
    by = acting(request)
    shows = {"late": queries.late_voices(today()), "answer": queries.to_answer(by)}
    rows, of = _of_council(request, queries.voices(by), queries.voices(by))
    rows, at = _of_place(request, rows)
    return _listed(request, VOICES, rows, shows, of or at)


@exportable
@require_GET
def sessions(request: HttpRequest) -> HttpResponseBase:
    """Those of the own area; with `show=minutes` those whose minutes one has to write."""
    by = acting(request)
    rows, of = _of_council(request, queries.sessions(by), queries.every_session())
    return _listed(request, SESSIONS, rows, {"minutes": queries.to_write(by, today())}, of)


@exportable
@require_GET
def objectives(request: HttpRequest) -> HttpResponseBase:
    by = acting(request)
    rows, at = _of_place(request, queries.objectives(by))
    return _listed(request, OBJECTIVES, rows, {"late": queries.late_objectives(today())}, at)


@exportable
@require_GET
def boards(request: HttpRequest) -> HttpResponseBase:
    by = acting(request)
    rows, at = _of_place(request, queries.boards(by))
    return _listed(request, BOARDS, rows, {}, at)


@exportable
@require_GET
def obstacles(request: HttpRequest) -> HttpResponseBase:
    """Those that stand in one's own area; `show=own`: those one's own organisation is to clear, `show=all`: the cleared ones too."""
    by = acting(request)
    rows, at = _of_place(request, queries.obstacles(by))
    stand = Q(state=ObstacleState.OPEN)
    shows = {"own": queries.to_clear(by), "all": Q()}
    rows = rows if request.GET.get("show") == "all" else rows.filter(stand)
    return _listed(request, OBSTACLES, rows, shows, at)


@exportable
@require_GET
def clashes(request: HttpRequest) -> HttpResponseBase:
    """Those that stand or were set aside; the ones that are gone where their state is asked for."""
    rows, at = _of_place(request, clash_queries.clashes(acting(request)))
    rows = rows if request.GET.get("state") else rows.filter(clash_queries.standing())
    return _listed(request, CLASHES, rows, {}, at)
