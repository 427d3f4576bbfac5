"""Reads of joint buying."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from peyvand.programmes.federations.buying_models import BuyPayment, JointBuy, Portion, PriceOffer, PriceStep
from peyvand.programmes.federations.enums import BuyState, MemberState
from peyvand.programmes.federations.models import Member
from peyvand.scope.acting import Acting, Role
from peyvand.scope.bulk import below, in_area, models_at_once, only

MOST_PAYMENTS = 200


def buys() -> QuerySet[JointBuy]:
    """Those of the federations the actor's house belongs to or keeps (the policies say which), with all a list shows."""
    related = ("federation__organisation", "federation__place", "opener", "specification")
    return JointBuy.objects.select_related(*related)


def one_buy(buy_id: int) -> JointBuy:
    """Raises `NotFound` where it does not exist or lies outside the scope."""
    return only(buys().filter(pk=buy_id))


def speaking_members(by: Acting, federation_id: int) -> QuerySet[Member]:
    """Members of a federation for which the actor speaks: his own organisation and what lies below it."""
    rows = Member.objects.filter(federation_id=federation_id, state=MemberState.MEMBER).select_related("organisation")
    if by.role is not Role.SYSTEM:
        rows = rows.filter(below(by.organisation_path, "member_path"))
    return rows.order_by("organisation__sort_key", "pk")


def one_offer(offer_id: int) -> PriceOffer:
    """Raises `NotFound` where it does not exist or lies outside the scope."""
    return only(PriceOffer.objects.select_related("buy__federation__place", "buy__specification").filter(pk=offer_id))


def steps_of(offer: PriceOffer) -> list[tuple[int, int]]:
    return list(offer.steps.order_by("from_quantity").values_list("from_quantity", "unit_rial"))


def steps_by_offer(buy: JointBuy) -> dict[int, list[tuple[int, int]]]:
    return _by_offer(buy.offers.values_list("pk", flat=True), _all_steps(buy))


def _all_steps(buy: JointBuy) -> QuerySet[PriceStep]:
    return PriceStep.objects.filter(offer__buy=buy).order_by("offer_id", "from_quantity")


def _by_offer(offer_ids: Iterable[int], steps: Iterable[PriceStep]) -> dict[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = {pk: [] for pk in offer_ids}
    for step in steps:
        found[step.offer_id].append((step.from_quantity, step.unit_rial))
    return found


def one_portion(portion_id: int) -> Portion:
    """Raises `NotFound` where it does not exist or lies outside the scope."""
    related = ("buy__federation__place", "buy__specification", "member__organisation")
    return only(Portion.objects.select_related(*related).filter(pk=portion_id))


def one_payment(payment_id: int) -> BuyPayment:
    """Raises `NotFound` where it does not exist or lies outside the scope."""
    return only(BuyPayment.objects.select_related("portion__buy__federation__place").filter(pk=payment_id))


def account(buy: JointBuy) -> QuerySet[Portion]:
    """Who owes what: of a member its own line, of who keeps the buying all of them."""
    rows = Portion.objects.filter(buy=buy).select_related("member__organisation", "buy__specification")
    return rows.annotate(owes=F("share_rial") - F("paid_rial"))


def own_portions(buy: JointBuy, by: Acting) -> QuerySet[Portion]:
    return Portion.objects.filter(below(by.organisation_path, "member_path"), buy=buy).order_by("pk")


def payments_of(buy: JointBuy) -> list[BuyPayment]:
    """The newest of those the actor may see, with what their page shows."""
    rows = BuyPayment.objects.filter(portion__buy=buy).select_related("portion__member__organisation")
    found = list(rows.order_by("-noted_at", "-pk")[:MOST_PAYMENTS])
    for one in found:
        one.portion.buy = buy
    return found


@dataclass
class WholeBuy:
    """What the page of a joint buying shows; of portions those of the actor's own organisation."""

    offers: list[PriceOffer]
    steps: dict[int, list[tuple[int, int]]]  # by offer
    portions: list[Portion]


def whole_buy(buy: JointBuy, by: Acting) -> WholeBuy:
    """In one statement, however much there is."""
    offers, steps, portions = models_at_once(
        buy.offers.order_by("offered_date", "pk"), _all_steps(buy), own_portions(buy, by)
    )
    return WholeBuy(offers, _by_offer((one.pk for one in offers), steps), portions)


def standing_offers(buy: JointBuy, today: date) -> QuerySet[PriceOffer]:
    """Offers that can be chosen today."""
    valid = Q(valid_until__isnull=True) | Q(valid_until__gte=today)
    return buy.offers.filter(valid, withdrawn_at__isnull=True).order_by("offered_date", "pk")


def to_say(by: Acting, today: date) -> QuerySet[JointBuy]:
    """Open ones of which the actor's organisation has not said how much it takes."""
    ours = Member.objects.filter(below(by.organisation_path, "member_path"), state=MemberState.MEMBER)
    said = Portion.objects.filter(below(by.organisation_path, "member_path"), buy=OuterRef("pk"))
    rows = JointBuy.objects.filter(
        federation__in=ours.values("federation_id"), state=BuyState.OPEN, closes_date__gte=today
    )
    return rows.filter(~Exists(said))


def to_choose(by: Acting) -> QuerySet[JointBuy]:
    """Closed ones the actor keeps, of which no offer is chosen."""
    keeps = in_area(by) & below(by.organisation_path, "organisation_path") | below(by.organisation_path, "opener_path")
    return JointBuy.objects.filter(keeps, state=BuyState.CLOSED)


def to_receive(by: Acting) -> QuerySet[Portion]:
    """Portions of the actor's organisation of which it has not said that all of it arrived."""
    rows = Portion.objects.filter(below(by.organisation_path, "member_path"), buy__state=BuyState.CHOSEN)
    return rows.filter(Q(received__isnull=True) | Q(received__lt=F("quantity")))
