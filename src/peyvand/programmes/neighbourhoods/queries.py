"""Reads of councils, resolutions, voices and boards; each inside the reader's scope unless it says otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from peyvand.flow.capacity.enums import CapacityState
from peyvand.flow.capacity.models import Capacity
from peyvand.kernel.refusals import NotFound
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.places.queries import ancestors
from peyvand.programmes.neighbourhoods import rules
from peyvand.programmes.neighbourhoods.board_models import (
    BoardSeat,
    DoubleHelp,
    Objective,
    Obstacle,
    Share,
    TrustedPerson,
)
from peyvand.programmes.neighbourhoods.enums import (
    OWED,
    BoardRole,
    BoardState,
    CouncilState,
    ObjectiveState,
    ObstacleState,
    SessionState,
    VoiceState,
)
from peyvand.programmes.neighbourhoods.models import Council, CouncilKind, Resolution, Seat, SeatHolder, Session, Voice
from peyvand.programmes.neighbourhoods.permissions import ACTORS, KEEPERS
from peyvand.scope.acting import NOWHERE, SYSTEM, Acting, within
from peyvand.scope.bulk import at_once, below, in_area, models_at_once
from peyvand.scope.database import scope

SMALL = 5  # counts of another's rows under this are withheld


def councils(by: Acting) -> QuerySet[Council]:
    return Council.objects.filter(in_area(by)).select_related("kind", "place", "organisation")


def one_council(council_id: int) -> Council:
    """In the own area or above it, with `may_have_committees`. Raises `NotFound`."""
    related = ("kind__upper", "place", "organisation", "part_of__kind")
    committees = CouncilKind.objects.filter(part_of=OuterRef("kind_id"))
    found = (
        Council.objects.select_related(*related).annotate(may_have_committees=Exists(committees)).filter(pk=council_id).first()
    )  # fmt: skip
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Hanging:
    """What hangs on a council: its seats with the names the reader may see, sessions, resolutions, voices and committees."""

    seats: Sequence[tuple[Seat, str]]
    sessions: Sequence[Session]
    resolutions: Sequence[Resolution]
    voices: Sequence[Voice]
    committees: Sequence[Council]


def hanging_on(council: Council) -> Hanging:
    """In two queries."""
    seats, holders, sessions, resolved, sent, upper, committees = models_at_once(
        Seat.objects.filter(council=council).order_by("until", "pk")[:80],
        SeatHolder.objects.filter(seat__council=council),
        Session.objects.filter(council=council).order_by("-date", "-pk")[:20],
        Resolution.objects.filter(council=council).order_by(F("closed_at").desc(nulls_first=True), "due_date")[:20],
        Voice.objects.filter(council=council).order_by("-pk")[:20],
        Council.objects.filter(pk__in=Voice.objects.filter(council=council).values("at_id")),
        Council.objects.filter(part_of=council).order_by("pk"),
    )
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
    return Hanging([(one, names.get(one.pk, "")) for one in seats], sessions, resolved, sent, committees)


def one_session(session_id: int) -> Session:
    related = ("council__kind", "council__place", "council__organisation")
    found = Session.objects.select_related(*related).filter(pk=session_id).first()
    if found is None:
        raise NotFound
    return found


def resolutions(by: Acting) -> QuerySet[Resolution]:
    """Those of councils in the own area, and those the own organisation owes."""
    mine = below(by.organisation_path, "owner_path") if by.role in ACTORS else Q()
    rows = Resolution.objects.filter(in_area(by) | mine if mine else in_area(by))
    return rows.select_related("council__kind", "council__place", "owner")


def late_resolutions(today: date) -> Q:
    return Q(state__in=OWED[:2], due_date__lt=today)


def owed_by(by: Acting) -> Q:
    return below(by.organisation_path, "owner_path") & Q(state__in=OWED[:2])


def to_confirm(by: Acting) -> Q:
    kept = below(by.organisation_path, "organisation_path") & in_area(by)
    return kept & Q(state=OWED[2]) & ~Q(reported_by_id=by.account_id)


def sessions_to_write(by: Acting, today: date) -> QuerySet[Session]:
    """Sessions of councils the actor keeps whose day has come and whose minutes are not closed."""
    own = below(by.organisation_path, "organisation_path") & in_area(by)
    come = Q(state=SessionState.CALLED, date__lte=today) | Q(state=SessionState.HELD)
    return Session.objects.filter(own, come)


def one_resolution(resolution_id: int) -> Resolution:
    related = ("council__kind", "council__place", "owner", "session", "reported_by", "confirmed_by")
    found = Resolution.objects.select_related(*related).filter(pk=resolution_id).first()
    if found is None:
        raise NotFound
    return found


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
    found = Voice.objects.select_related(*related).filter(pk=voice_id).first()
    if found is None:
        raise NotFound
    return found


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


@dataclass(frozen=True)
class Owed:
    """One line of the deadlines of a place: what, who owes it, by when, and the row it stands for."""

    what: str
    row: Any
    due: date
    late: bool


@dataclass(frozen=True)
class Board:
    """All that stands on the board of a place. `lead` may be that of a place above; `trusted` are those the reader may see;
    `owed` are the resolutions, voices and open objectives of the place and of those in it, the oldest first."""

    seats: Sequence[BoardSeat]
    lead: BoardSeat | None
    past: Sequence[BoardSeat]
    objectives: Sequence[Objective]
    shares: Mapping[int, Sequence[Share]]
    obstacles: Sequence[Obstacle]
    trusted: Sequence[TrustedPerson]
    councils: Sequence[Council]
    owed: Sequence[Owed]


MOST_SHOWN = 60


def board_of(place: Place, today: date) -> Board:
    """In three queries."""
    rows = BoardSeat.objects.filter(place_path__in=ancestors(place.path)).select_related("organisation", "place")
    seats = list(rows.order_by("-place_path", "-since", "-pk")[:MOST_SHOWN])
    own = [one for one in seats if one.place_id == place.pk]
    leads = [one for one in seats if one.role == BoardRole.LEAD and one.until is None]
    for one in own:
        one.lead_path = next((lead.organisation_path for lead in leads if lead.place_id == place.pk), NOWHERE)  # type: ignore[attr-defined]
    here = below(place.path)
    waiting_voices = Voice.objects.filter(here, state=VoiceState.WAITING).order_by("answer_by", "pk")[:MOST_SHOWN]
    objectives, shares, hindering, trusted, councils, resolved, asked, upper, wanted = models_at_once(
        Objective.objects.filter(place=place).order_by("-pk")[:MOST_SHOWN],
        Share.objects.filter(objective__place=place).order_by("pk")[: 5 * MOST_SHOWN],
        Obstacle.objects.filter(place=place).order_by("-state", "told_at")[:MOST_SHOWN],
        TrustedPerson.objects.filter(place=place).order_by("pk")[:MOST_SHOWN],
        Council.objects.filter(place=place, part_of__isnull=True).order_by("pk")[:MOST_SHOWN],
        Resolution.objects.filter(here, state__in=OWED).order_by("due_date", "pk")[:MOST_SHOWN],
        waiting_voices,
        Council.objects.filter(pk__in=waiting_voices.values("at_id")),
        Objective.objects.filter(here, state=ObjectiveState.OPEN).order_by("due_date", "pk")[:MOST_SHOWN],
    )
    organisations = {one.owner_id for one in [*hindering, *resolved]} | {
        one.organisation_id for one in [*shares, *wanted]
    }
    organisations_found, kinds_found = models_at_once(
        Organisation.objects.filter(pk__in=organisations), CouncilKind.objects.order_by("pk")
    )
    named, kinds = {one.pk: one for one in organisations_found}, {one.pk: one for one in kinds_found}
    at = {one.pk: one for one in upper}
    for one in [*councils, *upper]:
        one.kind = kinds[one.kind_id]
    for one in asked:
        one.at = at[one.at_id]
    for one in [*hindering, *resolved]:
        one.owner = named[one.owner_id]
    for one in hindering:
        one.lead_path = leads[0].organisation_path if leads else NOWHERE
    for one in wanted:
        one.organisation = named[one.organisation_id]
    parts: dict[int, list[Share]] = {}
    for one in shares:
        one.organisation = named[one.organisation_id]
        parts.setdefault(one.objective_id, []).append(one)
    owed = [Owed("resolution", one, one.due_date, is_late(one.state, one.due_date, today)) for one in resolved]
    owed += [Owed("objective", one, one.due_date, is_late(one.state, one.due_date, today)) for one in wanted]
    owed += [Owed("voice", one, one.answer_by, one.answer_by < today) for one in asked]
    return Board(
        seats=[one for one in own if one.until is None], lead=leads[0] if leads else None,
        past=[one for one in own if one.until is not None], objectives=objectives, shares=parts, obstacles=hindering,
        trusted=trusted, councils=councils, owed=sorted(owed, key=lambda one: (one.due, one.what, one.row.pk))[:MOST_SHOWN],
    )  # fmt: skip


def is_late(state: str, due: date, today: date) -> bool:
    return rules.is_late(state=state, due=due, today=today)


# Of an offer what its agency declares: all of it while it stands, what was promised of it once it has ended.
DECLARED = Case(When(state=CapacityState.CLOSED, then=F("committed")), default=F("quantity"))


@dataclass(frozen=True)
class Accompanied:
    """One agency's use of what it declared in a place: `rate` from 0 to 1, None of nothing or where it is withheld."""

    organisation: Organisation
    offers: int
    kinds: int
    rate: float | None
    withheld: bool


