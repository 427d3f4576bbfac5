"""Needs told and capacities offered, month by month."""

from collections.abc import Sequence
from random import Random

from peyvand.demo.months import MONTHS
from peyvand.demo.plan import apportion
from peyvand.demo.world import Centre, Giver, World, texts
from peyvand.flow.capacity.actions import NewCapacity, offer_capacities, renew_capacities
from peyvand.flow.capacity.enums import Reach
from peyvand.flow.need.actions import (
    NewNeed,
    expire_needs,
    open_needs,
    propose_priority,
    sign_priority,
    vouch_need,
    withdraw_need,
)
from peyvand.flow.need.models import Need
from peyvand.flow.need.priorities import refresh_priorities
from peyvand.people.models import Person
from peyvand.places.enums import PlaceKind
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

HOME = PlaceKind.NEIGHBOURHOOD
_FEWEST_OF_NEIGHBOURHOODS = 8
_PER_OFFER = 12  # pieces of help in a usual offer
_TIMES_A_GIVER_OFFERS = 3
_OFFERING_MONTHS = (0, 1, 3, 4, 6, 7, 9, 10, 11, 12)
_PERSONS = 0.04  # the share of all offers that residents make themselves, through their centre


class Offers:
    """Shares what is offered in all among givers and months, so that the cover of each kind comes out as the list says."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.months: dict[str, list[int]] = {}
        self.by_month: dict[int, list[tuple[Giver | Centre, str, int]]] = {month: [] for month in range(MONTHS)}
        covered, random = texts("needs")["covered"], world.random("offers")
        residents = texts("organisations")["residents"]["offers"]
        for slug, needed in sorted(world.needed.items()):
            total = round(needed * covered.get(slug, covered["other"]))
            by_residents = round(total * _PERSONS) if slug in residents else 0
            self._deal(slug, total - by_residents, [one for one in world.givers if slug in one.offers], random)
            self._deal(slug, by_residents, world.centres, random)

    def _deal(self, slug: str, total: int, givers: Sequence[Giver | Centre], random: Random) -> None:
        if not total or not givers:
            return
        lots = max(1, min(total, round(total / _PER_OFFER)))
        for quantity in apportion(total, [random.uniform(0.3, 1) for _ in range(lots)]):
            if quantity:
                giver = random.choice(givers)
                self.by_month[random.choice(self._months_of(giver))].append((giver, slug, quantity))

    def _months_of(self, giver: Giver | Centre) -> list[int]:
        path = giver.organisation.path
        if path not in self.months:
            own = self.world.random("offering months", path)
            self.months[path] = own.sample(_OFFERING_MONTHS, _TIMES_A_GIVER_OFFERS)
        return self.months[path]

    def make(self, month: int) -> None:
        """Record the offers of one month, one act a giver."""
        random = self.world.random("offering", month)
        of_giver: dict[int, tuple[Giver | Centre, list[NewCapacity]]] = {}
        for giver, slug, quantity in self.by_month[month]:
            rows = of_giver.setdefault(giver.organisation.pk, (giver, []))[1]
            rows.append(self._row(giver, slug, quantity, random))
        for _, (giver, rows) in sorted(of_giver.items()):
            by = giver.manager if isinstance(giver, Giver) else giver.facilitator
            offer_capacities(rows=rows, by=by, now=self.world.calendar.some_day(month, random), random=random)

    def _row(self, giver: Giver | Centre, slug: str, quantity: int, random: Random) -> NewCapacity:
        specification = self.world.specifications[slug]
        start = self.world.calendar.months[0].first_day
        if isinstance(giver, Centre):
            person = self._resident(giver)
            reach = random.choice((Reach.NEIGHBOURHOOD, Reach.COUNTY))
            return NewCapacity(
                specification, quantity, random.choice(giver.places), reach, provider_person=person, start_date=start
            )
        place = giver.place if giver.place == self.world.province else random.choice(self.world.counties)
        reach = random.choices((Reach.PROVINCE, Reach.COUNTY, Reach.KILOMETRES), (5, 3, 2))[0]
        if place == self.world.province:
            reach = Reach.PROVINCE
        elif reach == Reach.KILOMETRES and place.lat is None:
            reach = Reach.COUNTY
        lot = 2 if quantity >= 20 and random.random() < 0.1 else 1
        return NewCapacity(
            specification, quantity, place, reach, reach_km=random.choice((15, 30, 60)) if reach == Reach.KILOMETRES else None,
            start_date=start, smallest_lot=lot, renews_monthly=quantity < 6 and random.random() < 0.05,
        )  # fmt: skip

    def _resident(self, centre: Centre) -> Person:
        with scope(centre.facilitator):
            return Person.objects.get(pk=centre.someone[0])


def of_neighbourhoods(world: World) -> None:
    """What neighbourhoods lack themselves, heard by the facilitators on their rounds and told with the families' needs."""
    random, lacks = world.random("neighbourhoods"), texts("needs")["neighbourhood"]["lacks"]
    served = {place.pk: (centre, place) for centre in world.centres for place in centre.places if place.kind == HOME}
    count = max(_FEWEST_OF_NEIGHBOURHOODS, round(len(served) * world.plan.scale))
    for centre, place in random.sample([served[pk] for pk in sorted(served)], min(count, len(served))):
        slug, _, least, most = random.choices(lacks, [row[1] for row in lacks])[0]
        heard = sorted({month for month, who, _ in centre.told if who is centre.facilitator}) or range(MONTHS)
        month, quantity = random.choice(heard), random.randint(least, most)
        row = NewNeed(
            world.specifications[slug], quantity, place, urgency=random.randint(20, 60),
            told_at=world.calendar.some_day(month, random),
        )  # fmt: skip
        centre.told.append((month, centre.facilitator, row))
        world.needed[slug] = world.needed.get(slug, 0) + quantity


