"""Councils and boards as people and programs use them."""

import io
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader
from tests.api.calls import Caller
from tests.world import World

from peyvand.extend.models import ProgrammeSwitch
from peyvand.extend.switches import switch_off, switch_on
from peyvand.kernel.jalali import business_date
from peyvand.people.models import Membership
from peyvand.programmes.neighbourhoods import actions
from peyvand.scope.acting import SYSTEM

pytestmark = pytest.mark.django_db
ROOT, API = "/programmes/neighbourhoods/", "/programmes/neighbourhoods"
PLACE = "ir/mz/sari/nobonyad/"


@pytest.fixture
def world():
    world = World.build()
    switch_on(slug=actions.SLUG, place=world.places["mz"], by=SYSTEM, now=timezone.now())
    actions.take_known_kinds(by=SYSTEM, now=timezone.now())
    return world


def client(world, name):
    signed_in = Client()
    signed_in.force_login(Membership.objects.get(pk=world[name].membership_id).account)
    return signed_in


def good(response, status=200):
    assert response.status_code == status, response.content.decode()
    return response.json()


def day(days=0):
    return (business_date(timezone.now()) + timedelta(days=days)).isoformat()


def held(world, items=("روشنایی کوچه",), said=("گفته شد",), seats=1):
    centre = Caller(world, "facilitator")
    council = good(centre.post(f"{API}/councils", {"kind": "progress_council", "place_path": PLACE}), 201)
    one = f"{API}/councils/{council['id']}"
    for number in range(seats):
        seat = good(
            centre.post(f"{one}/seats", {"title": f"کرسی {number}", "since": day(-3), "holder": "نام نهان"}), 201
        )
    session = good(centre.post(f"{one}/sessions", {"on": day(), "agenda": list(items)}), 201)
    present = [row["id"] for row in seat["seats"]]
    body = {"present": present, "said": list(said), "speakers": ["رئیس خانهٔ بهداشت و درمان شهری " * 3] * len(items)}
    return centre, good(centre.post(f"{API}/sessions/{session['id']}/held", body))


def test_a_resolution_goes_its_way_over_the_api_and_no_name_is_given_out(world):
    centre, session = held(world)
    owner = world.organisations["charity"].pk
    body = {"title": "چراغ کوچه روشن شود", "owner_id": owner, "due_date": day(9)}
    made = good(centre.post(f"{API}/sessions/{session['id']}/resolutions", body, Idempotency_Key="r"), 201)
    assert good(centre.post(f"{API}/sessions/{session['id']}/resolutions", body, Idempotency_Key="r"), 201) == made
    moves = f"{API}/resolutions/{made['id']}/moves"
    charity = Caller(world, "charity_manager")
    good(charity.post(moves, {"act": "report", "note": "چراغ روشن شد."}))
    assert charity.post(moves, {"act": "confirm"}).json()["code"] == "not_permitted"
    assert good(centre.post(moves, {"act": "confirm"}))["state"] == "done"
    council = centre.get(f"{API}/councils/{session['council_id']}")
    assert "نام نهان" not in council.content.decode()
    page = client(world, "facilitator").get(f"{ROOT}councils/{session['council_id']}/").content.decode()
    assert "نام نهان" in page
    assert "نام نهان" not in client(world, "governor").get(f"{ROOT}councils/{session['council_id']}/").content.decode()


def test_the_minutes_are_one_page_however_much_was_said(world):
    items = [f"بند {number}: {'راه و روشنایی ' * 8}" for number in range(8)]
    said = ["گفت‌وگوی بلند دربارهٔ کوچه‌ها " * 9] * 8
    centre, session = held(world, items, said, seats=14)
    owner = world.organisations["centre"].pk
    for number in range(6):
        body = {"title": f"مصوبهٔ {number}: {'کار ' * 20}", "owner_id": owner, "due_date": day(9)}
        good(centre.post(f"{API}/sessions/{session['id']}/resolutions", body), 201)
    answer = client(world, "facilitator").get(f"{ROOT}sessions/{session['id']}/minutes.pdf")
    page = client(world, "facilitator").get(f"{ROOT}sessions/{session['id']}/").content.decode()
    assert "رئیس خانهٔ بهداشت" in page
    assert page.count('<details class="confirm">') == 1  # closing the minutes: nothing leads back
    assert answer["Content-Type"] == "application/pdf"
    assert len(PdfReader(io.BytesIO(answer.content)).pages) == 1


