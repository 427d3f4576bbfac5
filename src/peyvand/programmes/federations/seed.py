"""Demo rows, by the product's own acts and a fixed random source: a federation, its assembly, its board, its list."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from peyvand.extend.switches import switch_on
from peyvand.flow.capacity.actions import NewCapacity, offer_capacities
from peyvand.flow.capacity.enums import Reach
from peyvand.flow.need.actions import NewNeed, open_needs
from peyvand.flow.need.enums import NeedState
from peyvand.flow.need.models import Need
from peyvand.kernel.jalali import business_date
from peyvand.kernel.quantities import Unit
from peyvand.kernel.text import persian_digits
from peyvand.people.accounts import register_organisation
from peyvand.people.enums import OrganisationKind
from peyvand.people.models import Organisation
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.places.queries import ancestors
from peyvand.programmes.federations import (
    actions,
    buying_actions,
    election_actions,
    meeting_actions,
    settling_actions,
    sharing_actions,
)
from peyvand.programmes.federations.buying_models import JointBuy, Portion
from peyvand.programmes.federations.enums import MemberState
from peyvand.programmes.federations.models import Elector, Federation, Member, SharedNeed
from peyvand.resources.models import Specification
from peyvand.scope.acting import SYSTEM
from peyvand.scope.bulk import below
from peyvand.scope.database import scope
from peyvand.votes.actions import close_vote
from peyvand.votes.casting import cast_by_code
from peyvand.votes.counting import count_at_once
from peyvand.votes.enums import BallotKind, Method, Ties, Way
from peyvand.votes.roll import give_codes
from peyvand.votes.rules import Choice, Rule

_MEMBERS, _SEATS = 7, 3


def seed(count: int, random: Random, now: datetime) -> int:
    """One federation of a province, and so many needs on its shared list; gives how many needs were added to it."""
    with scope(SYSTEM):
        wanted = max(0, count - SharedNeed.objects.count())
        federation = Federation.objects.order_by("pk").first()
        first = (
            Organisation.objects.filter(kind=OrganisationKind.CHARITY).select_related("place").order_by("pk").first()
        )
        if not wanted or first is None:
            return 0
        found = (
            Place.objects.filter(path__in=ancestors(first.place.path), kind=PlaceKind.PROVINCE).first() or first.place
        )
    if federation is None:
        federation = _founded(found, now)
        members = _joined(federation, found, now)
        _assembly(federation, members, now)
        _board(federation, members, random, now)
    with scope(SYSTEM):
        holder = federation.members.select_related("organisation__place").order_by("pk")[0]
    shared = _shared(federation, holder, wanted, random, now)
    _taken(federation, shared[0], now)
    _bought(federation, now)
    return len(shared)


def _bought(federation: Federation, now: datetime) -> None:
    """Once: a joint buying that two suppliers offered for, chosen and on its way, and one that is open."""
    with scope(SYSTEM):
        if JointBuy.objects.filter(federation=federation).exists():
            return
        members = list(
            federation.members.filter(state=MemberState.MEMBER).select_related("organisation").order_by("pk")
        )
        kind = Specification.objects.filter(is_active=True, unit__in=[Unit.KILOGRAM, Unit.PIECE]).order_by("pk").first()
    if kind is None:
        return
    words: dict[str, Any] = {
        "specification": kind,
        "details": "دادهٔ نمایشی: بسته‌بندی ده‌تایی",
        "opener": members[0].organisation,
    }
    _chosen(federation, members[:5], words, now)
    ends = business_date(now) + timedelta(days=10)
    still = buying_actions.open_buy(
        federation_id=federation.pk, least_quantity=100, closes=ends, by=SYSTEM, now=now, **words
    )
    buying_actions.set_portion(buy_id=still.pk, member_id=members[2].pk, quantity=30, by=SYSTEM, now=now)


def _chosen(federation: Federation, members: Sequence[Member], words: dict[str, Any], now: datetime) -> None:
    """Two offers, of which the one is chosen that is cheaper with its transport; one member has paid, and lacks two."""
    then, by = now - timedelta(days=21), SYSTEM
    bought = buying_actions.open_buy(
        federation_id=federation.pk,
        least_quantity=200,
        closes=business_date(then + timedelta(days=7)),
        by=by,
        now=then,
        **words,
    ).pk
    for number, one in enumerate(members):
        buying_actions.set_portion(buy_id=bought, member_id=one.pk, quantity=40 + 15 * number, by=by, now=then)
    for name, price, transport in (("فروشندهٔ نمایشی الف", 850_000, 0), ("فروشندهٔ نمایشی ب", 830_000, 6_500_005)):
        steps = [(1, price), (200, price - 60_000)]
        offer = buying_actions.NewOffer(name, business_date(then), steps, transport)
        made = buying_actions.write_offer(buy_id=bought, offer=offer, by=by, now=then)
    closed = then + timedelta(days=9)
    buying_actions.close_buys(by=by, now=closed)
    buying_actions.choose_offer(
        buy_id=bought, offer_id=made.pk, reason="دادهٔ نمایشی: با هزینهٔ حمل هم ارزان‌تر است.", by=by, now=closed
    )
    with scope(SYSTEM):
        first = Portion.objects.filter(buy_id=bought).order_by("pk")[0]
    settling_actions.note_payment(
        portion_id=first.pk,
        amount_rial=first.share_rial or 1,
        paid=business_date(closed),
        note="رسید نمایشی",
        by=by,
        now=closed,
    )
    settling_actions.confirm_received(portion_id=first.pk, received=first.quantity - 2, by=by, now=now)


def _founded(province: Place, now: datetime) -> Federation:
    since = now - timedelta(days=90)
    house = register_organisation(
        kind=OrganisationKind.ASSOCIATION, name_fa="اتحادیهٔ خیریه‌های نمایشی", place=province, by=SYSTEM, now=since
    )  # fmt: skip
    switch_on(slug=actions.SLUG, place=province, since=business_date(since), by=SYSTEM, now=since)
    return actions.found_federation(organisation=house, by=SYSTEM, now=since)


def _joined(federation: Federation, province: Place, now: datetime) -> list[Member]:
    """Charities of the province, and invented ones where there are too few; one more that still asks."""
    then = now - timedelta(days=60)
    with scope(SYSTEM):
        kinds = [OrganisationKind.CHARITY, OrganisationKind.NGO]
        rows = Organisation.objects.filter(below(province.path, "place__path"), kind__in=kinds, parent__isnull=True)
        there = list(rows.select_related("place").order_by("pk")[: _MEMBERS + 1])
    for number in range(len(there), _MEMBERS + 1):
        name = f"خیریهٔ نمایشی شمارهٔ {persian_digits(number)}"
        there.append(
            register_organisation(kind=OrganisationKind.CHARITY, name_fa=name, place=province, by=SYSTEM, now=then)
        )
    members = []
    for number, one in enumerate(there, 1):
        member = actions.ask_to_join(federation_id=federation.pk, organisation=one, by=SYSTEM, now=then)
        if number <= _MEMBERS:
            actions.name_representative(
                member_id=member.pk, name=f"نمایندهٔ نمایشی {persian_digits(number)}", by=SYSTEM, now=then
            )
            members.append(actions.admit_member(member_id=member.pk, by=SYSTEM, now=then))
    return members


def _assembly(federation: Federation, members: Sequence[Member], now: datetime) -> None:
    then, day = now - timedelta(days=50), now - timedelta(days=40)
    meeting = meeting_actions.call_meeting(
        federation_id=federation.pk, on=business_date(day), agenda=["گزارش کار (دادهٔ نمایشی)", "فهرست مشترک نیازها"],
        where="سالن اجتماعات", by=SYSTEM, now=then,
    )  # fmt: skip
    present = [one.pk for one in members[:-1]]
    said = "دادهٔ نمایشی: اعضا دربارهٔ کمک دوباره و فهرست مشترک گفت‌وگو کردند."
    meeting_actions.hold_meeting(meeting_id=meeting.pk, present=present, minutes=said, by=SYSTEM, now=day)
    meeting_actions.decide(
        meeting_id=meeting.pk, title="نیازهایی که یک عضو به‌تنهایی از عهده‌شان برنمی‌آید، در فهرست مشترک بیاید.",
        in_favour=len(present) - 1, against=0, abstained=1, by=SYSTEM, now=day,
    )  # fmt: skip
    meeting_actions.close_or_cancel(meeting_id=meeting.pk, act="close", by=SYSTEM, now=day)


def _board(federation: Federation, members: Sequence[Member], random: Random, now: datetime) -> None:
    """All but one vote, by ranking, so that the seats follow the members' orders."""
    then, closes = now - timedelta(days=30), now - timedelta(days=23)
    rule = Rule(method=Method.RANKING, kind=BallotKind.RANKS, seats=_SEATS, ties=Ties.LOT)
    standing = [one.pk for one in members[:5]]
    vote_id = election_actions.prepare_election(
        federation_id=federation.pk, title="انتخابات هیئت‌مدیره (دادهٔ نمایشی)", rule=rule, member_ids=standing, term_months=24,
        by=SYSTEM, now=then,
    ).pk  # fmt: skip
    election_actions.open_election(vote_id=vote_id, opens_at=then, closes_at=closes, by=SYSTEM, now=then)
    with scope(SYSTEM):
        voters = list(Elector.objects.filter(election_id=vote_id).order_by("pk").values_list("pk", flat=True))
    codes = give_codes(vote_id=vote_id, voter_ids=voters, way=Way.HAND, by=SYSTEM, now=then)
    for code in list(codes.values())[:-1]:
        order = tuple(random.sample(range(1, len(standing) + 1), _SEATS))
        cast_by_code(vote_id=vote_id, code=code, choice=Choice(order), by=SYSTEM, now=then)
    close_vote(vote_id=vote_id, by=SYSTEM, now=closes)
    count_at_once(vote_id=vote_id, by=SYSTEM, now=closes)
    election_actions.seat_boards(vote_ids=[vote_id], by=SYSTEM, now=closes)


