"""What is open to everyone: places, organisations and kinds of help."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Query, Router, Schema

from peyvand.api.answers import BY_NAME, Page, PageQuery, page_of, reading, say, the_one
from peyvand.api.filters import Here, Named, named, narrowed
from peyvand.api.shapes import (
    Id,
    OrganisationRef,
    PlacePath,
    PlaceRef,
    SpecificationRef,
    maybe,
    organisation_ref,
    place_ref,
    specification_ref,
)
from peyvand.people.enums import OrganisationKind
from peyvand.people.models import Organisation
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.places.queries import chain
from peyvand.resources.enums import Action, CbrComponent, HelpKind
from peyvand.resources.models import Specification
from peyvand.scope.bulk import below

places = Router(tags=["Registers"])
organisations = Router(tags=["Registers"])
specifications = Router(tags=["Registers"])


class PlaceOut(PlaceRef):
    id: int
    lat: float | None
    lon: float | None
    is_invented: bool = Field(description="A place of the demonstration that does not exist")


class PlaceDetail(PlaceOut):
    lies_in: list[PlaceRef] = Field(description="From the country down")
    deprivation: int | None = Field(description="0 (none) to 100")
    deprivation_source: str
    source: str


class OrganisationOut(OrganisationRef):
    place: PlaceRef
    parent_id: int | None


class SpecificationOut(SpecificationRef):
    action: Action
    help_kind: HelpKind
    cbr_component: CbrComponent | None
    id: int
    licences: list[str] = Field(description="Slugs of the licences that every giver of it needs")
    same_sex: bool = Field(description="Only given by somebody of the same sex as the person")
    at_venue: bool = Field(description="The person goes to the giver's place")
    substitutes: list[str] = Field(description="Slugs of the kinds that may be given in its place")


class PlaceFilters(Schema):
    q: Named = ""
    kind: PlaceKind | None = None
    within: Here | None = None


class OrganisationFilters(Schema):
    q: Named = ""
    kind: OrganisationKind | None = None
    place: Annotated[PlacePath, Field(description="With its seat here or below")] | None = None


class SpecificationFilters(Schema):
    q: Named = ""


def place_out(row: Place) -> PlaceOut:
    return PlaceOut(**place_ref(row).model_dump(), id=row.pk, lat=row.lat, lon=row.lon, is_invented=row.is_invented)


def organisation_out(row: Organisation) -> OrganisationOut:
    return OrganisationOut(**organisation_ref(row).model_dump(), place=place_ref(row.place), parent_id=row.parent_id)


def specification_out(row: Specification) -> SpecificationOut:
    return SpecificationOut(
        **specification_ref(row).model_dump(), action=Action(row.action), help_kind=HelpKind(row.help_kind),
        cbr_component=maybe(CbrComponent, row.cbr_component), id=row.pk, licences=row.licences, same_sex=row.same_sex,
        at_venue=row.at_venue, substitutes=sorted(one.given.slug for one in row.substitutes.all()),
    )  # fmt: skip


@places.get("", response=Page[PlaceOut], summary="Places by name, kind or territory")
def search_places(request: HttpRequest, filters: Query[PlaceFilters], page: Query[PageQuery]) -> HttpResponse:
    rows = named(Place.objects.defer("boundary"), filters.q)
    rows = rows.filter(kind=filters.kind) if filters.kind else rows
    rows = rows.filter(below(filters.within, "path")) if filters.within else rows
    with reading(request):
        return page_of(request, rows, page, lambda found: [place_out(row) for row in found], BY_NAME)


@places.get("/{int:place_id}", response=PlaceDetail, summary="One place, with all it lies in")
def get_place(request: HttpRequest, place_id: Path[Id]) -> HttpResponse:
    with reading(request):
        row = the_one(Place.objects.defer("boundary"), place_id)
        above = [place_ref(one) for one in chain(row.path) if one.pk != row.pk]
        found = PlaceDetail(
            **place_out(row).model_dump(), lies_in=above, deprivation=row.deprivation,
            deprivation_source=row.deprivation_source, source=row.source,
        )  # fmt: skip
        return say(found)


@organisations.get("", response=Page[OrganisationOut], summary="Organisations by name, kind or place")
def search_organisations(
    request: HttpRequest, filters: Query[OrganisationFilters], page: Query[PageQuery]
) -> HttpResponse:
    rows = named(Organisation.objects.filter(is_active=True).select_related("place"), filters.q)
    rows = narrowed(rows, filters, place="place__path")
    with reading(request):
        return page_of(request, rows, page, lambda found: [organisation_out(row) for row in found], BY_NAME)


@organisations.get("/{int:organisation_id}", response=OrganisationOut, summary="One organisation")
def get_organisation(request: HttpRequest, organisation_id: Path[Id]) -> HttpResponse:
    with reading(request):
        return say(organisation_out(the_one(Organisation.objects.select_related("place"), organisation_id)))


@specifications.get("", response=Page[SpecificationOut], summary="Kinds of help that can be needed and offered")
def list_specifications(
    request: HttpRequest, filters: Query[SpecificationFilters], page: Query[PageQuery]
) -> HttpResponse:
    rows = named(Specification.objects.filter(is_active=True).prefetch_related("substitutes__given"), filters.q)
    with reading(request):
        return page_of(request, rows, page, lambda found: [specification_out(row) for row in found], BY_NAME)
