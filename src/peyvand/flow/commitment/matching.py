"""The matching of open needs with open capacities: loads arrays, calls the engine, writes what it proposes."""

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import polars as pl
from django.db import connection
from django.db.models import F, Q
from django.utils.translation import override

from peyvand.engines.matching import Matched, Reason, match, reasons
from peyvand.extend.guards import Held, held_back
from peyvand.flow.capacity.enums import CapacityState
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.enums import SuggestionState, UnservedReason
from peyvand.flow.commitment.models import MatchingRun, Suggestion, Unserved
from peyvand.flow.commitment.permissions import may_run_matching
from peyvand.flow.commitment.rules import SUGGESTION_LIFE
from peyvand.flow.need.enums import NeedState
from peyvand.flow.need.models import Need
from peyvand.flow.need.rules import matching_priority
from peyvand.journal.actions import record
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import NotPermitted, require
from peyvand.places.models import Place
from peyvand.scope.acting import SYSTEM, Acting, Role, within
from peyvand.scope.bulk import below
from peyvand.scope.database import action, scope

_ONE_RUN = 0x7065_6D61


@dataclass(frozen=True)
class _Lists:
    """The rows of both lists and the engine's frames of them, in the same order. `held` takes no part in the run."""

    needs: list[Need]
    held: list[tuple[Need, Held]]
    capacities: list[Capacity]
    need_frame: pl.DataFrame
    capacity_frame: pl.DataFrame


@action
def run_matching(*, place: Place, by: Acting, now: datetime) -> MatchingRun:
    """Match the actor's own open needs in `place` with every open capacity that reaches them; worst-off first, exactly.

    Unanswered suggestions of earlier runs for these needs give way. Reads capacities of the whole country under the national
    role, with an explicit filter; what comes out is seen by the two sides of each pair only. Needs that a programme holds back
    take no part, and say why.
    """
    require(may_run_matching(by))
    if by.role is not Role.SYSTEM and not within(place.path, by.place_path):
        raise NotPermitted(reason="the territory lies outside your area")
    _one_run_at_a_time()
    run = MatchingRun.objects.create(
        place=place,
        place_path=place.path,
        organisation_path=by.organisation_path,
        run_by_id=by.membership_id or None,
        started_at=now,
    )
    with scope(SYSTEM):
        lists = _load(place.path, by, now)
        _supersede([*lists.needs, *(need for need, _ in lists.held)], now)
        run.unserved = _write_held(run, lists.held)
        if lists.needs:
            matched = match(lists.need_frame, lists.capacity_frame, least_travel=True)
            run.served = _write_suggestions(run, lists, matched)
            run.unserved += _write_unserved(run, lists, matched)
        run.needs = len(lists.needs) + len(lists.held)
        run.capacities, run.finished_at = len(lists.capacities), now
        run.save(update_fields=["needs", "capacities", "served", "unserved", "finished_at"])
    record(
        "matching.run", kind="matching_run", subject=run.pk, by=by, now=now, place_path=place.path,
        organisation_path=by.organisation_path, data={"served": run.served, "unserved": run.unserved},
    )  # fmt: skip
    return run


