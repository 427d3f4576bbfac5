"""The promises of the flow under any order of acts (Hypothesis): delivered <= committed <= offered, and the journal replays."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from tests.world import NOW, TODAY, World, later

from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.actions import accept_commitments, break_commitment, withdraw_commitments
from peyvand.flow.commitment.enums import DeclineReason
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.delivery.actions import (
    NewDelivery,
    accept_deliveries,
    record_deliveries,
    refuse_delivery,
    reverse_delivery,
)
from peyvand.flow.delivery.enums import RefusalReason
from peyvand.flow.need.actions import restore_need, withdraw_need
from peyvand.flow.need.models import Need
from peyvand.flow.replay import replay
from peyvand.kernel.refusals import Refusal
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

small = st.integers(1, 4)


class Flow(RuleBasedStateMachine):
    """Any order of acts by the two sides. A refusal is an answer; what is stored must hold after each."""

    needs, capacities, promises, deliveries = (
        Bundle("needs"),
        Bundle("capacities"),
        Bundle("promises"),
        Bundle("deliveries"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.world = World.build()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    def attempt(self, act, **values):
        try:
            return act(now=values.pop("now", NOW), **values)
        except Refusal:
            return None

    @initialize(target=promises)
    def begin_with_an_agreed_promise(self):
        return self.world.agreed(self.world.need(4), self.world.capacity(4), 4)

    @rule(target=needs, quantity=small)
    def tell(self, quantity):
        return self.world.need(quantity)

    @rule(target=capacities, quantity=small)
    def offer(self, quantity):
        return self.world.capacity(quantity)

    @rule(target=promises, need=needs, capacity=capacities, quantity=small)
    def commit(self, need, capacity, quantity):
        try:
            return self.world.promise(need, capacity, quantity)
        except Refusal:
            return multiple()

    @rule(promise=promises)
    def accept(self, promise):
        self.attempt(accept_commitments, commitment_ids=[promise.pk], by=self.world["charity_manager"])

    @rule(promise=promises, reason=st.sampled_from(DeclineReason))
    def withdraw(self, promise, reason):
        ids = [promise.pk]
        self.attempt(withdraw_commitments, commitment_ids=ids, reason=reason, by=self.world["charity_manager"])

    @rule(promise=promises)
    def call_broken(self, promise):
        if promise:
            self.attempt(break_commitment, commitment_id=promise.pk, by=self.world["facilitator"], now=later(days=30))

    @rule(target=deliveries, promise=promises, quantity=small)
    def deliver(self, promise, quantity):
        row = NewDelivery(promise.pk, quantity, TODAY)
        made = self.attempt(record_deliveries, rows=[row], by=self.world["charity_manager"])
        return made[0] if made else multiple()

    @rule(delivery=deliveries, arrived=st.booleans())
    def answer(self, delivery, arrived):
        facilitator = self.world["facilitator"]
        if arrived:
            self.attempt(accept_deliveries, delivery_ids=[delivery.pk], by=facilitator)
        else:
            self.attempt(refuse_delivery, delivery_id=delivery.pk, reason=RefusalReason.INCOMPLETE, by=facilitator)

    @rule(delivery=deliveries)
    def reverse(self, delivery):
        self.attempt(reverse_delivery, delivery_id=delivery.pk, note="", by=self.world["facilitator"])

    @rule(need=needs, back=st.booleans())
    def close(self, need, back):
        self.attempt(restore_need if back else withdraw_need, need_id=need.pk, by=self.world["facilitator"])

    @invariant()
    def delivered_is_within_committed_is_within_offered(self):
        with scope(SYSTEM):
            for one in Need.objects.all():
                assert 0 <= one.met + one.underway <= one.committed <= one.quantity
                assert (one.closed_as == "met") == (one.met == one.quantity)
            for one in Capacity.objects.all():
                assert 0 <= one.delivered <= one.committed <= one.quantity
            for one in Commitment.objects.all():
                assert 0 <= one.underway + one.accepted + one.released <= one.quantity
                assert (one.state == "kept") == (one.accepted == one.quantity)

    @invariant()
    def the_journal_replays(self):
        assert replay() == []


@pytest.mark.slow
class FlowTest(TestCase, Flow.TestCase):
    """Each example runs in a transaction that is rolled back."""

    settings = settings(max_examples=40, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Need, {"committed": 3}),
        (Need, {"committed": 1, "met": 2}),
        (Need, {"underway": 1}),
        (Need, {"priority": 101}),
        (Need, {"closed_as": "met"}),
        (Capacity, {"committed": 3}),
        (Capacity, {"delivered": 1}),
        (Capacity, {"reach": "km"}),
        (Commitment, {"underway": 3}),
        (Commitment, {"state": "kept"}),
        (Commitment, {"state": "broken"}),
    ],
)
def test_the_database_itself_refuses(model, values):
    world = World.build()
    need, capacity = world.need(2), world.capacity(2)
    if model is Commitment:
        world.promise(need, capacity, 2)
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(**values)
