"""What goes in and out: the fields, with their limits, and the public parts that many answers share."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, TypeVar

from django.db.models import TextChoices
from ninja import Schema
from pydantic import Field, StringConstraints

from peyvand.kernel.refusals import BadValue
from peyvand.people.enums import OrganisationKind
from peyvand.people.models import Organisation
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.resources.enums import Unit
from peyvand.resources.models import Specification
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import only

_NO_NUL = r"^[^\x00]*$"
EXAMPLE_PLACE = "ir/02/0207/"

Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Quantity = Annotated[int, Field(ge=1, le=2**31 - 1, examples=[2])]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2200, 1, 1), examples=["2026-12-21"])]
Word = Annotated[str, StringConstraints(max_length=100, pattern=_NO_NUL)]
Line = Annotated[str, StringConstraints(max_length=300, pattern=_NO_NUL)]
Prose = Annotated[str, StringConstraints(max_length=5000, pattern=_NO_NUL)]
Slug = Annotated[str, StringConstraints(max_length=60, pattern=_NO_NUL), Field(examples=["wheelchair"])]
PlacePath = Annotated[
    str,
    StringConstraints(max_length=200, pattern=r"^([^/\x00]+/)+$"),
    Field(examples=[EXAMPLE_PLACE], description="The path of a place, as `GET /places` gives it"),
]
Title = Annotated[str, StringConstraints(min_length=1, max_length=160, pattern=r"^[^\x00]*\S[^\x00]*$")]
Ids = Annotated[list[Id], Field(min_length=1, max_length=500)]
MOST_AT_ONCE = 500
Choice = TypeVar("Choice", bound=TextChoices)


class PlaceRef(Schema):
    path: str = Field(examples=[EXAMPLE_PLACE])
    kind: PlaceKind
    name_fa: str
    name_en: str


class OrganisationRef(Schema):
    id: int
    kind: OrganisationKind
    name_fa: str
    name_en: str


class SpecificationRef(Schema):
    slug: str = Field(examples=["wheelchair"])
    name_fa: str
    name_en: str
    unit: Unit


def maybe(kind: type[Choice], value: str) -> Choice | None:
    """An enumeration that a column keeps empty until it is known."""
    return kind(value) if value else None


def place_ref(row: Place) -> PlaceRef:
    return PlaceRef(path=row.path, kind=PlaceKind(row.kind), name_fa=row.name_fa, name_en=row.name_en)


def organisation_ref(row: Organisation) -> OrganisationRef:
    return OrganisationRef(id=row.pk, kind=OrganisationKind(row.kind), name_fa=row.name_fa, name_en=row.name_en)


def specification_ref(row: Specification) -> SpecificationRef:
    return SpecificationRef(slug=row.slug, name_fa=row.name_fa, name_en=row.name_en, unit=Unit(row.unit))


def organisations_at(paths: Iterable[str]) -> Mapping[str, OrganisationRef]:
    """The organisations that stand at these paths: a register that is open to everyone."""
    return {row.path: organisation_ref(row) for row in Organisation.objects.filter(path__in=set(paths))}


def organisation_at(organisation_id: int, field: str) -> Organisation:
    row = Organisation.objects.select_related("place").filter(pk=organisation_id, is_active=True).first()
    if row is None:
        raise BadValue(field=field, reason="there is no organisation with this number")
    return row


def place_at(path: str) -> Place:
    place = Place.objects.filter(path=path).first()
    if place is None:
        raise BadValue(field="place_path", reason="there is no place with this path")
    return place


def places_at(paths: Iterable[str]) -> Mapping[str, Place]:
    """The places of many rows in one query; raises `BadValue` where one is missing."""
    wanted = set(paths)
    found = {row.path: row for row in Place.objects.filter(path__in=wanted)}
    if wanted - found.keys():
        raise BadValue(field="place_path", reason="there is no place with this path")
    return found


def specifications_named(slugs: Iterable[str]) -> Mapping[str, Specification]:
    wanted = set(slugs)
    found = {row.slug: row for row in Specification.objects.filter(slug__in=wanted, is_active=True)}
    if wanted - found.keys():
        raise BadValue(field="specification", reason="there is no specification with this name")
    return found


def keeper(organisation_id: int | None, by: Acting) -> Organisation | None:
    """The organisation a row is kept by, where another than the actor's own is named."""
    if organisation_id is None or organisation_id == by.organisation_id:
        return None
    return only(Organisation.objects.filter(pk=organisation_id))
