"""Joint buying: opened, asked for by members, offered by suppliers, chosen, paid to each one's share and received.

Locks: the buying, then its portions. Members may lock the row, for their portion to count, and change nothing of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from peyvand.kernel.jalali import business_date
from peyvand.kernel.quantities import LARGEST, is_quantity
from peyvand.kernel.refusals import BadValue, require
from peyvand.people.models import Organisation
from peyvand.programmes.federations import buying_rules as rules
from peyvand.programmes.federations.actions import event, require_on
from peyvand.programmes.federations.buying_models import JointBuy, Portion, PriceOffer, PriceStep
from peyvand.programmes.federations.buying_queries import one_offer, speaking_members, steps_of
from peyvand.programmes.federations.enums import BuyState, MemberState
from peyvand.programmes.federations.models import Federation, Member
from peyvand.programmes.federations.permissions import may_keep, may_keep_buy, may_speak
from peyvand.programmes.federations.queries import one_federation
from peyvand.programmes.federations.rules import NotAMember
from peyvand.resources.models import Specification
from peyvand.scope.acting import Acting, require_system
from peyvand.scope.bulk import lock
from peyvand.scope.database import action

_CHOICE = ("state", "chosen", "chosen_at", "reason", "unit_rial", "cost_rial")


@dataclass(frozen=True)
class NewOffer:
    """`steps` are pairs of (from how many units, rial for one); `transport_rial` is asked once for everything."""

    supplier: str
    offered: date
    steps: Sequence[tuple[int, int]]
    transport_rial: int = 0
    valid_until: date | None = None
    note: str = ""


@action
def open_buy(
    *, federation_id: int, opener: Organisation, specification: Specification, least_quantity: int, closes: date, by: Acting,
    now: datetime, details: str = "",
) -> JointBuy:  # fmt: skip
    """Ask the members what they would buy together, until a day; `opener` is a member or the federation. Raises `NotAMember`."""
    federation = one_federation(federation_id)
    require_on(federation.place_path, federation.organisation_path, now)
    _may_open(federation, opener, by)
    if not is_quantity(least_quantity):
        raise BadValue(field="least_quantity", reason="at least one is bought")
    buy = JointBuy.objects.create(
        federation=federation, place_path=federation.place_path, organisation_path=federation.organisation_path,
        opener=opener, opener_path=opener.path, specification=specification, details=details.strip(),
        least_quantity=least_quantity, closes_date=_still_to_come(closes, now), state=rules.BUYING.start, opened_at=now,
    )  # fmt: skip
    told("federation.buy_opened", buy, by, now)
    return buy


def _may_open(federation: Federation, opener: Organisation, by: Acting) -> None:
    if opener.pk == federation.pk:
        require(may_keep(by, federation))
        return
    require(may_speak(by, opener.path))
    if not Member.objects.filter(federation=federation, organisation=opener, state=MemberState.MEMBER).exists():
        raise NotAMember


@action
def set_portion(*, buy_id: int, member_id: int, quantity: int, by: Acting, now: datetime) -> Portion | None:
    """Say for one's own organisation how much it takes, or change it; 0 takes it back. Until the last day, and while it is open."""
    buy = locked_buy(buy_id, now)
    if buy.state != BuyState.OPEN or buy.closes_date < business_date(now):
        raise BadValue(field="quantity", reason="the day until which members could say it has passed")
    member = speaking_members(by, buy.federation_id).filter(pk=member_id).first()
    if member is None:
        raise NotAMember
    if not 0 <= quantity <= LARGEST:
        raise BadValue(field="quantity", reason="a whole number, or 0 to take nothing")
    if quantity == 0:
        Portion.objects.filter(buy=buy, member=member).delete()
        portion = None
    else:
        born = {
            "place_path": buy.place_path, "organisation_path": buy.organisation_path, "opener_path": buy.opener_path,
            "member_path": member.member_path,
        }  # fmt: skip
        said = {"quantity": quantity, "said_at": now}
        portion, _fresh = Portion.objects.update_or_create(
            buy=buy, member=member, defaults=said, create_defaults=born | said
        )
    told("federation.buy_portion_said", buy, by, now, member.pk, quantity)
    return portion


