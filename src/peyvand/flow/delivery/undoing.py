"""Taking an answer back. A delivery is answered once and never changed, so what was said stays and the books are put right:
an acceptance gets its reversing row, and the delivery is recorded once more, as it was told, to wait for another answer."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from peyvand.extend.guards import guarded
from peyvand.flow.capacity import actions as capacities_
from peyvand.flow.commitment import actions as commitments_
from peyvand.flow.commitment.enums import CommitmentState
from peyvand.flow.commitment.rules import LIFE
from peyvand.flow.delivery import rules
from peyvand.flow.delivery.actions import event, unanswered
from peyvand.flow.delivery.enums import DeliveryAnswer
from peyvand.flow.delivery.models import Delivery, Proof
from peyvand.flow.delivery.permissions import may_answer_delivery
from peyvand.flow.need import actions as needs_
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import require
from peyvand.scope.acting import Acting
from peyvand.scope.database import action


@action
def take_back_answers(*, delivery_ids: Sequence[int], by: Acting, now: datetime) -> list[Delivery]:
    """Give the deliveries, recorded anew, that wait for an answer again. All or none.

    Raises `CannotReverse` where one was reversed meanwhile, `WrongState` where its promise has ended in another way.
    """
    answered = unanswered(delivery_ids)
    if not answered:
        return []
    needs, capacities, promises = commitments_.lock_with_ends([one.commitment_id for one in answered])
    guarded(
        "reverse_delivery", by=by, now=now, need=needs, capacity=capacities, commitment=promises, delivery=delivery_ids
    )
    locked = list(Delivery.objects.select_for_update().filter(pk__in=delivery_ids).order_by("pk"))
    accepted = [one for one in locked if one.answer == DeliveryAnswer.ACCEPTED]
    for one in locked:
        promise = promises[one.commitment_id]
        require(may_answer_delivery(by, promise))
        if not one.answer or one.reverses_id:
            raise rules.CannotReverse
        if promise.state != CommitmentState.ACCEPTED:
            LIFE.after("reopen_commitment", promise.state)  # a kept promise opens again; one ended early does not
    if Delivery.objects.filter(reverses__in=accepted).exists():
        raise rules.CannotReverse
    again = _rows(locked, accepted, by, now)
    _count(locked, accepted, needs, capacities, promises, now)
    if accepted:
        reversing = [one for one in again if one.reverses_id]
        event("delivery.reversed", reversing, by, now)
    fresh = [one for one in again if not one.reverses_id]
    event("delivery.recorded", fresh, by, now)
    return fresh


def _rows(locked: list[Delivery], accepted: list[Delivery], by: Acting, now: datetime) -> list[Delivery]:
    """The reversing rows and the deliveries as they were told, with their proofs and by the one who recorded them."""

    def same(one: Delivery, **changed: object) -> Delivery:
        told: dict[str, object] = {
            "commitment": one.commitment, "quantity": one.quantity, "delivered_date": one.delivered_date, "recorded_at": now,
            "recorded_by_id": one.recorded_by_id, "note": one.note, "place_path": one.place_path, "asker_path": one.asker_path,
            "giver_path": one.giver_path,
        }  # fmt: skip
        return Delivery(**(told | changed))

    who = by.membership_id or None
    said = {"answer": DeliveryAnswer.ACCEPTED, "answered_at": now, "answered_by_id": who, "recorded_by_id": who}
    reversing = [
        same(one, quantity=-one.quantity, delivered_date=business_date(now), note="", reverses=one, **said)
        for one in accepted
    ]
    fresh = [same(one) for one in locked]
    made = Delivery.objects.bulk_create([*reversing, *fresh], batch_size=2000)
    new = {old.pk: one for old, one in zip(locked, made[len(reversing) :], strict=True)}
    proofs = Proof.objects.filter(delivery__in=locked).order_by("pk")
    Proof.objects.bulk_create(
        Proof(
            delivery=new[one.delivery_id], sha256=one.sha256, content_type=one.content_type, size=one.size, added_at=one.added_at,
            place_path=one.place_path, asker_path=one.asker_path, giver_path=one.giver_path,
        )
        for one in proofs
    )  # fmt: skip
    return made


def _count(
    locked: list[Delivery], accepted: list[Delivery], needs: dict, capacities: dict, promises: dict, now: datetime
) -> None:
    """What was accepted is under way again; what was refused comes under way again."""
    back, underway = Counter[int](), Counter[int]()
    need_back, need_underway, from_capacity = Counter[int](), Counter[int](), Counter[int]()
    for one in locked:
        promise = promises[one.commitment_id]
        underway[promise.pk] += one.quantity
        need_underway[promise.need_id] += one.quantity
    for one in accepted:
        promise = promises[one.commitment_id]
        back[promise.pk] += one.quantity
        need_back[promise.need_id] += one.quantity
        from_capacity[promise.capacity_id] += one.quantity
    commitments_.count(promises, {pk: (amount, -back[pk], 0) for pk, amount in underway.items()}, now=now)
    moves = {pk: (0, amount, -need_back[pk]) for pk, amount in need_underway.items()}
    needs_.count(needs, moves, met_by={}, now=now)
    capacities_.count(capacities, {pk: (0, -amount) for pk, amount in from_capacity.items()})
