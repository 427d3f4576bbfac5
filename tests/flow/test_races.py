"""Two real connections race: what is there is given out once (promise b), and a repeated request is done once (promise d)."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from tests.world import NOW, World

from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.delivery.actions import accept_deliveries
from peyvand.flow.delivery.rules import AnsweredBefore
from peyvand.flow.need.models import Need
from peyvand.flow.replay import replay
from peyvand.journal.once import KeyReused, once
from peyvand.kernel.refusals import NotEnoughLeft, Refusal
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db(transaction=True)


def race(*runners: Callable[[], object]) -> list[Any]:
    """Run each on a connection of its own, started together; gives each one's answer or refusal."""
    barrier = threading.Barrier(len(runners))
    answers: list[Any] = [None] * len(runners)

    def run(place: int, runner: Callable[[], object]) -> None:
        barrier.wait(timeout=20)
        try:
            answers[place] = runner()
        except Refusal as refusal:
            answers[place] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(runners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


@pytest.mark.parametrize("round_number", range(10))
def test_two_who_race_for_the_last_unit_get_one_success(round_number):
    world = World.build()
    first, second, capacity = world.need(), world.need(), world.capacity(1)
    answers = race(lambda: world.promise(first, capacity), lambda: world.promise(second, capacity))
    assert sorted(type(answer).__name__ for answer in answers) == ["Commitment", "NotEnoughLeft"]
    with scope(SYSTEM):
        assert Capacity.objects.get(pk=capacity.pk).committed == 1
    assert replay() == []


@pytest.mark.parametrize(("claims", "units"), [(6, 4), (4, 6), (5, 5)])
def test_n_claims_on_c_units_give_exactly_the_smaller_number_of_successes(claims, units):
    world = World.build()
    needs, capacity = [world.need() for _ in range(claims)], world.capacity(units)
    answers = race(*[lambda need=need: world.promise(need, capacity) for need in needs])
    won = [answer for answer in answers if isinstance(answer, Commitment)]
    assert len(won) == min(claims, units)
    assert all(isinstance(answer, NotEnoughLeft) for answer in answers if not isinstance(answer, Commitment))
    assert replay() == []


def test_two_givers_cannot_meet_one_need_twice():
    world = World.build()
    need, one, other = world.need(1), world.capacity(1), world.capacity(1, by="firm_manager", place="amol")
    answers = race(lambda: world.promise(need, one), lambda: world.promise(need, other))
    assert sorted(type(answer).__name__ for answer in answers) == ["Commitment", "NotEnoughLeft"]
    with scope(SYSTEM):
        assert Need.objects.get(pk=need.pk).committed == 1


def test_crossed_promises_do_not_wait_for_each_other():
    world = World.build()
    needs, capacities = [world.need(10), world.need(10)], [world.capacity(10), world.capacity(10)]
    for _ in range(5):
        answers = race(lambda: world.promise(needs[0], capacities[1]), lambda: world.promise(needs[1], capacities[0]))
        assert all(isinstance(answer, Commitment) for answer in answers)


def test_a_delivery_is_answered_once():
    world = World.build()
    delivery = world.delivered(world.agreed(world.need(), world.capacity()), accepted=False)
    accept = lambda: accept_deliveries(delivery_ids=[delivery.pk], by=world["facilitator"], now=NOW)  # noqa: E731
    answers = race(accept, accept)
    assert sum(isinstance(answer, AnsweredBefore) for answer in answers) == 1
    assert replay() == []


def test_the_same_key_sent_twice_at_once_is_done_once():
    world = World.build()

    def send():
        return once(key="k1", body={"n": 1}, by=world["facilitator"], now=NOW, run=lambda: world.need().pk)

    answers = race(send, send)
    assert {answer[0] for answer in answers} == {answers[0][0]}
    assert sorted(answer[1] for answer in answers) == [False, True]
    with scope(SYSTEM):
        assert Need.objects.count() == 1


def test_the_same_key_with_another_body_is_refused():
    world = World.build()
    once(key="k1", body={"n": 1}, by=world["facilitator"], now=NOW, run=lambda: 1)
    with pytest.raises(KeyReused):
        once(key="k1", body={"n": 2}, by=world["facilitator"], now=NOW, run=lambda: 2)
    assert once(key="k1", body={"n": 2}, by=world["officer"], now=NOW, run=lambda: 3) == (3, False)