def tell(world: World, month: int) -> None:
    """What the centres heard in one month."""
    random = world.random("telling", month)
    for centre in world.centres:
        for worker in (centre.facilitator, centre.social_worker):
            rows = [need for when, who, need in centre.told if when == month and who is worker]
            if rows:
                now = max(need.told_at for need in rows if need.told_at)
                open_needs(rows=rows, by=worker, now=now, random=random)


def by_residents(world: World) -> None:
    """Residents tell needs of their own; some are vouched for, some still wait, one is taken back."""
    random = world.random("residents")
    begin = MONTHS - 4
    for place, centre in enumerate(world.centres):
        resident = world.acting.get(centre.county.path)
        if resident is None or resident.organisation_id != centre.organisation.pk:
            continue
        with scope(resident):
            person = Person.objects.get(pk=resident.person_id)
        for turn, slug in enumerate(random.sample(["glasses", "legal-advice", "dental-visit", "tutoring"], 2)):
            told_at = world.calendar.some_day(begin + place % 4, random)
            row = NewNeed(world.specifications[slug], random.randint(1, 4), person.place, person=person, urgency=50)
            need = open_needs(rows=[row], by=resident, now=told_at, random=random)[0]
            now = max(told_at, world.calendar.some_day(min(MONTHS - 1, begin + place % 4 + 1), random))
            if turn == 0:
                vouch_need(need_id=need.pk, by=centre.facilitator, now=now)
            elif place % 7 == 0:
                withdraw_need(need_id=need.pk, by=resident, now=now)


def look_again(world: World, month: int) -> None:
    """What daily jobs and leaders do with needs: waiting grows, due dates pass, some needs are withdrawn or set higher."""
    now = world.calendar.run_at(month)
    expire_needs(by=SYSTEM, now=now)
    renew_capacities(by=SYSTEM, now=now)
    refresh_priorities(by=SYSTEM, now=now)
    random, leader = world.random("leaders", month), world.acting["hq_leader"]
    with scope(leader):
        free = list(Need.objects.filter(state="open", committed=0).order_by("pk").values_list("pk", flat=True))
    chosen = random.sample(free, min(len(free), 6))
    for turn, need_id in enumerate(chosen):
        if turn < 2:
            withdraw_need(need_id=need_id, by=leader, now=now)
            continue
        reason = (
            "خانواده سرپناه خود را در سیل از دست داده است." if turn % 2 else "بیمار پس از ترخیص کسی را در خانه ندارد."
        )
        override = propose_priority(need_id=need_id, priority=90 - turn, reason=reason, by=leader, now=now)
        if turn < 5:
            sign_priority(override_id=override.pk, by=world.acting["hq_leader_2"], now=now)
