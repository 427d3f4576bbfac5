"""Demo rows, by the product's own acts and a fixed random source."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from peyvand.extend.switches import switch_on
from peyvand.flow.capacity.actions import NewCapacity, offer_capacities
from peyvand.flow.commitment.actions import NewPromise, commit
from peyvand.flow.delivery.actions import NewDelivery, accept_deliveries, record_deliveries
from peyvand.flow.need.actions import NewNeed, open_needs
from peyvand.flow.story.actions import write_story
from peyvand.flow.story.enums import StoryState
from peyvand.flow.story.models import Story
from peyvand.kernel.jalali import business_date
from peyvand.kernel.text import persian_digits
from peyvand.people.models import Membership, Organisation
from peyvand.people.queries import acting_as
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.programmes.practices import actions, session_actions, story_actions
from peyvand.programmes.practices.demo_texts import RESULTS, STORY, TOLD
from peyvand.programmes.practices.enums import EndingKind, PracticeState
from peyvand.programmes.practices.models import HighSession, Nomination, Practice, StoryEnding
from peyvand.programmes.practices.permissions import CALLERS, EDITORS
from peyvand.programmes.practices.seed_spread import publish_told, spread, with_picture
from peyvand.resources.models import Specification
from peyvand.scope.acting import STAFF, SYSTEM, Acting, Role
from peyvand.scope.bulk import below
from peyvand.scope.database import scope

_TOLD_FROM = 0.5  # half of the copies came to a result
_MOST_MEMBERS, _MOST_PLACES, _MILLION = 60, 40, 10_000_000
_FAMILY = 4  # a first one and its copies


def seed(count: int, random: Random, now: datetime) -> int:
    """Practices with their copies in every state, one session with its book in the making, and endings of stories."""
    with scope(SYSTEM):
        wanted = max(0, count - Practice.objects.count())
        leading, working = _members(EDITORS), _members(STAFF)
        kinds = list(Specification.objects.filter(is_active=True).order_by("slug")[:12])
    if not wanted or not leading:
        return 0
    _switch_on([*leading, *working], now)
    made: list[Practice] = []
    while len(made) < wanted:
        first = _first(made, leading, kinds, random, now)
        made.append(first)
        for _ in range(min(wanted - len(made), random.randint(1, _FAMILY))):
            source = random.choice([one for one in made if one.pk >= first.pk and one.state == PracticeState.PUBLISHED])
            fate = random.random()
            # What came of a copy is told by those who lead the work.
            by = random.choice(working if fate < _TOLD_FROM else leading)
            made.append(_copied(source, by, fate, random, now))
    _story(working, leading, made, kinds, random, now)
    _session(made, leading, random, now)
    spread(leading, working, random, now)
    return len(made)


def _members(roles: tuple[Role, ...]) -> list[Acting]:
    rows = Membership.objects.filter(role__in=[role.value for role in roles], until__isnull=True)
    return [
        acting_as(one) for one in rows.select_related("place", "organisation", "account").order_by("pk")[:_MOST_MEMBERS]
    ]


def _switch_on(members: list[Acting], now: datetime) -> None:
    houses = {one.organisation_path.split("/")[0] + "/" for one in members}
    since = business_date(now) - timedelta(days=700)
    for head in Organisation.objects.filter(path__in=houses).order_by("pk"):
        switch_on(slug=actions.SLUG, organisation=head, since=since, by=SYSTEM, now=now)


def _place(by: Acting, random: Random) -> Place:
    inside = Place.objects.filter(below(by.place_path, "path"), kind__in=[PlaceKind.COUNTY, PlaceKind.NEIGHBOURHOOD])
    rows = list(inside.order_by("path")[:_MOST_PLACES])
    return random.choice(rows or list(Place.objects.filter(path=by.place_path)))


def _first(
    made: list[Practice], leading: list[Acting], kinds: list[Specification], random: Random, now: datetime
) -> Practice:
    by, told = random.choice(leading), TOLD[len(made) % len(TOLD)]
    form = replace(told, cost_rial=random.randint(10, 90) * _MILLION)
    items = [(kind, random.randint(1, 12)) for kind in random.sample(kinds, min(2, len(kinds)))]
    then = now - timedelta(days=random.randint(200, 400))
    practice = actions.write_practice(form=form, items=items, place=_place(by, random), by=by, now=then)
    return actions.publish_practice(practice_id=practice.pk, result=_result(then, random), by=by, now=then)


def _result(then: datetime, random: Random) -> actions.Result:
    """Of something that began some months before it was told."""
    people = random.randint(12, 90)
    begun = business_date(then) - timedelta(days=random.randint(30, 200))
    ended = None if random.random() < 0.6 else business_date(then)
    words = random.choice(RESULTS).format(people=persian_digits(people))
    return actions.Result(
        words, people, "شمارش دفتر محله (دادهٔ نمایشی)", random.randint(8, 80) * _MILLION, begun, ended
    )


def _copied(source: Practice, by: Acting, fate: float, random: Random, now: datetime) -> Practice:
    then = now - timedelta(days=random.randint(40, 150))
    plan = actions.copy_practice(practice_id=source.pk, place=_place(by, random), by=by, now=then)
    if fate < 0.25:
        return plan
    begun = actions.open_plan(practice_id=plan.pk, begun_date=business_date(then), by=by, now=then, random=random)
    if fate < _TOLD_FROM:
        return begun
    result = replace(_result(now, random), begun_date=business_date(then))
    return actions.report_result(practice_id=plan.pk, result=result, by=by, now=now)


def _story(
    working: list[Acting],
    leading: list[Acting],
    made: list[Practice],
    kinds: list[Specification],
    random: Random,
    now: datetime,
) -> None:
    """Endings for the stories that are told; one is told first where there is none."""
    tellers = {one.membership_id: one for one in working}
    with scope(SYSTEM):
        rows = list(
            Story.objects.filter(told_by_id__in=tellers).exclude(state=StoryState.WITHDRAWN).order_by("pk")[:12]
        )
        ended = set(StoryEnding.objects.values_list("story_id", flat=True))
    told = None
    if not rows and kinds:
        told = _told(next((one for one in working if one.role in EDITORS), working[0]), kinds[0], random, now)
        rows = [told]
    shown = [one for one in made if one.state == PracticeState.PUBLISHED]
    for row in (one for one in rows if one.pk not in ended):
        by = tellers[row.told_by_id or 0]
        story_actions.set_ending(
            story_id=row.pk, kind=EndingKind.COPY, shown_count=0, practice_id=random.choice(shown).pk, by=by, now=now
        )
    with_picture(rows, tellers, now)
    if told is not None:
        publish_told(told, leading, tellers[told.told_by_id or 0], now)


def _told(by: Acting, kind: Specification, random: Random, now: datetime) -> Story:
    """Something was needed, given and accepted, and whoever was there tells it."""
    place, day = _place(by, random), business_date(now)
    with scope(SYSTEM):
        keeper = Organisation.objects.get(pk=by.organisation_id)
    need = open_needs(rows=[NewNeed(kind, 1, place)], by=by, now=now, random=random)[0]
    offer = NewCapacity(kind, 1, place, organisation=keeper)
    capacity = offer_capacities(rows=[offer], by=SYSTEM, now=now, random=random)[0]
    promise = commit(rows=[NewPromise(need.pk, capacity.pk, 1, day)], by=SYSTEM, now=now, random=random)[0]
    delivery = record_deliveries(rows=[NewDelivery(promise.pk, 1, day)], by=SYSTEM, now=now)[0]
    accept_deliveries(delivery_ids=[delivery.pk], by=SYSTEM, now=now)
    title, body = STORY
    return write_story(title=title, body=body, place=place, delivery_ids=[delivery.pk], by=by, now=now)


def _session(made: list[Practice], leading: list[Acting], random: Random, now: datetime) -> None:
    callers = [one for one in leading if one.role in CALLERS]
    if not callers:
        return
    caller = callers[0]
    with scope(SYSTEM):
        place = Place.objects.get(path=caller.place_path)
        session = HighSession.objects.filter(state="open", place=place).first()
        nominated = set(Nomination.objects.values_list("practice_id", flat=True))
    if session is None:
        session = session_actions.call_session(
            title="نشست شنیدن از دست‌اندرکاران (نمایشی)", host="استاندار", held_date=business_date(now) + timedelta(days=30),
            place=place, by=caller, now=now,
        )  # fmt: skip
    for row in (one for one in made if one.state == PracticeState.PUBLISHED and one.pk not in nominated):
        by = next((one for one in leading if one is not caller and _covers(one, row)), None)
        if by is None or (nominated and random.random() < 0.4):
            continue
        nomination = session_actions.nominate(
            practice_id=row.pk,
            high_session_id=session.pk,
            reason="در همین محله دیده شد و دیگران هم می‌توانند.",
            by=by,
            now=now,
        )
        if not nominated or random.random() < 0.7:  # no book is empty
            session_actions.accept_nomination(nomination_id=nomination.pk, by=caller, now=now)
        nominated.add(row.pk)


def _covers(by: Acting, row: Practice) -> bool:
    return by.covers(place_path=row.place_path, organisation_path=row.organisation_path)
