"""A family that signs in says itself whether help arrived: of its own household's, and of nobody else's."""

from datetime import timedelta

import pytest
from tests.world import NOW, TODAY, World

from peyvand.flow.commitment.models import Commitment
from peyvand.flow.delivery.actions import (
    NewDelivery,
    accept_deliveries,
    record_deliveries,
    refuse_delivery,
    reverse_delivery,
)
from peyvand.flow.delivery.enums import DeliveryAnswer, RefusalReason
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.delivery.permissions import acceptable_by
from peyvand.flow.delivery.rules import AnsweredBefore, RecordedByYourGiver
from peyvand.flow.need.models import Need
from peyvand.flow.replay import replay
from peyvand.journal.models import Event
from peyvand.kernel.refusals import NotFound, NotPermitted
from peyvand.people.enums import MemberRole
from peyvand.people.households import NewPerson, add_persons
from peyvand.people.models import Person
from peyvand.people.queries import acting_as
from peyvand.people.residents import give_sign_in
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World.build()


def head_of(household):
    with scope(SYSTEM):
        return Person.objects.get(household=household, is_head=True)


@pytest.fixture
def home(world):
    household = world.household()
    world.join("resident", MemberRole.RESIDENT, "nobonyad", "centre", person_id=head_of(household).pk)
    return household


def handed_over(world, household, quantity=1, by="charity_manager", **about):
    need = world.need(quantity, household=household, **about)
    return world.delivered(world.agreed(need, world.capacity(quantity), quantity), quantity, by=by, accepted=False)


def test_the_word_of_the_family_counts_as_that_of_its_side(world, home):
    delivery = handed_over(world, home, 2)
    by = world["resident"]
    with scope(by):
        assert [one.pk for one in acceptable_by(Delivery.objects.all(), by, NOW)] == [delivery.pk]
    accept_deliveries(delivery_ids=[delivery.pk], by=by, now=NOW)
    with scope(SYSTEM):
        need = Need.objects.get(pk=delivery.commitment.need_id)
        event = Event.objects.filter(act="delivery.accepted").get()
        assert (need.met, need.underway, need.state) == (2, 0, "closed")
        assert (event.account_id, event.role) == (by.account_id, "resident")
        assert replay() == []
    with pytest.raises(AnsweredBefore):
        accept_deliveries(delivery_ids=[delivery.pk], by=by, now=NOW)
    with pytest.raises(NotPermitted):
        reverse_delivery(delivery_id=delivery.pk, note="به اشتباه زده شد", by=by, now=NOW)


def test_what_did_not_arrive_is_refused_and_the_promise_stands(world, home):
    delivery = handed_over(world, home)
    refuse_delivery(delivery_id=delivery.pk, reason=RefusalReason.NOT_RECEIVED, by=world["resident"], now=NOW)
    with scope(SYSTEM):
        promise = Commitment.objects.get(pk=delivery.commitment_id)
        assert (promise.state, promise.underway, promise.accepted) == ("accepted", 0, 0)
        assert Delivery.objects.get(pk=delivery.pk).answer == DeliveryAnswer.REFUSED


def test_another_family_s_and_another_person_s_help_is_neither_seen_nor_answered(world, home):
    sara = NewPerson("سارا", "آزمونی", sex="woman")
    child = add_persons(household_id=home.pk, persons=[sara], by=world["facilitator"], now=NOW)[0]
    others = [
        handed_over(world, world.household()),
        handed_over(world, None),
        handed_over(world, home, person=child),
    ]
    by = world["resident"]
    with scope(by):
        assert not Delivery.objects.exists()
        assert not Commitment.objects.exists()
    for delivery in others:
        with pytest.raises(NotFound):
            accept_deliveries(delivery_ids=[delivery.pk], by=by, now=NOW)
        with pytest.raises(NotFound):
            refuse_delivery(delivery_id=delivery.pk, reason=RefusalReason.OTHER, by=by, now=NOW)


def test_whoever_gave_the_family_its_slip_and_recorded_the_delivery_is_not_its_second_voice(world):
    household = world.household()
    promise = world.agreed(world.need(household=household), world.capacity())
    delivery = record_deliveries(rows=[NewDelivery(promise.pk, 1, TODAY)], by=world["facilitator"], now=NOW)[0]
    role, _code = give_sign_in(
        person_id=head_of(household).pk, valid_for=timedelta(hours=1), by=world["facilitator"], now=NOW
    )
    by = acting_as(role)
    with scope(by):
        assert not acceptable_by(Delivery.objects.all(), by, NOW).exists()
    with pytest.raises(RecordedByYourGiver):
        accept_deliveries(delivery_ids=[delivery.pk], by=by, now=NOW)
    accept_deliveries(delivery_ids=[delivery.pk], by=by, now=NOW + timedelta(days=31))
