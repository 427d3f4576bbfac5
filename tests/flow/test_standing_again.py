"""A suggestion that waits for an answer again, whatever is taken back: what it proposes is proposed to nobody else, and wanted."""

import pytest
from django.db import IntegrityError, transaction
from tests.flow.test_runs import run, standing
from tests.world import World, in_days, later

from peyvand.flow.commitment.enums import DeclineReason
from peyvand.flow.commitment.matching import undo_matching
from peyvand.flow.commitment.models import Commitment, Suggestion
from peyvand.flow.commitment.refusing import accept_providers, refuse_provider
from peyvand.flow.commitment.rules import TakenMeanwhile
from peyvand.flow.commitment.suggestions import accept_suggestions, decline_suggestion, reopen_suggestions
from peyvand.flow.commitment.undoing import take_back_commitments
from peyvand.flow.replay import replay
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope


@pytest.fixture
def world(db):
    return World.build()


def proposed(world):
    """The one suggestion that waits."""
    with scope(SYSTEM):
        return Suggestion.objects.get(state="proposed")


def declined(world, hours=1):
    one = proposed(world)
    act = {"by": world["charity_manager"], "now": later(hours=hours)}
    return decline_suggestion(suggestion_id=one.pk, reason=DeclineReason.NOT_NOW, **act)


def reopen(world, one):
    return reopen_suggestions(suggestion_ids=[one.pk], by=world["charity_manager"], now=later(hours=9))


def put_back(one):
    """Past every act: what the database itself says at the end of one."""
    with transaction.atomic():
        Suggestion.objects.filter(pk=one.pk).update(state="proposed", decline_reason="", answered_at=None)
        transaction.get_connection().check_constraints()


def refuse(world, home):
    charity = world.organisations["charity"].pk
    return refuse_provider(household_id=home.pk, organisation_id=charity, by=world["facilitator"], now=later(hours=3))


def test_a_declining_is_taken_back_while_nothing_else_came_of_it(world):
    world.need(), world.capacity()
    run(world)
    one = declined(world)
    reopen(world, one)
    assert proposed(world).pk == one.pk
    assert replay() == []


@pytest.mark.parametrize("to", ["the same need", "another need"])
def test_what_the_next_run_has_proposed_meanwhile_is_not_proposed_twice(world, to):
    world.need(), world.capacity()
    run(world)
    one = declined(world)
    if to == "another need":
        world.need(urgency=95)
    run(world, hours=2)
    assert (proposed(world).need_id == one.need_id) == (to == "the same need")
    with pytest.raises(TakenMeanwhile):
        reopen(world, one)
    assert len(standing()) == 1
    with pytest.raises(IntegrityError):
        put_back(one)


def test_what_the_family_refuses_meanwhile_is_not_suggested_to_it_again(world):
    home = world.household()
    need, offer = world.need(household=home), world.capacity()
    run(world)
    before = declined(world)
    row, _ = refuse(world, home)
    with pytest.raises(TakenMeanwhile):
        reopen(world, before)
    with pytest.raises(IntegrityError, match="does not want"):
        put_back(before)
    accept_providers(refused={row.pk: []}, by=world["facilitator"], now=later(hours=4))
    reopen(world, before)
    assert standing() == [(need.pk, offer.pk, 1)]


def test_a_run_taken_back_leaves_out_what_the_family_has_refused_since(world):
    home = world.household()
    need, _near = world.need(household=home), world.capacity(by="charity_manager")
    run(world)
    near = proposed(world)
    world.need(urgency=95)
    second = run(world, hours=1)
    assert proposed(world).need_id != need.pk
    refuse(world, home)
    undo_matching(run_id=second.pk, by=world["leader"], now=later(hours=5))
    assert standing() == []
    with scope(SYSTEM):
        assert Suggestion.objects.get(pk=near.pk).state == "superseded"


def test_a_promise_taken_back_does_not_suggest_what_the_family_has_refused_since(world):
    homes = [world.household(), world.household()]
    needs = [world.need(household=home) for home in homes]
    world.capacity(2)
    run(world)
    with scope(SYSTEM):
        ids = list(Suggestion.objects.order_by("need_id").values_list("pk", flat=True))
    made = accept_suggestions(suggestion_ids=ids, due_date=in_days(9), by=world["facilitator"], now=later(hours=1))
    refuse(world, homes[0])
    take_back_commitments(commitment_ids=[one.pk for one in made], by=world["facilitator"], now=later(hours=4))
    assert [need for need, *_ in standing()] == [needs[1].pk]
    with scope(SYSTEM):
        assert Suggestion.objects.get(need=needs[0]).state == "ended"
        assert set(Commitment.objects.values_list("state", flat=True)) == {"withdrawn"}
    assert replay() == []
    run(world, hours=6)
    assert [need for need, *_ in standing()] == [needs[1].pk]
