"""Reads of the board of a place: all that stands on it, what its agencies declared, and what its page of the place tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from peyvand.flow.capacity.enums import CapacityState
from peyvand.flow.capacity.models import Capacity
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.places.queries import ancestors
from peyvand.programmes.neighbourhoods import clash_queries, rules
from peyvand.programmes.neighbourhoods.board_models import BoardSeat, Objective, Obstacle, Share, TrustedPerson
from peyvand.programmes.neighbourhoods.clash_models import Clash
from peyvand.programmes.neighbourhoods.enums import (
    OWED,
    BoardRole,
    BoardState,
    ClashState,
    CouncilState,
    ObjectiveState,
    ObstacleState,
    VoiceState,
)
from peyvand.programmes.neighbourhoods.models import Council, CouncilKind, Resolution, Voice
from peyvand.programmes.neighbourhoods.queries import cut
from peyvand.resources.models import Specification
from peyvand.scope.acting import NOWHERE, SYSTEM, Acting, within
from peyvand.scope.bulk import below, models_at_once
from peyvand.scope.database import scope


def lead_path_at(place_path: str) -> str:
    """Of the agency that leads the place, or the nearest place above it that has a lead."""
    leads = BoardSeat.objects.filter(place_path__in=ancestors(place_path), role=BoardRole.LEAD, until__isnull=True)
    return leads.order_by("-place_path").values_list("organisation_path", flat=True).first() or NOWHERE


SMALL = 5  # counts of another's rows under this are withheld


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
    `owed` are the resolutions, voices and open objectives of the place and of those in it, the oldest first. `more` names what is
    longer than is shown."""

    seats: Sequence[BoardSeat]
    lead: BoardSeat | None
    past: Sequence[BoardSeat]
    objectives: Sequence[Objective]
    shares: Mapping[int, Sequence[Share]]
    obstacles: Sequence[Obstacle]
    trusted: Sequence[TrustedPerson]
    councils: Sequence[Council]
    owed: Sequence[Owed]
    clashes: Sequence[Clash]
    more: frozenset[str]


MOST_SHOWN = 60


def board_of(place: Place, today: date) -> Board:
    """In three queries."""
    leads_above = Q(place_path__in=ancestors(place.path), role=BoardRole.LEAD, until__isnull=True)
    rows = BoardSeat.objects.filter(Q(place=place) | leads_above).select_related("organisation", "place")
    seats = list(rows.order_by(F("until").desc(nulls_first=True), "-place_path", "-since", "-pk")[: MOST_SHOWN + 1])
    more = cut(MOST_SHOWN, seats=seats)
    own = [one for one in seats if one.place_id == place.pk]
    lead = next((one for one in seats if one.role == BoardRole.LEAD and one.until is None), None)
    lead_path = lead.organisation_path if lead else NOWHERE
    for one in own:
        one.lead_path = lead_path if lead and lead.place_id == place.pk else NOWHERE  # type: ignore[attr-defined]
    here, most = below(place.path), MOST_SHOWN + 1
    objectives_here = Objective.objects.filter(place=place).order_by("-pk")[:most]
    voices = Voice.objects.filter(here, state=VoiceState.WAITING).order_by("answer_by", "pk")[:most]
    objectives, shares, hindering, trusted, councils, resolutions, asked, upper, wanted, *met = models_at_once(
        objectives_here,
        Share.objects.filter(objective__in=objectives_here.values("pk")).order_by("pk"),
        Obstacle.objects.filter(place=place).order_by("-state", "told_at")[:most],
        TrustedPerson.objects.filter(place=place).order_by("pk")[:most],
        Council.objects.filter(place=place, part_of__isnull=True).order_by("pk"),
        Resolution.objects.filter(here, state__in=OWED).order_by("due_date", "pk")[:most],
        voices,
        Council.objects.filter(pk__in=voices.values("at_id")),
        Objective.objects.filter(here, state=ObjectiveState.OPEN).order_by("due_date", "pk")[:most],
        *clash_queries.asked_of(place, most),
    )
    known = _named([*hindering, *resolutions], [*shares, *wanted], [*councils, *upper], met[0])
    clashes = clash_queries.put_together(met, place, known)
    at = {one.pk: one for one in upper}
    for one in asked:
        one.at = at[one.at_id]
    for one in (*hindering, *clashes):
        one.lead_path = lead_path
    owed = _owed(resolutions, wanted, asked, today)
    more |= cut(MOST_SHOWN, objectives=objectives, obstacles=hindering, trusted=trusted, owed=owed, clashes=clashes)
    return Board(
        seats=[one for one in own if one.until is None], lead=lead, past=[one for one in own if one.until is not None],
        objectives=objectives, shares=_parts(shares), obstacles=hindering, trusted=trusted, councils=councils, owed=owed,
        clashes=clashes, more=more,
    )  # fmt: skip


def _parts(shares: Sequence[Share]) -> dict[int, list[Share]]:
    parts: dict[int, list[Share]] = {}
    for one in shares:
        parts.setdefault(one.objective_id, []).append(one)
    return parts


def _named(
    owned: Sequence[Any], of_agency: Sequence[Any], councils: Sequence[Any], clashes: Sequence[Clash]
) -> clash_queries.Known:
    """Put beside each row its owner, its agency or its kind, in one query, and give all that was read for it."""
    ids = {one.owner_id for one in owned} | {one.organisation_id for one in of_agency}
    ids |= {pk for one in clashes for pk in (one.organisation_id, one.other_organisation_id) if pk}
    organisations, kinds, specifications = models_at_once(
        Organisation.objects.filter(pk__in=ids),
        CouncilKind.objects.order_by("pk"),
        Specification.objects.filter(pk__in={one.specification_id for one in clashes if one.specification_id}),
    )
    known = clash_queries.Known(*({one.pk: one for one in rows} for rows in (organisations, kinds, specifications)))
    for one in owned:
        one.owner = known.organisations[one.owner_id]
    for one in of_agency:
        one.organisation = known.organisations[one.organisation_id]
    for one in councils:
        one.kind = known.kinds[one.kind_id]
    return known


def _owed(resolutions: Sequence[Any], wanted: Sequence[Any], asked: Sequence[Any], today: date) -> list[Owed]:
    def late(one: Any, due: date) -> bool:
        return rules.is_late(state=one.state, due=due, today=today)

    owed = [Owed("resolution", one, one.due_date, late(one, one.due_date)) for one in resolutions]
    owed += [Owed("objective", one, one.due_date, late(one, one.due_date)) for one in wanted]
    owed += [Owed("voice", one, one.answer_by, late(one, one.answer_by)) for one in asked]
    return sorted(owed, key=lambda one: (one.due, one.what, one.row.pk))


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
        clashes=_count(Clash.objects.filter(below(place.path), state=ClashState.STANDS)),
    )  # fmt: skip
    return told.values("lead_fa", "lead_en", "councils", "owed", "obstacles", "clashes")


def _count(rows: QuerySet[Any]) -> Any:
    grouped = rows.order_by().values(every=Value(1)).annotate(one=Count("pk")).values("one")
    return Coalesce(Subquery(grouped, output_field=IntegerField()), 0)
