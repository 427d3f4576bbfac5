"""Every write of commitments. Rows are locked in one order: suggestions, needs, capacities, commitments."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from random import Random

from django.conf import settings
from django.db import connection

from peyvand.extend.guards import guarded
from peyvand.extend.reactions import react
from peyvand.flow.capacity import actions as capacities_
from peyvand.flow.capacity.enums import CapacityState, Reach
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.capacity.rules import lot_refusal, reach_refusal, window_refusal
from peyvand.flow.commitment import rules
from peyvand.flow.commitment.enums import CommitmentState, DeclineReason, Side, SuggestionState
from peyvand.flow.commitment.fitting import Group, left_this_week, provider, why_not
from peyvand.flow.commitment.models import Agreement, Commitment, Suggestion
from peyvand.flow.commitment.permissions import may_answer, may_call_broken, may_lapse, may_take_part, sides_of_pair
from peyvand.flow.commitment.together import left_lacking
from peyvand.flow.need import actions as needs_
from peyvand.flow.need.enums import NeedState
from peyvand.flow.need.models import Need
from peyvand.journal.actions import record, record_batch
from peyvand.kernel.codes import new_code
from peyvand.kernel.distance import Point
from peyvand.kernel.due import due_refusal
from peyvand.kernel.jalali import business_date
from peyvand.kernel.quantities import is_quantity
from peyvand.kernel.refusals import BadValue, NotEnoughLeft, NotPermitted, Refusal, require
from peyvand.kernel.states import WrongState
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.scope.acting import Acting, within
from peyvand.scope.bulk import add, create_with_codes, lock
from peyvand.scope.database import action, one_at_a_time

COUNTERS = ("underway", "accepted", "released")
_Locked = tuple[dict[int, Need], dict[int, Capacity], dict[int, Commitment]]


@dataclass(frozen=True)
class NewPromise:
    need_id: int
    capacity_id: int
    quantity: int
    due_date: date
    suggestion_id: int | None = None
    agreement_id: int | None = None


def _points(needs: Iterable[Need], capacities: Iterable[Capacity]) -> dict[int, Point]:
    """The known points of the places of both sides, where one offer at least reaches by kilometres."""
    givers = {one.place_id for one in capacities if one.reach == Reach.KILOMETRES}
    ids = givers | {one.place_id for one in needs} if givers else set()
    rows = Place.objects.filter(pk__in=ids).values_list("pk", "lat", "lon")
    return {pk: (lat, lon) for pk, lat, lon in rows if lat is not None and lon is not None}


def _check_pair(row: NewPromise, need: Need, capacity: Capacity, points: Mapping[int, Point], today: date) -> None:
    if not is_quantity(row.quantity):
        raise BadValue(field="quantity", reason="at least one, and no more than a column holds")
    require(due_refusal(due=row.due_date, since=today, months=settings.LONGEST_DUE_MONTHS))
    if need.state != NeedState.OPEN:
        raise WrongState(act="commit", state=need.state)
    if capacity.state != CapacityState.OPEN:
        raise WrongState(act="commit", state=capacity.state)
    require(
        reach_refusal(
            reach=capacity.reach, reach_km=capacity.reach_km, capacity_path=capacity.place_path, need_path=need.place_path,
            capacity_point=points.get(capacity.place_id), need_point=points.get(need.place_id),
        )
    )  # fmt: skip
    require(window_refusal(start=capacity.start_date, end=capacity.end_date, today=today))
    require(lot_refusal(quantity=row.quantity, smallest_lot=capacity.smallest_lot))
    lacking = need.quantity - need.committed
    if not need.may_share and row.quantity < lacking:
        raise rules.NotShared(left=lacking)


def _check_rules(rows: Sequence[NewPromise], capacities: Mapping[int, Capacity], now: datetime) -> None:
    """The rules of the match, asked of the rows under their locks; and the week of each provider, one promise after the other."""
    for codes in why_not([(row.need_id, row.capacity_id) for row in rows]).values():
        raise rules.REFUSED[codes[0]]
    units = Counter[int]()
    for row in rows:
        units[row.capacity_id] += row.quantity
    check_week(units, capacities, now)


def check_week(units: Mapping[int, int], capacities: Mapping[int, Capacity], now: datetime) -> None:
    """Nobody takes on more than his week by these units of each capacity. Raises `WeekFull`.

    The lock is the one of the trigger `week_not_exceeded`, which holds the same at the end of the statement.
    """
    asked = Counter[Group]()
    for pk, more in units.items():
        asked[provider(capacities[pk])] += more
    if limited := left_this_week(capacities.values(), now).keys() & asked.keys():
        for group in sorted(limited, key=str):
            one_at_a_time(f"week {group}")
        for group, (most, left) in left_this_week(capacities.values(), now).items():
            if asked[group] > left:
                raise rules.WeekFull(most=most, left=left)


def _check_together(rows: Sequence[NewPromise], needs: Mapping[int, Need], units: Mapping[int, int]) -> None:
    """What goes together is spoken for whole once this act is done: promised, or proposed and waiting for its answer."""
    answered = [row.suggestion_id for row in rows if row.suggestion_id]
    for lacking in left_lacking((need.together for need in needs.values()), more=units, answered=answered).values():
        raise rules.GoesTogether(lacking=lacking)


def _promise(
    row: NewPromise, need: Need, capacity: Capacity, side: Side, agreed: bool, now: datetime, random: Random | None
) -> Commitment:
    return Commitment(
        tracking_code=new_code(random),
        need=need,
        capacity=capacity,
        suggestion_id=row.suggestion_id,
        agreement_id=row.agreement_id,
        quantity=row.quantity,
        state=CommitmentState.ACCEPTED if agreed else CommitmentState.OFFERED,
        offered_by_side=side,
        due_date=row.due_date,
        place_path=need.place_path,
        asker_path=need.organisation_path,
        giver_path=capacity.organisation_path,
        giver_place_path=capacity.place_path,
        offered_at=now,
        accepted_at=now if agreed else None,
    )


def _check_papers(rows: Sequence[NewPromise], needs: dict[int, Need], capacities: dict[int, Capacity]) -> None:
    """A promise names a suggestion that still stands for this pair, once, and an agreement of its own two sides."""
    named = [row.suggestion_id for row in rows if row.suggestion_id]
    suggested = {one.pk: one for one in Suggestion.objects.filter(pk__in=named, state=SuggestionState.PROPOSED)}
    agreed = Agreement.objects.in_bulk([row.agreement_id for row in rows if row.agreement_id])
    if len(suggested) != len(named):
        raise BadValue(field="suggestion", reason="each is named once, stands, and is seen by you")
    for row in rows:
        suggestion = suggested[row.suggestion_id] if row.suggestion_id else None
        if suggestion and (suggestion.need_id, suggestion.capacity_id) != (row.need_id, row.capacity_id):
            raise BadValue(field="suggestion", reason="it joins another need and capacity")
        if row.agreement_id is None:
            continue
        agreement = agreed.get(row.agreement_id)
        if agreement is None:
            raise BadValue(field="agreement", reason="it is not one of yours")
        if not (
            within(needs[row.need_id].organisation_path, agreement.asker_path)
            and within(capacities[row.capacity_id].organisation_path, agreement.giver_path)
        ):
            raise BadValue(field="agreement", reason="it was signed by others")


def _with_suggestions(rows: Sequence[NewPromise]) -> list[NewPromise]:
    """The rows, each with the suggestion that stands for its pair, locked: a promise made by hand answers it too."""
    named = {row.suggestion_id for row in rows}
    standing = Suggestion.objects.select_for_update().filter(
        need_id__in={row.need_id for row in rows}, capacity_id__in={row.capacity_id for row in rows}, state=SuggestionState.PROPOSED
    )  # fmt: skip
    of_pair = {(one.need_id, one.capacity_id): one.pk for one in standing.order_by("pk") if one.pk not in named}
    return [
        replace(row, suggestion_id=row.suggestion_id or of_pair.pop((row.need_id, row.capacity_id), None))
        for row in rows
    ]


def state_follows_later(suggestion_ids: Sequence[int]) -> None:
    """Let a promise and its suggestion change one after the other; the end of the act checks that they agree."""
    if suggestion_ids:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS suggestion_follows_promise DEFERRED")


@action
def commit(*, rows: Sequence[NewPromise], by: Acting, now: datetime, random: Random | None = None) -> list[Commitment]:
    """Promise quantities of capacities to needs, all or none. Where one office stands on both sides the promise is agreed at once.

    Raises `NotEnoughLeft`, `DifferentKind`, `OutOfReach`, `TooFar`,
    `DistanceUnknown`, `OutsideWindow`, `LotTooSmall`, `DueInPast`, `DueTooFar`,
    `WrongState`, `NotShared`, `GoesTogether`, `WeekFull`, and those of `rules.REFUSED`.
    """
    if not rows:
        return []
    rows = _with_suggestions(rows)
    needs = lock(Need.objects.all(), [row.need_id for row in rows])
    capacities = lock(Capacity.objects.all(), [row.capacity_id for row in rows])
    guarded("commit", by=by, now=now, rows=rows, need=needs, capacity=capacities)
    today, fresh, points = business_date(now), [], _points(needs.values(), capacities.values())
    from_need, from_capacity = Counter[int](), Counter[int]()
    for row in rows:
        need, capacity = needs[row.need_id], capacities[row.capacity_id]
        stands_on = sides_of_pair(by, need, capacity)
        if not stands_on:
            raise NotPermitted(reason="a promise is made by one of its two sides")
        _check_pair(row, need, capacity, points, today)
        side = Side.GIVER if Side.GIVER in stands_on else Side.ASKER
        fresh.append(_promise(row, need, capacity, side, len(stands_on) == 2, now, random))
        from_need[need.pk] += row.quantity
        from_capacity[capacity.pk] += row.quantity
    _check_rules(rows, capacities, now)
    _check_together(rows, needs, from_need)
    _check_papers(rows, needs, capacities)
    needs_.count(needs, {pk: (quantity, 0, 0) for pk, quantity in from_need.items()}, met_by={}, now=now)
    capacities_.count(capacities, {pk: (quantity, 0) for pk, quantity in from_capacity.items()})
    named = [row.suggestion_id for row in rows if row.suggestion_id]
    state_follows_later(named)
    promises = create_with_codes(fresh, lambda: new_code(random))
    Suggestion.objects.filter(pk__in=named).update(
        state=rules.SUGGESTION_LIFE.after("accept_suggestion", SuggestionState.PROPOSED), answered_at=now
    )
    event(
        "commitment.offered",
        promises,
        by,
        now,
        rows=[(one.pk, one.need_id, one.capacity_id, one.quantity, one.suggestion_id or 0) for one in promises],
    )
    return promises


@action
def accept_commitments(*, commitment_ids: Sequence[int], by: Acting, now: datetime) -> list[Commitment]:
    """The other side agrees."""
    promises = lock(Commitment.objects.all(), commitment_ids)
    for one in promises.values():
        require(may_answer(by, one))
        one.state, one.accepted_at = rules.LIFE.after("accept_commitment", one.state), now
    guarded("accept_commitment", by=by, now=now, **ids_of(promises.values()))
    Commitment.objects.bulk_update(promises.values(), ["state", "accepted_at"], batch_size=2000)
    agreed = list(promises.values())
    event("commitment.accepted", agreed, by, now)
    return agreed


@action
def withdraw_commitments(
    *, commitment_ids: Sequence[int], reason: DeclineReason, by: Acting, now: datetime
) -> list[Commitment]:
    """Either side steps back: an offer is declined, or a promise is taken back. The remainder returns to need and capacity."""
    locked = lock_ending(commitment_ids)
    guarded("withdraw_commitment", by=by, now=now, **ids_of(locked[2].values()))
    return _end("withdraw_commitment", "commitment.withdrawn", locked, reason, by, now, may_take_part)


@action
def break_commitment(*, commitment_id: int, by: Acting, now: datetime) -> Commitment:
    """The side it was made to says that the promise was not kept. Raises `NotDueYet` before the due date."""
    return break_commitments(commitment_ids=[commitment_id], by=by, now=now)[0]


@action
def break_commitments(*, commitment_ids: Sequence[int], by: Acting, now: datetime) -> list[Commitment]:
    """Many, all or none, with one event."""
    locked = lock_ending(commitment_ids)
    for one in locked[2].values():
        if one.due_date >= business_date(now):
            raise rules.NotDueYet(due=one.due_date)
    guarded("break_commitment", by=by, now=now, **ids_of(locked[2].values()))
    return _end("break_commitment", "commitment.broken", locked, "", by, now, may_call_broken)


@action
def lapse_commitments(*, by: Acting, now: datetime) -> int:
    """Offers nobody answered by their due date lapse (a daily job)."""
    require(may_lapse(by))
    due = Commitment.objects.filter(state=CommitmentState.OFFERED, due_date__lt=business_date(now))
    lock_ending(list(due.values_list("pk", flat=True)))
    ids = list(due.values_list("pk", flat=True))  # again under the locks: some may have been answered meanwhile
    if ids:
        _end("lapse_commitment", "commitment.lapsed", lock_with_ends(ids), "", by, now, may_take_part)
    return len(ids)


def lock_with_ends(commitment_ids: Sequence[int]) -> _Locked:
    """Lock commitments and both their ends, in the house's order."""
    pairs = Commitment.objects.filter(pk__in=commitment_ids).values_list("need_id", "capacity_id")
    needs = lock(Need.objects.all(), [need_id for need_id, _ in pairs])
    capacities = lock(Capacity.objects.all(), [capacity_id for _, capacity_id in pairs])
    return needs, capacities, lock(Commitment.objects.all(), commitment_ids)


