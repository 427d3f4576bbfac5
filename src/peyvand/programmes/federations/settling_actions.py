"""What follows the choice of a joint buying: each member's money, as an account, and what arrived, by each member's own word."""

from datetime import date, datetime

from django.db.models import F, Q

from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, require
from peyvand.programmes.federations import buying_rules as rules
from peyvand.programmes.federations.buying_actions import kept_buy, locked_buy, saved, told
from peyvand.programmes.federations.buying_models import BuyPayment, JointBuy, Portion
from peyvand.programmes.federations.buying_queries import one_payment, one_portion
from peyvand.programmes.federations.permissions import may_keep_buy, may_speak
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import lock
from peyvand.scope.database import action


@action
def note_payment(
    *, portion_id: int, amount_rial: int, paid: date, note: str = "", by: Acting, now: datetime
) -> BuyPayment:  # fmt: skip
    """Write down that money of a member arrived, by who keeps the buying. Raises `MoreThanShare`; the database refuses it too."""
    portion, buy = _locked(portion_id, now)
    require(may_keep_buy(by, buy))
    if paid > business_date(now):
        raise BadValue(field="paid", reason="this day has not come yet")
    if amount_rial < 1:
        raise BadValue(field="amount", reason="an amount above zero")
    if portion.paid_rial + amount_rial > (portion.share_rial or 0):
        raise rules.MoreThanShare
    payment = BuyPayment.objects.create(
        portion=portion, amount_rial=amount_rial, paid_date=paid, note=note.strip(), noted_at=now
    )
    told("federation.buy_paid", buy, by, now, portion.pk, payment.pk)
    return payment


@action
def take_back_payment(*, payment_id: int, by: Acting, now: datetime) -> BuyPayment:
    """Say that a payment was written down by mistake; the entry stays and no longer counts. Write it anew where it was right."""
    portion, buy = _locked(one_payment(payment_id).portion_id, now)
    require(may_keep_buy(by, buy))
    payment = lock(BuyPayment.objects.all(), [payment_id])[payment_id]
    if payment.taken_back_at is None:
        payment.taken_back_at = now
        payment.save(update_fields=["taken_back_at"])
        told("federation.buy_payment_taken_back", buy, by, now, portion.pk, payment.pk)
    return payment


@action
def confirm_received(
    *, portion_id: int, received: int, note: str = "", by: Acting, now: datetime
) -> Portion:  # fmt: skip
    """Say for one's own organisation how much arrived; said again, the new word counts. Less than asked for is shown as lacking."""
    portion, buy = _locked(portion_id, now)
    require(may_speak(by, portion.member_path))
    if not 0 <= received <= portion.quantity:
        raise BadValue(field="received", reason="at most what your organisation asked for")
    portion.received, portion.received_at, portion.received_note = received, now, note.strip()
    return _said(portion, buy, "federation.buy_received", by, now)


@action
def take_back_received(*, portion_id: int, by: Acting, now: datetime) -> Portion:
    """Take one's own word back that something arrived."""
    portion, buy = _locked(portion_id, now)
    require(may_speak(by, portion.member_path))
    portion.received, portion.received_at, portion.received_note = None, None, ""
    return _said(portion, buy, "federation.buy_receipt_taken_back", by, now)


@action
def finish_or_take_up(*, buy_id: int, act: str, by: Acting, now: datetime) -> JointBuy:
    """End it when everybody has received and paid all (`finish`), or take it up again (`take_up`). Raises `NotSettled`."""
    if act not in ("finish", "take_up"):
        raise BadValue(field="act", reason="it is finished, or taken up again")
    buy = kept_buy(buy_id, by, now)
    buy.state = rules.BUYING.after(act, buy.state)
    lacking = Q(received__isnull=True) | Q(received__lt=F("quantity")) | Q(paid_rial__lt=F("share_rial"))
    if act == "finish" and (still := buy.portions.filter(lacking).count()):
        raise rules.NotSettled(open=still)
    return saved(buy, "federation.buy_finished" if act == "finish" else "federation.buy_taken_up", by, now, "state")


def _locked(portion_id: int, now: datetime) -> tuple[Portion, JointBuy]:
    """A portion and its buying, both locked, while an offer is chosen and it is not finished. Raises `WrongState`."""
    buy = locked_buy(one_portion(portion_id).buy_id, now)
    rules.BUYING.after("finish", buy.state)
    return lock(Portion.objects.all(), [portion_id])[portion_id], buy


def _said(portion: Portion, buy: JointBuy, act: str, by: Acting, now: datetime) -> Portion:
    portion.save(update_fields=["received", "received_at", "received_note"])
    told(act, buy, by, now, portion.pk)
    return portion
