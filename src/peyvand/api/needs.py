"""Needs: lists, one by one, and the acts on them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Path, Query, Router, Schema
from pydantic import StringConstraints

from peyvand.api.answers import (
    NEWEST,
    Count,
    Given,
    Order,
    Page,
    PageQuery,
    act,
    as_they_stand,
    page_of,
    reading,
    say,
    the_one,
)
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
    Prose,
    Quantity,
    Slug,
    SpecificationRef,
    Word,
    keeper,
    maybe,
    organisation_ref,
    place_at,
    place_ref,
    places_at,
    specification_ref,
    specifications_named,
)
from peyvand.flow.commitment.enums import UnservedReason
from peyvand.flow.commitment.models import Unserved
from peyvand.flow.need import actions, intake
from peyvand.flow.need.enums import Band, ClosedAs, MetBy, NeedState, PriorityPart
from peyvand.flow.need.models import Need, PriorityOverride
from peyvand.flow.need.queries import needs_of
from peyvand.flow.need.rules import band
from peyvand.kernel.refusals import NotFound
from peyvand.people.models import Household, Person
from peyvand.scope.acting import Acting

router = Router(tags=["Needs"])
_BESIDE = ("specification", "place", "organisation")
_KNOWN = Need.objects.select_related(*_BESIDE)
CallerName = Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00]*$")]
WORST_FIRST = Order("priority", ("-priority", "-id"))


class NeedOut(Schema):
    """`left` is what nobody has promised yet. Whom it is for is told only to those who keep the need, and by reference."""

    id: int
    tracking_code: str
    state: NeedState
    closed_as: ClosedAs | None
    met_by: MetBy | None
    specification: SpecificationRef
    quantity: int
    committed: int
    underway: int
    met: int
    left: int
    priority: int
    band: Band
    place: PlaceRef
    organisation: OrganisationRef
    household_id: int | None
    person_id: int | None
    due_date: date | None
    created_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None


class PriorityLineOut(Schema):
    part: PriorityPart
    value: int
    weight: int
    source: str


class OverrideOut(Schema):
    """Another priority than the counted one; in force once `signed_at` is set."""

    id: int
    need_id: int
    priority: int
    reason: str
    proposed_at: datetime
    signed_at: datetime | None


class UnservedOut(Schema):
    """Why the newest matching left (a part of) the need without a suggestion."""

    need_id: int
    run_id: int
    quantity: int
    reason: UnservedReason
    reachable: int = Field(description="Capacities it can reach through exchanges")
    lowest_priority: int | None = Field(
        description="Lowest of the needs served there; inside a band who waits longer goes before"
    )
    message: str = Field(description="The reason in words")
    held_by: str | None = Field(description="Slug of the programme that keeps the need out of the matching")
    held_code: str | None = Field(description="Code of the refusal it gives as its reason")


class NeedDetail(NeedOut):
    priority_lines: list[PriorityLineOut]
    overrides: list[OverrideOut]
    unserved: UnservedOut | None


class Needs(Schema):
    items: list[NeedOut]


class NewNeedIn(Given):
    """For a household, a person, or (with neither) the neighbourhood itself."""

    specification: Slug
    quantity: Quantity
    place_path: PlacePath
    household_id: Id | None = None
    person_id: Id | None = None
    urgency: Annotated[int, Field(ge=0, le=100, description="0 to 100; empty where unknown")] | None = None
    due_date: Day | None = None
    note: Annotated[Prose, Field(description="Kept encrypted and never given out by the API")] = ""
    organisation_id: Annotated[Id, Field(description="Who keeps it; your own where empty")] | None = None
    together: Annotated[Word, Field(description="Needs of one request with the same word go together, all or none")] = (
        ""
    )


class NewNeedsIn(Given):
    items: Annotated[list[NewNeedIn], Field(min_length=1, max_length=MOST_AT_ONCE)]


class CallIn(Given):
    """What somebody told over the telephone. With `family_code` it is about that family, with names about a new one, whose file is
    opened; with neither about the neighbourhood. `place_path` may be missing only where the family's file gives it.
    """

    specification: Slug
    quantity: Quantity
    place_path: PlacePath | None = None
    urgency: Annotated[int, Field(ge=0, le=100, description="0 to 100; empty where unknown")] | None = None
    due_date: Day | None = None
    note: Annotated[Prose, Field(description="Kept encrypted and never given out by the API")] = ""
    family_code: Word = ""
    given_name: CallerName = ""
    family_name: CallerName = ""
    mobile: Annotated[Word, Field(description="Kept encrypted and never given out by the API")] = ""
    family_size: Annotated[int, Field(ge=1, le=30)] = 1


class WithdrawNeedsIn(Given):
    need_ids: Ids


class PriorityIn(Given):
    priority: Annotated[int, Field(ge=0, le=100)]
    reason: Annotated[Line, Field(description="A sentence; everyone who sees the priority reads it")]


class NeedFilters(Told):
    state: NeedState | None = None
    household_id: Id | None = None
    lacking: Annotated[bool, Field(description="Only those of which something is still to be promised")] = False


def need_out(row: Need, by: Acting, shape: type[NeedOut] = NeedOut, **more: Any) -> NeedOut:
    keeps = by.covers(place_path=row.place_path, organisation_path=row.organisation_path)
    own = keeps or 0 < by.person_id == row.person_id
    return shape(
        id=row.pk, tracking_code=row.tracking_code, state=NeedState(row.state), closed_as=maybe(ClosedAs, row.closed_as),
        met_by=maybe(MetBy, row.met_by), specification=specification_ref(row.specification), quantity=row.quantity,
        committed=row.committed, underway=row.underway, met=row.met, left=row.quantity - row.committed,
        priority=row.priority, band=band(row.priority), place=place_ref(row.place),
        organisation=organisation_ref(row.organisation), household_id=row.household_id if own else None,
        person_id=row.person_id if own else None, due_date=row.due_date, created_at=row.created_at,
        opened_at=row.opened_at, closed_at=row.closed_at, **more,
    )  # fmt: skip


def override_out(row: PriorityOverride) -> OverrideOut:
    return OverrideOut(
        id=row.pk, need_id=row.need_id, priority=row.priority, reason=row.reason, proposed_at=row.proposed_at,
        signed_at=row.signed_at,
    )  # fmt: skip


def unserved_out(row: Unserved) -> UnservedOut:
    reason = UnservedReason(row.reason)
    return UnservedOut(
        need_id=row.need_id, run_id=row.run_id, quantity=row.quantity, reason=reason, message=str(reason.label),
        reachable=row.reachable, lowest_priority=row.lowest_priority, held_by=row.held_by or None,
        held_code=row.held_code or None,
    )  # fmt: skip


def _rows(filters: NeedFilters, by: Acting) -> QuerySet[Need]:
    rows = narrowed(needs_of(by, timezone.now()), filters).select_related(*_BESIDE)
    return rows.filter(state=NeedState.OPEN, committed__lt=F("quantity")) if filters.lacking else rows


def _shaped(rows: Sequence[Need], by: Acting) -> Needs:
    return Needs(items=[need_out(row, by) for row in as_they_stand(_KNOWN, rows)])


def _told(items: Sequence[NewNeedIn], by: Acting) -> list[actions.NewNeed]:
    places, kinds = places_at(one.place_path for one in items), specifications_named(one.specification for one in items)
    homes = Household.objects.in_bulk({one.household_id for one in items if one.household_id})
    persons = Person.objects.in_bulk({one.person_id for one in items if one.person_id})
    rows = []
    for one in items:
        if (one.household_id and one.household_id not in homes) or (one.person_id and one.person_id not in persons):
            raise NotFound
        rows.append(
            actions.NewNeed(
                kinds[one.specification], one.quantity, places[one.place_path],
                household=homes[one.household_id] if one.household_id else None,
                person=persons[one.person_id] if one.person_id else None,
                urgency=one.urgency, due_date=one.due_date, note=one.note, together=one.together.strip(),
                organisation=keeper(one.organisation_id, by),
            )
        )  # fmt: skip
    return rows


@router.get("", response=Page[NeedOut], summary="Needs you may see")
def list_needs(
    request: HttpRequest,
    filters: Query[NeedFilters],
    page: Query[PageQuery],
    order: Literal["newest", "priority"] = "newest",
) -> HttpResponse:
    with reading(request) as by:
        chosen = WORST_FIRST if order == "priority" else NEWEST
        return page_of(request, _rows(filters, by), page, lambda rows: [need_out(row, by) for row in rows], chosen)


@router.get("/count", response=Count, summary="How many needs you may see")
def count_needs(request: HttpRequest, filters: Query[NeedFilters]) -> HttpResponse:
    with reading(request) as by:
        return say(Count(count=_rows(filters, by).count()))


@router.get("/{int:need_id}", response=NeedDetail, summary="One need, with the reasons of its priority")
def get_need(request: HttpRequest, need_id: Path[Id]) -> HttpResponse:
    with reading(request) as by:
        row = the_one(_KNOWN.prefetch_related("priority_lines", "overrides"), need_id)
        lines = [
            PriorityLineOut(part=PriorityPart(one.part), value=one.value, weight=one.weight, source=one.source)
            for one in row.priority_lines.all()
        ]
        left = Unserved.objects.filter(need_id=need_id).first()
        more = {
            "priority_lines": lines,
            "overrides": [override_out(one) for one in row.overrides.all()],
            "unserved": unserved_out(left) if left else None,
        }
        return say(need_out(row, by, NeedDetail, **more))


@router.post("", response={201: Needs}, summary="Record needs, all or none")
def open_needs(request: HttpRequest, body: NewNeedsIn) -> HttpResponse:
    """What staff record is open at once; what a resident tells waits for a vouch."""

    def run(by: Acting, now: datetime) -> Needs:
        return _shaped(actions.open_needs(rows=_told(body.items, by), by=by, now=now), by)

    return act(request, run, status=201)


@router.post(
    "/call", response={201: Needs}, summary="Record what a caller told, with the family's file where it is new"
)
def take_call(request: HttpRequest, body: CallIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> Needs:
        call = intake.Call(
            specifications_named([body.specification])[body.specification], body.quantity,
            place=place_at(body.place_path) if body.place_path else None, urgency=body.urgency, due_date=body.due_date,
            note=body.note, household_code=body.family_code.strip(), given_name=body.given_name,
            family_name=body.family_name, mobile=body.mobile, household_size=body.family_size,
        )  # fmt: skip
        return _shaped([intake.take_call(call=call, by=by, now=now)], by)

    return act(request, run, status=201)


@router.post("/withdraw", response=Needs, summary="Withdraw needs of which nothing is promised, all or none")
def withdraw_needs(request: HttpRequest, body: WithdrawNeedsIn) -> HttpResponse:
    return act(request, lambda by, now: _shaped(actions.withdraw_needs(need_ids=body.need_ids, by=by, now=now), by))


@router.post("/{int:need_id}/vouch", response=Needs, summary="Vouch for a need that a resident told")
def vouch_need(request: HttpRequest, need_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: _shaped([actions.vouch_need(need_id=need_id, by=by, now=now)], by))


@router.post("/{int:need_id}/withdraw", response=Needs, summary="Withdraw a need of which nothing is promised")
def withdraw_need(request: HttpRequest, need_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: _shaped([actions.withdraw_need(need_id=need_id, by=by, now=now)], by))


@router.post("/{int:need_id}/restore", response=Needs, summary="Undo a withdrawal or an expiry")
def restore_need(request: HttpRequest, need_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: _shaped([actions.restore_need(need_id=need_id, by=by, now=now)], by))


@router.post("/{int:need_id}/priority", response={201: OverrideOut}, summary="Propose another priority")
def propose_priority(request: HttpRequest, need_id: Path[Id], body: PriorityIn) -> HttpResponse:
    """It holds only when somebody else signs it."""

    def run(by: Acting, now: datetime) -> OverrideOut:
        return override_out(
            actions.propose_priority(need_id=need_id, priority=body.priority, reason=body.reason, by=by, now=now)
        )

    return act(request, run, status=201)


@router.post("/priorities/{int:override_id}/sign", response=OverrideOut, summary="Sign another priority")
def sign_priority(request: HttpRequest, override_id: Path[Id]) -> HttpResponse:
    """The second signature is somebody else's than the one who proposed."""
    return act(request, lambda by, now: override_out(actions.sign_priority(override_id=override_id, by=by, now=now)))
