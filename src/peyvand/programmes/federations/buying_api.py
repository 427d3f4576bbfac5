"""Joint buying for programs: the same acts and lists as the pages."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query

from peyvand.api.answers import Order, Page, PageQuery, act, page_of, reading, say
from peyvand.api.shapes import Id, organisation_at, organisation_ref, specification_ref, specifications_named
from peyvand.extend.programme import ApiRoute
from peyvand.programmes.federations import buying_actions as buying
from peyvand.programmes.federations import buying_queries as queries
from peyvand.programmes.federations import settling_actions as settling
from peyvand.programmes.federations.buying_models import JointBuy, Portion
from peyvand.programmes.federations.buying_shapes import (
    BuyPaymentIn,
    BuyPaymentOut,
    JointBuyActIn,
    JointBuyDayIn,
    JointBuyIn,
    JointBuyOut,
    JointBuyWhole,
    PortionIn,
    PortionOut,
    PriceChoiceIn,
    PriceOfferActIn,
    PriceOfferIn,
    PriceOfferOut,
    PriceStepOut,
    ReceivedIn,
)
from peyvand.programmes.federations.enums import BuyState
from peyvand.scope.acting import Acting

NEWEST = Order("newest", ("-pk",))
Run = Callable[[Acting, datetime], object]


def _buy(row: JointBuy) -> dict[str, object]:
    return {
        "id": row.pk, "federation_id": row.federation_id, "opener": organisation_ref(row.opener),
        "specification": specification_ref(row.specification), "details": row.details, "least_quantity": row.least_quantity,
        "closes_date": row.closes_date, "state": BuyState(row.state), "total": row.total, "takers": row.takers,
        "chosen_id": row.chosen_id, "reason": row.reason, "unit_rial": row.unit_rial, "cost_rial": row.cost_rial,
    }  # fmt: skip


def buys_out(rows: Sequence[JointBuy]) -> list[JointBuyOut]:
    return [JointBuyOut.model_validate(_buy(row)) for row in rows]


def portions_out(rows: Sequence[Portion]) -> list[PortionOut]:
    return [
        PortionOut(
            id=row.pk, buy_id=row.buy_id, member_id=row.member_id, organisation=organisation_ref(row.member.organisation),
            quantity=row.quantity, share_rial=row.share_rial, paid_rial=row.paid_rial, received=row.received,
        )
        for row in rows
    ]  # fmt: skip


def _whole(pk: int, by: Acting) -> JointBuyWhole:
    row = queries.one_buy(pk)
    told = queries.whole_buy(row, by)
    offers = [
        PriceOfferOut(
            id=one.pk, supplier=one.supplier, offered_date=one.offered_date, valid_until=one.valid_until,
            transport_rial=one.transport_rial, note=one.note, is_withdrawn=one.withdrawn_at is not None,
            steps=[PriceStepOut(from_quantity=count, unit_rial=price) for count, price in told.steps[one.pk]],
        )
        for one in told.offers
    ]  # fmt: skip
    own = portions_out(list(queries.own_portions(row, by).select_related("member__organisation")))
    return JointBuyWhole.model_validate(_buy(row) | {"offers": offers, "own": own})


def _one(request: HttpRequest, run: Run, buy_id: int, *, status: int = 200) -> HttpResponse:
    def done(by: Acting, now: datetime) -> JointBuyWhole:
        run(by, now)
        return _whole(buy_id, by)

    return act(request, done, status=status)


def _portion(request: HttpRequest, run: Run, portion_id: int) -> HttpResponse:
    def done(by: Acting, now: datetime) -> PortionOut:
        run(by, now)
        return portions_out([queries.one_portion(portion_id)])[0]

    return act(request, done)


def _payment(pk: int) -> BuyPaymentOut:
    row = queries.one_payment(pk)
    return BuyPaymentOut(
        id=row.pk, portion_id=row.portion_id, amount_rial=row.amount_rial, paid_date=row.paid_date,
        is_taken_back=row.taken_back_at is not None, portion=portions_out([queries.one_portion(row.portion_id)])[0],
    )  # fmt: skip


def list_joint_buys(request: HttpRequest, page: Query[PageQuery]) -> HttpResponse:
    with reading(request):
        return page_of(request, queries.buys(), page, buys_out, NEWEST)


def get_joint_buy(request: HttpRequest, buy_id: Path[Id]) -> HttpResponse:
    with reading(request) as by:
        return say(_whole(buy_id, by))


def list_joint_buy_account(request: HttpRequest, buy_id: Path[Id], page: Query[PageQuery]) -> HttpResponse:
    """A member reads its own line; who keeps the buying reads all."""
    with reading(request):
        return page_of(request, queries.account(queries.one_buy(buy_id)), page, portions_out, NEWEST)


def open_joint_buy(request: HttpRequest, federation_id: Path[Id], body: JointBuyIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> JointBuyWhole:
        made = buying.open_buy(
            federation_id=federation_id, opener=organisation_at(body.opener_id, "opener"),
            specification=specifications_named([body.specification])[body.specification], details=body.details,
            least_quantity=body.least_quantity, closes=body.closes_date, by=by, now=now,
        )  # fmt: skip
        return _whole(made.pk, by)

    return act(request, run, status=201)


def set_joint_buy_portion(request: HttpRequest, buy_id: Path[Id], body: PortionIn) -> HttpResponse:
    return _one(
        request, buy_id=buy_id,
        run=lambda by, now: buying.set_portion(
            buy_id=buy_id, member_id=body.member_id, quantity=body.quantity, by=by, now=now
        ),
    )  # fmt: skip


def move_joint_buy(request: HttpRequest, buy_id: Path[Id], body: JointBuyDayIn) -> HttpResponse:
    return _one(
        request, lambda by, now: buying.move_closing(buy_id=buy_id, closes=body.closes_date, by=by, now=now), buy_id
    )


def act_on_joint_buy(request: HttpRequest, buy_id: Path[Id], body: JointBuyActIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> object:
        if body.act in ("cancel", "restore"):
            return buying.cancel_or_restore(buy_id=buy_id, act=body.act, by=by, now=now)
        return settling.finish_or_take_up(buy_id=buy_id, act=body.act, by=by, now=now)

    return _one(request, run, buy_id)


def write_price_offer(request: HttpRequest, buy_id: Path[Id], body: PriceOfferIn) -> HttpResponse:
    offer = buying.NewOffer(
        supplier=body.supplier, offered=body.offered_date, valid_until=body.valid_until, transport_rial=body.transport_rial,
        steps=[(one.from_quantity, one.unit_rial) for one in body.steps], note=body.note,
    )  # fmt: skip
    return _one(
        request, lambda by, now: buying.write_offer(buy_id=buy_id, offer=offer, by=by, now=now), buy_id, status=201
    )


def act_on_price_offer(request: HttpRequest, offer_id: Path[Id], body: PriceOfferActIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> JointBuyWhole:
        offer = buying.withdraw_or_restore_offer(offer_id=offer_id, act=body.act, by=by, now=now)
        return _whole(offer.buy_id, by)

    return act(request, run)


def choose_price_offer(request: HttpRequest, buy_id: Path[Id], body: PriceChoiceIn) -> HttpResponse:
    return _one(
        request, buy_id=buy_id,
        run=lambda by, now: buying.choose_offer(
            buy_id=buy_id, offer_id=body.offer_id, reason=body.reason, by=by, now=now
        ),
    )  # fmt: skip


def unchoose_price_offer(request: HttpRequest, buy_id: Path[Id]) -> HttpResponse:
    return _one(request, lambda by, now: buying.unchoose_offer(buy_id=buy_id, by=by, now=now), buy_id)


def note_buy_payment(request: HttpRequest, portion_id: Path[Id], body: BuyPaymentIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> BuyPaymentOut:
        made = settling.note_payment(
            portion_id=portion_id, amount_rial=body.amount_rial, paid=body.paid_date, note=body.note, by=by, now=now
        )
        return _payment(made.pk)

    return act(request, run, status=201)


def take_back_buy_payment(request: HttpRequest, payment_id: Path[Id]) -> HttpResponse:
    """It no longer counts; the entry stays readable."""
    return act(request, lambda by, now: _payment(settling.take_back_payment(payment_id=payment_id, by=by, now=now).pk))


def confirm_buy_received(request: HttpRequest, portion_id: Path[Id], body: ReceivedIn) -> HttpResponse:
    return _portion(
        request, portion_id=portion_id,
        run=lambda by, now: settling.confirm_received(
            portion_id=portion_id, received=body.received, note=body.note, by=by, now=now
        ),
    )  # fmt: skip


def take_back_buy_received(request: HttpRequest, portion_id: Path[Id]) -> HttpResponse:
    return _portion(
        request, lambda by, now: settling.take_back_received(portion_id=portion_id, by=by, now=now), portion_id
    )


_BUY, _PART = "/joint-buys/{int:buy_id}", "/portions/{int:portion_id}"
BUYING_ROUTES = (
    ApiRoute("GET", "/joint-buys", "buys", list_joint_buys, Page[JointBuyOut], "Joint buying"),
    ApiRoute("GET", _BUY, "buy", get_joint_buy, JointBuyWhole, "One joint buying with its offers and your part"),
    ApiRoute("GET", f"{_BUY}/account", "account", list_joint_buy_account, Page[PortionOut], "Who owes what"),
    ApiRoute(
        "POST", "/federations/{int:federation_id}/joint-buys", "act", open_joint_buy, {201: JointBuyWhole},
        "Open a joint buying",
    ),
    ApiRoute("POST", f"{_BUY}/portions", "act", set_joint_buy_portion, JointBuyWhole, "Say how much a member takes"),
    ApiRoute("POST", f"{_BUY}/day", "act", move_joint_buy, JointBuyWhole, "Set another last day"),
    ApiRoute("POST", f"{_BUY}/moves", "act", act_on_joint_buy, JointBuyWhole, "Call it off, finish it, or take that back"),
    ApiRoute("POST", f"{_BUY}/offers", "act", write_price_offer, {201: JointBuyWhole}, "Write down a supplier's offer"),
    ApiRoute(
        "POST", "/price-offers/{int:offer_id}/moves", "act", act_on_price_offer, JointBuyWhole, "Withdraw an offer, or not"
    ),
    ApiRoute("POST", f"{_BUY}/choice", "act", choose_price_offer, JointBuyWhole, "Choose an offer, with the reason"),
    ApiRoute("POST", f"{_BUY}/choice/back", "act", unchoose_price_offer, JointBuyWhole, "Take the choice back"),
    ApiRoute("POST", f"{_PART}/payments", "act", note_buy_payment, {201: BuyPaymentOut}, "Write down a member's payment"),
    ApiRoute(
        "POST", "/payments/{int:payment_id}/take-back", "act", take_back_buy_payment, BuyPaymentOut, "It was no payment"
    ),
    ApiRoute("POST", f"{_PART}/received", "act", confirm_buy_received, PortionOut, "Say what arrived at a member"),
    ApiRoute("POST", f"{_PART}/received/back", "act", take_back_buy_received, PortionOut, "Take that word back"),
)  # fmt: skip
