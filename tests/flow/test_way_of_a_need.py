"""From need to story, as the people of two organisations walk it."""

import pytest
from tests.world import NOW, World, in_days

from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.actions import break_commitment
from peyvand.flow.commitment.enums import CommitmentState
from peyvand.flow.commitment.matching import run_matching
from peyvand.flow.commitment.models import Commitment, Suggestion
from peyvand.flow.commitment.suggestions import accept_suggestions
from peyvand.flow.delivery.actions import refuse_delivery, reverse_delivery
from peyvand.flow.delivery.enums import RefusalReason
from peyvand.flow.need.enums import NeedState
from peyvand.flow.need.models import Need
from peyvand.flow.replay import replay
from peyvand.flow.story.actions import publish_story, submit_story, write_story
from peyvand.flow.story.models import Story
from peyvand.kernel.refusals import NotEnoughLeft, NotFound
from peyvand.scope.acting import PUBLIC, SYSTEM
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db


def stored(model, row):
    with scope(SYSTEM):
        return model.objects.get(pk=row.pk)


def test_a_need_is_seen_matched_promised_delivered_accepted_and_told():
    world = World.build()
    need = world.need(2, household=world.household(), urgency=90)
    world.capacity(5)
    run = run_matching(place=world.places["mz"], by=world["leader"], now=NOW)
    assert (run.served, run.unserved) == (1, 0)
    with scope(world["charity_manager"]):
        suggestion = Suggestion.objects.get()
    promise = accept_suggestions(
        suggestion_ids=[suggestion.pk], due_date=in_days(10), by=world["charity_manager"], now=NOW
    )[0]
    assert promise.state == CommitmentState.OFFERED
    from peyvand.flow.commitment.actions import accept_commitments

    accept_commitments(commitment_ids=[promise.pk], by=world["facilitator"], now=NOW)
    delivery = world.delivered(promise, 2)
    met = stored(Need, need)
    assert (met.state, met.closed_as, met.met_by, met.met) == ("closed", "met", "charity", 2)
    assert stored(Commitment, promise).state == CommitmentState.KEPT
    story = write_story(
        title="دو ویلچر برای نوبنیاد", body="خیریه و تسهیلگر محله با هم کار کردند و دو ویلچر به خانواده رسید.",
        place=world.places["nobonyad"], delivery_ids=[delivery.pk], by=world["facilitator"], now=NOW,
    )  # fmt: skip
    submit_story(story_id=story.pk, by=world["facilitator"], now=NOW)
    publish_story(story_id=story.pk, by=world["field_leader"], now=NOW)
    with scope(PUBLIC):
        assert list(Story.objects.values_list("title", flat=True)) == ["دو ویلچر برای نوبنیاد"]
    assert replay() == []


def test_a_refused_delivery_leaves_the_promise_standing():
    world = World.build()
    need, capacity = world.need(3), world.capacity(3)
    promise = world.agreed(need, capacity, 3)
    delivery = world.delivered(promise, 2, accepted=False)
    refuse_delivery(delivery_id=delivery.pk, reason=RefusalReason.DAMAGED, by=world["facilitator"], now=NOW)
    after = stored(Need, need)
    assert (after.committed, after.underway, after.met) == (3, 0, 0)
    assert replay() == []


def test_reversing_a_delivery_opens_the_met_need_again():
    world = World.build()
    need, capacity = world.need(1), world.capacity(1)
    delivery = world.delivered(world.agreed(need, capacity))
    reverse_delivery(delivery_id=delivery.pk, note="اشتباه ثبت شده بود", by=world["facilitator"], now=NOW)
    after = stored(Need, need)
    assert (after.state, after.met, after.committed) == (NeedState.OPEN, 0, 1)
    assert stored(Capacity, capacity).delivered == 0
    assert replay() == []


def test_more_than_is_left_is_refused_and_nothing_changes():
    world = World.build()
    first, second, capacity = world.need(2), world.need(2), world.capacity(3)
    world.promise(first, capacity, 2)
    with pytest.raises(NotEnoughLeft) as refusal:
        world.promise(second, capacity, 2)
    assert refusal.value.details == {"left": 1, "asked": 2}
    assert stored(Capacity, capacity).committed == 2
    assert replay() == []


def test_calling_a_promise_broken_that_one_does_not_see_is_not_found():
    world = World.build()
    promise = world.promise(world.need(), world.capacity())
    for commitment_id, by in ((0, "facilitator"), (promise.pk, "firm_manager")):
        with pytest.raises(NotFound):
            break_commitment(commitment_id=commitment_id, by=world[by], now=NOW)
