"""Every write of deliveries."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime

from peyvand.extend.guards import guarded
from peyvand.extend.reactions import react
from peyvand.flow.capacity import actions as capacities_
from peyvand.flow.commitment import actions as commitments_
from peyvand.flow.commitment.enums import LIVE, CommitmentState
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.delivery import rules
from peyvand.flow.delivery.enums import DeliveryAnswer, RefusalReason
from peyvand.flow.delivery.models import Delivery, Proof
from peyvand.flow.delivery.permissions import (
    may_accept_as_family,
    may_accept_recorded,
    may_answer_delivery,
    may_record_delivery,
    may_reverse_delivery,
)
from peyvand.flow.need import actions as needs_
from peyvand.flow.need.enums import MetBy
from peyvand.flow.need.models import Need
from peyvand.journal.actions import record, record_batch
from peyvand.kernel.jalali import business_date
from peyvand.kernel.quantities import is_quantity
from peyvand.kernel.refusals import BadValue, NotFound, require
from peyvand.people.permissions import may_keep_households
from peyvand.scope.acting import SYSTEM, Acting, Role
from peyvand.scope.database import action, scope


@dataclass(frozen=True)
class NewDelivery:
    commitment_id: int
    quantity: int
    delivered_date: date
    note: str = ""


def _row(new: NewDelivery, promise: Commitment, by: Acting, now: datetime) -> Delivery:
    return Delivery(
        commitment=promise,
        quantity=new.quantity,
        delivered_date=new.delivered_date,
        recorded_at=now,
        recorded_by_id=by.membership_id or None,
        note=new.note,
        place_path=promise.place_path,
        asker_path=promise.asker_path,
        giver_path=promise.giver_path,
    )


@action
def record_deliveries(*, rows: Sequence[NewDelivery], by: Acting, now: datetime) -> list[Delivery]:
    """Say that something was handed over; it counts as met only when the receiver's side accepts it. All or none."""
    if not rows:
        return []
    needs, capacities, promises = commitments_.lock_with_ends([row.commitment_id for row in rows])
    guarded("record_delivery", by=by, now=now, rows=rows, need=needs, capacity=capacities, commitment=promises)
    fresh, arrived, underway = [], Counter[int](), Counter[int]()
    for row in rows:
        promise = promises[row.commitment_id]
        require(may_record_delivery(by, promise))
        if promise.state != CommitmentState.ACCEPTED:
            raise rules.NotAgreedYet
        if not is_quantity(row.quantity):
            raise BadValue(field="quantity", reason="at least one, and no more than a column holds")
        if row.delivered_date > business_date(now):
            raise rules.InFuture(day=row.delivered_date)
        fresh.append(_row(row, promise, by, now))
        arrived[promise.pk] += row.quantity
        underway[promise.need_id] += row.quantity
    commitments_.count(promises, {pk: (quantity, 0, 0) for pk, quantity in arrived.items()}, now=now)
    needs_.count(needs, {pk: (0, quantity, 0) for pk, quantity in underway.items()}, met_by={}, now=now)
    deliveries = Delivery.objects.bulk_create(fresh, batch_size=2000)
    event("delivery.recorded", deliveries, by, now)
    return deliveries


def unanswered(ids: Sequence[int]) -> list[Delivery]:
    found = list(Delivery.objects.select_related("commitment").filter(pk__in=ids))
    if len(found) != len(set(ids)):
        raise NotFound
    return found


def _settle(deliveries: Sequence[Delivery], answer: DeliveryAnswer, reason: str, by: Acting, now: datetime) -> None:
    """Write the receiver's answer and move the counters of everything on the way, under their locks."""
    for one in deliveries:
        require(may_answer_delivery(by, one.commitment))
    # A family keeps no books: what its answer moves lies out of its sight, and is counted by the system.
    with scope(SYSTEM) if by.role is Role.RESIDENT else nullcontext():
        _count(deliveries, answer, reason, by, now)


