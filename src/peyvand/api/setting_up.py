"""Acts of those who set an office up: its places, its organisations, and the weights of priority."""

from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema
from pydantic import StringConstraints

from peyvand.api.answers import Given, Page, PageQuery, act, page_of, reading
from peyvand.api.identity import SIGNED_IN
from peyvand.api.registers import OrganisationOut, PlaceOut, organisation_out, organisations, place_out, places
from peyvand.api.shapes import MOST_AT_ONCE, Day, Id, PlacePath, Title, organisation_at, places_at
from peyvand.flow.need.enums import PriorityPart
from peyvand.flow.need.models import PriorityWeights
from peyvand.flow.need.weights import set_weights
from peyvand.people.accounts import NewOrganisation, register_organisations
from peyvand.people.enums import OrganisationKind
from peyvand.people.models import Organisation
from peyvand.places.actions import NewPlace, put_places
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.scope.acting import Acting

weights = Router(tags=["Needs"])

Name = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[^\x00]*\S[^\x00]*$")]
Weight = Annotated[int, Field(ge=0, le=100)]


class NewPlaceIn(Given):
    """`code` names it among the places directly below `parent_path`; its path is the parent's with the code behind it."""

    kind: PlaceKind
    name_fa: Name
    name_en: Annotated[str, StringConstraints(max_length=120, pattern=r"^[^\x00]*$")] = ""
    code: Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=r"^[^/\s\x00]+$")]
    parent_path: PlacePath
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None


class NewPlacesIn(Given):
    items: Annotated[list[NewPlaceIn], Field(min_length=1, max_length=MOST_AT_ONCE)]


class Places(Schema):
    """The places as they stand now, and how many of them were added, changed, and stood so already."""

    items: list[PlaceOut]
    added: int
    changed: int
    same: int


class NewOrganisationIn(Given):
    kind: OrganisationKind
    name_fa: Name
    name_en: Annotated[str, StringConstraints(max_length=120, pattern=r"^[^\x00]*$")] = ""
    place_path: Annotated[PlacePath, Field(description="Its seat")]
    parent_id: Annotated[Id, Field(description="The organisation it is a branch of")] | None = None


class NewOrganisationsIn(Given):
    items: Annotated[list[NewOrganisationIn], Field(min_length=1, max_length=MOST_AT_ONCE)]


class Organisations(Schema):
    items: list[OrganisationOut]


class WeightsOut(Schema):
    """In force from `since` until the next; `source` says who decided."""

    id: int
    since: date
    weights: dict[PriorityPart, int]
    source: str


class WeightsIn(Given):
    since: Annotated[Day, Field(description="Today or later")]
    urgency: Weight
    vulnerability: Weight
    waiting: Weight
    deprivation: Weight
    residents: Weight
    source: Annotated[Title, Field(description="Who decided this, and when; everyone reads it")]


def weights_out(row: PriorityWeights) -> WeightsOut:
    values = {part: int(getattr(row, part.value)) for part in PriorityPart}
    return WeightsOut(id=row.pk, since=row.since, weights=values, source=row.source)


@places.post("", response={201: Places}, auth=SIGNED_IN, summary="Add places, or bring them up to date, all or none")
def add_or_update_places(request: HttpRequest, body: NewPlacesIn) -> HttpResponse:
    """By officers and administrators. A place is known by its parent and its code; what is left empty stays as it is."""

    def run(by: Acting, now: datetime) -> Places:
        rows = [NewPlace(**one.model_dump()) for one in body.items]
        put = put_places(rows=rows, by=by, now=now)
        paths = [f"{one.parent_path}{one.code}/" for one in body.items]
        found = {one.path: one for one in Place.objects.defer("boundary").filter(path__in=paths)}
        return Places(
            items=[place_out(found[path]) for path in paths], added=put.added, changed=put.changed, same=put.same
        )

    return act(request, run, status=201)


@organisations.post("", response={201: Organisations}, auth=SIGNED_IN, summary="Register organisations, all or none")
def add_organisations(request: HttpRequest, body: NewOrganisationsIn) -> HttpResponse:
    """By officers and administrators, with their seat in their own area."""

    def run(by: Acting, now: datetime) -> Organisations:
        seats = places_at(one.place_path for one in body.items)
        rows = [
            NewOrganisation(
                one.kind, one.name_fa, seats[one.place_path], name_en=one.name_en,
                parent=organisation_at(one.parent_id, "parent_id") if one.parent_id else None,
            )
            for one in body.items
        ]  # fmt: skip
        made = register_organisations(rows=rows, by=by, now=now)
        fresh = Organisation.objects.select_related("place").in_bulk([one.pk for one in made])
        return Organisations(items=[organisation_out(fresh[one.pk]) for one in made])

    return act(request, run, status=201)


@weights.get("", response=Page[WeightsOut], summary="The weights of priority that were ever set")
def list_weights(request: HttpRequest, page: Query[PageQuery]) -> HttpResponse:
    with reading(request):
        return page_of(request, PriorityWeights.objects.all(), page, lambda rows: [weights_out(row) for row in rows])


@weights.post("", response={201: WeightsOut}, summary="Set the weights of priority from a day on")
def decide_weights(request: HttpRequest, body: WeightsIn) -> HttpResponse:
    """Needs are counted anew with their next counting. What was set for the same day is replaced."""

    def run(by: Acting, now: datetime) -> WeightsOut:
        given = {part: int(getattr(body, part.value)) for part in PriorityPart}
        return weights_out(set_weights(since=body.since, weights=given, source=body.source, by=by, now=now))

    return act(request, run, status=201)
