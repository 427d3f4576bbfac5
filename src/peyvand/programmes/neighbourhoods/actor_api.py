"""The actor map of a place for programs."""

from django.http import HttpRequest, HttpResponse
from ninja import Path, Schema

from peyvand.api.answers import reading, say, today
from peyvand.api.shapes import Id, OrganisationRef, PlaceRef, organisation_ref, place_ref
from peyvand.extend.programme import ApiRoute
from peyvand.programmes.neighbourhoods import queries
from peyvand.programmes.neighbourhoods.actor_queries import actors_of
from peyvand.programmes.neighbourhoods.enums import TieKind


class ActorOut(Schema):
    """`needs_promised` counts only promises you may know of: your own, and those of two sides to five needs or more."""

    organisation: OrganisationRef
    board_role: str
    objectives: int
    councils: int
    resolutions_owed: int
    obstacles: int
    offers: list[str]
    needs_promised: int


class TieOut(Schema):
    organisation_ids: tuple[int, int]
    kinds: list[TieKind]


class ActorsOut(Schema):
    """Who is linked to most others stands first."""

    place: PlaceRef
    actors: list[ActorOut]
    ties: list[TieOut]


def get_actors(request: HttpRequest, place_id: Path[Id]) -> HttpResponse:
    with reading(request) as by:
        place = queries.place_in_area(by, place_id)
        found = actors_of(by, place, today())
        actors = [
            ActorOut(
                organisation=organisation_ref(one.organisation), board_role=one.board, objectives=one.objectives,
                councils=one.councils, resolutions_owed=one.owed, obstacles=one.obstacles,
                offers=[kind.slug for kind in one.offers], needs_promised=one.needs,
            )
            for one in found.actors
        ]  # fmt: skip
        ties = [TieOut(organisation_ids=ends, kinds=sorted(kinds)) for ends, kinds in found.ties.items()]
        return say(ActorsOut(place=place_ref(place), actors=actors, ties=ties))


ACTOR_ROUTES = (
    ApiRoute(
        "GET",
        "/actors/{int:place_id}",
        "actors",
        get_actors,
        ActorsOut,
        "Who acts at a place, and who is linked to whom",
    ),
)
