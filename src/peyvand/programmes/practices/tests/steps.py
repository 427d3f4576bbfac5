"""What the tests of practices do again and again, by the product's own acts."""

from dataclasses import replace
from datetime import timedelta
from random import Random

from tests.flow.test_words_of_the_teller import written
from tests.world import NOW, TODAY, World, in_days

from peyvand.extend.switches import switch_on
from peyvand.flow.story.actions import publish_story
from peyvand.flow.story.models import Story, StoryConsent
from peyvand.people.enums import ConsentGiver, ConsentPurpose, ConsentWay
from peyvand.people.households import give_consent
from peyvand.people.models import Person
from peyvand.programmes.practices import actions
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

FORM = actions.Form(
    "تعمیرگاه ویلچر", "ویلچرها ماه‌ها خراب می‌ماند.", "اتاقی داده شد.\n\nدو تعمیرکار آمدند.", "دو تعمیرکار", "جای بی‌پله", 10**8,
    "فاکتورها",
)  # fmt: skip
RESULT = actions.Result("ویلچرها درست شد.", 24, "شمارش دفتر", 9 * 10**7, in_days(-60))


def world_on() -> World:
    world = World.build()
    switch_on(slug=actions.SLUG, place=world.places["ir"], by=SYSTEM, now=NOW - timedelta(days=30))
    return world


def first(world, *, by="field_leader", place="nobonyad", form=FORM):
    items = [(world.specifications["wheelchair"], 3)]
    return actions.write_practice(form=form, items=items, place=world.places[place], by=world[by], now=NOW)


def done(world, **values):
    row = first(world, **values)
    return actions.publish_practice(practice_id=row.pk, result=RESULT, by=world["field_leader"], now=NOW)


def copied(world, source, *, by="charity_manager", place="espiari"):
    return actions.copy_practice(practice_id=source.pk, place=world.places[place], by=world[by], now=NOW)


def begin(world, plan, *, by="charity_manager"):
    return actions.open_plan(practice_id=plan.pk, begun_date=TODAY, by=world[by], now=NOW, random=Random(1))


def told(world, plan, *, by="charity_manager", people=7):
    result = replace(RESULT, people_reached=people)
    return actions.report_result(practice_id=plan.pk, result=result, by=world[by], now=NOW)


def shown_story(world):
    """A story of the facilitator that shows one person, who has consented."""
    home = world.household()
    with scope(SYSTEM):
        person = Person.objects.get(household=home)
    consent = give_consent(
        person_id=person.pk, purpose=ConsentPurpose.TELL_STORY, given_by=ConsentGiver.SELF, way=ConsentWay.PAPER,
        by=world["facilitator"], now=NOW,
    )  # fmt: skip
    story = written(world)
    with scope(SYSTEM):
        StoryConsent.objects.create(story=story, consent=consent)
    return story, consent


def publish(world, story):
    return publish_story(story_id=story.pk, by=world["field_leader"], now=NOW)


def words_of(story):
    with scope(SYSTEM):
        row = Story.objects.get(pk=story.pk)
    return {"title": row.title, "body": row.body, "invitation": row.invitation}
