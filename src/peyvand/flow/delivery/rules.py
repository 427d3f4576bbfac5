"""The rules of a delivery, pure."""

from peyvand.flow.need.enums import MetBy
from peyvand.kernel.refusals import Refusal


class NotAgreedYet(Refusal):
    code = "not_agreed_yet"
    message = "This promise has not been accepted by the other side, or has ended."


class AnsweredBefore(Refusal):
    code = "answered_before"
    message = "The receiver has answered this delivery before."


class RecordedByYou(Refusal):
    code = "recorded_by_you"
    message = "You recorded this delivery yourself; a colleague on the receiver's side accepts it."


class RecordedByYourGiver(Refusal):
    code = "recorded_by_your_giver"
    message = "Whoever recorded this delivery gave you your way into this site lately: a colleague of your facilitator accepts it."


class CannotReverse(Refusal):
    code = "cannot_reverse"
    message = "Only an accepted delivery that was not reversed before can be reversed."


class InFuture(Refusal):
    code = "in_future"
    message = "The delivery date {day} has not come yet."


_SOLVERS = {
    "agency": MetBy.AGENCY,
    "positive_life_centre": MetBy.AGENCY,
    "fund": MetBy.AGENCY,
    "university": MetBy.AGENCY,
    "charity": MetBy.CHARITY,
    "ngo": MetBy.CHARITY,
    "jihadi_group": MetBy.CHARITY,
    "association": MetBy.CHARITY,
    "firm": MetBy.FIRM,
    "cooperative": MetBy.FIRM,
    "bank": MetBy.FIRM,
}


def met_by(givers: set[tuple[str, bool]]) -> MetBy:
    """Who met a need, from the givers of its accepted deliveries: (kind of organisation, whether a person gave through it)."""
    solvers = {MetBy.RESIDENTS if by_person else _SOLVERS[kind] for kind, by_person in givers}
    return solvers.pop() if len(solvers) == 1 else MetBy.JOINTLY
