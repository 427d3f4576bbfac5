"""Reads of overlaps and conflicts: the facts their rules take, and what was found."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Max, Min, Model, Q, QuerySet

from peyvand.flow.capacity.enums import CapacityState
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.enums import CommitmentState
from peyvand.flow.commitment.models import Commitment
from peyvand.kernel.jalali import business_date
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.programmes.neighbourhoods.board_models import BoardSeat, Objective
from peyvand.programmes.neighbourhoods.clash_models import Clash
from peyvand.programmes.neighbourhoods.clash_rules import LEAST_NEEDS, Called, Facts, Helps, Task, Wanted
from peyvand.programmes.neighbourhoods.enums import OWED, BoardState, ClashState, ObjectiveState, SessionState
from peyvand.programmes.neighbourhoods.models import Council, CouncilKind, Resolution, Seat, Session
from peyvand.resources.models import Specification
from peyvand.scope.acting import Acting, within
from peyvand.scope.bulk import in_area

RELATED = (
    "place", "organisation", "other_organisation", "specification", "objective", "other_objective",
    "resolution", "other_resolution", "session__council__kind", "other_session__council__kind",
)  # fmt: skip
Places = Collection[int] | None  # ids, or all


def clashes(by: Acting) -> QuerySet[Clash]:
    """Those of the own area, also the ones that are gone."""
    return Clash.objects.filter(in_area(by)).select_related(*RELATED)


def asked_of(place: Place, most: int) -> tuple[QuerySet[Any, Any], ...]:
    """For `models_at_once`: those of a place itself that are not gone, the ones that stand first, and the rows that meet in them."""
    here = Clash.objects.filter(standing(), place=place)

    def met(model: type[Model], name: str) -> QuerySet[Any, Any]:
        ends = Q(pk__in=here.values(f"{name}_id")) | Q(pk__in=here.values(f"other_{name}_id"))
        return model._default_manager.filter(ends)

    sessions = met(Session, "session")
    councils = Council.objects.filter(pk__in=sessions.values("council_id"))
    rows = here.order_by("-state", "-noticed_at", "pk")[:most]
    return rows, met(Objective, "objective"), met(Resolution, "resolution"), sessions, councils


@dataclass(frozen=True)
class Known:
    """Rows that were read already, by their ids."""

    organisations: Mapping[int, Organisation]
    kinds: Mapping[int, CouncilKind]
    specifications: Mapping[int, Specification]


def put_together(found: Sequence[list[Any]], place: Place, known: Known) -> list[Clash]:
    """What `asked_of` was answered, each row with what stands beside it. Asks nothing."""
    rows, objectives, resolutions, sessions, councils = found
    at = {one.pk: one for one in councils}
    for one in sessions:
        one.council = at[one.council_id]
        one.council.kind = known.kinds[one.council.kind_id]
    beside: dict[str, Mapping[int, Any]] = {
        "organisation": known.organisations, "other_organisation": known.organisations, "specification": known.specifications,
    }  # fmt: skip
    for name, met in (("objective", objectives), ("resolution", resolutions), ("session", sessions)):
        beside[name] = beside[f"other_{name}"] = {one.pk: one for one in met}
    for row in rows:
        row.place = place
        for name, some in beside.items():
            if (pk := getattr(row, f"{name}_id")) is not None:
                setattr(row, name, some[pk])
    return rows


def standing() -> Q:
    return ~Q(state=ClashState.GONE)


def facts(places: Places, today: date) -> Facts:
    """What the rules read of these places. Reads rows of all agencies: call it under the system's scope. Eight queries."""
    return Facts(_helps(places), _objectives(places), _tasks(places), _sessions(places, today))


def _at(places: Places, field: str = "place_id") -> Q:
    return Q() if places is None else Q(**{f"{field}__in": places})


def _objectives(places: Places) -> list[Wanted]:
    rows = Objective.objects.filter(_at(places), state=ObjectiveState.OPEN).prefetch_related("shares")
    return [
        Wanted(one.pk, one.place_id, one.organisation_id, one.measure, one.target, one.due_date,
               {part.organisation_id: part.promised for part in one.shares.all()})
        for one in rows
    ]  # fmt: skip


def _tasks(places: Places) -> list[Task]:
    rows = Resolution.objects.filter(_at(places, "council__place_id"), state__in=OWED)
    return [Task(*row) for row in rows.values_list("pk", "council__place_id", "owner_id", "title")]


def _sessions(places: Places, today: date) -> list[Called]:
    rows = Session.objects.filter(_at(places, "council__place_id"), state=SessionState.CALLED, date__gte=today)
    called = list(rows.values_list("pk", "council__place_id", "council_id", "date"))
    seats = Seat.objects.filter(council__in={row[2] for row in called}, organisation__isnull=False)
    in_force: dict[int, list[Seat]] = defaultdict(list)
    for seat in seats:
        in_force[seat.council_id].append(seat)
    return [
        Called(pk, place, council, day, frozenset(_sitting(in_force[council], day)))
        for pk, place, council, day in called
    ]


def _sitting(seats: Iterable[Seat], day: date) -> Iterator[int]:
    for one in seats:
        if one.organisation_id is not None and one.since <= day and (one.until is None or one.until >= day):
            yield one.organisation_id


def _helps(places: Places) -> list[Helps]:
    """By agency of the board and kind: its own offers at the place itself, and its promises to at least five needs there."""
    seats = BoardSeat.objects.filter(_at(places), state=BoardState.ON_BOARD)
    agencies: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for place_path, *agency in seats.values_list("place_path", "place_id", "organisation_id", "organisation_path"):
        agencies[place_path].append((agency[0], agency[1], agency[2]))
    offers = Capacity.objects.filter(place_path__in=agencies, state=CapacityState.OPEN, provider_person__isnull=True)
    found = [
        Helps(place, agency, path, row["specification_id"], row["start_date"], row["end_date"])
        for row in offers.values("place_path", "organisation_path", "specification_id", "start_date", "end_date")
        for place, agency, path in agencies[row["place_path"]]
        if within(row["organisation_path"], path)
    ]
    return found + _promises(agencies)


def _promises(agencies: dict[str, list[tuple[int, int, str]]]) -> list[Helps]:
    running = (CommitmentState.OFFERED, CommitmentState.ACCEPTED)
    rows = Commitment.objects.filter(place_path__in=agencies, state__in=running)
    told: dict[tuple[int, int, str, int], list[Any]] = defaultdict(list)
    for row in rows.values("place_path", "giver_path", "specification_id").annotate(
        needs=Count("need_id", distinct=True), first=Min("offered_at"), last=Max("due_date")
    ):
        for place, agency, path in agencies[row["place_path"]]:
            if within(row["giver_path"], path):
                told[place, agency, path, row["specification_id"]].append(row)
    return [
        Helps(
            *key,
            min(business_date(row["first"]) for row in some),
            max(row["last"] for row in some),
        )
        for key, some in told.items()
        if sum(row["needs"] for row in some) >= LEAST_NEEDS
    ]
