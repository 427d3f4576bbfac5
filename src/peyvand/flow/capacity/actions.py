"""Every write of a capacity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import Any

from peyvand.extend.guards import guarded
from peyvand.extend.reactions import react
from peyvand.flow.capacity import rules
from peyvand.flow.capacity.enums import CapacityState, Reach
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.capacity.permissions import (
    may_change_capacity,
    may_keep_capacity,
    may_offer_capacity,
    may_renew_capacities,
)
from peyvand.journal.actions import record_batch
from peyvand.kernel.codes import new_code
from peyvand.kernel.jalali import JalaliMonth, business_date
from peyvand.kernel.quantities import is_quantity
from peyvand.kernel.refusals import BadValue, NotEnoughLeft, NotFound, require
from peyvand.people.enums import Sex
from peyvand.people.models import Organisation, Person
from peyvand.people.permissions import may_keep_households
from peyvand.places.models import Place
from peyvand.resources.models import Specification
from peyvand.resources.queries import check_qualities
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.bulk import add, create_with_codes, lock
from peyvand.scope.database import action, scope

COUNTERS = ("committed", "delivered")


@dataclass(frozen=True)
class NewCapacity:
    """`reach_km` is given with the reach in kilometres and only then. `draft` keeps the offer to oneself for now."""

    specification: Specification
    quantity: int
    place: Place
    reach: Reach = Reach.COUNTY
    reach_km: int | None = None
    start_date: date | None = None
    end_date: date | None = None
    smallest_lot: int = 1
    conditions: str = ""
    renews_monthly: bool = False
    provider_person: Person | None = None
    organisation: Organisation | None = None
    draft: bool = False
    brought: rules.Brought = field(default_factory=rules.Brought)


def brought_columns(brought: rules.Brought, smallest_lot: int) -> dict[str, Any]:
    """The columns of what is brought, checked. Raises `BadValue`."""
    if brought.giver_sex and brought.giver_sex not in Sex.values:
        raise BadValue(field="giver_sex", reason="a woman, a man, or nothing")
    if brought.most_a_week is not None and not (
        smallest_lot <= brought.most_a_week and is_quantity(brought.most_a_week)
    ):
        raise BadValue(field="most_a_week", reason="at least the smallest lot, and no more than a column holds")
    return {
        "brings": sorted(set(brought.qualities)), "giver_sex": brought.giver_sex, "most_a_week": brought.most_a_week
    }  # fmt: skip


def _capacity(row: NewCapacity, giver: Organisation, by: Acting, now: datetime, random: Random | None) -> Capacity:
    if not is_quantity(row.quantity):
        raise BadValue(field="quantity", reason="at least one, and no more than a column holds")
    if not 1 <= row.smallest_lot <= row.quantity:
        raise BadValue(field="smallest_lot", reason="between one and the whole quantity")
    if (row.reach == Reach.KILOMETRES) != (row.reach_km is not None):
        raise BadValue(field="reach_km", reason="kilometres are given when the reach is in kilometres")
    start = row.start_date or business_date(now)
    end = row.end_date or (JalaliMonth.of(start).last_day if row.renews_monthly else None)
    if end is not None and end < start:
        raise BadValue(field="end_date", reason="the end lies before the start")
    return Capacity(
        tracking_code=new_code(random),
        specification=row.specification,
        quantity=row.quantity,
        state=CapacityState.DRAFT if row.draft else CapacityState.OPEN,
        organisation=giver,
        organisation_path=giver.path,
        provider_person=row.provider_person,
        place=row.place,
        place_path=row.place.path,
        reach=row.reach,
        reach_km=row.reach_km,
        start_date=start,
        end_date=end,
        smallest_lot=row.smallest_lot,
        **brought_columns(row.brought, row.smallest_lot),
        conditions=row.conditions,
        renews_monthly=row.renews_monthly,
        opened_by_id=by.membership_id or None,
        created_at=now,
    )


def _check_persons(capacities: Sequence[Capacity]) -> None:
    persons = {one.provider_person_id for one in capacities if one.provider_person_id}
    if Person.objects.filter(pk__in=persons, erased_at=None).count() != len(persons):
        raise NotFound


@action
def offer_capacities(
    *, rows: Sequence[NewCapacity], by: Acting, now: datetime, random: Random | None = None
) -> list[Capacity]:
    """Record what can be given, all or none."""
    require(may_offer_capacity(by))
    if not rows:
        return []
    guarded("offer_capacity", by=by, now=now, rows=rows)
    own = Organisation.objects.get(pk=by.organisation_id) if by.organisation_id else None
    fresh = []
    for row in rows:
        giver = row.organisation or own
        if giver is None:
            raise BadValue(field="organisation", reason="an offer is made by an organisation, or through one")
        require(may_keep_capacity(by, place_path=row.place.path, organisation_path=giver.path))
        fresh.append(_capacity(row, giver, by, now, random))
    _check_persons(fresh)
    check_qualities(slug for row in rows for slug in row.brought.qualities)
    capacities = create_with_codes(fresh, lambda: new_code(random))
    _event("capacity.offered", capacities, by, now, rows=[(one.pk, one.quantity) for one in capacities])
    return capacities


@action
def set_brought(*, capacity_id: int, brought: rules.Brought, by: Acting, now: datetime) -> Capacity:
    """Say anew what an offer brings. Promises that stand stay; new ones and runs go by it."""
    capacity = lock(Capacity.objects.all(), [capacity_id])[capacity_id]
    require(may_change_capacity(by, capacity))
    check_qualities(brought.qualities)
    columns = brought_columns(brought, capacity.smallest_lot)
    for name, value in columns.items():
        setattr(capacity, name, value)
    capacity.save(update_fields=list(columns))
    _event("capacity.brought_set", [capacity], by, now)
    return capacity


def _move(act: str, event: str, capacity_ids: Sequence[int], by: Acting, now: datetime) -> list[Capacity]:
    """All or none, with one event."""
    capacities = list(lock(Capacity.objects.all(), capacity_ids).values())
    if not capacities:
        return []
    for capacity in capacities:
        require(may_change_capacity(by, capacity))
    ids = [capacity.pk for capacity in capacities]
    guarded(act, by=by, now=now, capacity=ids)
    for capacity in capacities:
        capacity.state = rules.LIFE.after(act, capacity.state)
        capacity.closed_at = now if capacity.state == CapacityState.CLOSED else None
    Capacity.objects.filter(pk__in=ids).update(state=capacities[0].state, closed_at=capacities[0].closed_at)
    _event(event, capacities, by, now)
    return capacities


@action
def open_capacity(*, capacity_id: int, by: Acting, now: datetime) -> Capacity:
    return _move("open_capacity", "capacity.opened", [capacity_id], by, now)[0]


@action
def pause_capacity(*, capacity_id: int, by: Acting, now: datetime) -> Capacity:
    """No new promises; those that stand are kept."""
    return pause_capacities(capacity_ids=[capacity_id], by=by, now=now)[0]


@action
def pause_capacities(*, capacity_ids: Sequence[int], by: Acting, now: datetime) -> list[Capacity]:
    return _move("pause_capacity", "capacity.paused", capacity_ids, by, now)


@action
def resume_capacity(*, capacity_id: int, by: Acting, now: datetime) -> Capacity:
    return resume_capacities(capacity_ids=[capacity_id], by=by, now=now)[0]


@action
def resume_capacities(*, capacity_ids: Sequence[int], by: Acting, now: datetime) -> list[Capacity]:
    return _move("resume_capacity", "capacity.resumed", capacity_ids, by, now)


@action
def close_capacity(*, capacity_id: int, by: Acting, now: datetime) -> Capacity:
    return close_capacities(capacity_ids=[capacity_id], by=by, now=now)[0]


@action
def close_capacities(*, capacity_ids: Sequence[int], by: Acting, now: datetime) -> list[Capacity]:
    """Close many, all or none, with one event; promises that stand are kept."""
    return _move("close_capacity", "capacity.closed", capacity_ids, by, now)


_AS_BEFORE = {
    CapacityState.OPEN: "reopen_capacity",
    CapacityState.PAUSED: "repause_capacity",
    CapacityState.DRAFT: "redraft_capacity",
}


@action
def reopen_capacities(*, states: Mapping[int, str], by: Acting, now: datetime) -> list[Capacity]:
    """Undo a closing: each offer is again in the state it was closed from. All or none, with one event."""
    capacities = lock(Capacity.objects.all(), states)
    if not capacities:
        return []
    for capacity in capacities.values():
        require(may_change_capacity(by, capacity))
    guarded("open_capacity", by=by, now=now, capacity=capacities)
    for pk, capacity in capacities.items():
        capacity.state = rules.LIFE.after(_AS_BEFORE[CapacityState(states[pk])], capacity.state)
        capacity.closed_at = None
    Capacity.objects.bulk_update(capacities.values(), ["state", "closed_at"], batch_size=2000)
    reopened = list(capacities.values())
    _event("capacity.reopened", reopened, by, now)
    return reopened


@action
def forget_conditions(*, person_id: int, by: Acting, now: datetime) -> int:
    """After an erasure: blank the conditions that the person wrote on what he offers; gives how many."""
    require(may_keep_households(by))
    with scope(SYSTEM):
        return Capacity.objects.filter(provider_person_id=person_id).exclude(conditions="").update(conditions="")


@action
def renew_capacities(*, by: Acting, now: datetime) -> int:
    """For every monthly offer whose window has ended, close it and open one row for the present Jalali month (a daily job)."""
    require(may_renew_capacities(by))
    today = business_date(now)
    ended = Capacity.objects.filter(
        renews_monthly=True, end_date__lt=today, state__in=[CapacityState.OPEN, CapacityState.PAUSED]
    )
    rows = list(ended.select_for_update().order_by("pk"))
    month = JalaliMonth.of(today)
    fresh = [
        Capacity(
            tracking_code=new_code(), specification_id=old.specification_id, quantity=old.quantity, state=old.state,
            organisation_id=old.organisation_id, organisation_path=old.organisation_path, provider_person_id=old.provider_person_id,
            place_id=old.place_id, place_path=old.place_path, reach=old.reach, reach_km=old.reach_km,
            start_date=month.first_day, end_date=month.last_day, smallest_lot=old.smallest_lot, brings=old.brings, giver_sex=old.giver_sex,
            most_a_week=old.most_a_week, conditions=old.conditions,
            renews_monthly=True, renewed_from=old, opened_by_id=old.opened_by_id, created_at=now,
        )
        for old in rows
    ]  # fmt: skip
    Capacity.objects.filter(pk__in=[old.pk for old in rows]).update(state=CapacityState.CLOSED, closed_at=now)
    renewed = create_with_codes(fresh, new_code)
    if renewed:
        _event("capacity.offered", renewed, by, now, rows=[(one.pk, one.quantity) for one in renewed])
    return len(renewed)


def count(capacities: Mapping[int, Capacity], deltas: Mapping[int, Sequence[int]]) -> None:
    """Move the counters of locked capacities (committed, delivered), for the acts of later stages. Raises `NotEnoughLeft`."""
    for capacity_id, (committed, delivered) in deltas.items():
        capacity = capacities[capacity_id]
        left = capacity.quantity - capacity.committed
        if committed > left:
            raise NotEnoughLeft(left=left, asked=committed)
        capacity.committed, capacity.delivered = capacity.committed + committed, capacity.delivered + delivered
    add(Capacity, deltas, COUNTERS)


def _event(
    act: str, capacities: Sequence[Capacity], by: Acting, now: datetime, rows: Sequence[Sequence[int]] | None = None
) -> None:
    record_batch(act, kind="capacity", subjects=capacities, by=by, now=now, rows=rows)
    react(act, capacity=[item.pk for item in capacities])
