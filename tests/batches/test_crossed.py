"""Two people, two real connections, the same rows: nothing is done twice, nobody waits for the other for ever."""

import pytest
from tests.flow.test_races import race
from tests.world import NOW, World, in_days

from peyvand.batches.actions import choose, do_batch, undo_batch
from peyvand.batches.models import Batch
from peyvand.batches.rules import NothingLeftToDo
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.actions import accept_commitments
from peyvand.flow.commitment.matching import run_matching
from peyvand.flow.commitment.models import Commitment, Suggestion
from peyvand.flow.replay import replay
from peyvand.kernel.refusals import Refusal
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db(transaction=True)
DUE = {"due_date": in_days(20).isoformat()}


def proposed(world: World, needs: int) -> list[int]:
    for _ in range(needs):
        world.need()
    world.capacity(needs)
    run_matching(place=world.places["sari"], by=world["field_leader"], now=NOW)
    with scope(SYSTEM):
        return list(Suggestion.objects.order_by("pk").values_list("pk", flat=True))


@pytest.mark.parametrize("round_number", range(3))
def test_two_who_accept_overlapping_rows_accept_each_once(round_number):
    world = World.build()
    ids = proposed(world, 6)
    first, second = world["facilitator"], world["field_leader"]
    one = choose(act="accept_suggestions", ids=ids[:4], by=first, now=NOW)
    other = choose(act="accept_suggestions", ids=list(reversed(ids[2:])), by=second, now=NOW)
    answers = race(
        lambda: do_batch(batch_id=one.pk, values=DUE, by=first, now=NOW),
        lambda: do_batch(batch_id=other.pk, values=DUE, by=second, now=NOW),
    )
    assert all(isinstance(answer, Batch) for answer in answers), answers
    done = [pk for answer in answers for pk, _mark in answer.marks]
    assert sorted(done) == ids
    assert sum(len(answer.refused) for answer in answers) == 2
    with scope(SYSTEM):
        assert Commitment.objects.count() == 6
        assert Capacity.objects.get().committed == 6
    assert replay() == []


def test_undoing_races_with_the_other_side_s_agreement_and_one_of_them_holds():
    world = World.build()
    ids, by = proposed(world, 3), world["facilitator"]
    batch = choose(act="accept_suggestions", ids=ids, by=by, now=NOW)
    batch = do_batch(batch_id=batch.pk, values=DUE, by=by, now=NOW)
    made = dict(batch.marks)
    agreed = made[ids[1]]
    undone, answer = race(
        lambda: undo_batch(batch_id=batch.pk, by=by, now=NOW),
        lambda: accept_commitments(commitment_ids=[agreed], by=world["charity_manager"], now=NOW.replace(minute=31)),
    )
    assert isinstance(undone, Batch)
    with scope(SYSTEM):
        state = Commitment.objects.get(pk=agreed).state
        suggestion = Suggestion.objects.get(pk=ids[1]).state
    if isinstance(answer, Refusal):
        assert (state, suggestion, undone.left) == ("withdrawn", "proposed", [])
    else:
        assert (state, suggestion, [pk for pk, *_ in undone.left]) == ("accepted", "accepted", [ids[1]])
    assert replay() == []


def test_a_batch_is_done_once_however_often_it_is_sent():
    world = World.build()
    ids, by = proposed(world, 2), world["facilitator"]
    batch = choose(act="decline_suggestions", ids=ids, by=by, now=NOW)
    answers = race(*[lambda: do_batch(batch_id=batch.pk, values={"reason": "other"}, by=by, now=NOW) for _ in range(2)])
    assert sorted(type(answer).__name__ for answer in answers) == ["Batch", "WrongState"]
    again = choose(act="decline_suggestions", ids=ids, by=by, now=NOW)
    with pytest.raises(NothingLeftToDo):
        do_batch(batch_id=again.pk, values={"reason": "other"}, by=by, now=NOW)