def declared_by(agencies: Mapping[int, str], place_path: str) -> dict[int, list[rules.Declared]]:
    """By agency (id → path), what it and its branches declared at a place and below, by kind of help. Reads all rows: call it
    under the system's scope and give out sums alone. Drafts are not declared yet; of an offer that has ended (`CLOSED`: withdrawn,
    or its time over) what was promised of it stays declared, and no more."""
    found: dict[int, list[rules.Declared]] = {pk: [] for pk in agencies}
    wanted = below(NOWHERE, "organisation_path")
    for path in agencies.values():
        wanted |= below(path, "organisation_path")
    rows = Capacity.objects.filter(wanted, below(place_path)).exclude(state=CapacityState.DRAFT)
    sums = rows.values("organisation_path", "specification_id").annotate(
        all=Sum(DECLARED), promised=Sum("committed"), used=Sum("delivered"), offers=Count("pk")
    )
    kinds: dict[tuple[int, int], list[int]] = {}
    for row in sums:
        for pk, path in agencies.items():
            if within(row["organisation_path"], path):
                sums_of = kinds.setdefault((pk, row["specification_id"]), [0, 0, 0, 0])
                for place, more in enumerate((row["all"], row["promised"], row["used"], row["offers"])):
                    sums_of[place] += more
    for (pk, _kind), values in kinds.items():
        found[pk].append(rules.Declared(*values))
    return found


