"""A priority is signed by two people; two accounts of which one gave the other its way in lately do not count as two."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests.world import NOW, World, later

from peyvand.flow.need.actions import propose_priority, sign_priority
from peyvand.flow.need.models import Need, PriorityOverride
from peyvand.flow.need.rules import NotTwoPeople
from peyvand.people.accounts import issue_sign_in_code
from peyvand.people.models import AccessGiven, Account, Membership
from peyvand.people.queries import not_two_people
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

REASON = "سقف خانه فرو ریخته است."


@pytest.fixture
def world(db):
    return World.build()


def propose(world, by, now=NOW):
    need = world.need()
    return propose_priority(need_id=need.pk, priority=90, reason=REASON, by=world[by], now=now)


def hand_code(world, giver, receiver, now=NOW):
    membership = Membership.objects.select_related("account", "place", "organisation").get(
        pk=world[receiver].membership_id
    )
    issue_sign_in_code(membership=membership, valid_for=timedelta(hours=1), by=world[giver], now=now)


@pytest.mark.parametrize(("first", "second"), [("leader", "field_leader"), ("field_leader", "leader")])
def test_a_leader_cannot_sign_with_the_one_he_handed_a_code_in_either_order(world, first, second):
    hand_code(world, "leader", "field_leader")
    override = propose(world, first)
    with pytest.raises(NotTwoPeople):
        sign_priority(override_id=override.pk, by=world[second], now=later(days=29))
    with scope(SYSTEM):
        assert Need.objects.get(pk=override.need_id).priority != 90
    sign_priority(override_id=override.pk, by=world["second_leader"], now=later(days=29))


def test_after_the_days_of_the_setting_the_two_are_two_again(world, settings):
    settings.ONE_HAND_DAYS = 3
    hand_code(world, "leader", "field_leader")
    override = propose(world, "leader")
    with pytest.raises(NotTwoPeople):
        sign_priority(override_id=override.pk, by=world["field_leader"], now=later(days=2))
    assert sign_priority(override_id=override.pk, by=world["field_leader"], now=later(days=4)).signed_by_id


def test_the_database_holds_it_whoever_writes(world):
    hand_code(world, "leader", "field_leader")
    override = propose(world, "leader")
    with pytest.raises(IntegrityError, match="not two people"), transaction.atomic(), scope(SYSTEM):
        PriorityOverride.objects.filter(pk=override.pk).update(
            signed_by_id=world["field_leader"].account_id, signed_at=later(days=1)
        )


@pytest.mark.parametrize("act", ["UPDATE people_accessgiven SET until = now()", "DELETE FROM people_accessgiven"])
def test_who_gave_a_way_in_is_not_rewritten(world, act):
    hand_code(world, "leader", "field_leader")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), scope(SYSTEM):
        connection.cursor().execute(act)


class AnyHands(TestCase):
    """Whatever was given to whom and when: the rule in Python, the trigger and the query agree."""

    def setUp(self) -> None:
        self.world = World.build()
        self.accounts = [Account.objects.get(username=name) for name in ("leader", "second_leader", "field_leader")]
        self.override = propose(self.world, "leader")

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test_two_sign_only_where_neither_gave_the_other_a_way_in(self, data):
        one = st.sampled_from(self.accounts)
        with transaction.atomic():
            given_ = data.draw(st.lists(st.tuples(one, one, st.integers(-2, 2)), max_size=4))
            for giver, receiver, days in given_:
                AccessGiven.objects.create(giver=giver, receiver=receiver, until=later(days=days))
            first, second = data.draw(one), data.draw(one)
            hands = {first, second}
            held = first == second or any({giver, receiver} == hands and days > 0 for giver, receiver, days in given_)
            if first != second:
                assert (first.pk in not_two_people(second.pk, NOW)) == held
            try:
                with transaction.atomic():
                    PriorityOverride.objects.filter(pk=self.override.pk).update(
                        proposed_by=first, signed_by=second, signed_at=NOW
                    )
                written = True
            except IntegrityError:
                written = False
            assert written != held
            transaction.set_rollback(True)
