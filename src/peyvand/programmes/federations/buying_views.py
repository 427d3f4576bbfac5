"""The pages of joint buying: the list, one buying with its offers and one's own share, and the account of who owes what."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from peyvand.kernel.jalali import business_date
from peyvand.programmes.federations import buying_queries as queries
from peyvand.programmes.federations import permissions
from peyvand.programmes.federations.actions import SLUG
from peyvand.programmes.federations.buying_acts import BUY, OFFER, PAYMENT, PORTION
from peyvand.programmes.federations.buying_forms import BuyFilters
from peyvand.programmes.federations.buying_models import JointBuy, Portion, PriceOffer
from peyvand.programmes.federations.buying_rules import cost_at, price_at
from peyvand.programmes.federations.views import buy_badge, opened
from peyvand.scope.acting import Acting
from peyvand.web.exports import export, exportable
from peyvand.web.lists import Column, ListSpec, list_page
from peyvand.web.pages.access import acting
from peyvand.web.pages.words import named
from peyvand.web.programmes import first_step, one_of
from peyvand.web.templatetags.peyvand_format import jdate, number, quantity
from peyvand.web.templatetags.peyvand_money import rial, rial_in_words


def _amount(row: JointBuy, count: int) -> str:
    return quantity(count, row.specification.unit)


LIST = ListSpec(
    name="joint-buys",
    title=_("Joint buying"),
    columns=(
        Column(
            "kind", _("What is bought"), value=lambda row: named(row.specification),
            link=lambda row: reverse(f"{SLUG}:buy", args=[row.pk]),
        ),
        Column("federation", _("Federation"), value=lambda row: named(row.federation.organisation)),
        Column("total", _("Asked for"), value=lambda row: _amount(row, row.total)),
        Column("least", _("At least"), value=lambda row: _amount(row, row.least_quantity)),
        Column("takers", _("Members"), kind="number"),
        Column("closes", _("Until"), value="closes_date", kind="date", sort="closes_date"),
        Column("state", _("State"), value=buy_badge, kind="badge"),
    ),
    default_sort="-closes_date",
    filters=BuyFilters,
    empty_title=_("Nothing is bought together yet"),
    empty_text=_("Where members of a federation buy something together, each says here how much it takes."),
    first_step=first_step(
        SLUG, (one_of(*permissions.SPEAKERS), _("See the federations"), "list"),
        else_=_("Joint buying is opened by those who lead a member or the federation."),
    ),
)  # fmt: skip


@exportable
@require_GET
def buys(request: HttpRequest) -> HttpResponseBase:
    if (file := export(request, LIST, queries.buys())) is not None:
        return file
    return render(request, "federations/buys.html", {"page": list_page(request, LIST, queries.buys())})


@require_GET
def buy(request: HttpRequest, buy_id: int) -> HttpResponseBase:
    by, row = acting(request), queries.one_buy(buy_id)
    is_open, told = opened(by), queries.whole_buy(row, by)
    for offer in told.offers:
        offer.buy = row
    chosen = next((one for one in told.offers if one.pk == row.chosen_id), None)
    context = {
        "buy": row, "name": named(row.specification), "badge": buy_badge(row), "facts": _facts(row, chosen),
        "acts": BUY.offers(row, by, is_open, f"{SLUG}:buy_act"),
        "offers": [_offer(one, told.steps[one.pk], row, by, is_open) for one in told.offers],
        "own": [_own(one, row, by, is_open) for one in told.portions],
        "keeps": permissions.may_keep_buy(by, row) is None,
    }  # fmt: skip
    return render(request, "federations/buy.html", context)


def _facts(row: JointBuy, chosen: PriceOffer | None) -> list[tuple[Any, str]]:
    facts = [
        (_("Federation"), named(row.federation.organisation)), (_("Opened by"), named(row.opener)),
        (_("Until"), jdate(row.closes_date)), (_("Asked for"), _amount(row, row.total)),
        (_("At least"), _amount(row, row.least_quantity)), (_("Members that take part"), number(row.takers)),
    ]  # fmt: skip
    if chosen is None:
        return facts
    return [
        *facts, (_("Chosen offer"), chosen.supplier), (_("Why this one"), row.reason), (_("Price for one unit"), rial(row.unit_rial)),
        (_("Transport, once for everything"), rial(chosen.transport_rial)), (_("Cost of everything"), rial_in_words(row.cost_rial)),
    ]  # fmt: skip


def _offer(one: PriceOffer, steps: list[tuple[int, int]], row: JointBuy, by: Acting, is_open: bool) -> dict[str, Any]:
    asked = row.total or row.least_quantity
    cost = cost_at(steps, one.transport_rial, asked)
    return {
        "row": one, "is_chosen": one.pk == row.chosen_id,
        "steps": [(_amount(row, count), rial(price), price == price_at(steps, asked)) for count, price in steps],
        "transport": rial(one.transport_rial) if one.transport_rial else "",
        "cost": rial(cost) if cost is not None else "", "asked": _amount(row, asked),
        "acts": OFFER.offers(one, by, is_open, f"{SLUG}:offer_act"),
    }  # fmt: skip


def _own(one: Portion, row: JointBuy, by: Acting, is_open: bool) -> dict[str, Any]:
    one.buy = row
    return {
        "quantity": _amount(row, one.quantity), "facts": _share(one, row),
        "acts": PORTION.offers(one, by, is_open, f"{SLUG}:portion_act"),
    }  # fmt: skip


def _share(one: Portion, row: JointBuy) -> list[tuple[Any, str]]:
    facts: list[tuple[Any, str]] = [(_("Your organisation takes"), _amount(row, one.quantity))]
    if one.share_rial is not None and row.unit_rial is not None:
        goods = row.unit_rial * one.quantity
        facts += [
            (_("For the goods"), gettext("%(count)s times %(price)s = %(sum)s") % {
                "count": number(one.quantity), "price": rial(row.unit_rial), "sum": rial(goods)
            }),
            (_("Of the transport"), rial(one.share_rial - goods)),
            (_("Its share"), rial_in_words(one.share_rial)), (_("Paid"), rial(one.paid_rial)),
            (_("Still owed"), rial_in_words(one.share_rial - one.paid_rial)),
        ]  # fmt: skip
    if one.received is not None:
        facts.append((_("Arrived"), _arrived(one, row)))
    return facts


def _arrived(one: Portion, row: JointBuy) -> str:
    if one.received is None:
        return ""
    told = _amount(row, one.received)
    return told if one.received == one.quantity else gettext("%(there)s; %(lacking)s lacking") % {
        "there": told, "lacking": _amount(row, one.quantity - one.received)
    }  # fmt: skip


ACCOUNT = ListSpec(
    name="joint-buy-account",
    title=_("Who owes what"),
    columns=(
        Column("member", _("Member"), value=lambda row: named(row.member.organisation)),
        Column("quantity", _("Takes"), value=lambda row: _amount(row.buy, row.quantity)),
        Column("share", _("Share, in rial"), value="share_rial", kind="number"),
        Column("paid", _("Paid, in rial"), value="paid_rial", kind="number"),
        Column("owes", _("Still owed, in rial"), value="owes", kind="number"),
        Column("words", _("Still owed, in words"), value=lambda row: rial_in_words(row.owes)),
        Column("received", _("Arrived"), value=lambda row: _arrived(row, row.buy)),
        Column("said", _("Said"), value="said_at", kind="date", sort="said_at"),
    ),
    default_sort="said_at",
    empty_title=_("Nobody has said how much it takes yet"),
    empty_text=_("Each member's line stands here with its share, what it paid and what arrived."),
)


@exportable
@require_GET
def account(request: HttpRequest, buy_id: int) -> HttpResponseBase:
    """A member reads its own line; who keeps the buying reads all."""
    by, row = acting(request), queries.one_buy(buy_id)
    rows, is_open = queries.account(row), opened(by)
    if (file := export(request, ACCOUNT, rows)) is not None:
        return file
    page = list_page(request, ACCOUNT, rows)
    lines = [
        (named(one.member.organisation), PORTION.offers(one, by, is_open, f"{SLUG}:portion_act"))
        for one in page.objects
    ]
    payments = [
        (
            one,
            named(one.portion.member.organisation),
            rial(one.amount_rial),
            PAYMENT.offers(one, by, is_open, f"{SLUG}:payment_act"),
        )
        for one in queries.payments_of(row)
    ]
    context = {
        "buy": row, "page": page, "name": named(row.specification), "lines": [one for one in lines if one[1]], "payments": payments,
        "facts": [(_("Cost of everything"), rial_in_words(row.cost_rial)), (_("Decided on"), jdate(business_date(row.chosen_at)))]
        if row.chosen_at else [],
    }  # fmt: skip
    return render(request, "federations/account.html", context)
