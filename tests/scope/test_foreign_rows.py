"""What the database still lets a role do with rows it may see: the policies let it lock a foreign row, and no more than count in it."""

import pytest
from django.db import Error, connection, transaction
from tests.world import NOW, World

from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.matching import run_matching
from peyvand.flow.commitment.models import Suggestion
from peyvand.flow.need.models import Need
from peyvand.flow.story.actions import publish_story, submit_story, write_story
from peyvand.scope.acting import PUBLIC, SYSTEM, Acting
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db


def changed(by: Acting, statement: str) -> int:
    """How many rows a statement of that role changes; 0 where the database refuses it."""
    try:
        with scope(by), connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.rowcount
    except Error:
        return 0


def everything(table: str) -> list[tuple]:
    with scope(SYSTEM), connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY id")
        return cursor.fetchall()


@pytest.mark.parametrize(
    "change",
    [
        "state = 'closed', closed_at = now()",
        "conditions = 'x'",
        "organisation_path = '999/'",
        "place_path = 'ir/'",
        "quantity = quantity + 5",
        "smallest_lot = 1, reach = 'country'",
    ],
)
def test_an_offer_of_another_organisation_is_counted_in_and_never_changed(change):
    world = World.build()
    world.capacity(5)
    before = everything("capacity_capacity")
    assert changed(world["firm_manager"], f"UPDATE capacity_capacity SET {change}") == 0
    assert everything("capacity_capacity") == before
    assert changed(world["firm_manager"], "UPDATE capacity_capacity SET committed = committed + 1") == 1


@pytest.mark.parametrize(
    "change", ["priority = 100", "note = ''", "quantity = 9", "due_date = NULL", "place_path = 'ir/'"]
)
def test_a_need_that_was_suggested_to_a_giver_is_not_the_givers_to_change(change):
    world = World.build()
    world.need(3, due_date=NOW.date(), note="…")
    world.capacity(3)
    run_matching(place=world.places["mz"], by=world["leader"], now=NOW)
    before = everything("need_need")
    with scope(world["charity_manager"]):
        assert Need.objects.count() == 1
    assert changed(world["charity_manager"], f"UPDATE need_need SET {change}") == 0
    assert everything("need_need") == before


@pytest.mark.parametrize("table", ["need_need", "capacity_capacity"])
@pytest.mark.parametrize(
    "column", ["organisation_path = '999/'", "place_path = 'ir/'", "tracking_code = '0'", "quantity = 7"]
)
def test_what_a_row_is_stays_for_its_own_keeper_too(table, column):
    world = World.build()
    world.need(1)
    world.capacity(1)
    before = everything(table)
    for name in ("facilitator", "leader", "charity_manager"):
        changed(world[name], f"UPDATE {table} SET {column}")
    assert everything(table) == before


def test_nobody_sees_a_need_by_inventing_a_suggestion_or_a_promise_of_it():
    world = World.build()
    need, capacity, firm = world.need(), world.capacity(by="firm_manager", place="amol"), world["firm_manager"]
    world.need(by="leader", kind="tutoring")
    run = run_matching(place=world.places["mz"], by=world["leader"], now=NOW)
    with scope(SYSTEM):
        Suggestion.objects.all().delete()
    paths = f"'{need.place_path}', '{need.organisation_path}', '{firm.organisation_path}', '{capacity.place_path}'"
    assert (
        changed(
            firm,
            "INSERT INTO commitment_suggestion (run_id, need_id, capacity_id, quantity, priority, state, decline_reason, place_path,"
            f" asker_path, giver_path, giver_place_path) VALUES ({run.pk}, {need.pk}, {capacity.pk}, 1, 1, 'proposed', '', {paths})",
        )
        == 0
    )
    assert (
        changed(
            firm,
            "INSERT INTO commitment_commitment (tracking_code, need_id, capacity_id, quantity, underway, accepted, released, state,"
            " offered_by_side, due_date, end_reason, place_path, asker_path, giver_path, giver_place_path, offered_at) VALUES"
            f" ('1', {need.pk}, {capacity.pk}, 1, 0, 0, 0, 'offered', 'giver', now(), '', {paths}, now())",
        )
        == 0
    )
    with scope(firm):
        assert not Need.objects.filter(pk=need.pk).exists()


def test_a_promise_never_changes_its_ends():
    world = World.build()
    promise = world.promise(world.need(), world.capacity())
    other = world.need(by="officer")
    before = everything("commitment_commitment")
    for change in (
        f"need_id = {other.pk}",
        "quantity = 4",
        "giver_path = '999/'",
        "place_path = 'ir/'",
        "asker_path = '1/'",
    ):
        for name in ("charity_manager", "facilitator", "leader"):
            changed(world[name], f"UPDATE commitment_commitment SET {change} WHERE id = {promise.pk}")
    assert everything("commitment_commitment") == before


def test_the_lines_of_a_priority_are_not_written_by_those_who_only_see_the_need():
    world = World.build()
    need = world.need(3, urgency=50)
    world.agreed(need, world.capacity(3))
    before = everything("need_priorityline")
    assert before
    changed(world["charity_manager"], "UPDATE need_priorityline SET value = 100")
    changed(world["charity_manager"], "DELETE FROM need_priorityline")
    assert everything("need_priorityline") == before


def test_the_public_reads_a_published_story_and_writes_nothing_of_it():
    world = World.build()
    delivery = world.delivered(world.agreed(world.need(), world.capacity()))
    story = write_story(
        title="ویلچر رسید", body="با همراهی خیریه، ویلچر به دست خانواده‌ای در محله رسید. " * 2, place=world.places["nobonyad"],
        delivery_ids=[delivery.pk], by=world["facilitator"], now=NOW,
    )  # fmt: skip
    submit_story(story_id=story.pk, by=world["facilitator"], now=NOW)
    publish_story(story_id=story.pk, by=world["leader"], now=NOW)
    for acting in (PUBLIC, world["firm_manager"], world["governor"]):
        assert changed(acting, "DELETE FROM story_storydelivery") == 0
        assert changed(acting, "UPDATE story_story SET title = 'x'") == 0
    assert len(everything("story_storydelivery")) == 1


def test_an_event_names_the_one_who_acts():
    world = World.build()
    columns = "(at, act, subject_kind, account_id, membership_id, role, place_path, organisation_path, data)"
    victim = world["leader"]
    before = len(everything("journal_event"))
    changed(
        world["facilitator"],
        f"INSERT INTO journal_event {columns} VALUES (now(), 'x', 'need', {victim.account_id}, {victim.membership_id}, 'hq_leader',"
        " 'ir/', '1/', '{}')",
    )
    assert len(everything("journal_event")) == before


def test_a_row_may_be_deleted_by_nobody_who_only_locks_it():
    world = World.build()
    world.agreed(world.need(3), world.capacity(3))
    for table, name in (
        ("need_need", "charity_manager"),
        ("capacity_capacity", "facilitator"),
        ("capacity_capacity", "firm_manager"),
    ):
        with transaction.atomic():
            assert changed(world[name], f"DELETE FROM {table}") == 0
    with scope(SYSTEM):
        assert (Need.objects.count(), Capacity.objects.count()) == (1, 1)