def test_cohesion_and_speed_stand_month_by_month_as_a_picture_and_as_a_table(world):
    centre, session = held(world)
    body = {"title": "چراغ کوچه روشن شود", "owner_id": world.organisations["charity"].pk, "due_date": day(9)}
    made = good(centre.post(f"{API}/sessions/{session['id']}/resolutions", body), 201)
    moves = f"{API}/resolutions/{made['id']}/moves"
    good(Caller(world, "charity_manager").post(moves, {"act": "report", "note": "چراغ روشن شد."}))
    good(centre.post(moves, {"act": "confirm"}))
    inside, outside = (
        client(world, name).get(f"{ROOT}figures/").content.decode() for name in ("facilitator", "governor")
    )
    for page in (inside, outside):
        assert ('<svg class="month"' in page, page.count("<tr>")) == (True, 13)
    assert ("پنهان" in inside, "پنهان" in outside) == (False, True)  # one resolution: not told outside
    tables = [
        client(world, name).get(f"{ROOT}figures/?chart=cohesion&form=csv") for name in ("facilitator", "governor")
    ]
    assert ["پنهان" in one.content.decode() for one in tables] == [False, True]
    picture = client(world, "facilitator").get(f"{ROOT}figures/?chart=cohesion&form=png")
    assert picture.content.startswith(b"\x89PNG")


def test_wrong_words_come_back_and_what_is_not_offered_is_refused(world):
    _centre, session = held(world)
    secretary = client(world, "facilitator")
    address = f"{ROOT}sessions/{session['id']}/resolve/"
    assert secretary.get(address).status_code == 200
    wrong = secretary.post(address, {"title": "", "owner": "", "due": "هیچ"})
    assert wrong.status_code == 422
    assert 'id="id_due_error"' in wrong.content.decode()
    assert secretary.post(f"{ROOT}sessions/{session['id']}/cancel/").status_code == 302
    assert good(Caller(world, "facilitator").get(f"{API}/sessions/{session['id']}"))["state"] == "held"
    assert secretary.get(f"{ROOT}sessions/{session['id']}/nothing/").status_code == 404
    assert client(world, "charity_manager").get(address).status_code == 403
    assert client(world, "auditor").get(f"{ROOT}served/").status_code == 403


def test_the_board_is_worked_on_over_the_api(world):
    place = f"{API}/boards/{world.places['nobonyad'].pk}"
    lead = {"organisation_id": world.organisations["office"].pk, "stands_for": "behzisti"}
    assert Caller(world, "leader").post(f"{place}/lead", lead).json()["code"] == "not_permitted"
    assert good(Caller(world, "governor").post(f"{place}/lead", lead))["lead"]["id"] == lead["organisation_id"]
    charity = Caller(world, "charity_manager")
    asked = next(
        row for row in good(charity.post(f"{place}/seats", {"role": "guest"}), 201)["seats"] if row["state"] == "asked"
    )
    moved = good(Caller(world, "officer").post(f"{API}/board-seats/{asked['id']}/moves", {"act": "admit"}))
    assert {row["role"] for row in moved["seats"] if row["state"] == "on_board"} == {"lead", "guest"}
    good(charity.post(f"{place}/obstacles", {"title": "مجوز نیامده است", "owner_id": lead["organisation_id"]}), 201)
    text = client(world, "governor").get(f"{ROOT}boards/{world.places['nobonyad'].pk}/").content.decode()
    assert "مجوز نیامده است" in text
    assert Caller(world, "governor").get(f"{API}/boards/{world.places['damghan'].pk}").status_code == 404


def test_switched_off_reading_pages_stay_and_writing_pages_refuse(world):
    _centre, session = held(world)
    switch_off(switch_id=ProgrammeSwitch.objects.get().pk, by=SYSTEM, now=timezone.now())
    secretary = client(world, "facilitator")
    page = secretary.get(f"{ROOT}sessions/{session['id']}/")
    assert page.status_code == 200
    assert "/resolve/" not in page.content.decode()
    assert secretary.post(f"{ROOT}sessions/{session['id']}/close/").status_code == 409
