"""An erased person is named nowhere: not in the file, and not in anything that was written along the flow."""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from tests.world import NOW, TODAY, World

from peyvand.files.storage import LocalFolder
from peyvand.flow.capacity.actions import NewCapacity, offer_capacities
from peyvand.flow.delivery.actions import NewDelivery, accept_deliveries, add_proof, record_deliveries
from peyvand.flow.delivery.models import Delivery, Proof
from peyvand.flow.erasure import erase_person
from peyvand.flow.need.actions import propose_priority
from peyvand.flow.replay import replay
from peyvand.flow.story.actions import publish_story, submit_story, write_story
from peyvand.flow.story.models import Story
from peyvand.journal.models import Event
from peyvand.kernel.refusals import NotFound, NotPermitted
from peyvand.people.enums import ConsentGiver, ConsentPurpose, ConsentWay
from peyvand.people.households import NewHousehold, NewPerson, give_consent, register_households
from peyvand.people.models import Person
from peyvand.scope.acting import PUBLIC, SYSTEM
from peyvand.scope.database import scope
from peyvand.scope.encryption import Protected, ProtectedField

pytestmark = pytest.mark.django_db
MARK = "گلبهارنشان"


def places_of(word):
    """Every table and row in which a word stands, protected columns read too."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}" one WHERE one::text LIKE %s', [f"%{word}%"])
            found += [table] * (cursor.fetchone()[0] > 0)
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, ProtectedField):
                values = model._default_manager.values_list(field.name, flat=True)
                found += [
                    model._meta.db_table for value in values if isinstance(value, Protected) and word in value.reveal()
                ]
    return found


def written_about(world, *, need_of_person, with_consent):
    """A family whose member is named wherever somebody can write freely."""
    persons = (
        NewPerson(MARK, "آزمونی", is_head=True, mobile="09121111111"),
        NewPerson("دیگری", "آزمونی"),
    )
    file = NewHousehold(code="F-1", place=world.places["nobonyad"], persons=persons, address=f"خانهٔ {MARK}")
    home = register_households(rows=[file], by=world["facilitator"], now=NOW)[0]
    with scope(SYSTEM):
        person, other = Person.objects.filter(household=home).order_by("pk")
    need = world.need(household=home, person=person if need_of_person else None, note=f"{MARK} گفت")
    propose_priority(need_id=need.pk, priority=90, reason=f"حال {MARK} خوب نیست", by=world["field_leader"], now=NOW)
    offer = NewCapacity(
        world.specifications["tutoring"],
        1,
        world.places["nobonyad"],
        provider_person=person,
        conditions=f"عصرها، {MARK}",
    )
    offer_capacities(rows=[offer], by=world["facilitator"], now=NOW)
    promise = world.agreed(need, world.capacity())
    handed = NewDelivery(promise.pk, 1, TODAY, f"به دست {MARK} رسید")
    delivery = record_deliveries(rows=[handed], by=world["charity_manager"], now=NOW)[0]
    accept_deliveries(delivery_ids=[delivery.pk], by=world["facilitator"], now=NOW)
    consents = []
    if with_consent:
        given = {"purpose": ConsentPurpose.TELL_STORY, "given_by": ConsentGiver.SELF, "way": next(iter(ConsentWay))}
        consents = [give_consent(person_id=person.pk, by=world["facilitator"], now=NOW, **given).pk]
    story = write_story(
        title="ویلچر رسید", body=f"خانواده و خیریه دست به دست هم دادند. {MARK if with_consent or need_of_person else ''}",
        place=world.places["nobonyad"], delivery_ids=[delivery.pk], consent_ids=consents, by=world["facilitator"], now=NOW,
    )  # fmt: skip
    submit_story(story_id=story.pk, by=world["facilitator"], now=NOW)
    publish_story(story_id=story.pk, by=world["field_leader"], now=NOW)
    return person, other, story


@pytest.mark.parametrize(
    ("need_of_person", "with_consent"), [(True, False), (False, True), (True, True), (False, False)]
)
def test_after_an_erasure_no_table_names_the_person(need_of_person, with_consent):
    world = World.build()
    person, other, story = written_about(world, need_of_person=need_of_person, with_consent=with_consent)
    tables = {
        "people_person",
        "people_household",
        "need_need",
        "need_priorityoverride",
        "capacity_capacity",
        "delivery_delivery",
    }
    tables |= {"story_story"} if need_of_person or with_consent else set()
    assert tables - {"people_household"} <= set(places_of(MARK))
    erase_person(person_id=person.pk, by=world["facilitator"], now=NOW)
    # The address belongs to the family as long as one of it is known; it is erased with the last.
    assert set(places_of(MARK)) <= {"people_household"}
    erase_person(person_id=other.pk, by=world["facilitator"], now=NOW)
    assert places_of(MARK) == []
    with scope(SYSTEM):
        assert Story.objects.get(pk=story.pk).state == ("withdrawn" if need_of_person or with_consent else "draft")
        assert Delivery.objects.get().answer == "accepted"
    with scope(PUBLIC):
        assert not Story.objects.exists()
    assert replay() == []


def test_stories_of_others_and_what_is_not_seen_stay():
    world = World.build()
    person, _, _ = written_about(world, need_of_person=False, with_consent=True)
    delivery = world.delivered(world.agreed(world.need(note="دیگر"), world.capacity()))
    kept = write_story(
        title="داستان دیگر", body="همسایه‌ها و خیریه با هم کاری دیگر کردند که ماند.", place=world.places["nobonyad"],
        delivery_ids=[delivery.pk], by=world["facilitator"], now=NOW,
    )  # fmt: skip
    submit_story(story_id=kept.pk, by=world["facilitator"], now=NOW)
    publish_story(story_id=kept.pk, by=world["field_leader"], now=NOW)
    for name, refusal in (("charity_manager", NotFound), ("governor", NotPermitted)):
        with pytest.raises(refusal):
            erase_person(person_id=person.pk, by=world[name], now=NOW)
    assert places_of(MARK)
    erase_person(person_id=person.pk, by=world["facilitator"], now=NOW)
    with scope(PUBLIC):
        assert Story.objects.get().title == "داستان دیگر"


def test_a_note_of_a_delivery_is_blanked_and_never_rewritten():
    world = World.build()
    promise = world.agreed(world.need(), world.capacity())
    record_deliveries(rows=[NewDelivery(promise.pk, 1, TODAY, "اول")], by=world["charity_manager"], now=NOW)
    with pytest.raises(DatabaseError, match="never rewritten"), transaction.atomic(), scope(SYSTEM):
        Delivery.objects.update(note="دوم")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), scope(world["charity_manager"]):
        Delivery.objects.update(note="")


@pytest.mark.django_db(transaction=True)
def test_pictures_of_what_the_family_received_go_with_their_files_and_those_of_others_stay(settings, tmp_path):
    settings.PEYVAND_FILES = tmp_path
    folder, world = LocalFolder(tmp_path), World.build()
    by = world["facilitator"]
    shown, shared = folder.store(b"a family at its door"), folder.store(b"ten wheelchairs in a yard")
    home = world.household()

    def proved(household, *pictures):
        delivery = world.delivered(world.agreed(world.need(household=household), world.capacity()))
        for sha256 in pictures:
            about = {"sha256": sha256, "content_type": "image/jpeg", "size": 20}
            add_proof(delivery_id=delivery.pk, **about, by=by, now=NOW)
        return delivery

    own, others = proved(home, shown, shared), proved(world.household(), shared)
    with scope(SYSTEM):
        person = Person.objects.get(household=home)
    erase_person(person_id=person.pk, by=by, now=NOW)
    with scope(SYSTEM):
        assert list(Proof.objects.values_list("delivery_id", flat=True)) == [others.pk]
        assert Event.objects.get(act="delivery.pictures_forgotten").data["rows"][0][0] == own.pk
    with pytest.raises(FileNotFoundError):
        folder.read(shown)
    assert folder.read(shared)
    assert replay() == []


def test_nobody_but_an_erasure_takes_a_picture_away():
    world = World.build()
    delivery = world.delivered(world.agreed(world.need(), world.capacity()))
    about = {"sha256": "0" * 64, "content_type": "image/jpeg", "size": 20}
    add_proof(delivery_id=delivery.pk, **about, by=world["facilitator"], now=NOW)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), scope(world["facilitator"]):
        Proof.objects.all().delete()
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), scope(SYSTEM):
        Proof.objects.update(sha256="1" * 64)