def _count(deliveries: Sequence[Delivery], answer: DeliveryAnswer, reason: str, by: Acting, now: datetime) -> None:
    needs, capacities, promises = commitments_.lock_with_ends([one.commitment_id for one in deliveries])
    ids = [one.pk for one in deliveries]
    step = "accept_delivery" if answer == DeliveryAnswer.ACCEPTED else "refuse_delivery"
    guarded(step, by=by, now=now, need=needs, capacity=capacities, commitment=promises, delivery=ids)
    if answer == DeliveryAnswer.ACCEPTED:
        recorders = set(Delivery.objects.filter(pk__in=ids).values_list("recorded_by__account_id", flat=True))
        for account_id in recorders:
            require(may_accept_recorded(by, account_id))
        require(may_accept_as_family(by, recorders, now))
    waiting = set(Delivery.objects.select_for_update().filter(pk__in=ids, answer="").values_list("pk", flat=True))
    if len(waiting) != len(ids):
        raise rules.AnsweredBefore
    accepted = answer == DeliveryAnswer.ACCEPTED
    of_promise, of_need, of_capacity = Counter[int](), Counter[int](), Counter[int]()
    for one in deliveries:
        promise = promises[one.commitment_id]
        of_promise[promise.pk] += one.quantity
        of_need[promise.need_id] += one.quantity
        of_capacity[promise.capacity_id] += one.quantity if accepted else 0
    Delivery.objects.filter(pk__in=ids).update(
        answer=answer, refusal_reason=reason, answered_at=now, answered_by_id=by.membership_id or None
    )
    commitments_.count(
        promises, {pk: (-quantity, quantity if accepted else 0, 0) for pk, quantity in of_promise.items()}, now=now
    )
    moves = {pk: (0, -quantity, quantity if accepted else 0) for pk, quantity in of_need.items()}
    needs_.count(needs, moves, met_by=_solvers(needs) if accepted else {}, now=now)
    capacities_.count(capacities, {pk: (0, quantity) for pk, quantity in of_capacity.items() if quantity})


def _solvers(needs: dict[int, Need]) -> dict[int, MetBy]:
    givers = defaultdict(set)
    rows = Commitment.objects.filter(need_id__in=needs, accepted__gt=0).values_list(
        "need_id", "capacity__organisation__kind", "capacity__provider_person_id"
    )
    for need_id, kind, person_id in rows:
        givers[need_id].add((kind, person_id is not None))
    return {need_id: rules.met_by(kinds) for need_id, kinds in givers.items()}


@action
def accept_deliveries(*, delivery_ids: Sequence[int], by: Acting, now: datetime) -> list[Delivery]:
    """The receiver's side says: it arrived, as promised. A need met in full closes and says by whom it was met.

    Raises `RecordedByYou` where the actor recorded one of them himself (see `may_accept_recorded`).
    """
    deliveries = unanswered(delivery_ids)
    if deliveries:
        _settle(deliveries, DeliveryAnswer.ACCEPTED, "", by, now)
        event("delivery.accepted", deliveries, by, now)
    return deliveries


@action
def refuse_delivery(*, delivery_id: int, reason: RefusalReason, by: Acting, now: datetime) -> Delivery:
    """The receiver's side says: it did not arrive, or not as promised. The promise stands."""
    return refuse_deliveries(delivery_ids=[delivery_id], reason=reason, by=by, now=now)[0]


@action
def refuse_deliveries(
    *, delivery_ids: Sequence[int], reason: RefusalReason, by: Acting, now: datetime
) -> list[Delivery]:
    """Refuse many for one reason, all or none, with one event."""
    deliveries = unanswered(delivery_ids)
    if deliveries:
        _settle(deliveries, DeliveryAnswer.REFUSED, reason, by, now)
        event("delivery.refused", deliveries, by, now, data={"reason": reason.value})
    return deliveries