def _shared(federation: Federation, holder: Member, wanted: int, random: Random, now: datetime) -> list[SharedNeed]:
    """Open needs of one member, and new ones of its neighbourhoods where it holds too few. A few acts, however many."""
    house = holder.organisation
    with scope(SYSTEM):
        told = SharedNeed.objects.filter(federation=federation).values("need_id")
        own = Need.objects.filter(organisation=house, state=NeedState.OPEN, committed=0).exclude(pk__in=told)
        ids = list(own.order_by("pk").values_list("pk", flat=True)[:wanted])
        kinds = list(Specification.objects.filter(is_active=True).order_by("pk")[:4])
        inside = below(house.place.path, "path")
        places = list(Place.objects.filter(inside).defer("boundary").order_by("-path")[:6])
    rows = [
        NewNeed(random.choice(kinds), random.randint(2, 9), random.choice(places), organisation=house)
        for _row in range(wanted - len(ids))
    ]
    ids += [one.pk for one in open_needs(rows=rows, by=SYSTEM, now=now - timedelta(days=20), random=random)]
    most = sharing_actions.MOST_SHARED
    parts = [ids[start : start + most] for start in range(0, len(ids), most)]
    shared = [
        sharing_actions.share_needs(federation_id=federation.pk, need_ids=part, by=SYSTEM, now=now) for part in parts
    ]
    return [one for part in shared for one in part]


def _taken(federation: Federation, one: SharedNeed, now: datetime) -> None:
    """Another member takes the first of them, and waits for the answer."""
    with scope(SYSTEM):
        taker = federation.members.select_related("organisation__place").order_by("pk")[1].organisation
        kind = Specification.objects.get(pk=one.specification_id)
    row = NewCapacity(kind, 2, taker.place, reach=Reach.PROVINCE, organisation=taker)
    [capacity] = offer_capacities(rows=[row], by=SYSTEM, now=now)
    due = business_date(now) + timedelta(days=20)
    sharing_actions.take_shared(
        shared_id=one.pk, capacity_id=capacity.pk, quantity=1, due=due, by=SYSTEM, now=now
    )  # fmt: skip
