"""A story is carried further, moves somebody, and is gone everywhere in the moment a consent is taken back."""

from datetime import timedelta
from random import Random

import pytest
from django.test import Client
from django.utils import timezone
from tests.world import NOW, World, later

from peyvand.extend.programme import Call
from peyvand.flow.capacity.actions import NewCapacity, offer_capacities
from peyvand.flow.story.actions import submit_story
from peyvand.journal.models import Event
from peyvand.kernel.jalali import business_date, week_of
from peyvand.kernel.refusals import NotFound
from peyvand.people.households import withdraw_consent
from peyvand.people.models import Membership
from peyvand.programmes.practices import reach, story_actions, turn_actions
from peyvand.programmes.practices.enums import EndingKind
from peyvand.programmes.practices.models import Turn
from peyvand.programmes.practices.programme import forget_who_turned, turned
from peyvand.programmes.practices.tests.steps import copied, done, publish, shown_story, world_on
from peyvand.scope.acting import PUBLIC, SYSTEM
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db
ROOT = "/programmes/practices/"


@pytest.fixture
def world() -> World:
    return world_on()


def told(world, kind=EndingKind.OFFER, **led):
    """A published story that shows one person who consented, with its consent."""
    story, consent = shown_story(world)
    led = led or {"specification": world.specifications["wheelchair"]}
    story_actions.set_ending(story_id=story.pk, kind=kind, shown_count=1, by=world["facilitator"], now=NOW, **led)
    submit_story(story_id=story.pk, by=world["facilitator"], now=NOW)
    publish(world, story)
    return story, consent


def signed_in(world, name):
    client = Client()
    client.force_login(Membership.objects.get(pk=world[name].membership_id).account)
    return client


def test_a_consent_taken_back_empties_everything_that_carries_the_story_at_once(world):
    story, consent = told(world)
    of_week = f"{ROOT}week/?from={week_of(business_date(NOW)).isoformat()}"
    listed = (f"{ROOT}feed/", of_week)
    own = [f"{ROOT}stories/{story.pk}/{what}/" for what in ("share", "sheet", "embed", "turn")]
    own.append(f"{ROOT}stories/{story.pk}/card.png")
    readers = [Client(), signed_in(world, "facilitator"), signed_in(world, "leader")]
    for reader in readers:
        assert all(story.title in reader.get(address).content.decode() for address in listed)
        assert all(reader.get(address).status_code == 200 for address in own)
    withdraw_consent(consent_id=consent.pk, by=world["facilitator"], now=NOW)
    for reader in readers:  # those too who may still read the story in their own office
        assert not any(story.title in reader.get(address).content.decode() for address in listed)
        assert [reader.get(address).status_code for address in own] == [404] * len(own)
    assert story.title not in Client().get(f"{ROOT}feed/weeks/").content.decode()
    with pytest.raises(NotFound):
        turn_actions.take_turn(story_id=story.pk, by=PUBLIC, now=NOW)


