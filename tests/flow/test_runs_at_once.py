"""Two runs at once, a run and a promise, and any order of all acts: no unit is proposed or promised twice."""

from contextlib import suppress

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.flow.test_races import race
from tests.flow.test_runs import run, standing
from tests.world import NOW, World, in_days, later

from peyvand.flow.commitment import matching
from peyvand.flow.commitment.enums import DeclineReason, RunStep, UnservedReason
from peyvand.flow.commitment.models import Suggestion, Unserved
from peyvand.flow.commitment.rules import GoesTogether, TakenMeanwhile
from peyvand.flow.commitment.suggestions import accept_suggestions, decline_suggestion, reopen_suggestions
from peyvand.flow.need.together import set_together
from peyvand.kernel.refusals import Refusal
from peyvand.scope.acting import SYSTEM
from peyvand.scope.beside import Beside
from peyvand.scope.database import scope


def over_proposed():
    with scope(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT one.id FROM capacity_capacity one WHERE one.quantity < one.committed + (SELECT coalesce(sum(quantity), 0)"
            " FROM commitment_suggestion WHERE state = 'proposed' AND capacity_id = one.id)"
        )
        return cursor.fetchall()


def proposed_in_part():
    """Groups of which a run has found something for some and not for all: none."""
    with scope(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT need.together FROM need_need need LEFT JOIN (SELECT need_id, sum(quantity) units FROM commitment_suggestion"
            " WHERE state = 'proposed' GROUP BY 1) one ON one.need_id = need.id WHERE need.together IS NOT NULL"
            " AND need.committed < need.quantity GROUP BY 1"
            " HAVING bool_or(units > 0) AND bool_or(coalesce(units, 0) < need.quantity - need.committed)"
        )
        return cursor.fetchall()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("units", [1, 3])
def test_two_runs_at_once_do_not_propose_the_same_unit(units):
    world = World.build()
    for _ in range(3):
        world.need(), world.need(by="leader", place="espiari")
    world.capacity(units)
    answers = race(
        lambda: run(world, by="field_leader", place="sari"), lambda: run(world, by="second_leader", place="amol")
    )
    assert sorted(one.needs for one in answers) == [3, 3]
    assert sum(quantity for *_, quantity in standing()) == units
    assert over_proposed() == []
    with scope(SYSTEM):
        left = set(Unserved.objects.values_list("reason", flat=True))
    assert UnservedReason.PROPOSED in left, "who could be helped if the others decline is told so"


@pytest.mark.django_db(transaction=True)
def test_what_is_promised_while_a_run_computes_is_not_proposed():
    world = World.build()
    needs, capacity = [world.need(), world.need()], world.capacity(2)
    other = world.need(by="leader", place="espiari")
    asked = matching.ask_matching(place=world.places["sari"], by=world["field_leader"], now=NOW)
    begun = matching.begin_run(run_id=asked.pk, by=SYSTEM, now=NOW)

    def promise_there(beside, step):
        if step == RunStep.REASONS:
            beside.do(lambda: world.promise(other, capacity, by="leader"))

    with Beside() as beside:
        done = matching.carry_out(
            run=begun, tell=lambda step: promise_there(beside, step), by=world["field_leader"], now=NOW
        )
    assert (done.served, done.unserved) == (1, 1)
    assert over_proposed() == []
    with scope(SYSTEM):
        left = Unserved.objects.get()
    assert left.reason == UnservedReason.TAKEN
    assert {need for need, *_ in standing()} | {left.need_id} == {need.pk for need in needs}


@pytest.mark.django_db
def test_the_database_refuses_a_suggestion_beyond_what_the_offer_has():
    world = World.build()
    world.need(), world.capacity(1)
    run(world)
    with scope(SYSTEM):
        one = Suggestion.objects.get()
    one.pk, one.need_id = None, world.need().pk
    with pytest.raises(IntegrityError, match="beyond what it has"), transaction.atomic():
        one.save()


class Runs(RuleBasedStateMachine):
    """Any order of needs, offers, runs of two offices, answers and undoing."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.world, self.hours, self.done = World.build(), 0, []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @rule(quantity=st.integers(1, 3), far=st.booleans())
    def tell(self, quantity, far):
        self.world.need(quantity, **({"by": "leader", "place": "espiari"} if far else {}))

    @rule(data=st.data())
    def tell_what_goes_together(self, data):
        kinds = data.draw(st.lists(st.sampled_from(["wheelchair", "tutoring"]), min_size=2, max_size=3))
        set_together(
            need_ids=[self.world.need(kind=kind).pk for kind in kinds],
            by=self.world["facilitator"],
            now=later(hours=self.hours),
        )

    @rule(quantity=st.integers(1, 3), lot=st.integers(1, 2), kind=st.sampled_from(["wheelchair", "tutoring"]))
    def offer(self, quantity, lot, kind):
        self.world.capacity(quantity, smallest_lot=min(lot, quantity), kind=kind)

    @rule(far=st.booleans())
    def run(self, far):
        self.hours += 1
        by, place = ("second_leader", "amol") if far else ("field_leader", "sari")
        self.done.append((run(self.world, self.hours, by, place), by))
        # What somebody has declined since leaves a group lacking until the next run of its own territory.
        assert far or proposed_in_part() == []

    @rule(data=st.data(), accepts=st.booleans())
    def answer(self, data, accepts):
        with scope(SYSTEM):
            ids = list(Suggestion.objects.filter(state="proposed").order_by("pk").values_list("pk", flat=True))
        if ids:
            act = {"by": self.world["charity_manager"], "now": later(hours=self.hours)}
            pk = data.draw(st.sampled_from(ids))
            if accepts:
                with suppress(GoesTogether):
                    accept_suggestions(suggestion_ids=[pk], due_date=in_days(30), **act)
            else:
                decline_suggestion(suggestion_id=pk, reason=DeclineReason.TOO_FAR, **act)

    @rule(data=st.data())
    def take_a_declining_back(self, data):
        with scope(SYSTEM):
            ids = list(Suggestion.objects.filter(state="declined").order_by("pk").values_list("pk", flat=True))
        if ids:
            act = {"by": self.world["charity_manager"], "now": later(hours=self.hours)}
            with suppress(TakenMeanwhile):
                reopen_suggestions(suggestion_ids=[data.draw(st.sampled_from(ids))], **act)

    @rule()
    def take_back_the_last(self):
        if self.done:
            made, by = self.done[-1]
            with suppress(Refusal):
                matching.undo_matching(run_id=made.pk, by=self.world[by], now=later(hours=self.hours))

    @invariant()
    def no_unit_is_given_twice(self):
        assert over_proposed() == []

    @invariant()
    def each_run_gives_the_same_again(self):
        if self.done:
            assert matching.repeat_run(run_id=self.done[-1][0].pk, by=SYSTEM, now=NOW)


class RunsTest(TestCase, Runs.TestCase):
    settings = settings(max_examples=10, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck))
