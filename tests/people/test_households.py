"""Family files: consent before health data, protected columns, reveals that leave an event, erasure that works."""

import pytest
from django.db import IntegrityError, connection, transaction
from tests.world import NOW, World

from peyvand.flow.erasure import erase_person
from peyvand.journal.models import Event
from peyvand.kernel.refusals import AlreadyThere, BadValue, NotFound, NotPermitted
from peyvand.people.enums import ConsentGiver, ConsentPurpose, ConsentWay, DisabilityKind, Severity
from peyvand.people.households import (
    NewHousehold,
    NewPerson,
    NoConsent,
    end_task,
    give_consent,
    give_task,
    record_disability,
    register_households,
    reveal,
    withdraw_consent,
)
from peyvand.people.models import Disability, Household, Membership, Person, Task
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db
MOBILE, NATIONAL_ID = "09000000001", "0499370899"


@pytest.fixture
def world():
    return World.build()


def file_with(world, **person):
    values = {
        "given_name": "مریم",
        "family_name": "آزمونی",
        "is_head": True,
        "mobile": MOBILE,
        "national_id": NATIONAL_ID,
    }
    row = NewHousehold("F1", world.places["nobonyad"], address="کوچهٔ سوم", persons=[NewPerson(**(values | person))])
    home = register_households(rows=[row], by=world["facilitator"], now=NOW)[0]
    with scope(SYSTEM):
        return home, Person.objects.get(household=home)


def raw(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
        return cursor.fetchone()[0] or ""


def consent(world, person, purpose=ConsentPurpose.KEEP_HEALTH):
    act = {"given_by": ConsentGiver.GUARDIAN, "way": ConsentWay.PAPER, "by": world["facilitator"], "now": NOW}
    return give_consent(person_id=person.pk, purpose=purpose, **act)


def test_protected_values_lie_encrypted_and_print_as_dots(world):
    _, person = file_with(world)
    stored = raw("people_person") + raw("people_household")
    for secret in (MOBILE, NATIONAL_ID, "کوچهٔ سوم"):
        assert secret not in stored
    assert f"{person.mobile} {person.national_id}" == "••• •••"


def test_a_reveal_gives_the_value_and_leaves_an_event(world):
    _, person = file_with(world)
    assert reveal(person_id=person.pk, what="mobile", by=world["facilitator"], now=NOW) == MOBILE
    assert reveal(person_id=person.pk, what="address", by=world["facilitator"], now=NOW) == "کوچهٔ سوم"
    with scope(SYSTEM):
        events = Event.objects.filter(act="person.revealed", account_id=world["facilitator"].account_id)
        assert [event.data["what"] for event in events.order_by("id")] == ["mobile", "address"]


def test_nobody_reveals_without_a_task(world):
    _, person = file_with(world)
    for name in ("social_worker", "officer", "leader", "charity_manager", "administrator"):
        with pytest.raises(NotFound):
            reveal(person_id=person.pk, what="mobile", by=world[name], now=NOW)


def test_no_event_holds_a_name_or_number(world):
    _, person = file_with(world)
    reveal(person_id=person.pk, what="mobile", by=world["facilitator"], now=NOW)
    events = raw("journal_event")
    assert not any(secret in events for secret in (MOBILE, NATIONAL_ID, "مریم", "آزمونی", "کوچه"))


@pytest.mark.parametrize(
    ("values", "field"),
    [({"national_id": "1234567890"}, "national_id"), ({"mobile": "0212345"}, "mobile"), ({"given_name": " "}, "name")],
)
def test_a_bad_value_is_named_and_nothing_is_stored(world, values, field):
    with pytest.raises(BadValue) as refusal:
        file_with(world, **values)
    assert refusal.value.details["field"] == field
    with scope(SYSTEM):
        assert not Household.objects.exists()


def test_the_same_national_id_twice_in_one_organisation_is_refused_by_the_database(world):
    file_with(world)
    row = NewHousehold("F2", world.places["nobonyad"], persons=[NewPerson("زهرا", "نمونه", national_id="۰۴۹۹۳۷۰۸۹۹")])
    with pytest.raises(AlreadyThere) as refused, transaction.atomic():
        register_households(rows=[row], by=world["facilitator"], now=NOW)
    assert isinstance(refused.value.__cause__, IntegrityError)


def test_health_data_needs_a_consent_and_goes_with_it(world):
    _, person = file_with(world)
    record = {"disability": DisabilityKind.VISUAL, "severity": Severity.SEVERE, "by": world["facilitator"], "now": NOW}
    with pytest.raises(NoConsent):
        record_disability(person_id=person.pk, **record)
    given = consent(world, person)
    assert consent(world, person).pk == given.pk
    record_disability(person_id=person.pk, **record)
    withdraw_consent(consent_id=given.pk, by=world["facilitator"], now=NOW)
    with scope(SYSTEM):
        assert not Disability.objects.exists()
    with pytest.raises(NotFound):
        withdraw_consent(consent_id=given.pk, by=world["facilitator"], now=NOW)


def test_a_task_opens_and_closes_the_sight_of_a_name(world):
    home, _ = file_with(world)
    worker = Membership.objects.get(pk=world["social_worker"].membership_id)
    with pytest.raises(NotPermitted):
        give_task(household_id=home.pk, membership=worker, by=world["facilitator"], now=NOW)
    task = give_task(household_id=home.pk, membership=worker, by=world["field_leader"], now=NOW)
    with scope(world["social_worker"]):
        assert Person.objects.count() == 1
    end_task(task_id=task.pk, by=world["field_leader"], now=NOW)
    with scope(world["social_worker"]):
        assert Person.objects.count() == 0
        assert Task.objects.filter(until__isnull=True).count() == 1


def test_an_erased_person_is_named_nowhere_and_the_journal_stays_true(world):
    home, person = file_with(world)
    consent(world, person)
    world.need(household=home)
    erase_person(person_id=person.pk, by=world["facilitator"], now=NOW)
    everything = raw("people_person") + raw("people_household") + raw("journal_event") + raw("need_need")
    assert not any(secret in everything for secret in ("مریم", "آزمونی", MOBILE, NATIONAL_ID))
    with scope(SYSTEM):
        gone = Person.objects.get(pk=person.pk)
        assert (gone.mobile, gone.national_id_index, Household.objects.get(pk=home.pk).address) == ("", "", "")
    with pytest.raises(NotFound):
        reveal(person_id=person.pk, what="mobile", by=world["facilitator"], now=NOW)
