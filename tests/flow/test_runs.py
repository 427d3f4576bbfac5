"""Runs of the matching: what they change, that they can be cancelled to their end, computed again, and taken back."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, InterfaceError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from procrastinate.contrib.django import app
from tests.runs import carry_out_waiting
from tests.worker import run_worker
from tests.world import NOW, World, in_days, later

from peyvand.flow.capacity.actions import close_capacity
from peyvand.flow.commitment import matching
from peyvand.flow.commitment.enums import DeclineReason, GaveWay, RunState, RunStep
from peyvand.flow.commitment.matching import run_matching
from peyvand.flow.commitment.models import MatchingRun, RunInputs, Suggestion, Unserved
from peyvand.flow.commitment.proposing import Pair, Standing, compared
from peyvand.flow.commitment.queries import changes_of
from peyvand.flow.commitment.rules import RUN_LIFE, InputsGone, RunMovedOn, RunUnderway
from peyvand.flow.commitment.running import run_asked
from peyvand.flow.commitment.suggestions import accept_suggestions, decline_suggestion
from peyvand.flow.need.actions import withdraw_need
from peyvand.flow.need.models import Need
from peyvand.flow.need.rules import Asked
from peyvand.flow.replay import replay
from peyvand.kernel.refusals import NotFound, NotPermitted, Refusal
from peyvand.people.models import Membership
from peyvand.scope.acting import SYSTEM
from peyvand.scope.beside import Beside
from peyvand.scope.database import scope


def run(world, hours=0, by="leader", place="mz"):
    return run_matching(place=world.places[place], by=world[by], now=later(hours=hours))


def standing():
    with scope(SYSTEM):
        rows = Suggestion.objects.filter(state="proposed").order_by("need_id", "capacity_id")
        return list(rows.values_list("need_id", "capacity_id", "quantity"))


def changed(made, kind):
    with scope(SYSTEM):
        return set(changes_of(made, kind).values_list("need_id", "capacity_id"))


# --- what changed ---------------------------------------------------------------------------------------------------------

pairs = st.dictionaries(st.tuples(st.integers(1, 4), st.integers(1, 3)), st.integers(1, 2))


@given(pairs, pairs)
def test_the_changes_lead_from_what_stood_to_what_was_found(before, after):
    stood, pk = {}, {}
    for number, ((need, offer), quantity) in enumerate(before.items(), start=1):
        stood.setdefault(need, {})[offer] = Standing(number, quantity)
        pk[number] = (need, offer)
    found = compared(stood, [Pair(*pair, quantity, None) for pair, quantity in after.items()], why={})
    kept = {pk[number]: before[pk[number]] for number in found.kept}
    ended = {number for ids in found.gave_way.values() for number in ids}
    assert kept | {(one.need, one.offer): one.quantity for one in found.new} == after
    assert ended.isdisjoint(found.kept)
    assert ended | set(found.kept) == set(pk)
    assert not any(before.get((one.need, one.offer)) == one.quantity for one in found.new)
    needs = {need for need, _ in before | after}
    assert found.fresh + found.moved + found.gone + found.unchanged == len(needs)


def test_every_state_of_a_run_is_reached():
    assert RUN_LIFE.reachable() == set(RunState)


@pytest.mark.django_db
def test_a_second_run_leaves_what_it_finds_again_as_it_is():
    world = World.build()
    world.need(), world.need(2, kind="tutoring"), world.capacity(5), world.capacity(5, kind="tutoring")
    first = run(world)
    with scope(SYSTEM):
        rows = list(Suggestion.objects.order_by("pk").values_list("pk", "since_id"))
    second = run(world, hours=1)
    assert (first.fresh, first.previous_id, second.previous_id) == (2, None, first.pk)
    assert (second.fresh, second.moved, second.gone, second.unchanged) == (0, 0, 0, 2)
    with scope(SYSTEM):
        assert list(Suggestion.objects.order_by("pk").values_list("pk", "since_id")) == rows
        assert set(Suggestion.objects.values_list("run_id", flat=True)) == {second.pk}
    assert (first.inputs_sha256, first.result_sha256) != ("", "")
    assert second.result_sha256 == first.result_sha256


@pytest.mark.django_db
def test_only_what_changed_is_told_with_the_reason_of_each_end():
    world = World.build()
    needs, kind = [world.need() for _ in range(4)], world.need(kind="tutoring")
    small, large, only = world.capacity(), world.capacity(5), world.capacity(kind="tutoring")
    first = run(world)
    with scope(SYSTEM):
        of = {row.need_id: row for row in Suggestion.objects.all()}
    [moves] = [row for row in of.values() if row.capacity_id == small.pk]
    ends, promised, refused = (of[need.pk] for need in needs if need.pk != moves.need_id)
    act = {"by": world["charity_manager"], "now": later(1)}
    accept_suggestions(suggestion_ids=[promised.pk], due_date=in_days(9), **act)
    decline_suggestion(suggestion_id=refused.pk, reason=DeclineReason.TOO_FAR, **act)
    withdraw_need(need_id=ends.need_id, by=world["facilitator"], now=later(1))
    for offer in (small, only):
        close_capacity(capacity_id=offer.pk, **act)
    fresh = world.need()
    second = run(world, hours=30)
    gone = [ends, promised, refused, of[kind.pk]]
    assert changed(second, "new") == {(fresh.pk, large.pk), (refused.need_id, large.pk)}
    assert changed(second, "gone") == {(row.need_id, row.capacity_id) for row in gone}
    assert changed(second, "moved") == {(moves.need_id, small.pk), (moves.need_id, large.pk)}
    assert (second.fresh, second.moved, second.gone, second.unchanged) == (2, 1, 2, 0)
    with scope(SYSTEM):
        why = dict(Suggestion.objects.filter(gave_way_to=second).values_list("need_id", "gave_way"))
    assert why == {ends.need_id: GaveWay.NOT_NEEDED, kind.pk: GaveWay.NO_CAPACITY, moves.need_id: GaveWay.MOVED}
    assert {need for need, _ in changed(first, "new")} == set(of), "an earlier run goes on telling what it changed"
    assert replay() == []


@pytest.mark.django_db
def test_whoever_is_left_is_told_the_lowest_priority_of_those_who_are_served():
    """Inside a band who waits longer goes before, so the last to be served need not be the least pressing."""
    world = World.build()
    waits_long, pressing, left = (world.need() for _ in range(3))
    world.capacity(2)
    for need, priority, days in ((waits_long, 62, 30), (pressing, 79, 10), (left, 70, 0)):
        Need.objects.filter(pk=need.pk).update(priority=priority, created_at=later(-days))
    run(world)
    assert {need for need, *_ in standing()} == {waits_long.pk, pressing.pk}
    with scope(SYSTEM):
        assert Unserved.objects.get().lowest_priority == 62


# --- cancelling and failing -------------------------------------------------------------------------------------------------


def nothing_of(made):
    with scope(SYSTEM):
        assert not Suggestion.objects.exists()
        assert not Unserved.objects.exists()
        assert not RunInputs.objects.exists()
        row = MatchingRun.objects.get(pk=made.pk)
    assert (row.served, row.needs, row.result_sha256) == (0, 0, "")
    return row


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("at", [*RunStep])
def test_cancelled_at_any_step_a_run_leaves_nothing(at, monkeypatch):
    world = World.build()
    world.need(2, asked=Asked(may_share=False)), world.need(kind="tutoring"), world.capacity(2)
    asked = matching.ask_matching(place=world.places["mz"], by=world["leader"], now=NOW)
    told = []

    def cancel_there(beside, step):
        told.append(step)
        if step == at:
            beside.do(lambda: matching.cancel_matching(run_id=asked.pk, by=world["leader"], now=NOW))

    begun = matching.begin_run(run_id=asked.pk, by=SYSTEM, now=NOW)
    with Beside() as beside, pytest.raises(matching.Stopped):
        matching.carry_out(run=begun, tell=lambda step: cancel_there(beside, step), by=world["leader"], now=NOW)
    assert at in told
    assert nothing_of(asked).state == RunState.CANCELLED
    run_asked(run_id=asked.pk, now=NOW)
    assert nothing_of(asked).state == RunState.CANCELLED
    again = matching.ask_matching(place=world.places["mz"], by=world["leader"], now=NOW)
    run_asked(run_id=again.pk, now=NOW)
    with scope(SYSTEM):
        assert MatchingRun.objects.get(pk=again.pk).served == 1


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_carries_a_run_out_and_computes_it_again(monkeypatch):
    monkeypatch.setattr(app.periodic_registry, "periodic_tasks", {})
    world = World.build()
    world.need(), world.capacity()
    asked = matching.ask_matching(place=world.places["mz"], by=world["leader"], now=NOW)
    run_worker()
    matching.ask_repeat(run_id=asked.pk, by=world["leader"], now=NOW)
    run_worker()
    with scope(SYSTEM):
        row = MatchingRun.objects.get(pk=asked.pk)
    assert (row.state, row.served, row.step, row.repeat_same) == (RunState.DONE, 1, "", True)


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_died_is_followed_by_another_and_the_third_gives_up():
    world = World.build()
    world.need(), world.capacity()
    asked = matching.ask_matching(place=world.places["mz"], by=world["leader"], now=NOW)
    dead = matching.begin_run(run_id=asked.pk, by=SYSTEM, now=NOW)
    alive = matching.begin_run(run_id=asked.pk, by=SYSTEM, now=NOW)
    with pytest.raises(matching.Stopped):
        matching.carry_out(run=dead, tell=lambda step: None, by=world["leader"], now=NOW)
    assert nothing_of(asked).state == RunState.RUNNING
    assert not matching.tell_step(run=dead, step=RunStep.READING, by=SYSTEM, now=NOW)
    assert matching.tell_step(run=alive, step=RunStep.PAIRING, by=SYSTEM, now=NOW)
    matching.begin_run(run_id=asked.pk, by=SYSTEM, now=NOW)
    assert matching.begin_run(run_id=asked.pk, by=SYSTEM, now=NOW) is None
    assert nothing_of(asked).failure == "stopped"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("at", [RunStep.MATCHING, RunStep.WRITING])
def test_killed_in_the_middle_a_run_leaves_nothing_and_is_carried_out_by_the_next_worker(at):
    world = World.build()
    world.need(), world.capacity()
    asked = matching.ask_matching(place=world.places["mz"], by=world["leader"], now=NOW)
    begun = matching.begin_run(run_id=asked.pk, by=SYSTEM, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [own] = cursor.fetchone()

    def end():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [own])

    with Beside() as beside, pytest.raises((DatabaseError, InterfaceError)):
        matching.carry_out(
            run=begun, tell=lambda step: beside.do(end) if step == at else None, by=world["leader"], now=NOW
        )
    connection.close()
    assert nothing_of(asked).state == RunState.RUNNING
    run_asked(run_id=asked.pk, now=NOW)
    with scope(SYSTEM):
        assert MatchingRun.objects.values_list("state", "attempts", "served").get(pk=asked.pk) == ("done", 2, 1)


@pytest.mark.django_db(transaction=True)
def test_a_run_whose_asker_has_lost_the_role_says_so():
    world = World.build()
    world.need(), world.capacity()
    asked = matching.ask_matching(place=world.places["mz"], by=world["leader"], now=NOW)
    Membership.objects.filter(pk=world["leader"].membership_id).update(until=in_days(-1))
    run_asked(run_id=asked.pk, now=NOW)
    row = nothing_of(asked)
    assert (row.state, row.failure) == (RunState.FAILED, "rights")


@pytest.mark.django_db
def test_one_at_a_time_for_a_territory_and_only_by_those_who_may():
    world = World.build()
    asked = matching.ask_matching(place=world.places["mz"], by=world["leader"], now=NOW)
    for act in (matching.ask_matching, run_matching):
        with pytest.raises(RunUnderway):
            act(place=world.places["mz"], by=world["leader"], now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        MatchingRun.objects.create(
            place=asked.place, place_path=asked.place_path, organisation_path=asked.organisation_path, started_at=NOW
        )
    for name, refusal in (("facilitator", NotPermitted), ("auditor", NotPermitted), ("field_leader", NotFound)):
        with pytest.raises(refusal):
            matching.cancel_matching(run_id=asked.pk, by=world[name], now=NOW)
    with pytest.raises(NotPermitted):
        matching.begin_run(run_id=asked.pk, by=world["leader"], now=NOW)
    assert matching.defer_again(by=SYSTEM, now=NOW) == 0, "its job is there"
    carry_out_waiting()
    with pytest.raises(Refusal, match="not possible while the state"):
        matching.cancel_matching(run_id=asked.pk, by=world["leader"], now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["waiting", "running", "cancelled"])
def test_the_database_knows_no_half_done_run(state):
    world = World.build()
    made = run(world)
    with pytest.raises(IntegrityError, match="matching_run"), transaction.atomic():
        MatchingRun.objects.filter(pk=made.pk).update(
            state=state, served=1, finished_at=NOW if state == "cancelled" else None
        )


# --- computing it again -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_run_computed_again_from_its_stored_inputs_gives_the_same_whatever_happened_since():
    world = World.build()
    for _ in range(4):
        world.need(), world.need(2, kind="tutoring")
    world.capacity(3), world.capacity(3, by="firm_manager", place="amol")
    made = run(world)
    world.need(), world.capacity(9)
    assert matching.ask_repeat(run_id=made.pk, by=world["leader"], now=NOW).repeat_asked_at == NOW
    assert matching.repeat_run(run_id=made.pk, by=SYSTEM, now=NOW)
    with scope(SYSTEM):
        stored = RunInputs.objects.get(run=made)
        assert MatchingRun.objects.get(pk=made.pk).repeat_same is True
        assert "آزمونی" not in bytes(stored.needs).decode("utf-8", "ignore")
        changed_bytes = bytes(stored.capacities)[:-1] + b"\0"
        RunInputs.objects.filter(run=made).update(capacities=changed_bytes)
    assert not matching.repeat_run(run_id=made.pk, by=SYSTEM, now=NOW)
    with scope(world["leader"]):
        assert not RunInputs.objects.exists(), "offers of others stand in it: jobs alone read it"


@pytest.mark.django_db
def test_stored_inputs_are_kept_as_long_as_promised(settings):
    settings.PEYVAND_RUN_INPUT_DAYS = 10
    world = World.build()
    world.need()
    made = run(world)
    assert matching.forget_inputs(by=SYSTEM, now=later(days=9)) == 0
    assert matching.forget_inputs(by=SYSTEM, now=later(days=10)) == 1
    for act, by in ((matching.ask_repeat, world["leader"]), (matching.repeat_run, SYSTEM)):
        with pytest.raises(InputsGone):
            act(run_id=made.pk, by=by, now=NOW + timedelta(days=11))


# --- taking it back ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_run_taken_back_leaves_the_suggestions_as_they_were_before_it():
    world = World.build()
    world.need(), world.need(), world.capacity(), world.need(kind="tutoring"), world.capacity(kind="tutoring")
    run(world)
    before = standing()
    world.need(by="leader", place="espiari"), world.capacity(9, by="firm_manager", place="amol")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE need_need SET priority = 99 WHERE id = (SELECT max(id) FROM need_need)")
    second = run(world, hours=1)
    assert standing() != before
    matching.undo_matching(run_id=second.pk, by=world["leader"], now=later(hours=2))
    assert standing() == before
    with pytest.raises(Refusal):
        matching.undo_matching(run_id=second.pk, by=world["leader"], now=later(hours=2))
    third = run(world, hours=3)
    assert third.previous_id != second.pk
    assert replay() == []


@pytest.mark.django_db
def test_a_run_on_which_something_was_built_is_not_taken_back():
    world = World.build()
    world.need(), world.need(), world.capacity(2)
    first = run(world)
    run(world, hours=1)
    with pytest.raises(RunMovedOn):
        matching.undo_matching(run_id=first.pk, by=world["leader"], now=later(hours=2))
    world.need(), world.capacity(2)
    third = run(world, hours=2)
    with scope(SYSTEM):
        new = Suggestion.objects.filter(since=third).first()
    decline_suggestion(suggestion_id=new.pk, reason=DeclineReason.NOT_NOW, by=world["facilitator"], now=later(hours=3))
    with pytest.raises(RunMovedOn):
        matching.undo_matching(run_id=third.pk, by=world["leader"], now=later(hours=4))
