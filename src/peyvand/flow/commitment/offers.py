"""Who could give what one need asks, right now: the offers that fit, the nearest first, and why the others do not.

Asked anew each time and of the rows as they stand: nothing is held for the need by looking. Worst-off first, over all needs, is
what runs are for; see decision record 25.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, F, IntegerField, QuerySet, Value, When

from peyvand.flow.capacity.enums import CapacityState
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.capacity.queries import capacities_of
from peyvand.flow.capacity.rules import lot_refusal, reach_refusal, window_refusal
from peyvand.flow.commitment.fitting import (
    OF_CAPACITY,
    OF_NEED,
    facts_of,
    family,
    left_this_week,
    provider,
    refusals,
    rows_of,
)
from peyvand.flow.commitment.rules import REFUSED, FamilyRefuses, NotShared, WeekFull
from peyvand.flow.need.models import Need
from peyvand.kernel.distance import great_circle_km
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import Refusal
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.database import scope

# So many offers are looked at, those of the same county first.
MOST = 60


@dataclass(frozen=True)
class Offer:
    """An open offer beside a need: `units` could be promised of it now; `why_not` has every reason against it, none where it fits."""

    capacity: Capacity
    units: int
    km: float | None
    why_not: tuple[Refusal, ...]


def offers_for(need_id: int, *, by: Acting, now: datetime) -> list[Offer]:
    """The open offers that the actor sees of the need's kind and of what may be given instead; fitting ones first, nearest first.

    What a family has refused is told to those who have a task with it; for others these offers are missing.
    """
    with scope(SYSTEM):
        need = rows_of(Need.objects.filter(pk=need_id), OF_NEED)[need_id]
        facts = facts_of([need], by.membership_id)
    today, kinds = business_date(now), {need.specification_id, *(given for _, given in facts.substitutes)}
    seen = capacities_of(by).filter(state=CapacityState.OPEN, specification_id__in=kinds, committed__lt=F("quantity"))
    near = list(
        _nearest(seen, need).select_related("specification", "organisation", "place").defer("place__boundary")[:MOST]
    )
    with scope(SYSTEM):  # of a person who gives the sex counts, not the name
        rows = rows_of(Capacity.objects.filter(pk__in=[one.pk for one in near]), OF_CAPACITY)
        weeks = left_this_week(rows.values(), now) if any(row.most_a_week for row in rows.values()) else {}
    refused = refusals([(need_id, pk) for pk in rows], {need_id: need}, rows, facts)
    hidden = family(need) not in facts.of_case
    found = []
    for one in near:
        why = [REFUSED[code]() for code in refused.get((need_id, one.pk), ())]
        if hidden and any(isinstance(reason, FamilyRefuses) for reason in why):
            continue
        found.append(_offer(one, need, why, weeks.get(provider(one)), today))
    return sorted(found, key=lambda one: (bool(one.why_not), one.km is None, one.km or 0.0, one.capacity.pk))


def _nearest(rows: QuerySet[Capacity], need: Any) -> QuerySet[Capacity]:
    parts = need.place_path.split("/")
    county, province = ("/".join(parts[:depth]) + "/" for depth in (3, 2))
    near = Case(
        When(place_path__startswith=county, then=Value(0)), When(place_path__startswith=province, then=Value(1)), default=Value(2),
        output_field=IntegerField(),
    )  # fmt: skip
    return rows.order_by(near, "pk")


def _offer(one: Capacity, need: Any, why: list[Refusal], week: tuple[int, int] | None, today: Any) -> Offer:
    lacking, left = need.quantity - need.committed, one.quantity - one.committed
    points = _point(one.place.lat, one.place.lon), _point(need.place__lat, need.place__lon)
    why += [
        reason
        for reason in (
            reach_refusal(
                reach=one.reach, reach_km=one.reach_km, capacity_path=one.place_path, need_path=need.place_path,
                capacity_point=points[0], need_point=points[1],
            ),
            window_refusal(start=one.start_date, end=one.end_date, today=today),
        )
        if reason is not None
    ]  # fmt: skip
    units = min(lacking, left, week[1] if week else left)
    if week and not units:
        why.append(WeekFull(most=week[0], left=week[1]))
    elif too_small := lot_refusal(quantity=units, smallest_lot=one.smallest_lot):
        why.append(too_small)
    elif not need.may_share and units < lacking:
        why.append(NotShared(left=lacking))
    here, there = points
    km = great_circle_km(here, there) if here and there else None
    return Offer(one, units, km, tuple(why))


def _point(lat: float | None, lon: float | None) -> tuple[float, float] | None:
    return None if lat is None or lon is None else (lat, lon)
