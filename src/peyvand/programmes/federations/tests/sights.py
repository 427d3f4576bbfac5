"""Who may see what of federations: their members and decisions those who belong, their shared needs the members while they are shared."""

from datetime import date, timedelta
from typing import Any

from tests.people.test_least_seeing import Facts, covers
from tests.site.listed import Below, Listed, staff
from tests.site.programme_sights import ProgrammeSights
from tests.site.rules import everyone, kept
from tests.world import NOW, World

from peyvand.extend.switches import switch_on
from peyvand.kernel.jalali import business_date
from peyvand.people.models import Organisation
from peyvand.programmes.federations import actions
from peyvand.programmes.federations import buying_actions as buying
from peyvand.programmes.federations.buying_models import BuyPayment, JointBuy, Portion, PriceOffer
from peyvand.programmes.federations.meeting_actions import call_meeting, decide, hold_meeting
from peyvand.programmes.federations.models import Decision, Election, Federation, Meeting, Member, SharedNeed, Taking
from peyvand.programmes.federations.permissions import READERS
from peyvand.programmes.federations.settling_actions import note_payment
from peyvand.programmes.federations.sharing_actions import share_needs, take_shared
from peyvand.scope.acting import STAFF, SYSTEM, Acting, within
from peyvand.votes.models import Paper, Vote, Voter
from peyvand.votes.permissions import VOUCHERS


def _lay_down(world: World) -> None:
    """The firm leads a federation of the office and the charity: a meeting, one that asks, and a need that is taken."""
    switch_on(slug=actions.SLUG, place=world.places["mz"], by=SYSTEM, now=NOW - timedelta(days=9))
    by: dict[str, Any] = {"by": SYSTEM, "now": NOW}
    today = business_date(NOW)
    house = actions.found_federation(organisation=Organisation.objects.get(pk=world.organisations["firm"].pk), **by)
    asked = [
        actions.ask_to_join(federation_id=house.pk, organisation=world.organisations[name], **by)
        for name in ("office", "charity", "centre")
    ]
    for one in asked[:2]:
        actions.admit_member(member_id=one.pk, **by)
    held = call_meeting(federation_id=house.pk, on=today, agenda=["گزارش"], **by)
    hold_meeting(meeting_id=held.pk, present=[one.pk for one in asked[:2]], minutes="گفتهٔ نهفته", **by)
    decide(meeting_id=held.pk, title="پایان عضویت", in_favour=2, against=0, **by)
    need, capacity = world.need(2, place="nobonyad"), world.capacity(1)
    [told] = share_needs(federation_id=house.pk, need_ids=[need.pk], **by)
    take_shared(shared_id=told.pk, capacity_id=capacity.pk, quantity=1, due=today + timedelta(days=9), **by)
    _buy(world, house, asked, today, by)


def _buy(world: World, house: Federation, members: list[Member], today: date, by: dict[str, Any]) -> None:
    """The charity opens a joint buying for which both speak and one pays; the offer's price is nobody else's to read."""
    bought = buying.open_buy(
        federation_id=house.pk, opener=world.organisations["charity"], specification=world.specifications["wheelchair"],
        details="شرح نهفته", least_quantity=3, closes=today, **by,
    ).pk  # fmt: skip
    for one in members[:2]:
        buying.set_portion(buy_id=bought, member_id=one.pk, quantity=2, **by)
    offer = buying.NewOffer("فروشندهٔ نهفته", today, [(1, 700)], 5)
    made = buying.write_offer(buy_id=bought, offer=offer, **by)
    later = by | {"now": NOW + timedelta(days=1)}
    buying.close_buys(**later)
    buying.choose_offer(buy_id=bought, offer_id=made.pk, reason="تنها پیشنهاد همین است", **later)
    part = Portion.objects.filter(buy_id=bought).order_by("pk")[0]
    note_payment(portion_id=part.pk, amount_rial=7, paid=today, **later)


def _in_federation(by: Acting, federation_id: int) -> bool:
    """Staff of a member, of what it belongs to, or of what it has below it."""
    rows = Member.objects.filter(federation_id=federation_id, state="member")
    paths = rows.values_list("member_path", flat=True)
    return by.role in STAFF and any(_same_house(path, by.organisation_path) for path in paths)


