"""Who acts at a place: its organisations, what each does there, and who is linked to whom by what. The support ecosystem of S4 4.3."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from typing import Any

from django.db.models import Count, F, Q

from peyvand.flow.capacity.enums import CapacityState
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.enums import CommitmentState
from peyvand.flow.commitment.models import Agreement, Commitment
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.programmes.neighbourhoods.board_models import BoardSeat, Obstacle, Share
from peyvand.programmes.neighbourhoods.board_queries import SMALL
from peyvand.programmes.neighbourhoods.enums import (
    OWED,
    BoardState,
    CouncilState,
    ObjectiveState,
    ObstacleState,
    TieKind,
)
from peyvand.programmes.neighbourhoods.models import Resolution, Seat
from peyvand.programmes.neighbourhoods.session_actions import in_term
from peyvand.resources.models import Specification
from peyvand.scope.acting import SYSTEM, Acting, within
from peyvand.scope.bulk import at_once, below, models_at_once
from peyvand.scope.database import scope

Ends = tuple[int, int]
_GIVEN = (CommitmentState.OFFERED, CommitmentState.ACCEPTED, CommitmentState.KEPT)


@dataclass
class Actor:
    """An organisation and what it does at a place. `needs` are those it promised help to, of the promises the reader may know of;
    `places` the paths where it acts, as far as that tells of no single need."""

    organisation: Organisation
    own: bool
    board: str = ""  # its role on a board: the leading one, where there are several
    objectives: int = 0
    councils: int = 0
    owed: int = 0
    obstacles: int = 0
    needs: int = 0
    offers: list[Specification] = field(default_factory=list)
    places: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Actors:
    """The actors, who is linked to most others first; `ties` by the ids of two organisations, the smaller first, with the kinds of it.

    `linked` says the same by organisation: to whom, and by which kinds.
    """

    actors: Sequence[Actor]
    ties: Mapping[Ends, frozenset[TieKind]]
    linked: Mapping[int, Mapping[int, frozenset[TieKind]]]
    names: Mapping[str, Place]

    def partners(self, pk: int) -> Mapping[int, frozenset[TieKind]]:
        return self.linked.get(pk, {})


def actors_of(by: Acting, place: Place, today: date) -> Actors:
    """Of a place and all in it. What boards, councils and objectives hold is open to every reader there; an agreement to its two
    sides. Of promises between others only those to five needs or more are told, and no number below. Four queries."""
    boards, shares, seats, owed, obstacles, agreements = _open_facts(place, today)
    with scope(SYSTEM):
        offers, promises = _flow_facts(place)
    rows = [boards, shares, seats, owed, obstacles, offers]
    ids = {row["organisation_id"] for some in rows for row in some}
    paths = {path for row in promises for path in (row["giver_path"], row["asker_path"])}
    organisations, kinds = models_at_once(
        Organisation.objects.filter(Q(pk__in=ids) | Q(path__in=paths)),
        Specification.objects.filter(pk__in={row["specification_id"] for row in offers}).order_by("sort_key"),
    )
    at = {one.path: one.pk for one in organisations}
    told = [(at[row["giver_path"]], at[row["asker_path"]], row["needs"]) for row in promises if _may_know(by, row)]
    ids |= {pk for giver, asker, _needs in told for pk in (giver, asker)}
    actors = {
        one.pk: Actor(one, by.is_staff and within(one.path, by.organisation_path))
        for one in organisations
        if one.pk in ids
    }
    _fill(actors, boards, shares, seats, owed, obstacles)
    _fill_flow(actors, offers, told, kinds)
    ties = _ties(actors, boards, shares, seats, told, agreements)
    linked = _linked(ties)
    ordered = sorted(
        actors.values(),
        key=lambda one: (-len(linked[one.organisation.pk]), one.organisation.sort_key, one.organisation.pk),
    )
    names = Place.objects.defer("boundary").in_bulk({path for one in ordered for path in one.places}, field_name="path")
    return Actors(ordered, ties, linked, names)


Rows = list[dict[str, Any]]


def _open_facts(place: Place, today: date) -> list[Rows]:
    """Under the reader's scope, in one query."""
    here = below(place.path)
    found = at_once(
        BoardSeat.objects.filter(here, state=BoardState.ON_BOARD).values("organisation_id", "role", "place_path"),
        Share.objects.filter(below(place.path, "objective__place_path"), objective__state=ObjectiveState.OPEN).values(
            "organisation_id", group=F("objective_id"), place_path=F("objective__place_path")
        ),
        Seat.objects.filter(
            in_term(today), below(place.path, "council__place_path"), organisation__isnull=False, council__state=CouncilState.STANDING
        ).values("organisation_id", group=F("council_id"), place_path=F("council__place_path")),
        Resolution.objects.filter(here, state__in=OWED).values("place_path", "owner_id").annotate(n=Count("pk")),
        Obstacle.objects.filter(here, state=ObstacleState.OPEN).values("place_path", "owner_id").annotate(n=Count("pk")),
        Agreement.objects.filter(Q(end_date__isnull=True) | Q(end_date__gte=today)).values("giver_id", "asker_id").distinct(),
    )  # fmt: skip
    for row in (*found[3], *found[4]):
        row["organisation_id"] = row.pop("owner_id")
    return found