def _one_run_at_a_time() -> None:
    """Two runs over the same needs would propose the same pairs, each without seeing the other's. Held until the act ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_RUN])


def _load(place_path: str, by: Acting, now: datetime) -> _Lists:
    own = Q() if by.organisation_path == SYSTEM.organisation_path else below(by.organisation_path, "organisation_path")
    today = business_date(now)
    lacking = list(
        Need.objects.filter(below(place_path), own, state=NeedState.OPEN, committed__lt=F("quantity"))
        .select_related("place")
        .order_by("pk")
    )
    held = held_back(by=by, now=now, need_ids=[need.pk for need in lacking])
    needs = [need for need in lacking if need.pk not in held]
    kinds = {need.specification_id for need in needs}
    capacities = list(
        Capacity.objects.filter(
            Q(end_date__isnull=True) | Q(end_date__gte=today),
            specification_id__in=kinds,
            state=CapacityState.OPEN,
            start_date__lte=today,
            committed__lt=F("quantity"),
        )
        .select_related("place")
        .order_by("pk")
    )
    kept_out = [(need, held[need.pk]) for need in lacking if need.pk in held]
    return _Lists(needs, kept_out, capacities, _need_frame(needs, today), _capacity_frame(capacities))


_Columns = dict[str, type[pl.DataType]]
_PLACES: _Columns = {
    "province": pl.String,
    "county": pl.String,
    "neighbourhood": pl.String,
    "lat": pl.Float64,
    "lon": pl.Float64,
}
_NEED_COLUMNS: _Columns = {"kind": pl.Int64, "priority": pl.Float64, "demand": pl.Int64}
_CAPACITY_COLUMNS: _Columns = {"kind": pl.Int64, "capacity": pl.Int64, "reach": pl.String, "reach_km": pl.Float64}


def _where(rows: list[Need] | list[Capacity]) -> dict[str, list]:
    """Province, county and neighbourhood codes from the path, and the public point of the place (never of a home)."""
    parts = [row.place_path.rstrip("/").split("/") for row in rows]
    return {
        "province": [one[1] if len(one) > 1 else None for one in parts],
        "county": [one[2] if len(one) > 2 else None for one in parts],
        "neighbourhood": ["/".join(one[3:]) if len(one) > 3 else None for one in parts],
        "lat": [row.place.lat for row in rows],
        "lon": [row.place.lon for row in rows],
    }


def _need_frame(needs: list[Need], today: date) -> pl.DataFrame:
    columns = {
        "kind": [need.specification_id for need in needs],
        "priority": [matching_priority(need.priority, business_date(need.created_at), today) for need in needs],
        "demand": [need.quantity - need.committed for need in needs],
    } | _where(needs)
    return pl.DataFrame(columns, schema=_NEED_COLUMNS | _PLACES)


def _capacity_frame(capacities: list[Capacity]) -> pl.DataFrame:
    columns = {
        "kind": [one.specification_id for one in capacities],
        "capacity": [one.quantity - one.committed for one in capacities],
        "reach": [one.reach for one in capacities],
        "reach_km": [one.reach_km for one in capacities],
    } | _where(capacities)
    return pl.DataFrame(columns, schema=_CAPACITY_COLUMNS | _PLACES)


def _supersede(needs: list[Need], now: datetime) -> None:
    ids = [need.pk for need in needs]
    proposed = Suggestion.objects.filter(need_id__in=ids, state=SuggestionState.PROPOSED)
    locked = list(
        proposed.order_by("pk").select_for_update().values_list("pk", flat=True)
    )  # in the order answers lock them
    state = SUGGESTION_LIFE.after("supersede_suggestion", SuggestionState.PROPOSED)
    Suggestion.objects.filter(pk__in=locked).update(state=state, answered_at=now)
    Unserved.objects.filter(need_id__in=ids).delete()


def _pairs(matched: Matched) -> tuple[np.ndarray, np.ndarray]:
    """For each edge with a flow: its place in the graph, and its need."""
    edges = np.flatnonzero(matched.assignment.flow)
    return edges, np.searchsorted(matched.graph.indptr, edges, side="right") - 1


def _write_suggestions(run: MatchingRun, lists: _Lists, matched: Matched) -> int:
    rows = []
    for edge, owner in zip(*_pairs(matched), strict=True):
        need, capacity = lists.needs[owner], lists.capacities[matched.graph.indices[edge]]
        km, quantity = float(matched.graph.km[edge]), int(matched.assignment.flow[edge])
        if quantity < capacity.smallest_lot:
            continue
        rows.append(
            Suggestion(
                run=run,
                need=need,
                capacity=capacity,
                quantity=quantity,
                km=None if np.isnan(km) else round(km, 1),
                priority=need.priority,
                state=SuggestionState.PROPOSED,
                place_path=need.place_path,
                asker_path=need.organisation_path,
                giver_path=capacity.organisation_path,
                giver_place_path=capacity.place_path,
            )  # fmt: skip
        )
    Suggestion.objects.bulk_create(rows, batch_size=5000)
    return len({row.need_id for row in rows})


def _write_held(run: MatchingRun, held: list[tuple[Need, Held]]) -> int:
    rows = []
    for need, one in held:
        row = _row(run, need, need.quantity - need.committed, UnservedReason.HELD_BACK, 0, None)
        row.held_by, row.held_code, row.held_message = one.programme, one.refusal.code, one.refusal.message
        with override("en"):  # words among them are kept as message ids
            row.held_details = {name: str(value) for name, value in one.refusal.details.items()}
        rows.append(row)
    Unserved.objects.bulk_create(rows, batch_size=5000)
    return len(rows)


def _write_unserved(run: MatchingRun, lists: _Lists, matched: Matched) -> int:
    """The certificate of every need that lacks something after this run."""
    certificate = reasons(
        priority=lists.need_frame["priority"].to_numpy(), capacity=lists.capacity_frame["capacity"].to_numpy(),
        indptr=matched.graph.indptr, indices=matched.graph.indices, demand=lists.need_frame["demand"].to_numpy(),
        flow=matched.assignment.flow,
    )  # fmt: skip
    offered = {one.specification_id for one in lists.capacities}
    priorities = _priority_by_rank(lists)
    rows = [
        _unserved(run, lists.needs[owner], missing, code, reachable, priorities.get(lowest), offered)
        for owner, missing, code, reachable, lowest in zip(
            certificate.need,
            certificate.missing,
            certificate.code,
            certificate.reachable,
            certificate.lowest,
            strict=True,
        )
    ]
    told = {row.need_id for row in rows}
    edges, owners = _pairs(matched)
    for edge, owner in zip(edges, owners, strict=True):
        need, quantity = lists.needs[owner], int(matched.assignment.flow[edge])
        if quantity < lists.capacities[matched.graph.indices[edge]].smallest_lot and need.pk not in told:
            told.add(need.pk)
            rows.append(_row(run, need, quantity, UnservedReason.BELOW_LOT, 1, None))
    Unserved.objects.bulk_create(rows, batch_size=5000)
    return len(rows)


def _priority_by_rank(lists: _Lists) -> dict[float, int]:
    """From the engine's order back to the priority people know."""
    return dict(zip(lists.need_frame["priority"].to_list(), (need.priority for need in lists.needs), strict=True))


def _unserved(
    run: MatchingRun, need: Need, missing: int, code: int, reachable: int, lowest: int | None, offered: set[int]
) -> Unserved:
    if code == Reason.FULL:
        reason = UnservedReason.FULL
    else:
        reason = UnservedReason.OUT_OF_REACH if need.specification_id in offered else UnservedReason.NO_CAPACITY
    return _row(run, need, int(missing), reason, int(reachable), lowest)


def _row(
    run: MatchingRun, need: Need, missing: int, reason: UnservedReason, reachable: int, lowest: int | None
) -> Unserved:
    return Unserved(
        run=run, need=need, quantity=missing, reason=reason, reachable=reachable, lowest_priority=lowest,
        place_path=need.place_path, organisation_path=need.organisation_path,
    )  # fmt: skip
