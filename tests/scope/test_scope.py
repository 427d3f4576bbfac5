"""Row security holds in the database itself, whatever the code above it does."""

import pytest
from django.db import ProgrammingError, connection, transaction
from tests.world import NOW, World

from peyvand.flow.need.actions import withdraw_need
from peyvand.flow.need.models import Need
from peyvand.journal.models import Event
from peyvand.kernel.refusals import NotPermitted
from peyvand.people.models import Person
from peyvand.scope.acting import PUBLIC, SYSTEM, Acting, Role, subtree, within
from peyvand.scope.database import acting_now, scope

pytestmark = pytest.mark.django_db


def as_app(statement: str) -> list[tuple]:
    """Run a statement as the application's database role, without any scope."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE peyvand_app")
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


@pytest.mark.parametrize(
    "table", ["need_need", "people_person", "capacity_capacity", "commitment_commitment", "journal_event"]
)
def test_without_a_scope_a_scoped_table_answers_with_an_error(table):
    world = World.build()
    world.promise(world.need(household=world.household()), world.capacity())
    with pytest.raises(ProgrammingError, match="no scope is open"):
        as_app(f"SELECT count(*) FROM {table}")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_event SET act = 'x'",
        "DELETE FROM journal_event",
        "SELECT * FROM journal_seal",
        "DELETE FROM delivery_delivery",
        "UPDATE delivery_delivery SET quantity = 5",
        "CREATE TABLE mine (id int)",
        "SELECT journal_settle()",
    ],
)
def test_the_application_has_no_right_to(statement):
    with pytest.raises(ProgrammingError, match="permission denied"):
        as_app(statement)


def test_an_inner_scope_gives_back_to_the_outer_one():
    world = World.build()
    world.need(place="nobonyad")
    with scope(world["facilitator"]):
        assert Need.objects.count() == 1
        with scope(PUBLIC):
            assert Need.objects.count() == 0
            assert acting_now() == PUBLIC
        assert Need.objects.count() == 1
        assert acting_now() == world["facilitator"]
    assert acting_now() is None


def test_an_error_inside_leaves_no_scope_behind():
    world = World.build()
    with pytest.raises(RuntimeError), scope(world["facilitator"]):
        raise RuntimeError
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('peyvand.role', true), current_user")
        assert cursor.fetchone() in {("", "peyvand_owner"), (None, "peyvand_owner")}


def test_an_action_takes_keywords_an_actor_and_an_aware_time_only():
    with pytest.raises(TypeError):
        withdraw_need(need_id=1, by=SYSTEM, now=NOW.replace(tzinfo=None))
    with pytest.raises(TypeError):
        withdraw_need(need_id=1, by="somebody", now=NOW)


def test_a_subtree_is_a_range_of_the_index():
    assert subtree("ir/02/") == ("ir/02/", "ir/020")
    assert within("ir/02/0207/", "ir/02/")
    assert not within("ir/021/", "ir/02/")
    with pytest.raises(ValueError, match="ends in"):
        subtree("ir/02")


def test_a_name_needs_the_area_and_the_organisation_and_a_task():
    world = World.build()
    world.household()
    with scope(world["facilitator"]):
        assert Person.objects.count() == 1
    for name in (
        "social_worker",
        "field_leader",
        "officer",
        "leader",
        "charity_manager",
        "governor",
        "auditor",
        "administrator",
    ):
        with scope(world[name]):
            assert Person.objects.count() == 0, name


def test_the_public_and_a_forged_actor_see_no_event():
    World.build().need()
    for acting in (PUBLIC, Acting(role=Role.FACILITATOR), Acting(role=Role.RESIDENT)):
        with scope(acting):
            assert Event.objects.count() == 0


def test_a_write_outside_ones_area_is_refused_like_any_other():
    world = World.build()
    with pytest.raises(NotPermitted):
        world.need(by="facilitator", place="espiari")
    with scope(SYSTEM):
        assert Need.objects.count() == 0
