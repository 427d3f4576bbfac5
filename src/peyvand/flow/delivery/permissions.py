"""Who may record and answer deliveries."""

from django.conf import settings
from django.db.models import QuerySet

from peyvand.flow.commitment.enums import Side
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.commitment.permissions import sides
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.delivery.rules import RecordedByYou
from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.scope.acting import Acting, Role


def may_record_delivery(by: Acting, commitment: Commitment) -> Refusal | None:
    return None if sides(by, commitment) else NotPermitted(reason="a delivery is recorded by one of the two sides")


def may_answer_delivery(by: Acting, commitment: Commitment) -> Refusal | None:
    """The receiver's side answers: the facilitator or social worker on behalf of the family."""
    if Side.ASKER in sides(by, commitment):
        return None
    return NotPermitted(reason="a delivery is accepted or refused by the receiver's side")


def may_accept_recorded(by: Acting, account_id: int | None) -> Refusal | None:
    """Who says that something was handed over does not also say that it arrived, under whatever role he has signed in.

    `account_id` is that of the recorder. An office with a single worker may set `PEYVAND_ONE_PERSON_ACCEPTS`.
    """
    if settings.ONE_PERSON_ACCEPTS or by.role is Role.SYSTEM or not account_id or account_id != by.account_id:
        return None
    return RecordedByYou()


def acceptable_by(rows: QuerySet[Delivery], by: Acting) -> QuerySet[Delivery]:
    """Of deliveries that wait for an answer, those this actor did not record himself."""
    if settings.ONE_PERSON_ACCEPTS or not by.account_id:
        return rows
    return rows.exclude(recorded_by__account_id=by.account_id)
