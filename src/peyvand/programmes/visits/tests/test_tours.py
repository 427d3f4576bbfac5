"""Tours: everyone a skill needs is sent while there is room, the most neglected place first, and what finds none is said."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.api.calls import Caller
from tests.world import NOW, World, in_days

from peyvand.extend.switches import switch_on
from peyvand.journal.models import Event
from peyvand.kernel.refusals import BadValue, NotPermitted
from peyvand.people.models import Account, Membership
from peyvand.places.models import Place
from peyvand.programmes.visits import actions, queries, rules, tour_actions
from peyvand.programmes.visits.models import Tour, TourStop, Visit
from peyvand.programmes.visits.routing import Call, route
from peyvand.programmes.visits.seed import seed
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

BASE = (36.56, 53.05)
LIMITS: dict[str, Any] = {"base": BASE, "days": 2, "calls_a_day": 2, "km_a_day": 200}


def near(east, skill="doctor", score=0):
    """A call so many hundredths of a degree east of the base: about 0.9 km each."""
    return Call((BASE[0], BASE[1] + east / 100), skill, score)


def test_people_go_only_where_their_skill_is_needed_and_nobody_without_it_is_sent():
    found = route(
        [near(1), near(2, "lawyer"), near(3, "dentist")], [frozenset({"doctor"}), frozenset({"lawyer"})], **LIMITS
    )
    assert {(stop.call, stop.person) for stop in found.stops} == {(0, 0), (1, 1)}
    assert (found.unskilled, found.unfit) == ((2,), ())


def test_where_there_is_no_room_for_all_the_most_neglected_are_served():
    found = route([near(place, score=place) for place in range(1, 7)], [frozenset({"doctor"})], **LIMITS)
    assert {stop.call for stop in found.stops} == {2, 3, 4, 5}
    assert found.unfit == (0, 1)
    assert {(stop.day, stop.order) for stop in found.stops} == {(0, 1), (0, 2), (1, 1), (1, 2)}


def test_what_lies_beyond_the_kilometres_of_a_day_is_left():
    found = route([near(10), near(300)], [frozenset({"doctor"})], **LIMITS)
    assert [stop.call for stop in found.stops] == [0]
    assert found.stops[0].km == pytest.approx(8.93, abs=0.05)
    assert found.unfit == (1,)


@settings(max_examples=25, deadline=None)
@given(
    calls=st.lists(st.tuples(st.integers(-200, 200), st.sampled_from("abc"), st.integers(0, 100)), max_size=8),
    people=st.lists(st.frozensets(st.sampled_from("abc"), min_size=1), min_size=1, max_size=3),
    days=st.integers(1, 3), calls_a_day=st.integers(1, 3), km_a_day=st.integers(1, 300),
)  # fmt: skip
def test_every_call_is_served_once_or_said_to_be_left_and_no_limit_is_broken(
    calls, people, days, calls_a_day, km_a_day
):
    asked = [near(*call) for call in calls]
    found = route(asked, people, base=BASE, days=days, calls_a_day=calls_a_day, km_a_day=km_a_day)
    assert sorted([*(stop.call for stop in found.stops), *found.unskilled, *found.unfit]) == list(range(len(calls)))
    days_of: dict[tuple[int, int], list[Any]] = {}
    for stop in found.stops:
        assert asked[stop.call].skill in people[stop.person]
        days_of.setdefault((stop.person, stop.day), []).append(stop)
    for stops in days_of.values():
        assert [stop.order for stop in stops] == list(range(1, len(stops) + 1))
        assert len(stops) <= calls_a_day
        assert sum(stop.km for stop in stops) <= km_a_day


@pytest.fixture
def world(db):
    world = World.build()
    switch_on(slug=actions.SLUG, place=world.places["ir"], by=SYSTEM, now=NOW - timedelta(days=30))
    Place.objects.filter(pk=world.places["sari"].pk).update(lat=BASE[0], lon=BASE[1])
    return world


def new_tour(world, **values):
    people = [
        (Account.objects.get(pk=world[name].account_id), [skill])
        for name, skill in (("facilitator", "پزشک"), ("social_worker", "مددکار"))
    ]
    calls = [(world.places["nobonyad"], ["پزشك", "مددکار"]), (world.places["ahangar"], ["حقوقدان"])]
    return tour_actions.NewTour(**{
        "title": "تور نمونه", "base": world.places["sari"], "begins": in_days(1), "days": 2, "calls": calls, "people": people, **values
    })  # fmt: skip


def test_a_tour_plans_a_visit_for_every_call_and_keeps_why_another_found_no_room(world):
    tour = tour_actions.plan_tour(row=new_tour(world), by=world["field_leader"], now=NOW)
    with scope(world["facilitator"]):
        stops = TourStop.objects.select_related("visit", "person").order_by("skill")
        assert {(stop.skill, stop.person.account_id) for stop in stops} == {
            ("پزشك", world["facilitator"].account_id), ("مددکار", world["social_worker"].account_id),
        }  # fmt: skip
        assert {stop.visit.state for stop in stops} == {"planned"}
        mine = queries.sent(world["facilitator"])
        assert [visit.stop.skill for visit in mine] == ["پزشك"]
    assert Event.objects.filter(act="visit.planned").count() == 1  # one for the batch
    assert tour.left == [[world.places["ahangar"].pk, "حقوقدان", tour_actions.UNSKILLED]]
    with scope(world["charity_manager"]):
        assert not Tour.objects.exists()


@pytest.mark.parametrize("name", ["facilitator", "charity_manager"])
def test_a_tour_is_planned_by_those_who_lead_with_their_own_people(world, name):
    with pytest.raises((NotPermitted, BadValue)):
        tour_actions.plan_tour(row=new_tour(world), by=world[name], now=NOW)
    with scope(SYSTEM):
        assert not Visit.objects.exists()


def test_where_nobody_knows_where_a_place_lies_no_way_is_counted(world):
    Place.objects.update(lat=None, lon=None)
    with pytest.raises(tour_actions.NoPoint):
        tour_actions.plan_tour(row=new_tour(world), by=world["field_leader"], now=NOW)
    with pytest.raises(rules.PlannedInPast):
        tour_actions.plan_tour(row=new_tour(world, begins=in_days(-1)), by=world["field_leader"], now=NOW)


def test_a_tour_is_planned_on_a_page_and_over_the_api(world):
    leader = Client()
    leader.force_login(Membership.objects.get(pk=world["field_leader"].membership_id).account)
    root = "/programmes/visits/tours/"
    said = {
        "title": "تور نمونه", "base": world.places["sari"].pk, "begins": in_days(400).isoformat(), "days": "2", "calls_a_day": "3",
        "km_a_day": "150", "place_1": world.places["nobonyad"].pk, "needed_1": "پزشک، حقوقدان",
        "person_1": world["facilitator"].membership_id, "has_1": "پزشک",
    }  # fmt: skip
    assert leader.get(root + "new/").status_code == 200
    assert leader.post(root + "new/", said | {"needed_1": ""}).status_code == 422
    one, again = (leader.post(root + "new/", said | {"once": "t"})["Location"] for _ in range(2))
    assert one == again  # pressed twice, planned once
    page = leader.get(one).content.decode()
    assert "پزشک" in page
    assert "حقوقدان" in page
    sent = Client()
    sent.force_login(Membership.objects.get(pk=world["facilitator"].membership_id).account)
    assert "?show=mine" in sent.get("/programmes/visits/").content.decode()
    assert "نوبنیاد" in sent.get("/programmes/visits/?show=mine").content.decode()
    assert "?show=mine" not in leader.get("/programmes/visits/").content.decode()
    body = {
        "title": "تور", "base": world.places["sari"].path, "begins": in_days(400).isoformat(), "days": 1,
        "calls": [{"place": world.places["nobonyad"].path, "skills": ["پزشک"]}],
        "people": [{"membership_id": world["facilitator"].membership_id, "skills": ["پزشک"]}],
    }  # fmt: skip
    caller = Caller(world, "field_leader")
    made = caller.post("/programmes/visits/tours", body).json()
    assert [stop["skill"] for stop in made["stops"]] == ["پزشک"]
    assert caller.get(f"/programmes/visits/tours/{made['id']}").json() == made


def test_the_demo_has_a_tour_whose_visit_is_one_of_those_asked_for(world):
    assert seed(3, Random(3), NOW) == 3
    with scope(SYSTEM):
        assert Tour.objects.count() == TourStop.objects.count() == 1
        assert Visit.objects.count() == 3
