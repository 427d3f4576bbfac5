"""The rows a run of the matching begins with, read once, and the tables of them that it is computed from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl
from django.db.models import F, Q, Sum

from peyvand.extend.guards import Held, held_back
from peyvand.flow.capacity.enums import CapacityState
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.enums import SuggestionState
from peyvand.flow.commitment.fitting import (
    OF_CAPACITY,
    OF_NEED,
    facts_of,
    given_instead,
    left_this_week,
    provider,
    rule_columns,
    rule_table,
)
from peyvand.flow.commitment.models import Suggestion
from peyvand.flow.commitment.reckoning import CAPACITY_COLUMNS, NEED_COLUMNS, Inputs
from peyvand.flow.need.enums import NeedState
from peyvand.flow.need.models import Need
from peyvand.flow.need.rules import matching_priority
from peyvand.kernel.jalali import business_date
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.bulk import below


@dataclass(frozen=True)
class Loaded:
    """Rows by their ids: needs that lack something, those that take no part (a programme keeps them out, or they are `apart` from one
    with which they go together), and the offers of their kinds.
    """

    needs: Mapping[int, Any]
    held: Mapping[int, tuple[Any, Held]]
    apart: Mapping[int, Any]
    capacities: Mapping[int, Any]
    inputs: Inputs


def own_needs(place_path: str, by: Acting, organisation: str = "organisation_path") -> Q:
    """The needs of the actor's own organisation in a territory; the site itself takes those of all."""
    own = Q() if by.organisation_path == SYSTEM.organisation_path else below(by.organisation_path, organisation)
    return below(place_path) & own


def load(place_path: str, by: Acting, now: datetime) -> Loaded:
    """Read under the national role: offers of the whole country, with an explicit filter."""
    today = business_date(now)
    found = Need.objects.filter(own_needs(place_path, by), state=NeedState.OPEN, committed__lt=F("quantity"))
    lacking = {row.pk: row for row in found.order_by("pk").values_list(*OF_NEED, named=True)}
    held = held_back(by=by, now=now, need_ids=lacking)
    apart = _without_others(lacking, held)
    needs = {pk: row for pk, row in lacking.items() if pk not in held and pk not in apart}
    offers = Capacity.objects.filter(
        Q(end_date__isnull=True) | Q(end_date__gte=today),
        specification_id__in=given_instead({row.specification_id for row in needs.values()}),
        state=CapacityState.OPEN,
        start_date__lte=today,
        committed__lt=F("quantity"),
    )
    capacities = {row.pk: row for row in offers.order_by("pk").values_list(*OF_CAPACITY, named=True)}
    kinds = {row.specification_id for row in capacities.values()}
    others = Suggestion.objects.filter(capacity__specification_id__in=kinds)
    elsewhere = proposed_units(others.exclude(own_needs(place_path, by, "asker_path")))
    facts = facts_of(needs.values())
    asked, brought = rule_columns(needs.values(), capacities.values(), facts)
    inputs = Inputs(
        pl.DataFrame(_need_table(needs.values(), today) | asked, schema=NEED_COLUMNS),
        pl.DataFrame(
            _capacity_table(capacities.values(), elsewhere) | brought | _weeks(capacities.values(), elsewhere, now),
            schema=CAPACITY_COLUMNS,
        ),
        rule_table(needs.values(), capacities.values(), facts),
    )
    return Loaded(needs, {pk: (lacking[pk], one) for pk, one in held.items()}, apart, capacities, inputs)


def _without_others(lacking: Mapping[int, Any], held: Collection[int]) -> dict[int, Any]:
    """Needs that go together with one that cannot take part: a programme keeps it out, or nobody has vouched for it yet."""
    numbers = {row.together for row in lacking.values()} - {None}
    drafts = Need.objects.filter(together__in=numbers, state=NeedState.DRAFT).values_list("together", flat=True)
    waiting = {lacking[pk].together for pk in held} - {None} | (set(drafts) if numbers else set())
    return {pk: row for pk, row in lacking.items() if row.together in waiting and pk not in held}


def _weeks(rows: Collection[Any], elsewhere: Mapping[int, int], now: datetime) -> dict[str, list[int | None]]:
    """What each provider can still take on this week, less what stands proposed to needs that take no part."""
    left = {group: rest for group, (_, rest) in left_this_week(rows, now).items()}
    for row in rows:
        if provider(row) in left:
            left[provider(row)] = max(left[provider(row)] - elsewhere.get(row.pk, 0), 0)
    number = {group: place for place, group in enumerate(left)}
    groups = [provider(row) for row in rows]
    return {"week_group": [number.get(one) for one in groups], "week_left": [left.get(one) for one in groups]}


def proposed_units(suggestions: Any) -> dict[int, int]:
    """How many units of each offer stand proposed without an answer, of these suggestions."""
    standing = suggestions.filter(state=SuggestionState.PROPOSED).order_by().values("capacity_id")
    return dict(standing.annotate(units=Sum("quantity")).values_list("capacity_id", "units"))


def _where(rows: Sequence[Any]) -> dict[str, list[Any]]:
    """Province, county and neighbourhood codes from the path, and the public point of the place (never of a home)."""
    parts = [row.place_path.rstrip("/").split("/") for row in rows]
    return {
        "province": [one[1] if len(one) > 1 else None for one in parts],
        "county": [one[2] if len(one) > 2 else None for one in parts],
        "neighbourhood": ["/".join(one[3:]) if len(one) > 3 else None for one in parts],
        "lat": [row.place__lat for row in rows],
        "lon": [row.place__lon for row in rows],
    }


def _need_table(needs: Any, today: date) -> dict[str, list[Any]]:
    rows = list(needs)
    return {
        "need": [row.pk for row in rows],
        "kind": [row.specification_id for row in rows],
        "priority": [matching_priority(row.priority, business_date(row.created_at), today) for row in rows],
        "told": [row.priority for row in rows],
        "demand": [row.quantity - row.committed for row in rows],
        "arrived": [int(row.created_at.timestamp()) for row in rows],
    } | _where(rows)


def _capacity_table(capacities: Any, elsewhere: Mapping[int, int]) -> dict[str, list[Any]]:
    rows = list(capacities)
    held = [elsewhere.get(row.pk, 0) for row in rows]
    return {
        "offer": [row.pk for row in rows],
        "kind": [row.specification_id for row in rows],
        "capacity": [max(row.quantity - row.committed - units, 0) for row, units in zip(rows, held, strict=True)],
        "held": held,
        "lot": [row.smallest_lot for row in rows],
        "reach": [row.reach for row in rows],
        "reach_km": [row.reach_km for row in rows],
    } | _where(rows)
