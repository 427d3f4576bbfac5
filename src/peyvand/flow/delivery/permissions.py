"""Who may record and answer deliveries."""

from peyvand.flow.commitment.enums import Side
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.commitment.permissions import sides
from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.scope.acting import Acting


def may_record_delivery(by: Acting, commitment: Commitment) -> Refusal | None:
    return None if sides(by, commitment) else NotPermitted(reason="a delivery is recorded by one of the two sides")


def may_answer_delivery(by: Acting, commitment: Commitment) -> Refusal | None:
    """The receiver's side answers: the facilitator or social worker on behalf of the family."""
    if Side.ASKER in sides(by, commitment):
        return None
    return NotPermitted(reason="a delivery is accepted or refused by the receiver's side")
