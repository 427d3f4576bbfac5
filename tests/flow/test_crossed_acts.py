"""Acts that lock the same rows from two ends at once: neither waits for ever, and neither ends in an error of the database."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from tests.flow.test_races import race
from tests.world import NOW, World, later

from peyvand.flow.commitment.actions import accept_commitments, lapse_commitments
from peyvand.flow.commitment.matching import run_matching
from peyvand.flow.commitment.models import MatchingRun
from peyvand.flow.need.actions import propose_priority, sign_priority
from peyvand.flow.need.models import PriorityOverride
from peyvand.flow.replay import replay
from peyvand.kernel.refusals import Refusal
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db(transaction=True)


def settled(answers: list[object]) -> bool:
    """Every runner came to an answer or a refusal (`race` leaves None where a thread died of another error)."""
    return all(answer is not None for answer in answers)


def test_two_runs_of_the_matching_at_once_come_one_after_the_other():
    world = World.build()
    for _ in range(6):
        world.need()
    world.capacity(6)
    for _ in range(4):
        run: Callable[[], MatchingRun] = lambda: run_matching(place=world.places["mz"], by=world["leader"], now=NOW)  # noqa: E731
        assert settled(race(run, run))


def test_signing_and_proposing_a_priority_do_not_wait_for_each_other():
    world = World.build()
    need = world.need(by="leader")
    act = {"need_id": need.pk, "reason": "وضع خانواده بسیار دشوار است", "now": NOW}
    for priority in range(10, 18):
        override = propose_priority(priority=priority, by=world["leader"], **act)
        answers = race(
            lambda override=override: sign_priority(override_id=override.pk, by=world["second_leader"], now=NOW),
            lambda priority=priority: propose_priority(priority=priority + 50, by=world["leader"], **act),
        )
        assert settled(answers)
        with scope(SYSTEM):
            PriorityOverride.objects.filter(signed_by=None).delete()


def test_an_offer_accepted_while_the_others_lapse_does_not_stop_them():
    world = World.build()
    promises = [world.promise(world.need(), world.capacity(), due=1) for _ in range(6)]
    held, answered = threading.Event(), []

    def accept_one() -> object:
        with scope(world["charity_manager"]):
            accept_commitments(commitment_ids=[promises[0].pk], by=world["charity_manager"], now=NOW)
            held.set()
            threading.Event().wait(1.0)
        return True

    def lapse() -> object:
        held.wait(timeout=20)
        answered.append(lapse_commitments(by=SYSTEM, now=later(days=3)))
        return answered[0]

    answers = race(accept_one, lapse)
    assert not any(isinstance(answer, Refusal) for answer in answers)
    assert answered == [5]
    assert replay() == []
    connection.close()
