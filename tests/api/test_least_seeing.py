"""Least seeing over the API: every list, count, search and single row, asked by every role and by nobody, against every row.

What may be seen is said again in plain Python (`tests.people.test_least_seeing.Facts`); both must agree for every row.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from tests.api.calls import Caller
from tests.people.test_least_seeing import Facts, could_help, covers, of_own_work, populate
from tests.world import NOW, World

from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.matching import run_matching
from peyvand.flow.commitment.models import Commitment, MatchingRun, Suggestion, Unserved
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.need.models import Need
from peyvand.flow.story.actions import publish_story, submit_story, write_story
from peyvand.flow.story.models import Story
from peyvand.people.models import Household, Person
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db


def of_row(facts: Facts, acting: Acting, row: Any) -> bool:
    return covers(acting, row.place_path, row.organisation_path) or facts.looked_at(acting, row.organisation_path)


def story(facts: Facts, acting: Acting, row: Story) -> bool:
    return row.state == "published" or of_row(facts, acting, row)


@dataclass(frozen=True)
class Listed:
    """A list route: its rows, who may see each, and whether it has a route for one row and one for the count."""

    model: type
    rule: Callable[[Facts, Acting, Any], bool]
    one: bool = True
    counted: bool = True
    holds: Callable[[Acting, Any], bool] = lambda by, row: True

    def lists(self, facts: Facts, acting: Acting, row: Any) -> bool:
        """Whether the list shows it; some rows are seen only by their number."""
        return self.rule(facts, acting, row) and self.holds(acting, row)


LISTS = {
    "/needs": Listed(Need, Facts.need, holds=of_own_work),
    "/capacities": Listed(Capacity, Facts.capacity, holds=could_help),
    "/commitments": Listed(Commitment, Facts.commitment),
    "/deliveries": Listed(Delivery, Facts.delivery),
    "/suggestions": Listed(Suggestion, Facts.promise, one=False),
    "/families": Listed(Household, Facts.household),
    "/stories": Listed(Story, story),
    "/matching-runs": Listed(MatchingRun, of_row, one=False),
}


@pytest.fixture
def populated():
    world = World.build()
    facts = Facts(populate(world))
    tell(world)
    return world, facts


def tell(world: World) -> None:
    with scope(SYSTEM):
        delivery = Delivery.objects.filter(answer="accepted").first()
    act = {"by": world["facilitator"], "now": delivery.recorded_at}
    words = {"body": "خیریه آمد و کمک رسید و خانواده خوشحال شد.", "place": world.places["nobonyad"]}
    write_story(title="پیش‌نویس", delivery_ids=[delivery.pk], **words, **act)
    shown = write_story(title="منتشرشده", delivery_ids=[delivery.pk], **words, **act)
    submit_story(story_id=shown.pk, **act)
    publish_story(story_id=shown.pk, by=world["field_leader"], now=delivery.recorded_at)


def rows_of(model: type) -> list[Any]:
    with scope(SYSTEM):
        return list(model.objects.order_by("pk"))


@pytest.mark.slow
def test_every_role_gets_exactly_its_rows_from_every_list_count_and_single_row(populated):
    world, facts = populated
    for name, acting in world.acting.items():
        caller = Caller(world, name)
        for address, listed in LISTS.items():
            rows = rows_of(listed.model)
            assert rows, address
            expected = {row.pk for row in rows if listed.lists(facts, acting, row)}
            assert caller.ids(address) == expected, (name, address)
            if listed.counted:
                assert caller.get(f"{address}/count").json()["count"] == len(expected), (name, address)
            if listed.one:
                for row in rows:
                    seen = caller.get(f"{address}/{row.pk}").status_code
                    assert seen == (200 if listed.rule(facts, acting, row) else 404), (name, address, row.pk)


@pytest.mark.slow
def test_searches_and_filters_find_no_row_that_the_list_does_not_show(populated):
    world, facts = populated
    codes = [
        (address, row) for address in ("/needs", "/capacities", "/commitments") for row in rows_of(LISTS[address].model)
    ]
    families, persons, needs = rows_of(Household), rows_of(Person), rows_of(Need)
    for name, acting in world.acting.items():
        caller = Caller(world, name)
        for address, row in codes:
            found = {row.pk} if LISTS[address].lists(facts, acting, row) else set()
            assert caller.ids(address, code=row.tracking_code) == found, (name, address)
        for need in needs:
            seen = {row.pk for row in rows_of(Commitment) if row.need_id == need.pk and facts.commitment(acting, row)}
            assert caller.ids("/commitments", need_id=need.pk) == seen
        for family in families:
            by_code = {family.pk} if facts.household(acting, family) else set()
            assert caller.ids("/families", q=family.code) == by_code, name
        for person in persons:
            home = next(one for one in families if one.pk == person.household_id)
            named = {home.pk} if facts.person(acting, person) and facts.household(acting, home) else set()
            assert caller.ids("/families", q=str(person)) == named, name


@pytest.mark.slow
def test_names_are_told_to_those_who_may_see_the_person_and_nowhere_else(populated):
    world, facts = populated
    persons = rows_of(Person)
    for name, acting in world.acting.items():
        caller = Caller(world, name)
        for family in rows_of(Household):
            answer = caller.get(f"/families/{family.pk}")
            told = {one["id"] for one in answer.json().get("persons", ())}
            assert told == {one.pk for one in persons if one.household_id == family.pk and facts.person(acting, one)}, (
                name
            )
        everything = "".join(
            caller.get(address, limit=200).content.decode() for address in (*LISTS, "/me", "/places", "/organisations")
        )
        for person in persons:
            assert json.dumps(person.family_name, ensure_ascii=False)[1:-1] not in everything, name
            assert person.given_name not in everything, name


def test_whom_a_need_is_for_is_told_to_those_who_keep_it_only(populated):
    world, _ = populated
    for name, acting in world.acting.items():
        caller = Caller(world, name)
        for row in caller.get("/needs", limit=200).json()["items"]:
            with scope(SYSTEM):
                need = Need.objects.get(pk=row["id"])
            keeps = acting.covers(place_path=need.place_path, organisation_path=need.organisation_path)
            own = 0 < acting.person_id == need.person_id
            assert row["household_id"] == (need.household_id if keeps or own else None), name
            assert row["person_id"] == (need.person_id if keeps or own else None), name


def test_the_needs_a_run_left_are_seen_by_those_who_keep_them(populated):
    world, facts = populated
    for by, place in (("facilitator", "nobonyad"), ("officer", "sari"), ("charity_manager", "espiari")):
        world.need(kind="tutoring", by=by, place=place)
    for by, place in (("field_leader", "sari"), ("leader", "mz")):
        run_matching(place=world.places[place], by=world[by], now=NOW)
    lefts = rows_of(Unserved)
    assert lefts
    for name, acting in world.acting.items():
        caller = Caller(world, name)
        for run in rows_of(MatchingRun):
            answer = caller.get(f"/matching-runs/{run.pk}/unserved", limit=200)
            if not of_row(facts, acting, run):
                assert answer.status_code == 404, name
                continue
            expected = {row.need_id for row in lefts if row.run_id == run.pk and of_row(facts, acting, row)}
            assert {row["need_id"] for row in answer.json()["items"]} == expected, name


def test_everyone_reads_published_stories_and_nothing_else(populated):
    world, _ = populated
    public = Caller(world)
    published = {row.pk for row in rows_of(Story) if row.state == "published"}
    assert public.ids("/published-stories") == published
    for row in rows_of(Story):
        assert public.get(f"/published-stories/{row.pk}").status_code == (200 if row.pk in published else 404)
    for address in LISTS:
        assert public.get(address).status_code == public.get(f"{address}/count").status_code == 401
