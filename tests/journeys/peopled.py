"""The small province with something in every state of the way from need to story, as the pages of all roles show it."""

from random import Random

from tests.world import NOW, TODAY, World, in_days, later

from peyvand.extend.discovery import programmes
from peyvand.extend.switches import switch_on
from peyvand.flow.commitment.matching import run_matching
from peyvand.flow.delivery.actions import NewDelivery, record_deliveries
from peyvand.flow.need.actions import propose_priority
from peyvand.flow.story.actions import publish_story, submit_story, write_story
from peyvand.kernel.text import persian_digits
from peyvand.people.enums import ConsentGiver, ConsentPurpose, ConsentWay, DisabilityKind, MemberRole
from peyvand.people.households import give_consent, record_disability
from peyvand.people.models import Person
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope


def peopled() -> World:
    """With a person who signs in as "resident"; call inside a test with a transactional database."""
    world = World.build()
    world.household()
    household = world.household()
    with scope(SYSTEM):
        person = Person.objects.get(household=household)
    _file(world, person)
    world.join("resident", MemberRole.RESIDENT, "nobonyad", "centre", person_id=person.pk)
    world.need(1, household=household, note="پلهٔ جلوی در")
    world.need(2, by="resident", person=person)
    _flow(world)
    for programme in programmes().values():
        switch_on(slug=programme.slug, place=world.places["ir"], by=SYSTEM, now=NOW)
        programme.seed(3, Random(3), NOW)
    return world


def _file(world: World, person: Person) -> None:
    for purpose in (ConsentPurpose.KEEP_FILE, ConsentPurpose.KEEP_HEALTH, ConsentPurpose.TELL_STORY):
        give_consent(
            person_id=person.pk, purpose=purpose, given_by=ConsentGiver.SELF, way=ConsentWay.PAPER, by=world["facilitator"], now=NOW
        )  # fmt: skip
    record_disability(
        person_id=person.pk, disability=DisabilityKind.HEARING, severity="", by=world["facilitator"], now=NOW
    )


def _flow(world: World) -> None:
    capacity = world.capacity(30)
    world.promise(world.need(2), capacity, 2)
    late = world.agreed(world.need(2), capacity, 2)
    waiting = world.agreed(world.need(3), capacity, 3)
    record_deliveries(rows=[NewDelivery(waiting.pk, 1, TODAY)], by=world["charity_manager"], now=NOW)
    done = [world.delivered(world.agreed(world.need(1), capacity, 1), 1) for _ in range(6)]
    assert late.due_date < in_days(20)
    for number, delivery in enumerate(done[:2]):
        story = write_story(
            title=f"روایت {persian_digits(str(number))}", body="همسایه‌ها دست به دست هم دادند و کار به سرانجام رسید.",
            place=world.places["nobonyad"],
            delivery_ids=[delivery.pk], by=world["facilitator"], now=NOW,
        )  # fmt: skip
        submit_story(story_id=story.pk, by=world["facilitator"], now=NOW)
        if number == 0:
            publish_story(story_id=story.pk, by=world["field_leader"], now=NOW)
    asked = world.need(4)
    propose_priority(
        need_id=asked.pk, priority=90, reason="سه همسایه هم گواهی داده‌اند.", by=world["field_leader"], now=NOW
    )
    world.need(1, kind="tutoring")
    run_matching(place=world.places["mz"], by=world["leader"], now=later(hours=1))
