"""Families of the demo: files, persons, disabilities under recorded consents, and what each family lacks."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from random import Random
from signal import SIG_IGN, SIGINT, signal

from django.db import connection, connections

from peyvand.demo.months import MONTHS
from peyvand.demo.plan import SEVERITIES, apportion, dealt, household_sizes
from peyvand.demo.world import Centre, World, texts
from peyvand.flow.need.actions import NewNeed
from peyvand.people.bulk import NewDisability, record_disabilities
from peyvand.people.enums import ConsentGiver, ConsentWay, DisabilityKind, MemberRole, Severity, Sex
from peyvand.people.households import NewHousehold, NewPerson, register_households
from peyvand.people.models import Household, Person
from peyvand.places.models import Place
from peyvand.scope.acting import Acting
from peyvand.scope.database import scope

_BATCH = 300
_WORTH_TWO = 20_000  # households from which on two processes are worth their start
_THIS_YEAR = 1404
_MONTHS_OF_A_WORKER = 3  # needs are gathered in at most so many of the months ...
_WORTH_AN_ACT = 8  # ... so that a batch is worth an act

# A centre, the sizes of its households, a disability or "" for each of their persons, and the number of its first file.
Share = tuple[Centre, list[int], list[str], int]


def register(world: World) -> None:
    """Every family with every person, by the worker who has the task with it."""
    plan = world.plan
    random = world.random("families")
    sizes = household_sizes(plan.households, plan.persons, random)
    kinds = dealt(plan.disabilities, plan.persons, random)
    shares: list[Share] = []
    number = person = 0
    for centre in world.centres:
        own = sizes[number : number + centre.households]
        shares.append((centre, own, kinds[person : person + sum(own)], number))
        number, person = number + len(own), person + sum(own)
    if plan.households < _WORTH_TWO:
        _of_centres(world, shares)
    else:
        _side_by_side(world, shares)
    for centre in world.centres:
        for _, _, need in centre.told:
            slug = need.specification.slug
            world.needed[slug] = world.needed.get(slug, 0) + need.quantity


def _of_centres(world: World, shares: Sequence[Share]) -> None:
    for place, (centre, sizes, kinds, number) in enumerate(shares):
        _of_centre(world, centre, sizes, kinds, number)
        world.progress("families", (place + 1) / len(shares))


def _side_by_side(world: World, shares: Sequence[Share]) -> None:
    """Two processes, each with a connection of its own: making people up costs more than writing them down.

    They are split off this one, so that they know the world; what a centre learned comes back.
    """
    connections.close_all()  # a connection has one owner
    with ProcessPoolExecutor(
        2, mp_context=get_context("fork"), initializer=_begin, initargs=(world, shares)
    ) as processes:
        try:
            works = {processes.submit(_apart, place): centre for place, (centre, *_) in enumerate(shares)}
            for count, done in enumerate(as_completed(works), start=1):
                centre, (told, centre.someone) = works[done], done.result()
                workers = centre.facilitator, centre.social_worker
                centre.told += [(month, workers[seat], need) for month, seat, need in told]
                world.progress("families", count / len(shares))
        except BaseException:
            processes.shutdown(cancel_futures=True)
            raise


_apart_from: tuple[World, Sequence[Share]]


def _begin(world: World, shares: Sequence[Share]) -> None:
    """The first thing in a process of its own. Ctrl-C is its parent's to answer, who then ends it."""
    global _apart_from
    _apart_from = world, shares
    signal(SIGINT, SIG_IGN)
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")


def _apart(place: int) -> tuple[list[tuple[int, int, NewNeed]], tuple[int, int]]:
    """The families of one centre: (what they lack: month, seat of the worker, need; two persons of them)."""
    world, shares = _apart_from
    centre, sizes, kinds, number = shares[place]
    _of_centre(world, centre, sizes, kinds, number)
    seats = {id(centre.facilitator): 0, id(centre.social_worker): 1}
    return [(month, seats[id(worker)], need) for month, worker, need in centre.told], centre.someone


def _of_centre(world: World, centre: Centre, sizes: list[int], kinds: list[str], number: int) -> None:
    random = world.random("centre", centre.organisation.path)
    halves = apportion(len(sizes), [1, 1])
    needs = apportion(centre.needs, [half or 0.001 for half in halves])
    for worker, start, count, lacks in (
        (centre.facilitator, 0, halves[0], needs[0]),
        (centre.social_worker, halves[0], halves[1], needs[1]),
    ):
        for first in range(start, start + count, _BATCH):
            own = sizes[first : min(first + _BATCH, start + count)]
            before = sum(sizes[:first])
            share = lacks * len(own) // count if count > _BATCH else lacks
            _batch(world, centre, worker, own, kinds[before : before + sum(own)], number + first, share, random)