def lock_ending(commitment_ids: Sequence[int]) -> _Locked:
    """Lock what the end of commitments touches: their suggestions too, first of all."""
    told = Suggestion.objects.select_for_update(of=("self",)).filter(commitment__in=commitment_ids)
    list(told.order_by("pk").values_list("pk", flat=True))
    return lock_with_ends(commitment_ids)


def ids_of(promises: Iterable[Commitment]) -> dict[str, list[int]]:
    """The rows a promise touches, by kind, for guards and reactions."""
    rows = [(one.need_id, one.capacity_id, one.pk) for one in promises]
    return {kind: [row[place] for row in rows] for place, kind in enumerate(("need", "capacity", "commitment"))}


def _end(
    act: str,
    name: str,
    locked: _Locked,
    reason: str,
    by: Acting,
    now: datetime,
    permission: Callable[[Acting, Commitment], Refusal | None],
) -> list[Commitment]:
    needs, capacities, promises = locked
    back_to_need, back_to_capacity, released = Counter[int](), Counter[int](), {}
    for one in promises.values():
        require(permission(by, one))
        one.state = rules.LIFE.after(act, one.state)
        one.released = rules.remainder(quantity=one.quantity, accepted=one.accepted, underway=one.underway)
        one.ended_at, one.end_reason = now, reason
        released[one.pk] = one.released
        back_to_need[one.need_id] -= one.released
        back_to_capacity[one.capacity_id] -= one.released
    told = [one.suggestion_id for one in promises.values() if one.suggestion_id]
    state_follows_later(told)
    Commitment.objects.bulk_update(promises.values(), ["state", "released", "ended_at", "end_reason"], batch_size=2000)
    Suggestion.objects.filter(pk__in=told).update(
        state=rules.SUGGESTION_LIFE.after("end_promise", SuggestionState.ACCEPTED)
    )
    needs_.count(needs, {pk: (quantity, 0, 0) for pk, quantity in back_to_need.items()}, met_by={}, now=now)
    capacities_.count(capacities, {pk: (quantity, 0) for pk, quantity in back_to_capacity.items()})
    ended = list(promises.values())
    event(name, ended, by, now, rows=[(one.pk, one.need_id, one.capacity_id, one.released) for one in ended])
    return ended


