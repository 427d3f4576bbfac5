"""Taking back what was just done with promises. Each is an act of its own; what happened stays in the journal."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from peyvand.extend.guards import guarded
from peyvand.flow.capacity import actions as capacities_
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment import rules
from peyvand.flow.commitment.actions import (
    NewPromise,
    check_week,
    event,
    ids_of,
    lock_ending,
    state_follows_later,
)
from peyvand.flow.commitment.enums import CommitmentState, DeclineReason, SuggestionState
from peyvand.flow.commitment.fitting import refused_by_now
from peyvand.flow.commitment.models import Commitment, Suggestion
from peyvand.flow.commitment.permissions import may_answer, may_take_part
from peyvand.flow.need import actions as needs_
from peyvand.flow.need.enums import NeedState
from peyvand.kernel.jalali import business_date, week_of
from peyvand.kernel.refusals import require
from peyvand.kernel.states import WrongState
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import lock
from peyvand.scope.database import action


def _untouched(one: Commitment) -> None:
    if one.underway or one.accepted:
        raise rules.DeliveredMeanwhile


@action
def take_back_commitments(*, commitment_ids: Sequence[int], by: Acting, now: datetime) -> list[Commitment]:
    """Undo promises that were just made: quantities go back, and their suggestions wait for an answer again. All or none.

    What the family has refused meanwhile is not suggested to it again. Raises `AgreedMeanwhile` where the other side has agreed,
    `DeliveredMeanwhile` where something has come.
    """
    needs, capacities, promises = lock_ending(commitment_ids)
    if not promises:
        return []
    guarded("withdraw_commitment", by=by, now=now, **ids_of(promises.values()))
    back_to_need, back_to_capacity, rows = Counter[int](), Counter[int](), []
    unwanted = refused_by_now([(one.need_id, one.capacity_id) for one in promises.values()])
    ended = set[int]()
    for one in promises.values():
        require(may_take_part(by, one))
        _untouched(one)
        if one.state == CommitmentState.ACCEPTED and one.accepted_at != one.offered_at:
            raise rules.AgreedMeanwhile
        one.state = rules.LIFE.after("take_back_commitment", one.state)
        rows.append((one.pk, one.need_id, one.capacity_id, one.quantity, one.suggestion_id or 0))
        one.released, one.ended_at, one.end_reason = one.quantity, now, DeclineReason.OTHER
        if one.suggestion_id and (one.need_id, one.capacity_id) in unwanted:
            ended.add(one.suggestion_id)
        else:
            one.suggestion_id = None
        back_to_need[one.need_id] -= one.quantity
        back_to_capacity[one.capacity_id] -= one.quantity
    told = [suggestion for *_, suggestion in rows if suggestion and suggestion not in ended]
    state_follows_later([*told, *ended])
    Commitment.objects.bulk_update(
        promises.values(), ["state", "released", "ended_at", "end_reason", "suggestion"], batch_size=2000
    )
    Suggestion.objects.filter(pk__in=told).update(
        state=rules.SUGGESTION_LIFE.after("reopen_suggestion", SuggestionState.ACCEPTED), answered_at=None
    )
    Suggestion.objects.filter(pk__in=ended).update(
        state=rules.SUGGESTION_LIFE.after("end_promise", SuggestionState.ACCEPTED)
    )
    needs_.count(needs, {pk: (quantity, 0, 0) for pk, quantity in back_to_need.items()}, met_by={}, now=now)
    capacities_.count(capacities, {pk: (quantity, 0) for pk, quantity in back_to_capacity.items()})
    for name, ends in (("commitment.taken_back", False), ("commitment.withdrawn", True)):
        if its := [row for row in rows if (row[4] in ended) == ends]:
            event(name, [promises[row[0]] for row in its], by, now, rows=its)
    return list(promises.values())


@action
def return_commitments(*, commitment_ids: Sequence[int], by: Acting, now: datetime) -> list[Commitment]:
    """Undo an agreement: the offers wait for this side's answer again. All or none. Raises `DeliveredMeanwhile`."""
    promises = lock(Commitment.objects.all(), commitment_ids)
    if not promises:
        return []
    for one in promises.values():
        require(may_answer(by, one))
        _untouched(one)
        one.state, one.accepted_at = rules.LIFE.after("return_commitment", one.state), None
    guarded("withdraw_commitment", by=by, now=now, **ids_of(promises.values()))
    Commitment.objects.bulk_update(promises.values(), ["state", "accepted_at"], batch_size=2000)
    event("commitment.returned", list(promises.values()), by, now)
    return list(promises.values())


def _still_fit(promises: Iterable[Commitment], capacities: Mapping[int, Capacity], now: datetime) -> None:
    """Of the rules of the match those that guard people hold for what comes back too: its family, and the week of its giver."""
    if refused_by_now([(one.need_id, one.capacity_id) for one in promises]):
        raise rules.FamilyRefuses
    week = week_of(business_date(now))
    units = Counter[int]()
    for one in promises:
        if business_date(one.offered_at) >= week:
            units[one.capacity_id] += one.released
    check_week(units, capacities, now)


@action
def restore_commitments(*, commitment_ids: Sequence[int], by: Acting, now: datetime) -> list[Commitment]:
    """Undo an early end: the promises stand as they stood. All or none.

    Raises `WrongState` where the need is no longer open, `NotEnoughLeft` where somebody else took what was given back, `WeekFull`
    where he who gives took something else on, `FamilyRefuses` where they have refused him meanwhile.
    """
    needs, capacities, promises = lock_ending(commitment_ids)
    if not promises:
        return []
    again = [NewPromise(one.need_id, one.capacity_id, one.released, one.due_date) for one in promises.values()]
    guarded("commit", by=by, now=now, rows=again, need=needs, capacity=capacities)
    _still_fit(promises.values(), capacities, now)
    to_need, to_capacity, rows = Counter[int](), Counter[int](), []
    for one in promises.values():
        require(may_take_part(by, one))
        if needs[one.need_id].state != NeedState.OPEN:
            raise WrongState(act="commit", state=needs[one.need_id].state)
        one.state = rules.LIFE.after("restore_commitment" if one.accepted_at else "restore_offer", one.state)
        rows.append((one.pk, one.need_id, one.capacity_id, one.released))
        to_need[one.need_id] += one.released
        to_capacity[one.capacity_id] += one.released
        one.released, one.ended_at, one.end_reason = 0, None, ""
    needs_.count(needs, {pk: (quantity, 0, 0) for pk, quantity in to_need.items()}, met_by={}, now=now)
    capacities_.count(capacities, {pk: (quantity, 0) for pk, quantity in to_capacity.items()})
    told = [one.suggestion_id for one in promises.values() if one.suggestion_id]
    state_follows_later(told)
    Commitment.objects.bulk_update(promises.values(), ["state", "released", "ended_at", "end_reason"], batch_size=2000)
    Suggestion.objects.filter(pk__in=told).update(
        state=rules.SUGGESTION_LIFE.after("restore_promise", SuggestionState.ENDED)
    )
    event("commitment.restored", list(promises.values()), by, now, rows=rows)
    return list(promises.values())
