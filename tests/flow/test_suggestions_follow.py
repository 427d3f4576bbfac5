"""A suggestion's state follows what became of it, whichever way the promise was made and however it ended."""

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule
from tests.world import NOW, World, in_days, later

from peyvand.flow.commitment.actions import (
    NewPromise,
    accept_commitments,
    break_commitment,
    commit,
    lapse_commitments,
    withdraw_commitments,
)
from peyvand.flow.commitment.enums import ENDED_EARLY, DeclineReason, SuggestionState
from peyvand.flow.commitment.matching import run_matching
from peyvand.flow.commitment.models import Commitment, Suggestion
from peyvand.flow.commitment.rules import SUGGESTION_LIFE
from peyvand.flow.commitment.suggestions import accept_suggestions, decline_suggestion
from peyvand.flow.replay import Difference, replay
from peyvand.kernel.refusals import Refusal
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope


def suggested(world, quantity=1):
    need = world.need(quantity)
    world.capacity(quantity)
    run_matching(place=world.places["mz"], by=world["leader"], now=NOW)
    with scope(SYSTEM):
        return Suggestion.objects.get(need=need, state=SuggestionState.PROPOSED)


def state(suggestion):
    with scope(SYSTEM):
        return Suggestion.objects.values_list("state", flat=True).get(pk=suggestion.pk)


def test_every_state_is_reached_and_only_by_an_answer():
    assert SUGGESTION_LIFE.reachable() == set(SuggestionState)
    assert SUGGESTION_LIFE.acts(SuggestionState.ENDED) == ["restore_promise"], "only the undoing of what ended it"


@pytest.mark.django_db
def test_a_promise_made_by_hand_answers_the_suggestion_of_its_pair():
    world = World.build()
    one = suggested(world, 3)
    rows = [NewPromise(one.need_id, one.capacity_id, 1, in_days(9))] * 2
    made = commit(rows=rows, by=world["facilitator"], now=NOW)
    assert [promise.suggestion_id for promise in made] == [one.pk, None]
    assert state(one) == SuggestionState.ACCEPTED
    with pytest.raises(Refusal, match="answered before"):
        accept_suggestions(suggestion_ids=[one.pk], due_date=in_days(9), by=world["facilitator"], now=NOW)
    assert replay() == []


@pytest.mark.django_db
def test_taking_an_acceptance_back_ends_the_suggestion_and_the_next_run_looks_again():
    world = World.build()
    one = suggested(world)
    promise = accept_suggestions(suggestion_ids=[one.pk], due_date=in_days(9), by=world["facilitator"], now=NOW)[0]
    assert state(one) == SuggestionState.ACCEPTED
    withdraw_commitments(commitment_ids=[promise.pk], reason=DeclineReason.OTHER, by=world["facilitator"], now=NOW)
    assert state(one) == SuggestionState.ENDED
    assert run_matching(place=world.places["mz"], by=world["leader"], now=later(days=1)).served == 1
    assert replay() == []


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", list(SuggestionState))
def test_the_database_refuses_a_state_that_does_not_follow_and_the_replay_finds_it(wrong):
    world = World.build()
    one = suggested(world)
    accept_suggestions(suggestion_ids=[one.pk], due_date=in_days(9), by=world["facilitator"], now=NOW)
    if wrong == SuggestionState.ACCEPTED:
        return
    change = {"state": wrong, "answered_at": None if wrong == SuggestionState.PROPOSED else NOW}
    change |= {"decline_reason": "other"} if wrong == SuggestionState.DECLINED else {}
    # The acts before left the constraints of this transaction immediate: a wrong row is refused as it is written.
    with pytest.raises(DatabaseError, match="promise offered"), transaction.atomic():
        Suggestion.objects.filter(pk=one.pk).update(**change)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE commitment_suggestion DISABLE TRIGGER USER")
        Suggestion.objects.filter(pk=one.pk).update(**change)
        cursor.execute("ALTER TABLE commitment_suggestion ENABLE TRIGGER USER")
    assert replay() == [Difference("commitment_suggestion", one.pk, "state", wrong.value, "accepted")]


@pytest.mark.django_db
def test_an_ended_promise_needs_an_ended_suggestion():
    world = World.build()
    one = suggested(world)
    promise = accept_suggestions(suggestion_ids=[one.pk], due_date=in_days(9), by=world["facilitator"], now=NOW)[0]
    with pytest.raises(DatabaseError, match="its promise lapsed"), transaction.atomic():
        Commitment.objects.filter(pk=promise.pk).update(state="lapsed", released=1, ended_at=NOW)


class Answers(RuleBasedStateMachine):
    """Any order of runs, answers, promises by hand and ends."""

    promises = Bundle("promises")

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.world = World.build()
        self.needs, self.capacities = [self.world.need(2)], [self.world.capacity(3)]

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    def attempt(self, act, **values):
        try:
            return act(**({"by": self.world["facilitator"], "now": NOW} | values))
        except Refusal:
            return None

    def proposed(self):
        with scope(SYSTEM):
            return list(Suggestion.objects.filter(state="proposed").order_by("pk").values_list("pk", flat=True))

    @rule(quantity=st.integers(1, 3))
    def tell_and_offer(self, quantity):
        self.needs.append(self.world.need(quantity))
        self.capacities.append(self.world.capacity(quantity))

    @rule()
    def run(self):
        run_matching(place=self.world.places["mz"], by=self.world["leader"], now=NOW)

    @rule(target=promises, data=st.data())
    def accept(self, data):
        standing = self.proposed()
        ids = data.draw(st.lists(st.sampled_from(standing), unique=True)) if standing else []
        return multiple(*(self.attempt(accept_suggestions, suggestion_ids=ids, due_date=in_days(5)) or []))

    @rule(data=st.data())
    def decline(self, data):
        if standing := self.proposed():
            pk = data.draw(st.sampled_from(standing))
            self.attempt(decline_suggestion, suggestion_id=pk, reason=DeclineReason.TOO_FAR)

    @rule(target=promises, need=st.integers(0, 3), capacity=st.integers(0, 3), quantity=st.integers(1, 2))
    def promise_by_hand(self, need, capacity, quantity):
        pair = self.needs[need % len(self.needs)].pk, self.capacities[capacity % len(self.capacities)].pk
        return multiple(*(self.attempt(commit, rows=[NewPromise(*pair, quantity, in_days(5))]) or []))

    @rule(promise=promises)
    def agree(self, promise):
        self.attempt(accept_commitments, commitment_ids=[promise.pk], by=self.world["charity_manager"])

    @rule(promise=promises)
    def withdraw(self, promise):
        self.attempt(withdraw_commitments, commitment_ids=[promise.pk], reason=DeclineReason.NOT_NOW)

    @rule(promise=promises)
    def call_broken(self, promise):
        self.attempt(break_commitment, commitment_id=promise.pk, now=later(days=30))

    @rule()
    def lapse(self):
        self.attempt(lapse_commitments, by=SYSTEM, now=later(days=30))

    @invariant()
    def an_accepted_suggestion_has_a_standing_promise_and_an_ended_one_an_ended_promise(self):
        with scope(SYSTEM):
            for one in Suggestion.objects.select_related("commitment"):
                promise = getattr(one, "commitment", None)
                expected = None if promise is None else ("ended" if promise.state in ENDED_EARLY else "accepted")
                assert (one.state if one.state in ("accepted", "ended") else None) == expected

    @invariant()
    def the_journal_replays(self):
        assert replay() == []


class AnswersTest(TestCase, Answers.TestCase):
    settings = settings(max_examples=25, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck))