@action
def move_closing(*, buy_id: int, closes: date, by: Acting, now: datetime) -> JointBuy:
    """Let members say how much until another day; what lapsed or was closed stands open again."""
    buy = kept_buy(buy_id, by, now)
    buy.state, buy.closes_date = rules.BUYING.after("move", buy.state), _still_to_come(closes, now)
    return saved(buy, "federation.buy_moved", by, now, "state", "closes_date")


@action
def cancel_or_restore(*, buy_id: int, act: str, by: Acting, now: datetime) -> JointBuy:
    """Call it off before anything was chosen (`cancel`), or take that back (`restore`): then members may speak until its day."""
    if act not in ("cancel", "restore"):
        raise BadValue(field="act", reason="it is called off, or that is taken back")
    buy = kept_buy(buy_id, by, now)
    buy.state = rules.BUYING.after(act, buy.state)
    return saved(buy, "federation.buy_cancelled" if act == "cancel" else "federation.buy_restored", by, now, "state")


@action
def close_buys(*, by: Acting, now: datetime) -> int:
    """Close those whose last day has passed: it stands where the least quantity was reached, and lapses where not. Gives how many."""
    require_system(by)
    due = JointBuy.objects.filter(state=BuyState.OPEN, closes_date__lt=business_date(now))
    rows = [
        one
        for one in lock(JointBuy.objects.all(), list(due.values_list("pk", flat=True))).values()
        if _is_over(one, now)
    ]
    for buy in rows:
        act = "close" if buy.total >= buy.least_quantity else "lapse"
        buy.state = rules.BUYING.after(act, buy.state)
        saved(buy, "federation.buy_closed" if act == "close" else "federation.buy_lapsed", by, now, "state")
    return len(rows)


@action
def write_offer(*, buy_id: int, offer: NewOffer, by: Acting, now: datetime) -> PriceOffer:
    """Write down what a supplier asks, with its prices by quantity; every offer is kept, also those that are not chosen."""
    buy = _weighing(buy_id, by, now)
    if len(offer.supplier.strip()) < 2:
        raise BadValue(field="supplier", reason="who offers it?")
    if offer.offered > business_date(now):
        raise BadValue(field="offered", reason="this day has not come yet")
    if offer.valid_until is not None and offer.valid_until < offer.offered:
        raise BadValue(field="valid_until", reason="it is valid from its own day on")
    steps = dict(offer.steps)
    if not 1 <= len(steps) == len(offer.steps) <= rules.MOST_STEPS:
        raise BadValue(field="steps", reason="one to twelve steps, each from another quantity")
    if not all(is_quantity(count) and 1 <= price <= rules.MOST_RIAL for count, price in offer.steps):
        raise BadValue(field="steps", reason="a quantity and a price, both above zero")
    made = PriceOffer.objects.create(
        buy=buy, supplier=offer.supplier.strip(), offered_date=offer.offered, valid_until=offer.valid_until,
        transport_rial=offer.transport_rial, note=offer.note.strip(), written_at=now,
    )  # fmt: skip
    PriceStep.objects.bulk_create(
        [PriceStep(offer=made, from_quantity=count, unit_rial=price) for count, price in sorted(steps.items())]
    )
    told("federation.price_offered", buy, by, now, made.pk)
    return made


@action
def withdraw_or_restore_offer(*, offer_id: int, act: str, by: Acting, now: datetime) -> PriceOffer:
    """Say that a supplier took an offer back (`withdraw`), or that it stands after all (`restore`), until one is chosen."""
    if act not in ("withdraw", "restore"):
        raise BadValue(field="act", reason="an offer is withdrawn, or that is taken back")
    buy = _weighing(one_offer(offer_id).buy_id, by, now)
    offer = lock(PriceOffer.objects.all(), [offer_id])[offer_id]
    offer.withdrawn_at = now if act == "withdraw" else None
    offer.save(update_fields=["withdrawn_at"])
    done = "federation.price_offer_withdrawn" if act == "withdraw" else "federation.price_offer_restored"
    told(done, buy, by, now, offer.pk)
    return offer


