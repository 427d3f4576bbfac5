"""Who may record and answer deliveries."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from peyvand.flow.commitment.enums import Side
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.commitment.permissions import may_see_promises, sides
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.delivery.rules import RecordedByYou, RecordedByYourGiver
from peyvand.flow.need.queries import of_family
from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.people.queries import not_two_people
from peyvand.scope.acting import Acting, Role


def may_record_delivery(by: Acting, commitment: Commitment) -> Refusal | None:
    return None if sides(by, commitment) else NotPermitted(reason="a delivery is recorded by one of the two sides")


def may_see_received(by: Acting) -> Refusal | None:
    """The page of what came to one's own family."""
    return None if by.role is Role.RESIDENT else NotPermitted(reason="what a family received is its own page")


def may_see_proofs(by: Acting) -> Refusal | None:
    """Whoever may see deliveries; of which, row security says."""
    return None if may_see_received(by) is None else may_see_promises(by)


def may_answer_delivery(by: Acting, commitment: Commitment) -> Refusal | None:
    """The receiver's side answers: the family itself where it signs in, or those who work with it on its behalf."""
    if Side.ASKER in sides(by, commitment):
        return None
    if by.role is Role.RESIDENT and Commitment.objects.filter(of_family(by, "need__"), pk=commitment.pk).exists():
        return None
    return NotPermitted(reason="a delivery is accepted or refused by the receiver's side")


def may_reverse_delivery(by: Acting, commitment: Commitment) -> Refusal | None:
    """A correction is written by those who keep the books of the receiver's side, not by the family."""
    if Side.ASKER in sides(by, commitment):
        return None
    return NotPermitted(reason="an accepted delivery is corrected by those who work for the receiver's side")


def may_accept_recorded(by: Acting, account_id: int | None) -> Refusal | None:
    """Who says that something was handed over does not also say that it arrived, under whatever role he has signed in.

    `account_id` is that of the recorder. An office with a single worker may set `PEYVAND_ONE_PERSON_ACCEPTS`.
    """
    if settings.ONE_PERSON_ACCEPTS or by.role is Role.SYSTEM or not account_id or account_id != by.account_id:
        return None
    return RecordedByYou()


def may_accept_as_family(by: Acting, account_ids: Iterable[int | None], now: datetime) -> Refusal | None:
    """Whoever recorded a delivery and gave the family its slip may hold the slip still: his word and its are not two."""
    if by.role is Role.RESIDENT and not_two_people(by.account_id, now) & set(account_ids):
        return RecordedByYourGiver()
    return None


def acceptable_by(rows: QuerySet[Delivery], by: Acting, now: datetime) -> QuerySet[Delivery]:
    """Of deliveries that wait for an answer, those this actor may accept: not recorded by him, nor by the hand he signs in from."""
    if by.role is Role.RESIDENT:
        rows = rows.exclude(recorded_by__account_id__in=not_two_people(by.account_id, now))
    if settings.ONE_PERSON_ACCEPTS or not by.account_id:
        return rows
    return rows.exclude(recorded_by__account_id=by.account_id)
