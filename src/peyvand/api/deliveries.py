"""Deliveries: what was handed over, and what the receiver said."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Path, Query, Router, Schema

from peyvand.api.answers import Count, Given, Page, PageQuery, act, as_they_stand, page_of, reading, say, the_one
from peyvand.api.filters import PlaceOfNeed, narrowed
from peyvand.api.shapes import (
    MOST_AT_ONCE,
    Day,
    Id,
    Ids,
    Line,
    OrganisationRef,
    Quantity,
    maybe,
    organisations_at,
)
from peyvand.flow.delivery import actions
from peyvand.flow.delivery.enums import DeliveryAnswer, RefusalReason
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.delivery.queries import deliveries_of
from peyvand.scope.acting import Acting

router = Router(tags=["Deliveries"])


class DeliveryOut(Schema):
    """`answer` is null until the receiver has spoken. A reversal has a negative quantity and names what it `reverses_id`."""

    id: int
    commitment_id: int
    asker: OrganisationRef | None
    giver: OrganisationRef | None
    quantity: int
    reverses_id: int | None
    delivered_date: date
    recorded_at: datetime
    answer: DeliveryAnswer | None
    refusal_reason: RefusalReason | None
    answered_at: datetime | None


class Deliveries(Schema):
    items: list[DeliveryOut]


class NewDeliveryIn(Given):
    commitment_id: Id
    quantity: Quantity
    delivered_date: Day
    note: Annotated[Line, Field(description="For the two sides; the API does not give it out")] = ""


class NewDeliveriesIn(Given):
    items: Annotated[list[NewDeliveryIn], Field(min_length=1, max_length=MOST_AT_ONCE)]


class AcceptDeliveriesIn(Given):
    delivery_ids: Ids


class RefuseDeliveryIn(Given):
    reason: RefusalReason


class ReverseDeliveryIn(Given):
    note: Line


class DeliveryFilters(Schema):
    commitment_id: Id | None = None
    answer: DeliveryAnswer | None = None
    waiting: Annotated[bool, Field(description="Only those the receiver has not answered")] = False
    place: PlaceOfNeed | None = None


def deliveries_out(rows: Sequence[Delivery]) -> list[DeliveryOut]:
    sides = organisations_at(path for row in rows for path in (row.asker_path, row.giver_path))
    return [
        DeliveryOut(
            id=row.pk, commitment_id=row.commitment_id, asker=sides.get(row.asker_path),
            giver=sides.get(row.giver_path), quantity=row.quantity, reverses_id=row.reverses_id,
            delivered_date=row.delivered_date, recorded_at=row.recorded_at, answer=maybe(DeliveryAnswer, row.answer),
            refusal_reason=maybe(RefusalReason, row.refusal_reason), answered_at=row.answered_at,
        )
        for row in rows
    ]  # fmt: skip


def _shaped(rows: Sequence[Delivery]) -> Deliveries:
    return Deliveries(items=deliveries_out(as_they_stand(Delivery.objects.all(), rows)))


def _rows(filters: DeliveryFilters, by: Acting) -> QuerySet[Delivery]:
    rows = narrowed(deliveries_of(by, timezone.now()), filters)
    return rows.filter(answer="") if filters.waiting else rows


@router.get("", response=Page[DeliveryOut], summary="Deliveries you may see")
def list_deliveries(request: HttpRequest, filters: Query[DeliveryFilters], page: Query[PageQuery]) -> HttpResponse:
    with reading(request) as by:
        return page_of(request, _rows(filters, by), page, deliveries_out)


@router.get("/count", response=Count, summary="How many deliveries you may see")
def count_deliveries(request: HttpRequest, filters: Query[DeliveryFilters]) -> HttpResponse:
    with reading(request) as by:
        return say(Count(count=_rows(filters, by).count()))


@router.get("/{int:delivery_id}", response=DeliveryOut, summary="One delivery")
def get_delivery(request: HttpRequest, delivery_id: Path[Id]) -> HttpResponse:
    with reading(request):
        return say(deliveries_out([the_one(Delivery.objects.all(), delivery_id)])[0])


@router.post("", response={201: Deliveries}, summary="Say what was handed over, all or none")
def record_deliveries(request: HttpRequest, body: NewDeliveriesIn) -> HttpResponse:
    """It counts as met only when the receiver's side accepts it."""

    def run(by: Acting, now: datetime) -> Deliveries:
        rows = [actions.NewDelivery(**one.model_dump()) for one in body.items]
        return _shaped(actions.record_deliveries(rows=rows, by=by, now=now))

    return act(request, run, status=201)


@router.post("/accept", response=Deliveries, summary="It arrived, as promised: all or none")
def accept_deliveries(request: HttpRequest, body: AcceptDeliveriesIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> Deliveries:
        return _shaped(actions.accept_deliveries(delivery_ids=body.delivery_ids, by=by, now=now))

    return act(request, run)


@router.post("/{int:delivery_id}/refuse", response=Deliveries, summary="It did not arrive, or not as promised")
def refuse_delivery(request: HttpRequest, delivery_id: Path[Id], body: RefuseDeliveryIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> Deliveries:
        return _shaped([actions.refuse_delivery(delivery_id=delivery_id, reason=body.reason, by=by, now=now)])

    return act(request, run)


@router.post("/{int:delivery_id}/reverse", response={201: Deliveries}, summary="Correct an accepted delivery")
def reverse_delivery(request: HttpRequest, delivery_id: Path[Id], body: ReverseDeliveryIn) -> HttpResponse:
    """By a reversing row: the need opens again."""

    def run(by: Acting, now: datetime) -> Deliveries:
        return _shaped([actions.reverse_delivery(delivery_id=delivery_id, note=body.note, by=by, now=now)])

    return act(request, run, status=201)
