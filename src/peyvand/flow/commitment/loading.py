"""The rows a run of the matching begins with, read once, and the tables of them that it is computed from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl
from django.db.models import F, Q, Sum

from peyvand.extend.guards import Held, held_back
from peyvand.flow.capacity.enums import CapacityState
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.enums import SuggestionState
from peyvand.flow.commitment.models import Suggestion
from peyvand.flow.commitment.reckoning import CAPACITY_COLUMNS, NEED_COLUMNS, Inputs
from peyvand.flow.need.enums import NeedState
from peyvand.flow.need.models import Need
from peyvand.flow.need.rules import matching_priority
from peyvand.kernel.jalali import business_date
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.bulk import below

_OF_BOTH = ("pk", "specification_id", "quantity", "committed", "place_path", "organisation_path", "place__lat", "place__lon")  # fmt: skip
_OF_NEED = (*_OF_BOTH, "priority", "created_at", "household_id", "person_id", "person__sex")
_OF_CAPACITY = (*_OF_BOTH, "reach", "reach_km", "smallest_lot")


@dataclass(frozen=True)
class Loaded:
    """Rows by their ids: needs that lack something, those a programme keeps out (they take no part), and the offers of their kinds."""

    needs: Mapping[int, Any]
    held: Mapping[int, tuple[Any, Held]]
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
    lacking = {row.pk: row for row in found.order_by("pk").values_list(*_OF_NEED, named=True)}
    held = held_back(by=by, now=now, need_ids=lacking)
    needs = {pk: row for pk, row in lacking.items() if pk not in held}
    offers = Capacity.objects.filter(
        Q(end_date__isnull=True) | Q(end_date__gte=today),
        specification_id__in={row.specification_id for row in needs.values()},
        state=CapacityState.OPEN,
        start_date__lte=today,
        committed__lt=F("quantity"),
    )
    capacities = {row.pk: row for row in offers.order_by("pk").values_list(*_OF_CAPACITY, named=True)}
    kinds = {row.specification_id for row in capacities.values()}
    others = Suggestion.objects.filter(specification_id__in=kinds).exclude(own_needs(place_path, by, "asker_path"))
    elsewhere = proposed_units(others)
    inputs = Inputs(_need_table(needs.values(), today), _capacity_table(capacities.values(), elsewhere))
    return Loaded(needs, {pk: (lacking[pk], one) for pk, one in held.items()}, capacities, inputs)


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


def _need_table(needs: Any, today: date) -> pl.DataFrame:
    rows = list(needs)
    columns = {
        "need": [row.pk for row in rows],
        "kind": [row.specification_id for row in rows],
        "priority": [matching_priority(row.priority, business_date(row.created_at), today) for row in rows],
        "told": [row.priority for row in rows],
        "demand": [row.quantity - row.committed for row in rows],
        "arrived": [int(row.created_at.timestamp()) for row in rows],
    } | _where(rows)
    return pl.DataFrame(columns, schema=NEED_COLUMNS)


def _capacity_table(capacities: Any, elsewhere: Mapping[int, int]) -> pl.DataFrame:
    rows = list(capacities)
    held = [elsewhere.get(row.pk, 0) for row in rows]
    columns = {
        "offer": [row.pk for row in rows],
        "kind": [row.specification_id for row in rows],
        "capacity": [max(row.quantity - row.committed - units, 0) for row, units in zip(rows, held, strict=True)],
        "held": held,
        "lot": [row.smallest_lot for row in rows],
        "reach": [row.reach for row in rows],
        "reach_km": [row.reach_km for row in rows],
    } | _where(rows)
    return pl.DataFrame(columns, schema=CAPACITY_COLUMNS)
