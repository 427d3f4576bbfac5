"""A resident's own sign-in: given under a task, tied to the person, and to nobody's name."""

from datetime import timedelta

import pytest
from tests.world import NOW, World

from peyvand.journal.models import Event
from peyvand.kernel.refusals import NotFound, NotPermitted
from peyvand.people.accounts import redeem_sign_in_code
from peyvand.people.enums import MemberRole
from peyvand.people.models import Account, Membership, Person, SignInCode
from peyvand.people.queries import acting_as
from peyvand.people.residents import give_sign_in
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db
DAY = timedelta(hours=24)


@pytest.fixture
def world():
    return World.build()


@pytest.fixture
def person(world):
    household = world.household()
    with scope(SYSTEM):
        return Person.objects.get(household=household)


def test_the_code_lets_the_person_in_as_a_resident_who_sees_the_own_needs_only(world, person):
    role, code = give_sign_in(person_id=person.pk, valid_for=DAY, by=world["facilitator"], now=NOW)
    admitted = redeem_sign_in_code(code=code, now=NOW)
    assert (admitted.pk, role.role, role.account.person_id) == (role.pk, MemberRole.RESIDENT, person.pk)
    assert "آزمونی" not in role.account.name
    world.household()
    with scope(acting_as(admitted)):
        assert [one.pk for one in Person.objects.all()] == [person.pk]


def test_a_second_slip_uses_the_same_account_and_role(world, person):
    first, _code = give_sign_in(person_id=person.pk, valid_for=DAY, by=world["facilitator"], now=NOW)
    second, _code = give_sign_in(person_id=person.pk, valid_for=DAY, by=world["facilitator"], now=NOW)
    assert first.pk == second.pk
    assert Account.objects.filter(person_id=person.pk).count() == 1


def test_who_gave_it_stands_in_the_journal(world, person):
    give_sign_in(person_id=person.pk, valid_for=DAY, by=world["facilitator"], now=NOW)
    with scope(SYSTEM):
        event = Event.objects.get(act="resident.sign_in_given")
    assert (event.subject_id, event.account_id) == (person.pk, world["facilitator"].account_id)


@pytest.mark.parametrize("name", ["social_worker", "field_leader", "charity_manager"])
def test_without_the_task_nobody_gives_it_and_nothing_is_left_behind(world, person, name):
    with pytest.raises(NotFound):
        give_sign_in(person_id=person.pk, valid_for=DAY, by=world[name], now=NOW)
    assert not Account.objects.filter(person_id=person.pk).exists()


@pytest.mark.parametrize("name", ["officer", "auditor", "administrator", "governor"])
def test_those_who_do_not_keep_families_are_refused(world, person, name):
    with pytest.raises(NotPermitted):
        give_sign_in(person_id=person.pk, valid_for=DAY, by=world[name], now=NOW)


def test_a_colleague_who_is_also_a_client_is_left_to_the_administrator(world, person):
    Account.objects.filter(username="social_worker").update(person_id=person.pk)
    before = SignInCode.objects.count()
    with pytest.raises(NotPermitted):
        give_sign_in(person_id=person.pk, valid_for=DAY, by=world["facilitator"], now=NOW)
    assert SignInCode.objects.count() == before
    assert not Membership.objects.filter(role=MemberRole.RESIDENT).exists()