def test_only_the_embedded_page_is_framed_and_nothing_in_it_runs(world):
    story, _ = told(world)
    embedded = Client().get(f"{ROOT}stories/{story.pk}/embed/")
    policy = embedded["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "X-Frame-Options" not in embedded
    assert not embedded.cookies
    assert "<script" not in embedded.content.decode()
    for address in (f"{ROOT}stories/{story.pk}/share/", f"/stories/{story.pk}/"):
        answer = Client().get(address)
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
        assert answer["X-Frame-Options"] == "DENY"


def test_the_story_page_names_its_card_and_the_card_is_drawn_here(world):
    story, _ = told(world)
    page = Client().get(f"/stories/{story.pk}/").content.decode()
    assert f'<meta property="og:image" content="http://testserver{ROOT}stories/{story.pk}/card.png">' in page
    card = Client().get(f"{ROOT}stories/{story.pk}/card.png")
    assert (card["Content-Type"], card["Cache-Control"]) == ("image/png", "no-store")
    assert (int.from_bytes(card.content[16:20]), int.from_bytes(card.content[20:24])) == (1200, 630)


def test_feeds_hold_the_words_of_the_teller_and_a_whole_week_is_one_entry(world):
    story, _ = told(world)
    feed = Client().get(f"{ROOT}feed/").content.decode()
    assert story.body in feed
    with scope(SYSTEM):
        type(story).objects.filter(pk=story.pk).update(published_at=timezone.now() - timedelta(days=8))
    weeks = Client().get(f"{ROOT}feed/weeks/").content.decode()
    assert weeks.count("<entry") == 1
    assert story.title in weeks


def test_going_on_is_counted_once_for_an_account_and_done_when_it_is_done(world):
    story, _ = told(world)
    manager = world["charity_manager"]
    for _ in range(2):
        turn_actions.take_turn(story_id=story.pk, by=manager, now=NOW)
    turn_actions.take_turn(story_id=story.pk, by=world["leader"], now=NOW)
    assert reach.turns_of(story.pk) == reach.Turns(2, 0)
    offer = NewCapacity(
        world.specifications["wheelchair"], 1, world.places["espiari"], organisation=world.organisations["charity"]
    )
    other = NewCapacity(
        world.specifications["tutoring"], 1, world.places["espiari"], organisation=world.organisations["charity"]
    )
    made = offer_capacities(rows=[offer, other], by=manager, now=later(days=2), random=Random(5))
    for _ in range(2):
        turned(Call(later(days=3), "capacity.offered", {"capacity": tuple(one.pk for one in made)}))
    assert reach.turns_of(story.pk) == reach.Turns(2, 1)
    for _ in range(2):
        forget_who_turned(business_date(later(days=9)), NOW)
    assert reach.turns_of(story.pk) == reach.Turns(2, 1)
    with scope(SYSTEM):  # one event for each act that did something, and nobody named in it
        turns = list(Turn.objects.order_by("pk").values_list("pk", flat=True))
        found = Event.objects.filter(act__in=("practice.turns_done", "practice.turns_forgotten")).order_by("pk")
        events = [(one.act, one.account_id, one.data) for one in found]
    assert events == [
        ("practice.turns_done", SYSTEM.account_id, {"rows": [[turns[0]]]}),
        ("practice.turns_forgotten", SYSTEM.account_id, {"rows": [[pk] for pk in turns]}),
    ]


def test_a_copy_is_the_doing_of_a_story_that_asked_for_it(world):
    practice = done(world)
    story, _ = told(world, EndingKind.COPY, practice_id=practice.pk)
    turn_actions.take_turn(story_id=story.pk, by=world["charity_manager"], now=NOW)
    copied(world, practice)
    assert reach.turns_of(story.pk) == reach.Turns(1, 1)


def test_a_reader_goes_on_from_the_page_and_who_it_was_is_shown_to_nobody(world):
    story, _ = told(world)
    at = f"{ROOT}stories/{story.pk}/turn/"
    assert at in Client().get(f"/stories/{story.pk}/").content.decode()
    assert f"?next={at}" in Client().get(at).content.decode()  # an offer is made by whoever has signed in
    answer = signed_in(world, "charity_manager").post(at)
    assert answer.headers["Location"] == f"/capacities/new/?kind={world.specifications['wheelchair'].pk}"
    assert Client().get(f"{ROOT}stories/{story.pk}/share/").context["turns"] is None  # fewer than five
    assert signed_in(world, "facilitator").get(f"{ROOT}stories/{story.pk}/share/").context["turns"] == reach.Turns(1, 0)
    for name in ("facilitator", "leader", "auditor"):
        with scope(world[name]):
            assert not Turn.objects.exists()


def test_whoever_has_not_signed_in_goes_on_and_leaves_a_number_alone(world):
    story, _ = told(world, EndingKind.PAGE, address="/places/")
    answer = Client().post(f"{ROOT}stories/{story.pk}/turn/", {"once": "a-key"})
    assert answer.headers["Location"] == "/places/"
    with scope(SYSTEM):
        assert list(Turn.objects.values_list("account", "done_at")) == [(None, None)]


def test_the_shelf_holds_what_nobody_went_on_from_and_first_who_is_seldom_heard(world):
    first, _ = told(world)
    second, _ = told(world)
    today = business_date(NOW)
    assert [one.pk for one in reach.unseen(today)] == [first.pk]  # one of each organisation, the oldest
    turn_actions.take_turn(story_id=first.pk, by=PUBLIC, now=NOW)
    assert [one.pk for one in reach.unseen(today)] == [second.pk]
    turn_actions.take_turn(story_id=second.pk, by=PUBLIC, now=NOW)
    assert reach.unseen(today) == []
