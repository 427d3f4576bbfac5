"""Every act on many rows: done to those that allow it, said why not of the others, and taken back so that the rows are as before."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from tests.site.asking import drawn
from tests.world import NOW, World, in_days, later

from peyvand.batches.actions import choose, do_at_once, do_batch, foreseen, told, undo_batch
from peyvand.batches.acts import ACTS
from peyvand.batches.rules import AT_ONCE, NothingChosen, NothingLeftToDo, TooLateToUndo
from peyvand.batches.running import run_batch
from peyvand.flow.capacity.actions import close_capacity, pause_capacity
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.actions import accept_commitments
from peyvand.flow.commitment.matching import run_matching
from peyvand.flow.commitment.models import Commitment, Suggestion
from peyvand.flow.delivery.actions import NewDelivery, record_deliveries
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.need.actions import NewNeed, open_needs
from peyvand.flow.need.models import Need
from peyvand.flow.replay import replay
from peyvand.flow.story.actions import write_story
from peyvand.flow.story.models import Story
from peyvand.kernel.refusals import NotFound, NotPermitted
from peyvand.kernel.states import WrongState
from peyvand.people.enums import MemberRole
from peyvand.people.households import give_task
from peyvand.people.models import Household, Membership, Person, Task
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db
LATE = later(days=40)
# Who does each act, when, and with what.
CASES = {
    "accept_suggestions": ("facilitator", NOW, {"due_date": in_days(20).isoformat()}),
    "decline_suggestions": ("charity_manager", NOW, {"reason": "too_far"}),
    "accept_promises": ("charity_manager", NOW, {}),
    "end_promises": ("charity_manager", NOW, {"reason": "not_now"}),
    "break_promises": ("facilitator", LATE, {}),
    "accept_deliveries": ("facilitator", NOW, {}),
    "refuse_deliveries": ("facilitator", NOW, {"reason": "damaged"}),
    "vouch_needs": ("facilitator", NOW, {}),
    "withdraw_needs": ("facilitator", NOW, {}),
    "pause_capacities": ("charity_manager", NOW, {}),
    "resume_capacities": ("charity_manager", NOW, {}),
    "close_capacities": ("charity_manager", NOW, {}),
    "give_tasks": ("field_leader", NOW, {}),
    "end_roles": ("administrator", NOW, {}),
}
MODELS = {
    "suggestions": Suggestion, "promises": Commitment, "deliveries": Delivery, "needs": Need, "capacities": Capacity,
    "people": Membership, "families": Household,
}  # fmt: skip


@pytest.fixture
def world():
    """Rows in every state: also those on which the acts are not possible."""
    world = World.build()
    for quantity in (1, 2, 3):
        world.need(quantity)
    offers = [world.capacity(amount) for amount in (4, 2)]
    run_matching(place=world.places["sari"], by=world["field_leader"], now=NOW)
    home, other = world.household(), world.household()
    give_task(
        household_id=other.pk, membership=Membership.objects.get(pk=world["social_worker"].membership_id), by=world["field_leader"], now=NOW
    )  # fmt: skip
    CASES["give_tasks"][2]["membership"] = str(world["social_worker"].membership_id)
    with scope(SYSTEM):
        person = Person.objects.get(household=home)
    resident = world.join("resident", MemberRole.RESIDENT, "nobonyad", "centre", person_id=person.pk)
    kind = world.specifications["tutoring"]
    open_needs(rows=[NewNeed(kind, 1, world.places["nobonyad"], person=person) for _ in range(2)], by=resident, now=NOW)
    giving = world.capacity(12, kind="tutoring")
    asked = [world.need(2, kind="tutoring") for _ in range(5)]
    promises = [world.promise(need, giving, 2) for need in asked]
    accept_commitments(commitment_ids=[one.pk for one in promises[1:]], by=world["charity_manager"], now=NOW)
    world.delivered(promises[1], 2, accepted=False)
    world.delivered(promises[2], 1, accepted=False)
    world.delivered(promises[2], 1, accepted=True)
    record_deliveries(rows=[NewDelivery(promises[3].pk, 1, in_days(0))], by=world["facilitator"], now=NOW)
    pause_capacity(capacity_id=offers[1].pk, by=world["charity_manager"], now=NOW)
    close_capacity(capacity_id=world.capacity(1).pk, by=world["charity_manager"], now=NOW)
    return world


def rows_as_they_are() -> dict[str, dict[int, dict]]:
    with scope(SYSTEM):
        found = {
            model.__name__: {row["id"]: row for row in model.objects.values()}
            for model in (Need, Capacity, Commitment, Suggestion, Delivery, Task)
        }
    return found | {"Membership": {row["id"]: row for row in Membership.objects.values()}}


def waiting_deliveries() -> Counter:
    with scope(SYSTEM):
        rows = Delivery.objects.filter(answer="")
        return Counter(rows.values_list("commitment_id", "quantity", "delivered_date", "note", "recorded_by_id"))


def ids_for(slug: str) -> list[int]:
    model = MODELS[ACTS[slug].of_list]
    with scope(SYSTEM):
        return list(model.objects.order_by("pk").values_list("pk", flat=True))


@pytest.mark.parametrize("slug", CASES)
def test_doing_and_undoing_leaves_every_row_as_it_was(world, slug):
    """Of the rows that were there; a promise that was made and taken back stays told, as withdrawn, and so do answers given."""
    who, now, values = CASES[slug]
    by, ids = world[who], ids_for(slug)

    @drawn(4)
    @given(chosen=st.lists(st.sampled_from(ids), min_size=1, max_size=6, unique=True))
    def holds(chosen):
        with transaction.atomic():
            before, waited = rows_as_they_are(), waiting_deliveries()
            batch = choose(act=slug, ids=chosen, by=by, now=now)
            with scope(by):
                expected = foreseen(batch, values, by, now)
            try:
                batch = do_batch(batch_id=batch.pk, values=values, by=by, now=now)
            except NothingLeftToDo:
                assert set(expected) == set(chosen)
                assert rows_as_they_are() == before
            else:
                assert {pk for pk, *_ in batch.refused} == set(expected), (batch.refused, expected)
                assert {pk for pk, _mark in batch.marks} == set(chosen) - set(expected)
                assert rows_as_they_are() != before
                assert replay() == []
                batch = undo_batch(batch_id=batch.pk, by=by, now=now + timedelta(minutes=5))
                assert (batch.state, batch.left) == ("undone", [])
                after = rows_as_they_are()
                for name, rows in before.items():
                    if name != "Delivery":
                        assert {pk: after[name][pk] for pk in rows} == rows, name
                assert waiting_deliveries() == waited
                assert replay() == []
            transaction.set_rollback(True)

    holds()


@pytest.mark.parametrize("slug", CASES)
def test_of_all_rows_some_allow_each_act_and_some_do_not(world, slug):
    """Otherwise the test above would try nothing."""
    who, now, values = CASES[slug]
    batch = choose(act=slug, ids=ids_for(slug), by=world[who], now=now)
    batch = do_batch(batch_id=batch.pk, values=values, by=world[who], now=now)
    assert batch.marks
    assert batch.refused or slug in ("decline_suggestions", "accept_suggestions")


def test_every_act_has_a_case():
    """Those of stories are done on the page of one story, and tried below."""
    assert set(CASES) == {slug for slug, act in ACTS.items() if act.of_list}


def test_each_step_of_a_story_is_taken_back(world):
    with scope(SYSTEM):
        told_of = Delivery.objects.filter(answer="accepted").first().pk
    words = {"title": "داستان", "body": "خیریه آمد و کمک رسید و خانواده خوشحال شد.", "place": world.places["nobonyad"]}
    story = write_story(delivery_ids=[told_of], by=world["facilitator"], now=NOW, **words)
    for act, who in (
        ("submit_story", "facilitator"), ("return_story", "field_leader"), ("submit_story", "facilitator"),
        ("publish_story", "field_leader"), ("withdraw_story", "facilitator"),
    ):  # fmt: skip
        with scope(SYSTEM):
            before = Story.objects.values().get(pk=story.pk)
        batch = do_at_once(act=act, ids=[story.pk], values={}, by=world[who], now=NOW)
        undo_batch(batch_id=batch.pk, by=world[who], now=NOW)
        with scope(SYSTEM):
            assert Story.objects.values().get(pk=story.pk) == before, act
        do_at_once(act=act, ids=[story.pk], values={}, by=world[who], now=NOW)


def test_what_moved_on_is_not_taken_back_and_says_why(world):
    by = world["facilitator"]
    batch = choose(act="accept_suggestions", ids=ids_for("accept_suggestions"), by=by, now=NOW)
    batch = do_batch(batch_id=batch.pk, values={"due_date": in_days(9).isoformat()}, by=by, now=NOW)
    made = [mark for _pk, mark in batch.marks]
    assert len(made) > 1
    accept_commitments(commitment_ids=made[:1], by=world["charity_manager"], now=later(hours=0) + timedelta(minutes=1))
    batch = undo_batch(batch_id=batch.pk, by=by, now=NOW + timedelta(minutes=2))
    assert [(pk, code) for pk, code, *_ in batch.left] == [(batch.marks[0][0], "agreed_meanwhile")]
    with scope(SYSTEM):
        states = dict(Commitment.objects.filter(pk__in=made).values_list("pk", "state"))
    assert states[made[0]] == "accepted"
    assert set(states.values()) == {"accepted", "withdrawn"}
    assert replay() == []


def test_undo_has_its_time_and_is_done_once(world):
    by = world["charity_manager"]
    batch = do_at_once(act="close_capacities", ids=[world.capacity(1).pk], values={}, by=by, now=NOW)
    with pytest.raises(TooLateToUndo):
        undo_batch(batch_id=batch.pk, by=by, now=NOW + timedelta(minutes=31))
    undo_batch(batch_id=batch.pk, by=by, now=NOW + timedelta(minutes=29))
    with pytest.raises(WrongState):
        undo_batch(batch_id=batch.pk, by=by, now=NOW + timedelta(minutes=29))


def test_a_batch_is_its_own_membership_s(world):
    batch = do_at_once(
        act="close_capacities", ids=[world.capacity(1).pk], values={}, by=world["charity_manager"], now=NOW
    )
    with pytest.raises(NotFound):
        undo_batch(batch_id=batch.pk, by=world["firm_manager"], now=NOW)
    with pytest.raises(NothingChosen):
        choose(act="withdraw_needs", ids=[], by=world["facilitator"], now=NOW)
    with pytest.raises(NotPermitted):
        choose(act="withdraw_needs", ids=[1], by=world["auditor"], now=NOW)


def test_rows_out_of_sight_are_refused_as_rows_that_are_not_there(world):
    of_others = world.need(1, by="firm_manager", place="espiari")
    batch = choose(act="withdraw_needs", ids=[of_others.pk, 2**40], by=world["facilitator"], now=NOW)
    with scope(world["facilitator"]):
        assert {one.code for one in foreseen(batch, {}, world["facilitator"], NOW).values()} == {"not_found"}


def test_a_long_batch_is_done_part_by_part_and_undone_as_a_whole(world, monkeypatch):
    by = world["charity_manager"]
    ids = [world.capacity(1).pk for _ in range(5)]
    monkeypatch.setattr("peyvand.batches.actions.AT_ONCE", 2)
    batch = choose(act="close_capacities", ids=ids, by=by, now=NOW)
    batch = do_batch(batch_id=batch.pk, values={}, by=by, now=NOW)
    assert batch.state == "waiting"
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    run_batch(batch_id=batch.pk, now=NOW)
    with scope(by):
        batch.refresh_from_db()
        assert (batch.state, batch.rows_done, len(batch.marks)) == ("done", 5, 5)
        assert set(Capacity.objects.filter(pk__in=ids).values_list("state", flat=True)) == {"closed"}
    undo_batch(batch_id=batch.pk, by=by, now=NOW)
    with scope(by):
        assert set(Capacity.objects.filter(pk__in=ids).values_list("state", flat=True)) == {"open"}
    assert AT_ONCE == 500


def test_a_long_batch_stops_where_the_role_has_ended(world, monkeypatch):
    by = world["charity_manager"]
    monkeypatch.setattr("peyvand.batches.actions.AT_ONCE", 1)
    batch = choose(act="close_capacities", ids=[world.capacity(1).pk for _ in range(2)], by=by, now=NOW)
    do_batch(batch_id=batch.pk, values={}, by=by, now=NOW)
    Membership.objects.filter(pk=by.membership_id).update(until=in_days(-1))
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    run_batch(batch_id=batch.pk, now=NOW)
    with scope(SYSTEM):
        batch.refresh_from_db()
    assert (batch.state, batch.marks) == ("failed", [])


def test_a_refusal_is_kept_with_what_fills_its_places(world):
    batch = choose(act="break_promises", ids=ids_for("break_promises"), by=world["facilitator"], now=NOW)
    with scope(world["facilitator"]):
        refusals = foreseen(batch, {}, world["facilitator"], NOW)
    assert {"due": {"date": in_days(14).isoformat()}} in [details for *_, details in told(refusals)]
    assert told({}) == []
