"""Reads of councils, resolutions, voices and boards; each inside the reader's scope unless it says otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from peyvand.kernel.refusals import NotFound
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.programmes.neighbourhoods.board_models import (
    BoardSeat,
    DoubleHelp,
    Objective,
    Obstacle,
)
from peyvand.programmes.neighbourhoods.enums import (
    OWED,
    BoardRole,
    ObjectiveState,
    ObstacleState,
    SessionState,
    VoiceState,
)
from peyvand.programmes.neighbourhoods.models import Council, CouncilKind, Resolution, Seat, SeatHolder, Session, Voice
from peyvand.programmes.neighbourhoods.permissions import ACTORS, KEEPERS
from peyvand.scope.acting import Acting, within
from peyvand.scope.bulk import at_once, below, in_area, models_at_once, only


def councils(by: Acting) -> QuerySet[Council]:
    return Council.objects.filter(in_area(by)).select_related("kind", "place", "organisation")


def one_council(council_id: int) -> Council:
    """In the own area or above it, with `may_have_committees`. Raises `NotFound`."""
    related = ("kind__upper", "place", "organisation", "part_of__kind")
    committees = CouncilKind.objects.filter(part_of=OuterRef("kind_id"))
    rows = Council.objects.select_related(*related).annotate(may_have_committees=Exists(committees))
    return only(rows.filter(pk=council_id))


@dataclass(frozen=True)
class Hanging:
    """What hangs on a council: its seats with the names the reader may see, sessions, resolutions, voices and committees; of each the
    first, and `more` names those of which there are others."""

    seats: Sequence[tuple[Seat, str]]
    sessions: Sequence[Session]
    resolutions: Sequence[Resolution]
    voices: Sequence[Voice]
    committees: Sequence[Council]
    more: frozenset[str]


MOST_HANGING, MOST_SEATS = 20, 80


def cut(most: int, **rows: list[Any]) -> frozenset[str]:
    """Leave of each at most so many; the names of those that were longer."""
    longer = frozenset(name for name, some in rows.items() if len(some) > most)
    for name in longer:
        del rows[name][most:]
    return longer


def hanging_on(council: Council) -> Hanging:
    """In two queries."""
    seats, holders, sessions, resolved, sent, upper, committees = models_at_once(
        Seat.objects.filter(council=council).order_by(F("until").desc(nulls_first=True), "pk")[: MOST_SEATS + 1],
        SeatHolder.objects.filter(seat__council=council),
        Session.objects.filter(council=council).order_by("-date", "-pk")[: MOST_HANGING + 1],
        Resolution.objects.filter(council=council).order_by(F("closed_at").desc(nulls_first=True), "due_date")[
            : MOST_HANGING + 1
        ],
        Voice.objects.filter(council=council).order_by("-pk")[: MOST_HANGING + 1],
        Council.objects.filter(pk__in=Voice.objects.filter(council=council).values("at_id")),
        Council.objects.filter(part_of=council).order_by("pk"),
    )
    more = cut(MOST_HANGING, sessions=sessions, resolutions=resolved, voices=sent) | cut(MOST_SEATS, seats=seats)
    organisations = {one.owner_id for one in resolved} | {one.organisation_id for one in seats if one.organisation_id}
    found, kinds_found = models_at_once(
        Organisation.objects.filter(pk__in=organisations), CouncilKind.objects.order_by("pk")
    )
    named, kinds = {one.pk: one for one in found}, {one.pk: one for one in kinds_found}
    at, names = {one.pk: one for one in upper}, {one.pk: one.name for one in holders}
    for one in [*upper, *committees]:
        one.kind = kinds[one.kind_id]
    for one in resolved:
        one.owner = named[one.owner_id]
    for one in sent:
        one.at = at[one.at_id]
    for one in seats:
        one.organisation = named.get(one.organisation_id)
    return Hanging([(one, names.get(one.pk, "")) for one in seats], sessions, resolved, sent, committees, more)


def one_session(session_id: int) -> Session:
    related = ("council__kind", "council__place", "council__organisation")
    return only(Session.objects.select_related(*related).filter(pk=session_id))


def resolutions(by: Acting) -> QuerySet[Resolution]:
    """Those of councils in the own area, and those the own organisation owes."""
    mine = below(by.organisation_path, "owner_path") if by.role in ACTORS else Q()
    return every_resolution().filter(in_area(by) | mine if mine else in_area(by))


def every_resolution() -> QuerySet[Resolution]:
    """All the reader may see: those of councils above his area too."""
    return Resolution.objects.select_related("council__kind", "council__place", "owner")


def sessions(by: Acting) -> QuerySet[Session]:
    return every_session().filter(in_area(by))


def every_session() -> QuerySet[Session]:
    """All the reader may see: those of councils above his area too."""
    return Session.objects.select_related("council__kind", "council__place")


def late_resolutions(today: date) -> Q:
    return Q(state__in=OWED[:2], due_date__lt=today)


def owed_by(by: Acting) -> Q:
    return below(by.organisation_path, "owner_path") & Q(state__in=OWED[:2])


def to_confirm(by: Acting) -> Q:
    kept = below(by.organisation_path, "organisation_path") & in_area(by)
    return kept & Q(state=OWED[2]) & ~Q(reported_by_id=by.account_id)


def sessions_to_write(by: Acting, today: date) -> QuerySet[Session]:
    """Sessions of councils the actor keeps whose day has come and whose minutes are not closed."""
    return Session.objects.filter(to_write(by, today))


def to_write(by: Acting, today: date) -> Q:
    own = below(by.organisation_path, "organisation_path") & in_area(by)
    return own & (Q(state=SessionState.CALLED, date__lte=today) | Q(state=SessionState.HELD))


def one_resolution(resolution_id: int) -> Resolution:
    related = ("council__kind", "council__place", "owner", "session", "reported_by", "confirmed_by")
    return only(Resolution.objects.select_related(*related).filter(pk=resolution_id))


def voices(by: Acting) -> QuerySet[Voice]:
    rows = Voice.objects.filter(in_area(by))
    return rows.select_related("council__kind", "council__place", "at__kind", "at__place")


def late_voices(today: date) -> Q:
    return Q(state=VoiceState.WAITING, answer_by__lt=today)


def to_answer(by: Acting) -> Q:
    """Voices that wait at a council the actor keeps."""
    return below(by.organisation_path, "at_path") & in_area(by, "at__place_path") & Q(state=VoiceState.WAITING)


def one_voice(voice_id: int) -> Voice:
    related = ("council__kind", "council__place", "at__kind", "at__place")
    return only(Voice.objects.select_related(*related).filter(pk=voice_id))


MOST_COUNTED = 100


@dataclass(frozen=True)
class Waiting:
    """What waits for the actor, each counted up to a hundred: owed by his organisation, to be confirmed or answered by him, alarms
    not yet read, obstacles his organisation is to clear; and what is late in his area, whoever owes it."""

    owed: int
    confirm: int
    answer: int
    alarms: int
    obstacles: int
    late: int
    late_voices: int

    def total(self) -> int:
        return self.owed + self.confirm + self.answer + self.alarms + self.obstacles


def waiting(by: Acting, today: date) -> Waiting:
    """In one query."""
    acts, keeps = by.role in ACTORS, by.role in KEEPERS
    found = at_once(
        *(
            rows.values("pk")[:MOST_COUNTED]
            for rows in (
                Resolution.objects.filter(owed_by(by)) if acts else Resolution.objects.none(),
                Resolution.objects.filter(to_confirm(by)) if keeps else Resolution.objects.none(),
                Voice.objects.filter(to_answer(by)) if keeps else Voice.objects.none(),
                double_help(by).filter(state="new") if by.is_staff else DoubleHelp.objects.none(),
                obstacles(by).filter(to_clear(by)) if acts else Obstacle.objects.none(),
                Resolution.objects.filter(in_area(by), late_resolutions(today)),
                Voice.objects.filter(in_area(by), late_voices(today)),
            )
        )
    )
    return Waiting(*(len(rows) for rows in found))


def double_help(by: Acting) -> QuerySet[DoubleHelp]:
    own = below(by.organisation_path, "need__organisation_path") & in_area(by, "need__place_path")
    return DoubleHelp.objects.filter(own).select_related("need__specification", "need__place")


def objectives(by: Acting) -> QuerySet[Objective]:
    """Those of the own area, each with what all have `done` and how many `agencies` have a part."""
    rows = Objective.objects.filter(in_area(by)).select_related("place")
    return rows.annotate(done=Coalesce(Sum("shares__done"), 0), agencies=Count("shares"))


def late_objectives(today: date) -> Q:
    return Q(state=ObjectiveState.OPEN, due_date__lt=today)


def obstacles(by: Acting) -> QuerySet[Obstacle]:
    return Obstacle.objects.filter(in_area(by)).select_related("place", "owner")


def to_clear(by: Acting) -> Q:
    return below(by.organisation_path, "owner_path") & Q(state=ObstacleState.OPEN)


def place_in_area(by: Acting, place_id: int) -> Place:
    """A place of the own area; raises `NotFound` for any other."""
    place = Place.objects.select_related("parent").defer("boundary", "parent__boundary").filter(pk=place_id).first()
    if place is None or not within(place.path, by.place_path):
        raise NotFound
    return place


def boards(by: Acting) -> QuerySet[BoardSeat]:
    """The leads in force in the own area, one for each place that has one."""
    leads = BoardSeat.objects.filter(in_area(by), role=BoardRole.LEAD, until__isnull=True)
    return leads.select_related("place", "organisation").order_by("place_path")