def _same_house(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _member(facts: Facts, by: Acting, row: Member) -> bool:
    own = by.role in STAFF and within(row.member_path, by.organisation_path)
    return row.state in ("member", "left") or own or kept(facts, by, row)


def _meeting(facts: Facts, by: Acting, row: Meeting | Decision) -> bool:
    keeps = row.federation if isinstance(row, Decision) else row
    return kept(facts, by, keeps) or _in_federation(by, row.federation_id)


def _shared_need(facts: Facts, by: Acting, row: SharedNeed) -> bool:
    own = by.role in STAFF and _same_house(row.holder_path, by.organisation_path)
    took = any(_taking(facts, by, one) for one in row.takings.all())
    return own or took or (row.unshared_at is None and _in_federation(by, row.federation_id))


def _taking(facts: Facts, by: Acting, row: Taking) -> bool:
    return by.role in STAFF and any(within(path, by.organisation_path) for path in (row.taker_path, row.holder_path))


def _of_buy(facts: Facts, by: Acting, row: JointBuy) -> bool:
    own = by.role in STAFF and within(row.opener_path, by.organisation_path)
    return own or kept(facts, by, row) or _in_federation(by, row.federation_id)


def _of_offer(facts: Facts, by: Acting, row: PriceOffer) -> bool:
    return _of_buy(facts, by, row.buy)


def _portion(facts: Facts, by: Acting, row: Portion) -> bool:
    """A member's own, and all of them to who keeps the buying."""
    own = any(within(path, by.organisation_path) for path in (row.member_path, row.opener_path))
    return (by.role in STAFF and own) or kept(facts, by, row)


def _payment(facts: Facts, by: Acting, row: BuyPayment) -> bool:
    return _portion(facts, by, row.portion)


def _reads(by: Acting) -> bool:
    return by.role in READERS


def _elects(by: Acting, row: Vote) -> bool:
    """Other programmes have votes too."""
    return Election.objects.filter(pk=row.pk).exists()


def _vouches(by: Acting, row: Vote) -> bool:
    """Roll and papers are there for those who vouch, where they do."""
    return _elects(by, row) and by.role in VOUCHERS and covers(by, row.place_path, row.organisation_path)


def _open_to_all(by: Acting, row: Vote) -> bool:
    return _elects(by, row) and row.state == "counted" and row.counted >= 5


SIGHTS = ProgrammeSights(
    lay_down=_lay_down,
    rules={
        Federation: everyone, Member: _member, Meeting: _meeting, Decision: _meeting,
        SharedNeed: _shared_need, Taking: _taking, JointBuy: _of_buy, PriceOffer: _of_offer, Portion: _portion,
        BuyPayment: _payment,
    },
    related={Decision: ("federation",), PriceOffer: ("buy",), BuyPayment: ("portion",)},
    marked={Meeting: "minutes", JointBuy: "details", PriceOffer: "supplier"},
    numbers={
        "federation_id": Federation, "member_id": Member, "meeting_id": Meeting, "decision_id": Decision,
        "shared_id": SharedNeed, "taking_id": Taking, "buy_id": JointBuy, "offer_id": PriceOffer, "portion_id": Portion,
        "payment_id": BuyPayment, "opener_id": Organisation,
    },
    texts={"act": ["hear", "share", "leave", "join", "take", "promise", "hold", "representative", "election", "say"]},
    lists={
        "/federations": Listed(Federation, _reads),
        "/elections": Listed(Vote, _reads, _elects),
        "/shared-needs": Listed(SharedNeed, staff, lambda by, row: _in_federation(by, row.federation_id)),
        "/takings": Listed(Taking, staff),
        "/joint-buys": Listed(JointBuy, staff),
    },
    below={
        "/joint-buys/{buy_id}/account": Below(JointBuy, Portion, "buy_id"),
        "/elections/{vote_id}/roll": Below(Vote, Voter, "vote_id"), "/elections/{vote_id}/papers": Below(Vote, Paper, "vote_id"),
    },
    only={
        "/federations/{federation_id}": lambda by, row: _reads(by),
        "/elections/{vote_id}": lambda by, row: _reads(by) and _elects(by, row),
        **dict.fromkeys(("/elections/{vote_id}/roll", "/elections/{vote_id}/papers"), _vouches),
        **dict.fromkeys(("/elections/{vote_id}/ballots", "/elections/{vote_id}/again"), _open_to_all),
        "/assemblies/{meeting_id}": lambda by, row: staff(by),
        "/joint-buys/{buy_id}": lambda by, row: staff(by),
        "/joint-buys/{buy_id}/account": lambda by, row: staff(by),
    },
)  # fmt: skip