@action
def reverse_delivery(*, delivery_id: int, note: str, by: Acting, now: datetime) -> Delivery:
    """Correct an accepted delivery by a reversing row. The need opens again; what the promise can no longer keep is released."""
    first = unanswered([delivery_id])[0]
    require(may_reverse_delivery(by, first.commitment))
    needs, capacities, promises = commitments_.lock_with_ends([first.commitment_id])
    wrong = Delivery.objects.select_for_update().get(pk=delivery_id)
    promise = promises[first.commitment_id]
    guarded(
        "reverse_delivery", by=by, now=now, need=needs, capacity=capacities, commitment=promises, delivery=[delivery_id]
    )
    if wrong.answer != DeliveryAnswer.ACCEPTED or wrong.reverses_id or Delivery.objects.filter(reverses=wrong).exists():
        raise rules.CannotReverse
    back = wrong.quantity
    lives = promise.state in LIVE or promise.state == CommitmentState.KEPT
    reversing = _row(NewDelivery(promise.pk, -back, business_date(now), note), promise, by, now)
    reversing.reverses, reversing.answer, reversing.answered_at = wrong, DeliveryAnswer.ACCEPTED, now
    reversing.answered_by_id = by.membership_id or None
    reversing.save()
    released = 0 if lives else back
    commitments_.count(promises, {promise.pk: (0, -back, released)}, now=now)
    needs_.count(needs, {promise.need_id: (-released, 0, -back)}, met_by={}, now=now)
    capacities_.count(capacities, {promise.capacity_id: (-released, -back)})
    event("delivery.reversed", [reversing], by, now)
    if released:
        commitments_.event(
            "commitment.released",
            [promise],
            by,
            now,
            rows=[(promise.pk, promise.need_id, promise.capacity_id, released)],
        )
    return reversing


@action
def forget_notes(*, need_ids: Sequence[int], by: Acting, now: datetime) -> int:
    """After an erasure: blank the notes of what was handed over for these needs; gives how many. All else of a delivery stays."""
    require(may_keep_households(by))
    with scope(SYSTEM):
        return Delivery.objects.filter(commitment__need_id__in=need_ids).exclude(note="").update(note="")


@action
def forget_pictures(*, need_ids: Sequence[int], by: Acting, now: datetime) -> list[str]:
    """After an erasure: let go of the pictures of what was handed over for these needs; gives the fingerprints nothing names now.

    That a delivery was proved stays in the journal. A picture may show several deliveries: then another still names its file.
    """
    require(may_keep_households(by))
    with scope(SYSTEM):
        proofs = Proof.objects.filter(delivery__commitment__need_id__in=need_ids)
        told = list(proofs.order_by("pk").values_list("delivery_id", "pk", "sha256"))
        proofs.delete()
        kept = set(Proof.objects.filter(sha256__in={one[2] for one in told}).values_list("sha256", flat=True))
    if told:
        record(
            "delivery.pictures_forgotten", kind="delivery", subject=None, by=by, now=now, place_path=by.place_path,
            organisation_path=by.organisation_path, rows=[one[:2] for one in told],
        )  # fmt: skip
    return sorted({one[2] for one in told} - kept)


@action
def add_proof(*, delivery_id: int, sha256: str, content_type: str, size: int, by: Acting, now: datetime) -> Proof:
    """Tie a stored file to a delivery; either side may show what was handed over."""
    delivery = unanswered([delivery_id])[0]
    require(may_record_delivery(by, delivery.commitment))
    proof = Proof.objects.create(
        delivery=delivery, sha256=sha256, content_type=content_type, size=size, added_at=now,
        place_path=delivery.place_path, asker_path=delivery.asker_path, giver_path=delivery.giver_path,
    )  # fmt: skip
    record(
        "delivery.proved", kind="delivery", subject=delivery.pk, by=by, now=now, place_path=delivery.place_path,
        organisation_path=delivery.asker_path, rows=[(delivery.pk, proof.pk)],
    )  # fmt: skip
    _react("delivery.proved", [delivery])
    return proof


def event(
    act: str, deliveries: Sequence[Delivery], by: Acting, now: datetime, data: dict[str, object] | None = None
) -> None:
    """Rows: delivery, commitment, need, capacity, quantity."""
    rows = [
        (one.pk, one.commitment_id, one.commitment.need_id, one.commitment.capacity_id, one.quantity)
        for one in deliveries
    ]
    record_batch(
        act, kind="delivery", subjects=deliveries, by=by, now=now, organisation="asker_path", rows=rows, data=data
    )
    _react(act, deliveries)


def _react(act: str, deliveries: Sequence[Delivery]) -> None:
    react(
        act, need=[item.commitment.need_id for item in deliveries], capacity=[item.commitment.capacity_id for item in deliveries],
        commitment=[item.commitment_id for item in deliveries], delivery=[item.pk for item in deliveries],
    )  # fmt: skip
