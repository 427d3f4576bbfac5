"""The list without names: what members read of a need, and how two never take the same."""

import pytest
from tests.world import NOW, in_days

from peyvand.flow.commitment.actions import accept_commitments
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.need.models import Need
from peyvand.kernel.refusals import NotEnoughLeft, NotFound, NotPermitted
from peyvand.programmes.federations import queries, rules, sharing_actions
from peyvand.programmes.federations.models import SharedNeed
from peyvand.programmes.federations.tests.test_way_of_a_federation import SPEAKERS, built, member
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return built()


def shared(world, **values):
    member(world, "office"), member(world, "charity")
    need = world.need(3, **values)
    [row] = sharing_actions.share_needs(
        federation_id=world.organisations["federation"].pk, need_ids=[need.pk], by=world["facilitator"], now=NOW
    )
    return need, row


def test_members_read_the_county_of_a_familys_need_and_never_the_need(world):
    household = world.household()
    need, row = shared(world, household=household)
    with scope(world["charity_manager"]):
        [told] = queries.shared(world["charity_manager"])
        assert (told.place.code, told.left, told.holder_id) == ("sari", 3, world.organisations["centre"].pk)
        assert not Need.objects.filter(pk=need.pk).exists()
    for stranger in ("firm_manager", "other_manager", "governor"):
        with scope(world[stranger]):
            assert not SharedNeed.objects.exists()
    other = world.need(1, by="firm_manager", place="espiari")
    with pytest.raises(rules.NotAMember):
        sharing_actions.share_needs(
            federation_id=row.federation_id, need_ids=[other.pk], by=world["firm_manager"], now=NOW
        )
    ours = world.need(2)  # of the neighbourhood, nobody's alone
    [plain] = sharing_actions.share_needs(
        federation_id=row.federation_id, need_ids=[ours.pk], by=world["facilitator"], now=NOW
    )
    with scope(world["charity_manager"]):
        assert queries.one_shared(plain.pk).place.code == "nobonyad"
    sharing_actions.unshare_need(shared_id=row.pk, by=world["facilitator"], now=NOW)
    with scope(world["charity_manager"]):
        assert [one.pk for one in queries.shared(world["charity_manager"])] == [plain.pk]


def takes(world, row, name, quantity, capacity=None):
    capacity = capacity or world.capacity(quantity, by=SPEAKERS[name], place="mz")
    return sharing_actions.take_shared(
        shared_id=row.pk, capacity_id=capacity.pk, quantity=quantity, due=in_days(9), by=world[SPEAKERS[name]], now=NOW
    )


def test_what_a_member_takes_becomes_a_promise_and_two_never_take_the_same(world):
    need, row = shared(world)
    member(world, "other")
    first, second = takes(world, row, "charity", 2), takes(world, row, "other", 2)
    with pytest.raises(NotFound):
        takes(world, row, "firm", 1)
    with pytest.raises((NotPermitted, NotFound)):
        sharing_actions.answer_taking(taking_id=first.pk, agree=True, by=world["charity_manager"], now=NOW)
    done = sharing_actions.answer_taking(taking_id=first.pk, agree=True, by=world["facilitator"], now=NOW)
    with pytest.raises(NotEnoughLeft):
        sharing_actions.answer_taking(taking_id=second.pk, agree=True, by=world["facilitator"], now=NOW)
    assert done.commitment_id
    accept_commitments(commitment_ids=[done.commitment_id], by=world["charity_manager"], now=NOW)
    with scope(SYSTEM):
        promise = Commitment.objects.get()
        assert (promise.need_id, promise.quantity, promise.state) == (need.pk, 2, "accepted")
        assert SharedNeed.objects.get(pk=row.pk).left == 1
    with pytest.raises(rules.NothingLeft):
        takes(world, row, "charity", 2)
    sharing_actions.unshare_need(shared_id=row.pk, by=world["facilitator"], now=NOW)
    with scope(world["other_manager"]):  # off the list, and still seen by who took it
        assert [one.pk for one in queries.takings(world["other_manager"])] == [second.pk]
    sharing_actions.withdraw_taking(taking_id=second.pk, by=world["other_manager"], now=NOW)


def test_what_one_member_takes_is_seen_taken_by_the_others_without_a_name(world):
    _need, row = shared(world)
    member(world, "other")
    taken = takes(world, row, "charity", 2)
    with scope(world["other_manager"]):
        [told] = queries.shared(world["other_manager"])
        assert (told.left, told.asked) == (3, 2)
        assert not queries.takings(world["other_manager"]).exists()
    sharing_actions.withdraw_taking(taking_id=taken.pk, by=world["charity_manager"], now=NOW)
    again = takes(world, row, "charity", 1)
    sharing_actions.answer_taking(taking_id=again.pk, agree=True, by=world["facilitator"], now=NOW)
    with scope(world["other_manager"]):
        [told] = queries.shared(world["other_manager"])
        assert (told.left, told.asked) == (2, 0)


def test_the_list_follows_the_need(world):
    need, row = shared(world)
    world.promise(need, world.capacity(1, place="mz"), 1)
    assert sharing_actions.follow_needs(need_ids=[need.pk], by=SYSTEM, now=NOW) == 1
    assert sharing_actions.follow_needs(by=SYSTEM, now=NOW) == 0
    with scope(world["charity_manager"]):
        assert queries.one_shared(row.pk).left == 2