def accompaniment(by: Acting, place: Place, seats: Sequence[BoardSeat]) -> list[Accompanied]:
    """Each agency's rate; of another's than the reader's own, nothing that was counted from fewer than five offers."""
    agencies = {one.organisation_id: one.organisation for one in seats if one.state == BoardState.ON_BOARD}
    with scope(SYSTEM):
        found = declared_by({pk: one.path for pk, one in agencies.items()}, place.path)
    told = []
    for pk, organisation in agencies.items():
        offers, rate = sum(one.offers for one in found[pk]), rules.accompaniment(found[pk])
        own = by.is_staff and within(organisation.path, by.organisation_path)
        hidden = not own and 0 < offers < SMALL
        kinds = 0 if hidden else len(found[pk])
        told.append(Accompanied(organisation, 0 if hidden else offers, kinds, None if hidden else rate, hidden))
    return told


def place_summary(by: Acting, place: Place) -> QuerySet[Any, Any]:
    """For the page of a place of the own area: who leads, how many councils stand, and how much is owed."""
    leads = BoardSeat.objects.filter(place=place, role=BoardRole.LEAD, until__isnull=True)
    stand = Council.objects.filter(place=place, state=CouncilState.STANDING, part_of__isnull=True)
    owed = Resolution.objects.filter(below(place.path), state__in=OWED)
    here = Place.objects.filter(pk=place.pk) if within(place.path, by.place_path) else Place.objects.none()
    told = here.annotate(
        lead_fa=leads.values("organisation__name_fa")[:1], lead_en=leads.values("organisation__name_en")[:1],
        councils=_count(stand), owed=_count(owed),
        obstacles=_count(Obstacle.objects.filter(below(place.path), state=ObstacleState.OPEN)),
    )  # fmt: skip
    return told.values("lead_fa", "lead_en", "councils", "owed", "obstacles")


def _count(rows: QuerySet[Any]) -> Any:
    grouped = rows.order_by().values(every=Value(1)).annotate(one=Count("pk")).values("one")
    return Coalesce(Subquery(grouped, output_field=IntegerField()), 0)
