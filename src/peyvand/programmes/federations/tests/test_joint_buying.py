"""Joint buying as its people walk it: asked for, offered, chosen with a reason, paid share by share, and received."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.world import NOW, TODAY, in_days

from peyvand.kernel.jalali import business_date, short_date
from peyvand.kernel.refusals import BadValue, NotFound, NotPermitted
from peyvand.kernel.states import WrongState
from peyvand.programmes.federations import buying_actions as buying
from peyvand.programmes.federations import buying_acts
from peyvand.programmes.federations import buying_queries as queries
from peyvand.programmes.federations import buying_rules as rules
from peyvand.programmes.federations import settling_actions as settling
from peyvand.programmes.federations.buying_models import BuyPayment, JointBuy, Portion, PriceOffer
from peyvand.programmes.federations.models import Member
from peyvand.programmes.federations.rules import NotAMember
from peyvand.programmes.federations.tests.test_pages_and_api import client, page
from peyvand.programmes.federations.tests.test_way_of_a_federation import SPEAKERS, _at_once, built, house, member
from peyvand.scope.acting import SYSTEM, Role
from peyvand.scope.database import scope

NAMES = ("charity", "other", "firm")
LATER = NOW + timedelta(days=4)


@pytest.fixture
def world(db):
    return opened_for(NAMES)


def opened_for(names):
    world: Any = built()
    world.members = {name: member(world, name) for name in names}
    return world


def opened(world, by="charity_manager", opener="charity", least=10, closes=None):
    return buying.open_buy(
        federation_id=world.organisations["federation"].pk, opener=house(world, opener), least_quantity=least,
        specification=world.specifications["wheelchair"], closes=closes or in_days(2), by=world[by], now=NOW,
    )  # fmt: skip


def says(world, buy, name, quantity, now=NOW):
    return buying.set_portion(
        buy_id=buy.pk, member_id=world.members[name].pk, quantity=quantity, by=world[SPEAKERS[name]], now=now
    )


def offered(world, buy, steps, transport=0, now=NOW, **values):
    offer = buying.NewOffer("فروشنده", business_date(now), steps, transport, **values)
    return buying.write_offer(buy_id=buy.pk, offer=offer, by=world["charity_manager"], now=now)


def chosen(world, quantities=(4, 5, 2), steps=((1, 1000), (10, 900)), transport=100):
    """A joint buying whose offer is chosen: the price of the second step, and a transport that does not divide."""
    buy = opened(world)
    for name, count in zip(NAMES, quantities, strict=True):
        says(world, buy, name, count)
    offer = offered(world, buy, steps, transport)
    buying.close_buys(by=SYSTEM, now=LATER)
    by = world["charity_manager"]
    buying.choose_offer(buy_id=buy.pk, offer_id=offer.pk, reason="ارزان‌تر است", by=by, now=LATER)
    with scope(SYSTEM):
        return JointBuy.objects.get(pk=buy.pk), {
            one.member_id: one for one in Portion.objects.filter(buy=buy).order_by("pk")
        }


def test_members_say_how_much_until_its_day_and_nobody_reads_the_part_of_another(world):
    buy = opened(world)
    says(world, buy, "charity", 4)
    says(world, buy, "other", 9)
    says(world, buy, "other", 5)
    says(world, buy, "firm", 3)
    assert says(world, buy, "firm", 0) is None
    with scope(world["other_manager"]):
        row = queries.one_buy(buy.pk)
        assert (row.total, row.takers, row.opener_id) == (9, 2, world.organisations["charity"].pk)
        assert [one.quantity for one in Portion.objects.all()] == [5]
    for keeper in ("charity_manager", "federation_manager"):
        with scope(world[keeper]):
            assert sorted(one.quantity for one in Portion.objects.all()) == [4, 5]
    for stranger in ("facilitator", "governor"):
        with scope(world[stranger]), pytest.raises(NotFound):
            queries.one_buy(buy.pk)
    with pytest.raises(NotAMember):
        buying.set_portion(
            buy_id=buy.pk, member_id=world.members["other"].pk, quantity=1, by=world["firm_manager"], now=NOW
        )
    with pytest.raises(BadValue):
        says(world, buy, "firm", 3, now=LATER)
    with pytest.raises((NotPermitted, NotFound)):
        opened(world, by="firm_manager")
    with pytest.raises(NotPermitted):
        buying.move_closing(buy_id=buy.pk, closes=in_days(9), by=world["firm_manager"], now=NOW)


def test_below_the_least_quantity_nothing_is_bought_until_another_day_is_set(world):
    buy = opened(world, by="federation_manager", opener="federation")
    says(world, buy, "charity", 9)
    assert buying.close_buys(by=SYSTEM, now=NOW) == 0  # its day is not over
    assert (buying.close_buys(by=SYSTEM, now=LATER), buying.close_buys(by=SYSTEM, now=LATER)) == (1, 0)
    by = world["federation_manager"]
    with pytest.raises(WrongState):
        buying.choose_offer(buy_id=buy.pk, offer_id=1, reason="ارزان‌تر", by=by, now=LATER)
    moved = buying.move_closing(buy_id=buy.pk, closes=in_days(6), by=by, now=LATER)
    assert moved.state == "open"
    says(world, buy, "other", 1, now=LATER)
    buying.close_buys(by=SYSTEM, now=NOW + timedelta(days=8))
    with scope(by):
        assert queries.one_buy(buy.pk).state == "closed"
    states = [buying.cancel_or_restore(buy_id=buy.pk, act=act, by=by, now=NOW).state for act in ("cancel", "restore")]
    assert states == ["cancelled", "open"]


def test_an_offer_is_chosen_with_its_reason_and_the_shares_are_its_cost_to_the_rial(world):
    buy, portions = chosen(world)
    assert (buy.unit_rial, buy.cost_rial) == (900, 11 * 900 + 100)
    owed = {name: portions[world.members[name].pk].share_rial for name in NAMES}
    # 100 over 11: 36 + 45 + 18 is 99; the one rial left goes to the largest remainder, 5/11.
    assert owed == {"charity": 3600 + 36, "other": 4500 + 46, "firm": 1800 + 18}
    assert sum(owed.values()) == buy.cost_rial
    by = world["charity_manager"]
    assert buying.unchoose_offer(buy_id=buy.pk, by=by, now=LATER).cost_rial is None
    with scope(by):
        assert {one.share_rial for one in Portion.objects.all()} == {None}
    far = offered(world, buy, [(12, 5)], now=LATER)
    with pytest.raises(rules.OfferOutOfReach) as told:
        buying.choose_offer(buy_id=buy.pk, offer_id=far.pk, reason="ارزان‌تر", by=by, now=LATER)
    assert told.value.details == {"quantity": 11, "least": 12}
    old = offered(world, buy, [(1, 5)], now=LATER, valid_until=business_date(LATER))
    with pytest.raises(rules.OfferEnded):
        buying.choose_offer(buy_id=buy.pk, offer_id=old.pk, reason="ارزان‌تر", by=by, now=LATER + timedelta(days=1))
    buying.withdraw_or_restore_offer(offer_id=old.pk, act="withdraw", by=by, now=LATER)
    with pytest.raises(rules.OfferEnded):
        buying.choose_offer(buy_id=buy.pk, offer_id=old.pk, reason="ارزان‌تر", by=by, now=LATER)
    with pytest.raises(BadValue):
        offered(world, buy, [(1, 5), (1, 6)])


def test_an_offer_is_withdrawn_only_while_offers_are_weighed(world):
    buy, _portions = chosen(world)
    by = world["charity_manager"]
    with scope(SYSTEM):
        other = PriceOffer.objects.create(buy=buy, supplier="دیگری", offered_date=business_date(NOW), written_at=NOW)
    for offer in (buy.chosen_id, other.pk):  # nobody has paid: it is the choice that stands in the way
        with pytest.raises(BadValue, match="weighed"):
            buying.withdraw_or_restore_offer(offer_id=offer, act="withdraw", by=by, now=LATER)
    buying.unchoose_offer(buy_id=buy.pk, by=by, now=LATER)
    assert buying.withdraw_or_restore_offer(offer_id=other.pk, act="withdraw", by=by, now=LATER).withdrawn_at
    buying.cancel_or_restore(buy_id=buy.pk, act="cancel", by=by, now=LATER)
    with pytest.raises(BadValue, match="weighed"):
        buying.withdraw_or_restore_offer(offer_id=other.pk, act="restore", by=by, now=LATER)


def test_joint_buying_is_offered_to_those_who_lead_a_member(world):
    leads = world["charity_manager"]
    with scope(leads):
        federation = queries.speaking_members(leads, world.organisations["federation"].pk).get().federation
        assert buying_acts._may_open(federation, leads) is None
    works = replace(leads, role=Role.SOCIAL_WORKER)
    with scope(works):
        refusal = buying_acts._may_open(federation, works)
    assert refusal is not None
    assert refusal.code == "not_permitted"


def test_each_pays_its_own_share_and_says_itself_what_arrived(world):
    buy, portions = chosen(world)
    part = portions[world.members["other"].pk]
    by, today = world["charity_manager"], business_date(LATER)

    def pays(portion, amount, who=by):
        return settling.note_payment(portion_id=portion.pk, amount_rial=amount, paid=today, by=who, now=LATER)

    first = pays(part, 4000)
    with pytest.raises(rules.MoreThanShare):
        pays(part, 547)
    with pytest.raises((NotPermitted, NotFound)):
        pays(part, 1, world["other_manager"])
    with pytest.raises(rules.AlreadyUnderWay):
        buying.unchoose_offer(buy_id=buy.pk, by=by, now=LATER)
    settling.take_back_payment(payment_id=first.pk, by=by, now=LATER)
    pays(part, 4546)
    with scope(world["other_manager"]):
        assert (Portion.objects.get().paid_rial, BuyPayment.objects.count()) == (4546, 2)
    with scope(world["firm_manager"]):
        assert not BuyPayment.objects.exists()
    with pytest.raises(NotPermitted):  # who keeps the buying does not say it for a member
        settling.confirm_received(portion_id=part.pk, received=5, by=by, now=LATER)
    word = {"by": world["other_manager"], "now": LATER, "portion_id": part.pk}
    assert settling.confirm_received(received=3, note="دو عدد نرسید", **word).received == 3
    with pytest.raises(BadValue):
        settling.confirm_received(received=6, **word)
    assert settling.take_back_received(**word).received is None
    settling.confirm_received(received=5, **word)
    with pytest.raises(rules.NotSettled) as told:
        settling.finish_or_take_up(buy_id=buy.pk, act="finish", by=by, now=LATER)
    assert told.value.details == {"open": 2}
    for name in ("charity", "firm"):
        one = portions[world.members[name].pk]
        pays(one, one.share_rial)
        settling.confirm_received(portion_id=one.pk, received=one.quantity, by=world[SPEAKERS[name]], now=LATER)
    for act, state in (("finish", "finished"), ("take_up", "chosen")):
        assert settling.finish_or_take_up(buy_id=buy.pk, act=act, by=by, now=LATER).state == state


def test_the_database_holds_totals_shares_and_what_a_member_may_write(world):
    buy, portions = chosen(world)
    part = portions[world.members["other"].pk]
    at_the_buy = JointBuy.objects.filter(pk=buy.pk)
    for broken in (
        lambda: Portion.objects.filter(pk=part.pk).update(quantity=6),  # it is no longer open
        lambda: Portion.objects.filter(pk=part.pk).update(share_rial=part.share_rial + 1),
        lambda: Portion.objects.filter(pk=part.pk).update(paid_rial=part.share_rial + 1),
        lambda: Portion.objects.filter(pk=part.pk).delete(),
        lambda: at_the_buy.update(cost_rial=1),
        lambda: at_the_buy.update(state="open", chosen=None, cost_rial=None, unit_rial=None),  # with shares still there
        lambda: BuyPayment.objects.create(portion=part, amount_rial=part.share_rial + 1, paid_date=TODAY, noted_at=NOW),
    ):
        with pytest.raises(IntegrityError), scope(SYSTEM), transaction.atomic():
            broken()
    for theirs in (
        lambda: Portion.objects.filter(pk=part.pk).update(share_rial=1),
        lambda: at_the_buy.update(least_quantity=1),
    ):
        with pytest.raises(Exception, match="never changed"), scope(world["other_manager"]), transaction.atomic():
            theirs()
    with scope(SYSTEM):
        assert Member.objects.filter(pk=part.member_id).exists()
        assert Portion.objects.get(pk=part.pk).share_rial == part.share_rial


@settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(st.integers(1, 50), st.integers(1, 10**6), min_size=1, max_size=12),
    st.integers(1, 10**9),
    st.integers(0, 10**9),
)
def test_shares_are_the_cost_and_nobody_pays_for_another(quantities, price, transport):
    owed, total = rules.shares(quantities, price, transport), sum(quantities.values())
    assert sum(owed.values()) == price * total + transport
    for one, count in quantities.items():
        of_transport = owed[one] - price * count
        assert abs(of_transport * total - transport * count) < total  # less than one rial off the exact part
    for one, count in quantities.items():  # who takes no more never pays more than a rial more
        assert all(owed[one] <= owed[other] + 1 for other in quantities if quantities[other] >= count)


def test_the_price_is_that_of_the_largest_step_reached():
    steps = [(10, 900), (1, 1000), (100, 700)]
    assert [rules.price_at(steps, count) for count in (1, 9, 10, 99, 100)] == [1000, 1000, 900, 900, 700]
    assert (rules.price_at([(5, 1)], 4), rules.cost_at([(5, 1)], 9, 4)) == (None, None)


@pytest.mark.django_db(transaction=True)
def test_two_members_at_once_over_two_connections_never_break_the_total():
    """Each says how much, again and again; then one changes its part while the day is closed."""
    world = opened_for(("charity", "other"))
    buy = opened(world, least=1)
    for count in (3, 5):
        said = [lambda name=name, count=count: says(world, buy, name, count) for name in ("charity", "other")]
        assert _at_once(*said) == ["done", "done"]
        with scope(SYSTEM):
            assert (JointBuy.objects.get().total, JointBuy.objects.get().takers) == (2 * count, 2)
    late = lambda: says(world, buy, "other", 9)  # noqa: E731  # its own clock is before the end
    closes = lambda: buying.close_buys(by=SYSTEM, now=LATER)  # noqa: E731
    answers = _at_once(late, closes)
    with scope(SYSTEM):
        row, parts = JointBuy.objects.get(), sorted(Portion.objects.values_list("quantity", flat=True))
    assert (row.state, row.total, answers[1]) == ("closed", sum(parts), "done")
    assert parts == ([5, 9] if answers[0] == "done" else [5, 5])
    assert answers[0] in ("done", BadValue.code)


def test_the_pages_lead_through_it_and_the_account_is_a_file(world):
    charity, other = client(world, "charity_manager"), client(world, "other_manager")
    root, now = "/programmes/federations/", timezone.now()
    ends, federation = business_date(now) + timedelta(days=3), world.organisations["federation"].pk

    def posted(who, path, **said):
        return page(who.post(root + path, said, follow=True))

    kind = world.specifications["wheelchair"].pk
    values = {"opener": world.organisations["charity"].pk, "kind": kind, "least": "5", "closes": short_date(ends)}
    assert "باز شد" in posted(charity, f"{federation}/buy/", **values)
    buy = JointBuy.objects.get()
    one = f"joint-buys/{buy.pk}/"
    assert one in page(other.get(f"{root}{federation}/"))
    assert f"{one}say/" in page(other.get(root + one))
    for who, name, count in ((charity, "charity", "۲"), (other, "other", "۳")):
        posted(who, f"{one}say/", member=world.members[name].pk, quantity=count)
    typed = {"supplier": "فروشنده", "offered": short_date(business_date(now)), "steps": "ده تا"}
    wrong = charity.post(f"{root}{one}offer/", typed)
    assert (wrong.status_code, "سطر ۱ به شکل" in wrong.content.decode()) == (422, True)
    offer = {
        "supplier": "فروشندهٔ خوب",
        "offered": short_date(business_date(now)),
        "steps": "۱: ۸۵٬۰۰۰\n۵: ۸۰٬۰۰۰",
        "transport": "0",
    }
    assert "فروشندهٔ خوب" in posted(charity, f"{one}offer/", **offer)
    assert f"{one}choose/" not in page(charity.get(root + one))
    with scope(SYSTEM):
        JointBuy.objects.update(closes_date=business_date(now) - timedelta(days=1))
    buying.close_buys(by=SYSTEM, now=now)
    assert "4,000,000 ریال" in page(charity.get(f"{root}{one}choose/")).replace("٬", ",")
    chosen_now = posted(charity, f"{one}choose/", offer=buy.offers.get().pk, reason="ارزان‌ترین است")
    assert "چهار میلیون ریال" in chosen_now
    own = page(other.get(root + one))
    assert ("دو میلیون و چهارصد هزار ریال" in own, f"{one}unchoose/" in own) == (True, False)
    part = Portion.objects.get(member=world.members["other"].pk)
    account = page(charity.get(f"{root}{one}account/"))
    assert (f"portions/{part.pk}/paid/" in account, f"portions/{part.pk}/received/" in account) == (True, False)
    posted(charity, f"portions/{part.pk}/paid/", amount="2000000", paid=short_date(business_date(now)), note="رسید")
    posted(other, f"portions/{part.pk}/received/", received="2", note="")
    told = page(other.get(f"{root}{one}account/"))
    assert ("چهارصد هزار ریال" in told, "خیریهٔ نمونه" in told) == (True, False)
    file = b"".join(charity.get(f"{root}{one}account/?export=csv")).decode("utf-8-sig")
    assert ("2000000" in file, len(file.splitlines())) == (True, 3)
    listed = page(other.get(f"{root}joint-buys/?state=chosen"))
    assert one in listed
    assert client(world, "facilitator").get(root + one).status_code == 404
