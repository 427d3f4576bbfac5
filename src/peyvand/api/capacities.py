"""Capacities: what is offered, and the acts on it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Query, Router, Schema

from peyvand.api.answers import Count, Given, Page, PageQuery, act, as_they_stand, page_of, reading, say, the_one
from peyvand.api.filters import Told, narrowed
from peyvand.api.shapes import (
    MOST_AT_ONCE,
    Day,
    Id,
    Ids,
    Line,
    OrganisationRef,
    PlacePath,
    PlaceRef,
    Quantity,
    Slug,
    SpecificationRef,
    keeper,
    organisation_ref,
    place_ref,
    places_at,
    specification_ref,
    specifications_named,
)
from peyvand.flow.capacity import actions
from peyvand.flow.capacity.enums import CapacityState, Reach
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.capacity.queries import capacities_of
from peyvand.kernel.refusals import NotFound
from peyvand.people.models import Person
from peyvand.scope.acting import Acting

router = Router(tags=["Capacities"])
_BESIDE = ("specification", "place", "organisation")
_KNOWN = Capacity.objects.select_related(*_BESIDE)


class CapacityOut(Schema):
    """`left` is what is not promised yet. The person behind an offer is told only to those who keep it, and by reference."""

    id: int
    tracking_code: str
    state: CapacityState
    specification: SpecificationRef
    quantity: int
    committed: int
    delivered: int
    left: int
    place: PlaceRef
    reach: Reach
    reach_km: int | None
    organisation: OrganisationRef
    provider_person_id: int | None
    start_date: date
    end_date: date | None
    smallest_lot: int
    conditions: str
    renews_monthly: bool
    created_at: datetime
    closed_at: datetime | None


class Capacities(Schema):
    items: list[CapacityOut]


class NewCapacityIn(Given):
    """`reach_km` is given with the reach `km` and only then; an offer that renews opens one row for each Jalali month."""

    specification: Slug
    quantity: Quantity
    place_path: PlacePath
    reach: Reach = Reach.COUNTY
    reach_km: Annotated[int, Field(ge=1, le=5000)] | None = None
    start_date: Day | None = None
    end_date: Day | None = None
    smallest_lot: Quantity = 1
    conditions: Line = ""
    renews_monthly: bool = False
    provider_person_id: Id | None = None
    organisation_id: Annotated[Id, Field(description="Who offers it; your own where empty")] | None = None
    draft: Annotated[bool, Field(description="Keep it to yourself for now")] = False


class NewCapacitiesIn(Given):
    items: Annotated[list[NewCapacityIn], Field(min_length=1, max_length=MOST_AT_ONCE)]


class CloseCapacitiesIn(Given):
    capacity_ids: Ids


class CapacityFilters(Told):
    state: CapacityState | None = None
    organisation_id: Id | None = None
    left: Annotated[bool, Field(description="Only open ones of which something is left")] = False


def capacity_out(row: Capacity, by: Acting) -> CapacityOut:
    own = by.covers(place_path=row.place_path, organisation_path=row.organisation_path)
    return CapacityOut(
        id=row.pk, tracking_code=row.tracking_code, state=CapacityState(row.state),
        specification=specification_ref(row.specification), quantity=row.quantity, committed=row.committed,
        delivered=row.delivered, left=row.quantity - row.committed, place=place_ref(row.place), reach=Reach(row.reach),
        reach_km=row.reach_km, organisation=organisation_ref(row.organisation),
        provider_person_id=row.provider_person_id if own or row.provider_person_id == by.person_id else None,
        start_date=row.start_date, end_date=row.end_date, smallest_lot=row.smallest_lot, conditions=row.conditions,
        renews_monthly=row.renews_monthly, created_at=row.created_at, closed_at=row.closed_at,
    )  # fmt: skip


def _rows(filters: CapacityFilters, by: Acting) -> QuerySet[Capacity]:
    rows = narrowed(capacities_of(by), filters).select_related(*_BESIDE)
    return rows.filter(state=CapacityState.OPEN, committed__lt=F("quantity")) if filters.left else rows


def _shaped(rows: Sequence[Capacity], by: Acting) -> Capacities:
    return Capacities(items=[capacity_out(row, by) for row in as_they_stand(_KNOWN, rows)])


def _offered(items: Sequence[NewCapacityIn], by: Acting) -> list[actions.NewCapacity]:
    places, kinds = places_at(one.place_path for one in items), specifications_named(one.specification for one in items)
    persons = Person.objects.in_bulk({one.provider_person_id for one in items if one.provider_person_id})
    rows = []
    for one in items:
        if one.provider_person_id and one.provider_person_id not in persons:
            raise NotFound
        rows.append(
            actions.NewCapacity(
                kinds[one.specification], one.quantity, places[one.place_path], reach=one.reach, reach_km=one.reach_km,
                start_date=one.start_date, end_date=one.end_date, smallest_lot=one.smallest_lot,
                conditions=one.conditions, renews_monthly=one.renews_monthly,
                provider_person=persons[one.provider_person_id] if one.provider_person_id else None,
                organisation=keeper(one.organisation_id, by), draft=one.draft,
            )
        )  # fmt: skip
    return rows


@router.get("", response=Page[CapacityOut], summary="Capacities you may see")
def list_capacities(request: HttpRequest, filters: Query[CapacityFilters], page: Query[PageQuery]) -> HttpResponse:
    with reading(request) as by:
        return page_of(request, _rows(filters, by), page, lambda rows: [capacity_out(row, by) for row in rows])


@router.get("/count", response=Count, summary="How many capacities you may see")
def count_capacities(request: HttpRequest, filters: Query[CapacityFilters]) -> HttpResponse:
    with reading(request) as by:
        return say(Count(count=_rows(filters, by).count()))


@router.get("/{int:capacity_id}", response=CapacityOut, summary="One capacity")
def get_capacity(request: HttpRequest, capacity_id: Path[Id]) -> HttpResponse:
    with reading(request) as by:
        return say(capacity_out(the_one(_KNOWN, capacity_id), by))


@router.post("", response={201: Capacities}, summary="Offer what can be given, all or none")
def offer_capacities(request: HttpRequest, body: NewCapacitiesIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> Capacities:
        return _shaped(actions.offer_capacities(rows=_offered(body.items, by), by=by, now=now), by)

    return act(request, run, status=201)


@router.post("/close", response=Capacities, summary="End offers, all or none")
def close_capacities(request: HttpRequest, body: CloseCapacitiesIn) -> HttpResponse:
    return act(
        request, lambda by, now: _shaped(actions.close_capacities(capacity_ids=body.capacity_ids, by=by, now=now), by)
    )


@router.post("/{int:capacity_id}/open", response=Capacities, summary="Open a draft")
def open_capacity(request: HttpRequest, capacity_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: _shaped([actions.open_capacity(capacity_id=capacity_id, by=by, now=now)], by))


@router.post("/{int:capacity_id}/pause", response=Capacities, summary="No new promises for now")
def pause_capacity(request: HttpRequest, capacity_id: Path[Id]) -> HttpResponse:
    """Promises that stand are kept."""
    return act(request, lambda by, now: _shaped([actions.pause_capacity(capacity_id=capacity_id, by=by, now=now)], by))


@router.post("/{int:capacity_id}/resume", response=Capacities, summary="Take promises again")
def resume_capacity(request: HttpRequest, capacity_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: _shaped([actions.resume_capacity(capacity_id=capacity_id, by=by, now=now)], by))


@router.post("/{int:capacity_id}/close", response=Capacities, summary="End an offer")
def close_capacity(request: HttpRequest, capacity_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: _shaped([actions.close_capacity(capacity_id=capacity_id, by=by, now=now)], by))
