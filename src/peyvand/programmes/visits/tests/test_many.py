"""Less-seen places as a list, many visits at once, and the figures as pictures: as people use them."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.api.calls import Caller
from tests.world import World

from peyvand.extend.models import ProgrammeSwitch
from peyvand.extend.switches import switch_off, switch_on
from peyvand.journal.models import Event
from peyvand.kernel.jalali import business_date
from peyvand.programmes.visits import actions, figure_views
from peyvand.programmes.visits.figures import MonthMade
from peyvand.programmes.visits.tests.test_pages import KEY, ROOT, SCRIPT, client, day, said, stored
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db
PLACES = ROOT + "places/"


@pytest.fixture
def world(settings, tmp_path):
    settings.PEYVAND_FILES = tmp_path
    world = World.build()
    switch_on(slug=actions.SLUG, place=world.places["ir"], by=SYSTEM, now=timezone.now() - timedelta(days=9))
    return world


def names(page):
    """The places of the list, in its order."""
    return re.findall(r'<th scope="row">.*?<a href="/programmes/visits/places/(\d+)/"', page, re.S)


def chosen(signed_in, act, address, ids):
    answer = signed_in.post("/batches/choose/", {"act": act, "address": address, "row": ids})
    assert answer.status_code == 302, answer.content.decode()
    return answer.url


def planned_already(world, place, days):
    on, at = business_date(timezone.now()) + timedelta(days=days), timezone.now()
    actions.plan_visit(place=world.places[place], planned_date=on, by=world["field_leader"], now=at)


def test_less_seen_places_are_a_list_that_is_searched_filtered_sorted_and_taken_along(world):
    visitor, nobonyad = client(world, "facilitator"), str(world.places["nobonyad"].pk)
    visitor.post(ROOT + "field/", said(world), **SCRIPT)
    page = client(world, "field_leader").get(PLACES).content.decode()
    everywhere = names(page)
    assert len(everywhere) > 1
    assert nobonyad in names(client(world, "field_leader").get(PLACES + "?q=نوبنیاد").content.decode())
    assert names(visitor.get(PLACES + "?come=1").content.decode()) == [nobonyad]
    assert nobonyad not in names(client(world, "field_leader").get(PLACES + "?come=0").content.decode())
    latest = names(client(world, "field_leader").get(PLACES + "?sort=-last").content.decode())
    assert (latest[0], set(latest)) == (nobonyad, set(everywhere))
    file = b"".join(visitor.get(PLACES + "?come=1&export=csv")).decode("utf-8-sig")
    assert "نوبنیاد" in file
    assert visitor.get(PLACES + "?kind=settlement&come=1").content.decode().count("data-announce") == 1


def test_visits_to_many_places_are_planned_as_one_act_that_is_looked_at_before_and_taken_back(world):
    leader = client(world, "field_leader")
    ids = [world.places[name].pk for name in ("nobonyad", "ahangar")]
    assert "visits.plan_visits" in leader.get(PLACES).content.decode()
    assert "visits.plan_visits" not in client(world, "facilitator").get(PLACES).content.decode()
    planned_already(world, "nobonyad", 3)
    batch = chosen(leader, "visits.plan_visits", PLACES, ids)
    preview = leader.get(batch).content.decode()
    assert "پیش از این برنامه" in preview
    assert len(stored()) == 1
    assert leader.post(batch + "do/", {"due_date": day(-1)}).status_code == 200
    assert leader.post(batch + "do/", {"due_date": day(5)}).status_code == 302
    planned = stored()
    assert [(one.place_id, one.state) for one in planned] == [(ids[0], "planned"), (ids[1], "planned")]
    assert leader.post(batch + "undo/").status_code == 302
    assert [one.state for one in stored()] == ["planned", "dropped"]
    with scope(SYSTEM):
        acts = list(Event.objects.filter(act__startswith="visit.").order_by("pk").values_list("act", flat=True))
    assert acts == ["visit.planned", "visit.planned", "visit.dropped"]
    switch_off(switch_id=ProgrammeSwitch.objects.get().pk, by=SYSTEM, now=timezone.now())
    assert "visits.plan_visits" not in leader.get(PLACES).content.decode()


def test_planned_visits_get_another_day_one_by_one_or_together_and_their_old_days_back(world):
    leader = client(world, "field_leader")
    planned_already(world, "nobonyad", 2)
    planned_already(world, "ahangar", 3)
    before = [one.planned_date for one in stored()]
    first, _second = stored()
    assert leader.post(f"{ROOT}{first.pk}/day/", {"due_date": day(-1)}).status_code == 422
    assert leader.post(f"{ROOT}{first.pk}/day/", {"due_date": day(8)}).status_code == 302
    assert str(stored()[0].planned_date) == day(8)
    path = f"/programmes/visits/{first.pk}/day"
    assert Caller(world, "facilitator").post(path, {"planned_date": day(9)}).json()["code"] == "not_permitted"
    moved = Caller(world, "field_leader").post(path, {"planned_date": before[0].isoformat()})
    assert moved.json()["planned_date"] == before[0].isoformat()
    batch = chosen(leader, "visits.give_day", ROOT, [one.pk for one in stored()])
    leader.post(batch + "do/", {"due_date": day(20)})
    assert {str(one.planned_date) for one in stored()} == {day(20)}
    leader.post(batch + "undo/")
    assert [one.planned_date for one in stored()] == before
    api = Caller(world, "field_leader")
    body = {"act": "visits.drop_visits", "ids": [one.pk for one in stored()]}
    dropped = api.post("/batches", body).json()
    assert {one.state for one in stored()} == {"dropped"}
    assert api.post(f"/batches/{dropped['id']}/undo").json()["state"] == "undone"
    assert {one.state for one in stored()} == {"planned"}


def test_figures_stand_as_pictures_and_tables_and_betray_nobody_to_outsiders(world):
    visitor = client(world, "facilitator")
    for number in range(3):
        row = said(world, key=f"6f1f0f8e-3c5b-4f0c-9a51-2f7f6a1d0b4{number}", kind_1="")
        assert visitor.post(ROOT + "field/", row, **SCRIPT).status_code == 201, KEY
    inside, outside = client(world, "facilitator"), client(world, "governor")
    assert "chart=months" in inside.get(ROOT + "figures/").content.decode()
    told = inside.get(ROOT + "figures/?chart=months&form=csv").content.decode("utf-8-sig").splitlines()
    assert told[-1].split(",")[1:] == ["3", "6", "0"]
    hidden = outside.get(ROOT + "figures/?chart=months&form=csv").content.decode("utf-8-sig").splitlines()
    assert "3" not in hidden[-1].split(",")[1:]
    assert inside.get(ROOT + "figures/?chart=provinces&form=png").content[:4] == b"\x89PNG"
    assert outside.get(ROOT + "figures/?chart=provinces&form=csv").status_code == 200


def test_from_outside_what_nothing_followed_is_not_worked_out_either(world):
    month = figure_views.counting.JalaliMonth(1405, 8)
    made = [MonthMade(month, 9, 12, 6), MonthMade(month.shift(1), 30, 12, 30)]
    told = figure_views._told(made, world["governor"])
    assert told["visits"] == [9, 30]
    assert None in told["followed"]
    assert figure_views._told(made, world["facilitator"])["followed"] == [6, 30]