@action
def choose_offer(*, buy_id: int, offer_id: int, reason: str, by: Acting, now: datetime) -> JointBuy:
    """Choose an offer, with the reason members read; from now on each member's share is fixed.

    Raises `OfferEnded`, `OfferOutOfReach`. A trigger of the database asks that the shares are the cost, to the rial.
    """
    buy = kept_buy(buy_id, by, now)
    state = rules.BUYING.after("choose", buy.state)
    offer = one_offer(offer_id)
    if offer.buy_id != buy.pk:
        raise BadValue(field="offer", reason="an offer for this buying")
    if len(reason.strip()) < 5:
        raise BadValue(field="reason", reason="a sentence is needed: the members read it")
    if offer.withdrawn_at is not None or (offer.valid_until and offer.valid_until < business_date(now)):
        raise rules.OfferEnded
    steps = steps_of(offer)
    price, cost = rules.price_at(steps, buy.total), rules.cost_at(steps, offer.transport_rial, buy.total)
    if price is None or cost is None:
        raise rules.OfferOutOfReach(quantity=buy.total, least=min(steps)[0])
    if cost > rules.MOST_RIAL:
        raise BadValue(field="offer", reason="too large an amount")
    portions = {one.pk: one for one in buy.portions.select_for_update().order_by("pk")}
    owed = rules.shares({pk: one.quantity for pk, one in portions.items()}, price, offer.transport_rial)
    for pk, one in portions.items():
        one.share_rial = owed[pk]
    Portion.objects.bulk_update(list(portions.values()), ["share_rial"])
    buy.state, buy.chosen, buy.chosen_at, buy.reason = state, offer, now, reason.strip()
    buy.unit_rial, buy.cost_rial = price, cost
    return saved(buy, "federation.price_chosen", by, now, *_CHOICE)


@action
def unchoose_offer(*, buy_id: int, by: Acting, now: datetime) -> JointBuy:
    """Take a choice back, while nobody has paid or received anything. Raises `AlreadyUnderWay`."""
    buy = kept_buy(buy_id, by, now)
    buy.state = rules.BUYING.after("unchoose", buy.state)
    portions = list(buy.portions.select_for_update().order_by("pk"))
    if any(one.paid_rial or one.received is not None for one in portions):
        raise rules.AlreadyUnderWay
    buy.chosen, buy.chosen_at, buy.reason, buy.unit_rial, buy.cost_rial = None, None, "", None, None
    saved(buy, "federation.price_choice_taken_back", by, now, *_CHOICE)
    buy.portions.update(share_rial=None)
    return buy


def kept_buy(buy_id: int, by: Acting, now: datetime) -> JointBuy:
    """The buying, locked, which the actor keeps: its federation, or the member that opened it."""
    buy = locked_buy(buy_id, now)
    require(may_keep_buy(by, buy))
    return buy


def _weighing(buy_id: int, by: Acting, now: datetime) -> JointBuy:
    buy = kept_buy(buy_id, by, now)
    if buy.state not in (BuyState.OPEN, BuyState.CLOSED):
        raise BadValue(field="offer", reason="offers are weighed before one is chosen")
    return buy


def locked_buy(buy_id: int, now: datetime) -> JointBuy:
    """The buying, locked, where the programme is on."""
    buy = lock(JointBuy.objects.all(), [buy_id])[buy_id]
    require_on(buy.place_path, buy.organisation_path, now)
    return buy


def _is_over(buy: JointBuy, now: datetime) -> bool:
    """Asked again once the row is locked: its day may have been moved meanwhile."""
    return buy.state == BuyState.OPEN and buy.closes_date < business_date(now)


def _still_to_come(closes: date, now: datetime) -> date:
    if closes < business_date(now):
        raise BadValue(field="closes", reason="this day has passed")
    return closes


def saved(buy: JointBuy, act: str, by: Acting, now: datetime, *columns: str) -> JointBuy:
    buy.save(update_fields=list(columns))
    told(act, buy, by, now)
    return buy


def told(act: str, buy: JointBuy, by: Acting, now: datetime, *row: int) -> None:
    event(act, buy.federation, by, now, rows=((buy.pk, *row),))
