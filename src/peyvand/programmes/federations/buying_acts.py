"""What can be done to joint buyings, offers, portions and payments, as pages offer it."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.programmes.federations import buying_actions as buying
from peyvand.programmes.federations import buying_forms as forms
from peyvand.programmes.federations import buying_queries as queries
from peyvand.programmes.federations import permissions
from peyvand.programmes.federations import settling_actions as settling
from peyvand.programmes.federations.actions import SLUG
from peyvand.programmes.federations.buying_models import BuyPayment, JointBuy, Portion
from peyvand.programmes.federations.enums import BuyState
from peyvand.programmes.federations.models import Federation
from peyvand.scope.acting import Acting
from peyvand.web.doing import Act, Acts
from peyvand.web.pages.words import listed, named


def _leads_a_member(by: Acting, federation_id: int) -> bool:
    return by.role in permissions.SPEAKERS and queries.speaking_members(by, federation_id).exists()


def _may_open(row: Federation, by: Acting) -> Refusal | None:
    if permissions.may_keep(by, row) is None or _leads_a_member(by, row.pk):
        return None
    return NotPermitted(reason="joint buying is opened by a member or by the federation")


OPEN_BUY = Act(
    _("Open a joint buying"), _("It is open. Members say until its day how much they take."),
    lambda row, said, by, now: buying.open_buy(
        federation_id=row.pk, opener=said["opener"], specification=said["kind"], details=said["details"],
        least_quantity=said["least"], closes=said["closes"], by=by, now=now,
    ),
    _may_open, form=forms.OpenBuyForm,
    lead=_("Members say how much they take; suppliers ask less for more. Each pays for what it takes and for nobody else."),
)  # fmt: skip


def _may_say(row: JointBuy, by: Acting) -> Refusal | None:
    if _leads_a_member(by, row.federation_id):
        return None
    return NotPermitted(reason="how much a member takes is said by those who lead it")


def _said(row: JointBuy, by: Acting) -> dict[str, Any]:
    mine = queries.own_portions(row, by).first()
    return {"member": mine.member_id, "quantity": mine.quantity} if mine else {}


def _is_open(row: JointBuy) -> bool:
    return row.state == BuyState.OPEN and row.closes_date >= business_date(timezone.now())


def _in(*states: BuyState) -> Any:
    return lambda row: row.state in states


def _one_page(buy_id: int) -> str:
    return reverse(f"{SLUG}:buy", args=[buy_id])


def _account(buy_id: int) -> str:
    return reverse(f"{SLUG}:account", args=[buy_id])


def _keeps(row: JointBuy, by: Acting) -> Refusal | None:
    return permissions.may_keep_buy(by, row)


def _turned(action: Any, act: str, title: Any, done: Any, undone_by: str, *states: BuyState) -> Act:
    """One of a pair of acts that undo each other; `action` does both."""
    return Act(
        title, done, lambda row, said, by, now: action(buy_id=row.pk, act=act, by=by, now=now),
        _keeps, _in(*states), undone_by=undone_by,
    )  # fmt: skip


BUY = Acts(
    "buy_id",
    {
        "say": Act(
            _("Say how much you take"), _("Said. You can change it until the last day."),
            lambda row, said, by, now: buying.set_portion(
                buy_id=row.pk, member_id=said["member"].pk, quantity=said["quantity"], by=by, now=now
            ),
            _may_say, _is_open, forms.PortionForm, _said,
        ),
        "offer": Act(
            _("Write down an offer"), _("The offer was written down; all members read it."),
            lambda row, said, by, now: buying.write_offer(
                buy_id=row.pk, by=by, now=now, offer=buying.NewOffer(
                    said["supplier"], said["offered"], said["steps"], said["transport"], said["valid_until"], said["note"]
                ),
            ),
            _keeps, _in(BuyState.OPEN, BuyState.CLOSED), forms.OfferForm,
            lambda row, by: {"offered": business_date(timezone.now())},
        ),
        "choose": Act(
            _("Choose an offer"), _("Chosen. Each member's share is fixed, to the rial."),
            lambda row, said, by, now: buying.choose_offer(
                buy_id=row.pk, offer_id=said["offer"].pk, reason=said["reason"], by=by, now=now
            ),
            _keeps, _in(BuyState.CLOSED), forms.ChooseForm,
        ),
        "unchoose": Act(
            _("Take the choice back"), _("No offer is chosen now, and nobody owes anything."),
            lambda row, said, by, now: buying.unchoose_offer(buy_id=row.pk, by=by, now=now),
            _keeps, _in(BuyState.CHOSEN),
            final=_("The shares are erased until an offer is chosen again."),
        ),
        "move": Act(
            _("Set another last day"), _("Members can say how much until the new day."),
            lambda row, said, by, now: buying.move_closing(buy_id=row.pk, closes=said["closes"], by=by, now=now),
            _keeps, _in(BuyState.OPEN, BuyState.LAPSED, BuyState.CLOSED),
            forms.ClosingForm,
        ),
        "finish": _turned(
            settling.finish_or_take_up, "finish", _("Delivered and settled"), _("It is finished."), "take_up", BuyState.CHOSEN
        ),
        "take_up": _turned(
            settling.finish_or_take_up, "take_up", _("Take it up again"), _("It is taken up again."), "finish", BuyState.FINISHED
        ),
        "cancel": _turned(
            buying.cancel_or_restore, "cancel", _("Call off the buying"), _("It was called off."), "restore",
            BuyState.OPEN, BuyState.CLOSED,
        ),
        "restore": _turned(
            buying.cancel_or_restore, "restore", _("Open it after all"), _("It is open again until its day."), "cancel",
            BuyState.CANCELLED,
        ),
    },
    lambda by, pk: queries.one_buy(pk),
    lambda row: row.federation.place,
    lambda row: _one_page(row.pk),
    lambda row: named(row.specification),
)  # fmt: skip


def _offer(act: str, title: Any, done: Any, undone_by: str, is_there: bool) -> Act:
    return Act(
        title, done, lambda row, said, by, now: buying.withdraw_or_restore_offer(offer_id=row.pk, act=act, by=by, now=now),
        lambda row, by: permissions.may_keep_buy(by, row.buy),
        lambda row: (row.withdrawn_at is None) == is_there and row.buy.chosen_id != row.pk
        and row.buy.state in (BuyState.OPEN, BuyState.CLOSED),
        undone_by=undone_by,
    )  # fmt: skip


OFFER = Acts(
    "offer_id",
    {
        "withdraw": _offer("withdraw", _("The supplier took it back"), _("It can no longer be chosen."), "restore", True),
        "restore": _offer("restore", _("The offer stands after all"), _("It can be chosen again."), "withdraw", False),
    },
    lambda by, pk: queries.one_offer(pk),
    lambda row: row.buy.federation.place,
    lambda row: _one_page(row.buy_id),
    lambda row: listed(named(row.buy.specification), row.supplier),
)  # fmt: skip


def _is_settled(row: Portion) -> bool:
    return row.buy.state == BuyState.CHOSEN


PORTION = Acts(
    "portion_id",
    {
        "received": Act(
            _("Say what arrived"), _("Said. What is lacking stays visible until it arrives."),
            lambda row, said, by, now: settling.confirm_received(
                portion_id=row.pk, received=said["received"], note=said["note"], by=by, now=now
            ),
            lambda row, by: permissions.may_speak(by, row.member_path), _is_settled, forms.ReceivedForm,
            lambda row, by: {"received": row.quantity},
        ),
        "not_received": Act(
            _("Nothing arrived after all"), _("Your word was taken back."),
            lambda row, said, by, now: settling.take_back_received(portion_id=row.pk, by=by, now=now),
            lambda row, by: permissions.may_speak(by, row.member_path),
            lambda row: _is_settled(row) and row.received is not None,
            final=_("What you said about it is erased; it can be said again."),
        ),
        "paid": Act(
            _("Write down a payment"), _("Written down. The member reads what is left."),
            lambda row, said, by, now: settling.note_payment(
                portion_id=row.pk, amount_rial=said["amount"], paid=said["paid"], note=said["note"], by=by, now=now
            ),
            lambda row, by: permissions.may_keep_buy(by, row.buy),
            lambda row: _is_settled(row) and row.paid_rial < (row.share_rial or 0), forms.PaymentForm,
            lambda row, by: {"amount": (row.share_rial or 0) - row.paid_rial, "paid": business_date(timezone.now())},
            lead=_("The site holds no money: what reached the one who pays the supplier is only written down here."),
        ),
    },
    lambda by, pk: queries.one_portion(pk),
    lambda row: row.buy.federation.place,
    lambda row: _account(row.buy_id),
    lambda row: listed(named(row.buy.specification), named(row.member.organisation)),
)  # fmt: skip


def _stands(row: BuyPayment) -> bool:
    return row.taken_back_at is None and row.portion.buy.state == BuyState.CHOSEN


PAYMENT = Acts(
    "payment_id",
    {
        "take_back": Act(
            _("Written down by mistake"), _("It no longer counts; the entry stays readable."),
            lambda row, said, by, now: settling.take_back_payment(payment_id=row.pk, by=by, now=now),
            lambda row, by: permissions.may_keep_buy(by, row.portion.buy), _stands,
            final=_("The entry stays and counts no more. What was right is written down anew."),
        )
    },
    lambda by, pk: queries.one_payment(pk),
    lambda row: row.portion.buy.federation.place,
    lambda row: _account(row.portion.buy_id),
    lambda row: listed(named(row.portion.buy.specification), named(row.portion.member.organisation)),
)  # fmt: skip