def _flow_facts(place: Place) -> list[Rows]:
    """Under the system's scope: the kinds that organisations offer by themselves, and promises counted by their two sides."""
    offers = Capacity.objects.filter(below(place.path), state=CapacityState.OPEN, provider_person__isnull=True)
    promises = Commitment.objects.filter(below(place.path), state__in=_GIVEN)
    return at_once(
        offers.values("organisation_id", "specification_id", "place_path").distinct(),
        promises.values("giver_path", "asker_path").annotate(needs=Count("need_id", distinct=True)),
    )


def _may_know(by: Acting, row: Mapping[str, Any]) -> bool:
    """Promises of the reader's own organisation, and those to so many needs that they tell of none of them."""
    sides = (row["giver_path"], row["asker_path"])
    return row["needs"] >= SMALL or (by.is_staff and any(within(path, by.organisation_path) for path in sides))


def _fill(actors: Mapping[int, Actor], boards: Rows, shares: Rows, seats: Rows, owed: Rows, obstacles: Rows) -> None:
    for row in boards:
        actor = actors[row["organisation_id"]]
        actor.board = row["role"] if row["role"] == "lead" or not actor.board else actor.board
    for name, rows in (("objectives", shares), ("councils", seats)):
        for pk, _group in {(row["organisation_id"], row["group"]) for row in rows}:
            setattr(actors[pk], name, getattr(actors[pk], name) + 1)
    for name, rows in (("owed", owed), ("obstacles", obstacles)):
        for row in rows:
            actor = actors[row["organisation_id"]]
            setattr(actor, name, getattr(actor, name) + row["n"])
    for row in (*boards, *shares, *seats, *owed, *obstacles):
        actors[row["organisation_id"]].places.add(row["place_path"])


def _fill_flow(
    actors: Mapping[int, Actor], offers: Rows, told: Iterable[tuple[int, int, int]], kinds: Iterable[Specification]
) -> None:
    given = defaultdict[int, set[int]](set)
    for row in offers:
        given[row["organisation_id"]].add(row["specification_id"])
        actors[row["organisation_id"]].places.add(row["place_path"])
    for kind in kinds:
        for pk, of_one in given.items():
            if kind.pk in of_one:
                actors[pk].offers.append(kind)
    for giver, _asker, needs in told:
        actors[giver].needs += needs


def _ties(
    actors: Mapping[int, Actor], boards: Rows, shares: Rows, seats: Rows, told: Iterable[tuple[int, int, int]], agreements: Rows
) -> dict[Ends, frozenset[TieKind]]:  # fmt: skip
    found: dict[Ends, set[TieKind]] = defaultdict(set)
    pairs: list[tuple[TieKind, int, int]] = [(TieKind.PROMISE, giver, asker) for giver, asker, _needs in told]
    pairs += [(TieKind.AGREEMENT, row["giver_id"], row["asker_id"]) for row in agreements]
    pairs += [(TieKind.HOUSE, pk, one.organisation.parent_id or pk) for pk, one in actors.items()]
    for kind, rows, group in (
        (TieKind.OBJECTIVE, shares, "group"),
        (TieKind.COUNCIL, seats, "group"),
        (TieKind.BOARD, boards, "place_path"),
    ):
        together = defaultdict[Any, set[int]](set)
        for row in rows:
            together[row[group]].add(row["organisation_id"])
        pairs += [(kind, *two) for some in together.values() for two in combinations(sorted(some), 2)]
    for kind, first, second in pairs:
        if first != second and first in actors and second in actors:
            found[min(first, second), max(first, second)].add(kind)
    return {ends: frozenset(kinds) for ends, kinds in sorted(found.items())}


def _linked(ties: Mapping[Ends, frozenset[TieKind]]) -> defaultdict[int, dict[int, frozenset[TieKind]]]:
    linked: defaultdict[int, dict[int, frozenset[TieKind]]] = defaultdict(dict)
    for (first, second), kinds in ties.items():
        linked[first][second] = linked[second][first] = kinds
    return linked
