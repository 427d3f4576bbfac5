"""Commitments: promises between a need and a capacity, and the acts on them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Path, Query, Router, Schema

from peyvand.api.answers import Count, Given, Page, PageQuery, act, as_they_stand, page_of, reading, say, the_one
from peyvand.api.filters import Code, PlaceOfNeed, narrowed
from peyvand.api.shapes import (
    MOST_AT_ONCE,
    Day,
    Id,
    Ids,
    OrganisationRef,
    Quantity,
    maybe,
    organisations_at,
)
from peyvand.flow.commitment import actions
from peyvand.flow.commitment.enums import CommitmentState, DeclineReason, Side
from peyvand.flow.commitment.models import Commitment, Suggestion
from peyvand.flow.commitment.queries import promises_of
from peyvand.flow.commitment.rules import is_late
from peyvand.flow.need.models import Need
from peyvand.kernel.jalali import business_date
from peyvand.scope.acting import Acting

router = Router(tags=["Commitments"])


class CommitmentOut(Schema):
    """`underway` waits for the receiver's answer, `accepted` was accepted, `released` went back to the capacity."""

    id: int
    tracking_code: str
    need_id: int
    capacity_id: int
    agreement_id: int | None = Field(description="The agreement it was made under")
    specification: str | None = Field(description="Slug of what is needed, where you may see the need")
    asker: OrganisationRef | None
    giver: OrganisationRef | None
    quantity: int
    underway: int
    accepted: int
    released: int
    state: CommitmentState
    offered_by_side: Side
    due_date: date
    late: bool
    end_reason: DeclineReason | None
    offered_at: datetime
    accepted_at: datetime | None
    ended_at: datetime | None


class Commitments(Schema):
    items: list[CommitmentOut]


class NewCommitmentIn(Given):
    need_id: Id
    capacity_id: Id
    quantity: Quantity
    due_date: Day
    suggestion_id: (
        Annotated[Id, Field(description="The standing suggestion it answers, of this need and capacity")] | None
    ) = None
    agreement_id: Annotated[Id, Field(description="The agreement of the two sides it is made under")] | None = None


class NewCommitmentsIn(Given):
    items: Annotated[list[NewCommitmentIn], Field(min_length=1, max_length=MOST_AT_ONCE)]


class AcceptCommitmentsIn(Given):
    commitment_ids: Ids


class WithdrawCommitmentsIn(Given):
    commitment_ids: Ids
    reason: DeclineReason


class CommitmentFilters(Schema):
    state: CommitmentState | None = None
    need_id: Id | None = None
    capacity_id: Id | None = None
    agreement_id: Id | None = None
    place: PlaceOfNeed | None = None
    late: Annotated[bool, Field(description="Only agreed ones whose due date has passed")] = False
    code: Code = ""


def kinds_of(rows: Sequence[Commitment] | Sequence[Suggestion]) -> Mapping[int, str]:
    """What is needed, of those needs that the caller may see (an auditor sees a promise, but not every need behind it)."""
    wanted = {row.need_id for row in rows}
    return dict(Need.objects.filter(pk__in=wanted).values_list("pk", "specification__slug"))


def commitments_out(rows: Sequence[Commitment], now: datetime) -> list[CommitmentOut]:
    sides = organisations_at(path for row in rows for path in (row.asker_path, row.giver_path))
    kinds, today = kinds_of(rows), business_date(now)
    return [
        CommitmentOut(
            id=row.pk, tracking_code=row.tracking_code, need_id=row.need_id, capacity_id=row.capacity_id,
            agreement_id=row.agreement_id, specification=kinds.get(row.need_id),
            asker=sides.get(row.asker_path), giver=sides.get(row.giver_path),
            quantity=row.quantity, underway=row.underway, accepted=row.accepted, released=row.released,
            state=CommitmentState(row.state), offered_by_side=Side(row.offered_by_side), due_date=row.due_date,
            late=is_late(state=row.state, due=row.due_date, today=today), end_reason=maybe(DeclineReason, row.end_reason),
            offered_at=row.offered_at, accepted_at=row.accepted_at, ended_at=row.ended_at,
        )
        for row in rows
    ]  # fmt: skip


def shaped(rows: Sequence[Commitment], now: datetime) -> Commitments:
    return Commitments(items=commitments_out(as_they_stand(Commitment.objects.all(), rows), now))


def _rows(filters: CommitmentFilters, by: Acting, now: datetime) -> QuerySet[Commitment]:
    rows = narrowed(promises_of(by, now), filters)
    return rows.filter(state=CommitmentState.ACCEPTED, due_date__lt=business_date(now)) if filters.late else rows


@router.get("", response=Page[CommitmentOut], summary="Promises you may see")
def list_commitments(request: HttpRequest, filters: Query[CommitmentFilters], page: Query[PageQuery]) -> HttpResponse:
    now = timezone.now()
    with reading(request) as by:
        return page_of(request, _rows(filters, by, now), page, lambda rows: commitments_out(rows, now))


@router.get("/count", response=Count, summary="How many promises you may see")
def count_commitments(request: HttpRequest, filters: Query[CommitmentFilters]) -> HttpResponse:
    with reading(request) as by:
        return say(Count(count=_rows(filters, by, timezone.now()).count()))


@router.get("/{int:commitment_id}", response=CommitmentOut, summary="One promise")
def get_commitment(request: HttpRequest, commitment_id: Path[Id]) -> HttpResponse:
    with reading(request):
        row = the_one(Commitment.objects.all(), commitment_id)
        return say(commitments_out([row], timezone.now())[0])


@router.post("", response={201: Commitments}, summary="Promise quantities of capacities to needs, all or none")
def commit(request: HttpRequest, body: NewCommitmentsIn) -> HttpResponse:
    """Offered to the other side; where one office stands on both sides it is agreed at once."""

    def run(by: Acting, now: datetime) -> Commitments:
        rows = [actions.NewPromise(**one.model_dump()) for one in body.items]
        return shaped(actions.commit(rows=rows, by=by, now=now), now)

    return act(request, run, status=201)


@router.post("/accept", response=Commitments, summary="Agree to what the other side offered, all or none")
def accept_commitments(request: HttpRequest, body: AcceptCommitmentsIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> Commitments:
        return shaped(actions.accept_commitments(commitment_ids=body.commitment_ids, by=by, now=now), now)

    return act(request, run)


@router.post("/withdraw", response=Commitments, summary="Step back from promises, with the reason, all or none")
def withdraw_commitments(request: HttpRequest, body: WithdrawCommitmentsIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> Commitments:
        ended = actions.withdraw_commitments(commitment_ids=body.commitment_ids, reason=body.reason, by=by, now=now)
        return shaped(ended, now)

    return act(request, run)


@router.post("/{int:commitment_id}/break", response=Commitments, summary="Say that a promise was not kept")
def break_commitment(request: HttpRequest, commitment_id: Path[Id]) -> HttpResponse:
    """By the side it was made to, after its due date."""

    def run(by: Acting, now: datetime) -> Commitments:
        return shaped([actions.break_commitment(commitment_id=commitment_id, by=by, now=now)], now)

    return act(request, run)
