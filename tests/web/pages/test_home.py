"""The first page of each role."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.world import World

from peyvand.extend.switches import switch_off, switch_on
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.actions import NewPromise, commit, withdraw_commitments
from peyvand.flow.commitment.enums import DeclineReason
from peyvand.flow.commitment.matching import run_matching
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.need.actions import propose_priority
from peyvand.flow.need.together import set_together
from peyvand.flow.story.actions import submit_story, write_story
from peyvand.kernel.jalali import business_date
from peyvand.people.looks import take_look
from peyvand.programmes.visits.actions import plan_visit
from peyvand.programmes.visits.models import Visit
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope


def late(days: int = 9) -> None:
    with scope(SYSTEM):
        Commitment.objects.update(due_date=timezone.now().date() - timedelta(days=days))


def blocks(client) -> dict[str, int]:
    return {block.name: block.count for block in client.get("/home/").context["waiting"]}


@pytest.fixture
def busy(world: World) -> World:
    """Something of everything that can wait."""
    now = timezone.now()
    served, other, capacity = world.need(3), world.need(kind="tutoring", urgency=90), world.capacity(20)
    promise = world.agreed(served, capacity, 2)
    delivery = world.delivered(promise, 1)
    world.delivered(promise, 1, accepted=False)
    late()
    world.need(1)
    run_matching(place=world.places["mz"], by=world["leader"], now=now)
    propose_priority(need_id=other.pk, priority=99, reason="دلیلی که همه می‌خوانند", by=world["field_leader"], now=now)
    story = write_story(
        title="روایتی تازه", body="خیریه و تسهیلگر با هم کار کردند و ویلچر به خانواده رسید.", place=world.places["nobonyad"],
        delivery_ids=[delivery.pk], by=world["facilitator"], now=now,
    )  # fmt: skip
    submit_story(story_id=story.pk, by=world["facilitator"], now=now)
    take_look(
        organisation=world.organisations["charity"], reason="رسیدگی به یک شکایت مردمی", by=world["auditor"], now=now
    )
    return world


def test_the_facilitator_sees_what_to_confirm_and_what_is_late(busy, browser):
    found = blocks(browser("facilitator"))
    assert found["to_confirm"] == 1
    assert found["late_promises"] == 1
    assert found["open_longest"] == 2


def test_the_manager_sees_promises_suggestions_and_looks(busy, browser):
    found = blocks(browser("charity_manager"))
    assert found["own_promises_due"] == 1
    assert found["suggestions_to_answer"] >= 1
    assert found["looks_taken"] == 1
    assert "رسیدگی به یک شکایت" in browser("charity_manager").get("/home/").content.decode()
    assert blocks(browser("firm_manager")) == {}


def test_the_manager_sees_capacities_that_run_out(world, browser):
    capacity = world.capacity(10)
    assert "running_out" not in blocks(browser("charity_manager"))
    with scope(SYSTEM):
        Capacity.objects.filter(pk=capacity.pk).update(committed=9)
    assert blocks(browser("charity_manager"))["running_out"] == 1


def test_leaders_see_needs_without_a_capacity_signatures_and_stories(busy, browser):
    found = blocks(browser("officer"))
    assert found["without_capacity"] == 1
    assert found["overrides_to_sign"] == 1
    assert found["suggestions_unanswered"] >= 1
    assert blocks(browser("leader"))["stories_to_review"] == 1
    assert "overrides_to_sign" not in blocks(browser("field_leader"))


def test_a_team_that_loses_a_giver_is_told_to_those_who_keep_it(world, browser):
    now = timezone.now()
    team, offer = [world.need(), world.need(2)], world.capacity(3)
    set_together(need_ids=[one.pk for one in team], by=world["facilitator"], now=now)
    assert "lost_a_giver" not in blocks(browser("facilitator")), "nobody stands for any of them yet"
    rows = [NewPromise(one.pk, offer.pk, one.quantity, business_date(now)) for one in team]
    made = commit(rows=rows, by=world["facilitator"], now=now)
    assert "lost_a_giver" not in blocks(browser("facilitator"))
    act = {"commitment_ids": [made[1].pk], "reason": DeclineReason.NOT_NOW, "now": now}
    withdraw_commitments(by=world["charity_manager"], **act)
    for who in ("facilitator", "field_leader", "officer"):
        assert blocks(browser(who))["lost_a_giver"] == 1, who
    page = browser("facilitator").get("/home/").content.decode()
    assert f"/needs/{team[1].pk}/offers/" in page
    assert "lost_a_giver" not in blocks(browser("charity_manager")), "whose need it is is not told to the giver"
    assert "هنوز کسی نیست" in browser("facilitator").get(f"/needs/{team[0].pk}/").content.decode()


def test_the_governors_office_sees_figures_and_none_under_five(world, browser):
    world.need(household=world.household())
    page = browser("governor").get("/home/")
    assert {stat["label"]: stat["value"] for stat in page.context["stats"]}["نیاز باز"] == "پنهان"
    assert page.context["waiting"] == []
    for _ in range(5):
        world.need()
    page = browser("governor").get("/home/")
    assert {stat["label"]: stat["value"] for stat in page.context["stats"]}["نیاز باز"] == "۶"
    assert "نوبنیاد" not in page.content.decode()


def test_the_auditor_sees_looks_journal_and_seals(busy, browser):
    page = browser("auditor").get("/home/")
    assert {block.name for block in page.context["waiting"]} == {"looks", "journal"}
    assert "دفتر هنوز مُهر نشده است" in page.content.decode()
    assert 'class="button" href="/journal/#look"' in page.content.decode()  # nothing else waits to be done


def test_the_administrator_sees_people_organisations_and_places_of_the_area(world, browser):
    client = browser("administrator")
    found = blocks(client)
    assert 'class="button" href="/people/new/"' in client.get("/home/").content.decode()
    assert found["people"] == len(world.acting)
    assert found["organisations"] == 4
    assert found["places"] == 6


def test_a_resident_sees_his_own_needs_and_no_others(world, resident):
    assert "نیاز خود را اینجا یا به تسهیلگر بگویید" in resident.get("/home/").content.decode()
    world.need()
    assert blocks(resident) == {}


def test_what_waits_in_a_programme_stands_with_its_day_and_step_while_the_programme_is_on(world, browser):
    day = business_date(timezone.now())
    switch = switch_on(slug="visits", place=world.places["mz"], by=world["administrator"], now=timezone.now())
    client, place = browser("facilitator"), world.places["nobonyad"]
    plan_visit(place=place, planned_date=day, by=world["field_leader"], now=timezone.now())
    with scope(SYSTEM):
        Visit.objects.update(
            planned_date=day - timedelta(days=2), organisation_path=world["facilitator"].organisation_path
        )
    page = client.get("/home/")
    block = next(one for one in page.context["waiting"] if one.name == "visits-to_make")
    assert (block.count, block.lines[0].when.late) == (1, True)
    assert page.context["next"][1] == block.lines[0]
    assert block.step in page.content.decode()
    switch_off(switch_id=switch.pk, by=world["administrator"], now=timezone.now())
    assert "visits-to_make" not in blocks(client)


def test_an_empty_page_says_what_to_do_first(world, browser):
    for name, words in (("facilitator", "نخستین نیاز را ثبت کنید"), ("firm_manager", "نخستین حساب را باز کنید")):
        assert words in browser(name).get("/home/").content.decode()


@pytest.mark.parametrize("name", ["facilitator", "charity_manager", "officer", "governor", "auditor"])
def test_the_first_page_takes_as_many_queries_for_many_rows_as_for_few(busy, browser, queries_of, name):
    client = browser(name)
    few = queries_of(client, ["/home/"])
    capacity = busy.capacity(50)
    for _ in range(3):
        need = busy.need(2)
        promise = busy.agreed(need, capacity, 2)
        busy.delivered(promise, 1, accepted=False)
        busy.need(kind="tutoring")
    late()
    assert queries_of(client, ["/home/"]) == few
    need = busy.need(1)
    assert need.pk
