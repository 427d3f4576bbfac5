"""Programmes: which there are, and where they are switched on."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Query, Router, Schema

from peyvand.api.answers import Given, Page, PageQuery, act, page_of, reading, say
from peyvand.api.filters import narrowed
from peyvand.api.shapes import (
    Day,
    Id,
    OrganisationRef,
    PlacePath,
    PlaceRef,
    Slug,
    organisation_at,
    organisation_ref,
    place_at,
    place_ref,
)
from peyvand.extend import switches
from peyvand.extend.discovery import programmes
from peyvand.extend.models import ProgrammeSwitch
from peyvand.scope.acting import Acting

known = Router(tags=["Programmes"])
router = Router(tags=["Programmes"])


class ProgrammeOut(Schema):
    slug: str
    title: str
    purpose: str


class Programmes(Schema):
    items: list[ProgrammeOut]


class SwitchOut(Schema):
    """It holds for the place, the organisation, or the organisation in the place, and for everything below."""

    id: int
    programme: str
    place: PlaceRef | None
    organisation: OrganisationRef | None
    since: date
    until: date | None


class SwitchIn(Given):
    programme: Slug
    place_path: PlacePath | None = None
    organisation_id: Id | None = None
    since: Annotated[Day, Field(description="Today where empty")] | None = None


class SwitchFilters(Schema):
    programme: Slug = ""


def switches_out(rows: Sequence[ProgrammeSwitch]) -> list[SwitchOut]:
    return [
        SwitchOut(
            id=row.pk, programme=row.slug, place=place_ref(row.place) if row.place else None,
            organisation=organisation_ref(row.organisation) if row.organisation else None, since=row.since,
            until=row.until,
        )
        for row in rows
    ]  # fmt: skip


@known.get("", response=Programmes, summary="Programmes of this site")
def list_programmes(request: HttpRequest) -> HttpResponse:
    rows = [
        ProgrammeOut(slug=one.slug, title=str(one.title), purpose=str(one.purpose)) for one in programmes().values()
    ]
    return say(Programmes(items=rows))


@router.get("", response=Page[SwitchOut], summary="Where programmes are, or were, switched on")
def list_switches(request: HttpRequest, filters: Query[SwitchFilters], page: Query[PageQuery]) -> HttpResponse:
    with reading(request):
        rows = ProgrammeSwitch.objects.select_related("place", "organisation")
        return page_of(request, narrowed(rows, filters, programme="slug"), page, switches_out)


@router.post("", response={201: SwitchOut}, summary="Switch a programme on in a place or for an organisation")
def switch_on(request: HttpRequest, body: SwitchIn) -> HttpResponse:
    """By an administrator or HQ leader in his area. On twice is on once."""

    def run(by: Acting, now: datetime) -> SwitchOut:
        made = switches.switch_on(
            slug=body.programme, place=place_at(body.place_path) if body.place_path else None,
            organisation=organisation_at(body.organisation_id, "organisation_id") if body.organisation_id else None,
            since=body.since, by=by, now=now,
        )  # fmt: skip
        return switches_out([made])[0]

    return act(request, run, status=201)


@router.post("/{int:switch_id}/off", response=SwitchOut, summary="Switch a programme off")
def switch_off(request: HttpRequest, switch_id: Path[Id]) -> HttpResponse:
    """What was done stays readable; nothing new is done under it."""
    return act(request, lambda by, now: switches_out([switches.switch_off(switch_id=switch_id, by=by, now=now)])[0])