def _batch(
    world: World, centre: Centre, worker: Acting, sizes: list[int], kinds: list[str], number: int, needs: int,
    random: Random,
) -> None:  # fmt: skip
    now = world.calendar.some_day(random.randrange(2), random)
    rows = [_household(size, number + place, random.choice(centre.places), random) for place, size in enumerate(sizes)]
    homes = register_households(rows=rows, by=worker, now=now)
    with scope(worker):
        found = Person.objects.filter(household__in=homes).order_by("household_id", "-is_head", "id")
        people: list[tuple[int, int]] = list(found.values_list("pk", "household_id"))
    lacking: dict[int, list[str]] = {home.pk: [] for home in homes}
    rows_ = []
    for (person_id, home_id), kind in zip(people, kinds, strict=True):
        if kind:
            lacking[home_id].append(kind)
            rows_.append(_disability(person_id, kind, random))
    record_disabilities(rows=rows_, way=ConsentWay.PAPER, by=worker, now=now)
    _lacks(world, centre, worker, homes, lacking, needs, random)
    if worker is centre.facilitator and people:
        centre.someone = (people[0][0], people[-1][0])


def _household(size: int, number: int, place: Place, random: Random) -> NewHousehold:
    names = texts("names")
    woman_head = random.random() < 0.35
    family = random.choice(names["families"])
    persons = []
    for seat in range(size):
        woman = woman_head if seat == 0 else (not woman_head if seat == 1 else random.random() < 0.5)
        age = random.randrange(25, 80) if seat < 2 else random.randrange(1, 30)
        persons.append(
            NewPerson(
                random.choice(names["women" if woman else "men"]),
                family if seat != 1 else random.choice(names["families"]),
                is_head=seat == 0,
                sex=Sex.WOMAN if woman else Sex.MAN,
                birth_year=_THIS_YEAR - age,
                # 0900 0 and six digits: a number for show.
                mobile=f"09000{number:06d}" if seat == 0 else "",
            )  # fmt: skip
        )
    return NewHousehold(f"نمایشی-{number + 1}", place, size=size, woman_head=woman_head, persons=persons)


def _disability(person_id: int, kind: str, random: Random) -> NewDisability:
    severity = Severity(random.choices(list(SEVERITIES), list(SEVERITIES.values()))[0])
    guardian = kind in ("intellectual", "psychiatric") and random.random() < 0.6
    giver = ConsentGiver.GUARDIAN if guardian else ConsentGiver.SELF
    return NewDisability(person_id, DisabilityKind(kind), severity, giver)


def _lacks(
    world: World, centre: Centre, worker: Acting, homes: list[Household], lacking: dict[int, list[str]], count: int,
    random: Random,
) -> None:  # fmt: skip
    """What the families lack, to be told in the months in which this centre goes round."""
    table = texts("needs")["lacks"]
    rounds = min(_MONTHS_OF_A_WORKER, max(1, count // _WORTH_AN_ACT))
    months = sorted(random.sample(range(MONTHS), rounds))
    weights = [3 if lacking[home.pk] else 1 for home in homes]
    for home in random.choices(homes, weights, k=count) if count else ():
        kind = random.choice(lacking[home.pk]) if lacking[home.pk] and random.random() < 0.75 else "none"
        slug, _, least, most = random.choices(table[kind], [row[1] for row in table[kind]])[0]
        month = random.choice(months)
        quantity = random.randint(least, most)
        told_at = world.calendar.some_day(month, random)
        due = world.calendar.months[month].shift(2).last_day if random.random() < 0.15 else None
        need = NewNeed(
            world.specifications[slug], quantity, home.place, household=home,
            urgency=None if random.random() < 0.15 else min(100, int(random.triangular(5, 100, 45))), due_date=due, told_at=told_at,
        )  # fmt: skip
        centre.told.append((month, worker, need))


def residents(world: World) -> None:
    """A resident's account in every county, for telling needs and following them."""
    for place, centre in enumerate(world.centres):
        if centre.someone[1] and (centre.county.path not in world.acting):
            key = (
                "resident" if "resident" not in world.acting and centre.county.name_fa == "ساری" else centre.county.path
            )
            world.acting[centre.county.path] = world.acting[key] = world.join(
                f"resident_{place}", f"شهروند {centre.county.name_fa} (نمایشی)", MemberRole.RESIDENT, centre.county,
                centre.organisation, person_id=centre.someone[1],
            )  # fmt: skip
