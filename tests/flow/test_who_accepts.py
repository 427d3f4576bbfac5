"""Who says that something was handed over does not also say that it arrived."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.world import NOW, TODAY, World

from peyvand.flow.delivery.actions import (
    NewDelivery,
    accept_deliveries,
    record_deliveries,
    refuse_delivery,
    reverse_delivery,
)
from peyvand.flow.delivery.enums import RefusalReason
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.delivery.permissions import acceptable_by, may_accept_recorded
from peyvand.flow.delivery.rules import RecordedByYou
from peyvand.people.accounts import grant_membership
from peyvand.people.enums import MemberRole
from peyvand.people.models import Account
from peyvand.people.queries import acting_as
from peyvand.scope.acting import SYSTEM, Acting, Role
from peyvand.scope.database import scope


@given(st.integers(0, 3), st.one_of(st.none(), st.integers(1, 3)), st.sampled_from(sorted(set(Role) - {Role.SYSTEM})))
def test_only_the_recorder_himself_is_refused(acting, recorder, role):
    answer = may_accept_recorded(Acting(role, account_id=acting), recorder)
    assert (answer is not None) == (recorder is not None and recorder == acting)


@pytest.fixture
def world(db):
    return World.build()


def recorded(world, by, quantity=1):
    promise = world.agreed(world.need(quantity), world.capacity(quantity), quantity)
    return record_deliveries(rows=[NewDelivery(promise.pk, quantity, TODAY)], by=world[by], now=NOW)[0]


def accept(world, by, *deliveries):
    return accept_deliveries(delivery_ids=[one.pk for one in deliveries], by=world[by], now=NOW)


def test_a_colleague_of_the_receiver_accepts_and_the_recorder_does_not_under_any_role(world):
    delivery = recorded(world, "facilitator")
    account = Account.objects.get(username="facilitator")
    where = {"place": world.places["sari"], "organisation": world.organisations["office"]}
    second = grant_membership(account=account, role=MemberRole.COUNTY_OFFICER, by=SYSTEM, now=NOW, **where)
    world.acting["same_person"] = acting_as(second)
    for name in ("facilitator", "same_person"):
        with pytest.raises(RecordedByYou):
            accept(world, name, delivery)
        with scope(world[name]):
            assert not acceptable_by(Delivery.objects.all(), world[name], NOW).exists()
    with scope(world["social_worker"]):
        assert acceptable_by(Delivery.objects.all(), world["social_worker"], NOW).get() == delivery
    assert accept(world, "social_worker", delivery)


def test_a_bulk_act_holds_to_it_as_a_whole(world):
    fine, own = recorded(world, "charity_manager"), recorded(world, "facilitator")
    with pytest.raises(RecordedByYou):
        accept(world, "facilitator", fine, own)
    with scope(SYSTEM):
        assert set(Delivery.objects.values_list("answer", flat=True)) == {""}
    assert accept(world, "facilitator", fine)


def test_the_recorder_may_refuse_and_an_acceptance_can_be_reversed_by_him(world):
    delivery = recorded(world, "facilitator")
    refuse_delivery(delivery_id=delivery.pk, reason=RefusalReason.DAMAGED, by=world["facilitator"], now=NOW)
    other = recorded(world, "facilitator")
    accept(world, "social_worker", other)
    assert reverse_delivery(delivery_id=other.pk, note="اشتباه بود", by=world["facilitator"], now=NOW).quantity == -1


def test_an_office_of_one_person_works_by_its_setting(world, settings):
    settings.ONE_PERSON_ACCEPTS = True
    assert accept(world, "facilitator", recorded(world, "facilitator"))
