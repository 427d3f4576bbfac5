"""The rules of joint buying, pure: its life, the price that holds for a quantity, and each member's share of the cost."""

from collections.abc import Mapping, Sequence

from peyvand.kernel.refusals import Refusal
from peyvand.programmes.federations.rules import BUYING as BUYING

MOST_STEPS = 12
MOST_RIAL = 2**53  # what programs can still read exactly


class OfferOutOfReach(Refusal):
    code = "offer_out_of_reach"
    message = "This supplier gives no price for {quantity}. The least of its steps is {least}."


class OfferEnded(Refusal):
    code = "offer_ended"
    message = "This offer was withdrawn, or its day has passed. Ask the supplier again and write down the new one."


class AlreadyUnderWay(Refusal):
    code = "joint_buy_under_way"
    message = "Members have paid or received already. The choice stands; take those entries back first."


class NotSettled(Refusal):
    code = "joint_buy_not_settled"
    message = "{open} members have not confirmed everything or not paid all of their share yet."


class MoreThanShare(Refusal):
    code = "more_than_share"
    message = "This is more than is left of the member's share. Nobody pays for another."


def price_at(steps: Sequence[tuple[int, int]], quantity: int) -> int | None:
    """Rial for one unit when so many are bought together: the step with the largest quantity not above it; None below all."""
    reached = [step for step in steps if step[0] <= quantity]
    return max(reached)[1] if reached else None


def cost_at(steps: Sequence[tuple[int, int]], transport: int, quantity: int) -> int | None:
    """Rial for everything, with what the supplier asks once for transport."""
    price = price_at(steps, quantity)
    return None if price is None else price * quantity + transport


def shares(quantities: Mapping[int, int], price: int, transport: int) -> dict[int, int]:
    """Rial each one owes; together exactly the cost.

    Goods cost each the price times his own quantity. Transport is divided by quantity into whole rial, rounded down; the rial that
    are left go one each to the largest remainders, of equal ones to the one that is first in the order of ids (largest remainder method).
    """
    total = sum(quantities.values())
    parts = {one: divmod(transport * count, total) for one, count in quantities.items()}
    left = transport - sum(whole for whole, _rest in parts.values())
    order = sorted(parts, key=lambda one: (-parts[one][1], one))
    more = set(order[:left])
    return {one: price * count + parts[one][0] + (one in more) for one, count in quantities.items()}
