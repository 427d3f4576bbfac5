"""Nobody gets rows or files that are not his to see, neither now nor once his rights have changed."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.exports.files import left_behind, rows_of, taken
from tests.worker import run_worker
from tests.world import NOW

from peyvand.exports.actions import cancel_export, delete_export
from peyvand.exports.models import Export
from peyvand.exports.rules import RightsChanged
from peyvand.exports.running import write_export
from peyvand.exports.taking import opened_file
from peyvand.flow.erasure import erase_person
from peyvand.flow.need.models import Need
from peyvand.journal.models import Event
from peyvand.kernel.codes import spoken
from peyvand.kernel.refusals import NotFound, NotPermitted
from peyvand.people.accounts import end_membership
from peyvand.people.households import end_task
from peyvand.people.looks import LOOK_LASTS, take_look
from peyvand.people.models import Membership, Person, Task
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

LISTS = ["/needs/", "/families/", "/people/", "/journal/", "/capacities/", "/promises/", "/deliveries/", "/suggestions/",
         "/agreements/", "/matching/", "/imports/"]  # fmt: skip


def peopled(world):
    """Needs of three offices, two families with a name each, an offer."""
    homes = {
        "facilitator": world.household(),
        "charity_manager": world.household(by="charity_manager", place="espiari"),
    }
    for name, place in (("facilitator", "nobonyad"), ("charity_manager", "espiari"), ("officer", "ahangar")):
        for _ in range(12):
            world.need(by=name, place=place, household=homes.get(name))
    world.capacity(2)


def needs_seen_by(by):
    """By the rule in words, not by the policies: staff, of their own area and organisation."""
    with scope(SYSTEM):
        rows = list(Need.objects.all())
    seen = [one for one in rows if by.covers(place_path=one.place_path, organisation_path=one.organisation_path)]
    return sorted(spoken(one.tracking_code) for one in seen) if by.is_staff else []


def names_closed_to(by):
    with scope(SYSTEM):
        every = set(Person.objects.values_list("family_name", flat=True))
        tasks = Person.objects.filter(household__tasks__membership_id=by.membership_id)
        return every - set(tasks.values_list("family_name", flat=True))


def test_every_role_gets_of_every_list_what_it_may_see_and_no_name_more(world, ask, stored):
    peopled(world)
    written = 0
    for name, by in world.acting.items():
        for address in LISTS:
            try:
                export = ask(by, address)
            except NotPermitted:
                continue
            write_export(export_id=export.pk, now=NOW)
            assert stored(export).state == "done", (name, address, stored(export).failure)
            content = taken(export, by)
            if address == "/needs/":
                assert sorted(row[1] for row in rows_of(content)[1:]) == needs_seen_by(by), name
            assert not [one for one in names_closed_to(by) if one in content.decode()], (name, address)
            written += 1
    assert written > 50


def test_no_other_account_sees_takes_or_ends_an_export(world, ask, stored):
    world.need()
    export = ask(world["facilitator"])
    run_worker()
    others = [by for by in world.acting.values() if by.account_id != export.account_id]
    for by in others:
        with pytest.raises(NotFound), scope(by):
            opened_file(export_id=export.pk, by=by, now=NOW)
        for act in (cancel_export, delete_export):
            with pytest.raises(NotFound):
                act(export_id=export.pk, by=by, now=NOW)
        with scope(by):
            assert not Export.objects.exists()
            assert not Export.objects.filter(pk=export.pk).update(state="waiting")
    assert len(others) > 8
    assert taken(export, world["facilitator"])


def end(world, name):
    membership = Membership.objects.select_related("place", "organisation").get(pk=world[name].membership_id)
    end_membership(membership=membership, by=SYSTEM, now=NOW)


def test_a_role_that_ends_before_the_writing_gets_nothing(world, ask, stored, settings):
    world.need()
    export = ask(world["facilitator"])
    end(world, "facilitator")
    run_worker()
    assert (stored(export).state, stored(export).failure) == ("failed", "rights")
    assert left_behind() == []


def test_a_closed_account_gets_nothing(world, ask, stored):
    export = ask(world["facilitator"])
    account = export.account
    account.is_active = False
    account.save(update_fields=["is_active"])
    run_worker()
    assert (stored(export).state, stored(export).failure) == ("failed", "rights")


def test_a_role_that_ends_afterwards_cannot_take_the_file(world, ask):
    world.need()
    export = ask(world["facilitator"])
    run_worker()
    assert taken(export, world["facilitator"])
    end(world, "facilitator")
    with pytest.raises(RightsChanged):
        taken(export, world["facilitator"])


def test_a_task_that_ends_takes_the_file_with_names_away(world, ask):
    world.household()
    by = world["facilitator"]
    export = ask(by, "/families/")
    run_worker()
    assert "آزمونی" in taken(export, by).decode()
    world.household()  # a task more does no harm
    assert taken(export, by)
    with scope(SYSTEM):
        task = Task.objects.filter(membership_id=by.membership_id).order_by("pk").first()
    end_task(task_id=task.pk, by=world["field_leader"], now=NOW)
    with pytest.raises(RightsChanged):
        taken(export, by)


def test_a_person_erased_since_takes_the_file_away(world, ask):
    household, by = world.household(), world["facilitator"]
    export = ask(by, "/families/")
    run_worker()
    assert taken(export, by)
    with scope(SYSTEM):
        person = Person.objects.get(household=household)
    erase_person(person_id=person.pk, by=by, now=NOW + timedelta(minutes=1))
    with pytest.raises(RightsChanged):
        taken(export, by)


def test_a_look_that_ends_takes_its_file_away(world, ask):
    world.household()
    by = world["auditor"]
    # The policies ask the clock of the database whether a look lasts; it stands still while a test runs.
    now = datetime.now(UTC) - timedelta(minutes=5)
    take_look(organisation=world.organisations["centre"], reason="the yearly inspection", by=by, now=now)
    export = ask(by, "/families/")
    run_worker()
    assert len(rows_of(taken(export, by))) == 2
    with pytest.raises(RightsChanged), scope(by):
        opened_file(export_id=export.pk, by=by, now=now + LOOK_LASTS + timedelta(minutes=1))


@pytest.mark.parametrize(
    "address", ["/home/", "/exports/", "/sign-out/", "/nowhere/", "/needs/1/", "https://example.org/x", ""]
)
def test_only_pages_that_say_so_can_be_asked_for_their_list(world, ask, address):
    with pytest.raises(NotFound):
        ask(world["facilitator"], address)


def test_the_journal_tells_of_it_without_what_was_searched(world, ask):
    world.household()
    ask(world["facilitator"], "/families/?q=آزمونی")
    run_worker()
    with scope(SYSTEM):
        events = list(Event.objects.filter(subject_kind="export").order_by("pk"))
    assert [event.act for event in events] == ["export.asked", "export.written"]
    assert events[0].place_path == world["facilitator"].place_path
    assert [event.data for event in events] == [
        {"list": "families", "kind": "csv"}, {"list": "families", "kind": "csv", "count": 1},
    ]  # fmt: skip
