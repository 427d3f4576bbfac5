"""Programmes are switched on and off on a page; where and by whom stays known."""

from datetime import timedelta

import pytest
from tests.world import NOW, TODAY

from peyvand.extend.models import ProgrammeSwitch
from peyvand.extend.switches import is_on, switch_on, switches_seen
from peyvand.journal.models import Event
from peyvand.scope.acting import SYSTEM

SLUG = "micro_projects"
PAGE = f"/start/programmes/{SLUG}/"


def test_a_programme_is_switched_on_in_a_place_and_off_again(world, sign_in):
    client = sign_in("administrator")
    assert "Never switched on" in client.get("/start/programmes/").content.decode()
    answer = client.post(PAGE, {"place": world.places["sari"].pk, "organisation": "", "since": "1405/8/30"})
    assert answer.status_code == 302
    row = ProgrammeSwitch.objects.get()
    assert (row.place_id, row.since, row.switched_by_id) == (
        world.places["sari"].pk,
        TODAY,
        world["administrator"].account_id,
    )
    assert is_on(SLUG, place_path=world.places["nobonyad"].path, organisation_path="-", today=TODAY)
    again = client.post(PAGE, {"place": row.place_id, "organisation": "", "since": "1405/8/30"}, follow=True)
    assert "It is on there already" in again.content.decode()
    page = client.get(PAGE).content.decode()
    assert "مدیر سامانهٔ نمونه" in page
    assert client.post(f"{PAGE}{row.pk}/off/").status_code == 302
    row.refresh_from_db()
    assert (row.until, row.switched_off_by_id) == (TODAY, world["administrator"].account_id)
    assert "Where it was on" in client.get(PAGE).content.decode()
    assert "Switched off" in client.get("/start/programmes/").content.decode()
    acts = Event.objects.filter(act__startswith="programme.").order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["programme.switched_on", "programme.switched_off"]
    twice = client.post(f"{PAGE}{row.pk}/off/")
    assert (twice.status_code, "not switched on there" in twice.content.decode()) == (404, True)


def test_it_may_begin_later_and_for_one_organisation(world, sign_in):
    client = sign_in("leader")
    charity = world.organisations["charity"]
    answer = client.post(PAGE, {"place": "", "organisation": charity.pk, "since": "1405/9/10"})
    assert answer.status_code == 302
    row = ProgrammeSwitch.objects.get()
    assert row.since > TODAY
    assert "not begun yet" in client.get(PAGE).content.decode()
    for day, on in ((TODAY, False), (row.since, True)):
        assert is_on(SLUG, place_path="ir/", organisation_path=charity.path, today=day) is on


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"since": "1405/8/30"}, "Choose a place, an organisation, or both."),
        ({"place": "sari", "since": "1405/8/29"}, "must not be before"),
        ({"place": "damghan", "since": "1405/8/30"}, "Select a valid choice"),
    ],
)
def test_what_will_not_do_is_said_beside_its_field(world, sign_in, asked, said):
    asked = {name: world.places[value].pk if name == "place" else value for name, value in asked.items()}
    answer = sign_in("administrator").post(PAGE, asked)
    assert said in answer.content.decode()
    assert not ProgrammeSwitch.objects.exists()


def test_others_read_and_do_not_switch(world, sign_in):
    row = switch_on(slug=SLUG, place=world.places["sari"], since=TODAY - timedelta(days=9), by=SYSTEM, now=NOW)
    for name in ("officer", "governor", "auditor"):
        client = sign_in(name)
        page = client.get(PAGE).content.decode()
        assert "programmes are switched on and off by administrators and HQ leaders" in page
        assert f"{PAGE}{row.pk}/off/" not in page
        assert client.post(f"{PAGE}{row.pk}/off/").status_code in (403, 404)
        asked = {"place": world.places["sari"].pk, "since": "1405/8/30"}
        assert client.post(PAGE, asked).status_code in (200, 403)
    for name in ("facilitator", "charity_manager"):
        assert sign_in(name).get("/start/programmes/").status_code == 403
    assert ProgrammeSwitch.objects.get().until is None


def test_a_switch_elsewhere_is_not_seen_and_one_above_is_not_switched_off(world, sign_in):
    elsewhere = switch_on(slug=SLUG, place=world.places["sm"], by=SYSTEM, now=NOW)
    above = switch_on(slug=SLUG, place=world.places["ir"], by=SYSTEM, now=NOW)
    assert [row.pk for row in switches_seen(world["leader"])] == [above.pk]
    client = sign_in("leader")
    for row in (elsewhere, above):
        assert f"/{row.pk}/off/" not in client.get(PAGE).content.decode()
        assert client.post(f"{PAGE}{row.pk}/off/").status_code == 403
    assert not ProgrammeSwitch.objects.exclude(until=None).exists()


def test_a_programme_that_is_not_here_is_no_page(sign_in):
    assert sign_in("administrator").get("/start/programmes/nothing/").status_code == 404