@action
def sign_agreement(
    *, title: str, giver: Organisation, asker: Organisation, signed_date: date, end_date: date | None = None,
    giver_duties: str = "", asker_duties: str = "", by: Acting, now: datetime,
) -> Agreement:  # fmt: skip
    """Record an agreement between two organisations; commitments made under it name it."""
    if not (
        by.is_staff and any(by.covers(place_path=one.place.path, organisation_path=one.path) for one in (giver, asker))
    ):
        raise NotPermitted(reason="an agreement is recorded by one of its two sides")
    if end_date is not None and end_date < signed_date:
        raise BadValue(field="end_date", reason="the end lies before the signature")
    agreement = Agreement.objects.create(
        title=title, giver=giver, giver_path=giver.path, asker=asker, asker_path=asker.path, giver_duties=giver_duties,
        asker_duties=asker_duties, signed_date=signed_date, end_date=end_date, created_at=now,
    )  # fmt: skip
    record(
        "agreement.signed", kind="agreement", subject=agreement.pk, by=by, now=now,
        place_path=by.place_path, organisation_path=by.organisation_path,
    )  # fmt: skip
    return agreement


def count(promises: dict[int, Commitment], deltas: dict[int, tuple[int, int, int]], *, now: datetime) -> None:
    """Move the counters of locked commitments (underway, accepted, released); kept when all is accepted, and back when not."""
    for pk, (underway, accepted, released) in deltas.items():
        one = promises[pk]
        left = one.quantity - one.underway - one.accepted - one.released
        if underway + accepted + released > left:
            raise NotEnoughLeft(left=left, asked=underway + accepted + released)
        one.underway, one.accepted, one.released = (
            one.underway + underway,
            one.accepted + accepted,
            one.released + released,
        )
    undone = [one.pk for one in promises.values() if one.state == CommitmentState.KEPT and one.accepted < one.quantity]
    if undone:
        Commitment.objects.filter(pk__in=undone).update(state=CommitmentState.ACCEPTED, ended_at=None)
    add(Commitment, deltas, COUNTERS)
    kept = [
        one.pk for one in promises.values() if one.state == CommitmentState.ACCEPTED and one.accepted == one.quantity
    ]
    if kept:
        Commitment.objects.filter(pk__in=kept).update(state=CommitmentState.KEPT, ended_at=now)


def event(
    act: str, promises: Sequence[Commitment], by: Acting, now: datetime, rows: Sequence[Sequence[int]] | None = None
) -> None:
    record_batch(act, kind="commitment", subjects=promises, by=by, now=now, organisation="asker_path", rows=rows)
    react(act, **ids_of(promises))
