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
from peyvand.programmes.neighbourhoods import actions, board_queries, queries
from peyvand.programmes.neighbourhoods.board_models import Obstacle
from peyvand.programmes.neighbourhoods.models import CouncilKind
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope
from peyvand.web.pages import choices

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


def test_the_form_of_an_act_names_what_it_is_done_to_and_leads_back_there_also_after_a_refusal(world):
    centre, session = held(world)
    body = {"title": "چراغ کوچه روشن شود", "owner_id": world.organisations["centre"].pk, "due_date": day(9)}
    made = good(centre.post(f"{API}/sessions/{session['id']}/resolutions", body), 201)
    one = f"{ROOT}resolutions/{made['id']}/"
    secretary = client(world, "facilitator")
    for page in (secretary.get(f"{one}report/"), secretary.post(f"{one}report/", {})):
        assert f'<li><a href="{one}">چراغ کوچه روشن شود</a></li>' in page.content.decode()


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
    assert "confirm" not in page  # closing the minutes can be taken back
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


def test_what_is_longer_than_a_page_leads_to_the_whole_of_it(world, monkeypatch):
    monkeypatch.setattr(queries, "MOST_HANGING", 1)
    monkeypatch.setattr(board_queries, "MOST_SHOWN", 1)
    centre, session = held(world)
    council, place = session["council_id"], world.places["nobonyad"].pk
    secretary, owner = client(world, "facilitator"), world.organisations["centre"].pk
    short = secretary.get(f"{ROOT}councils/{council}/").content.decode()
    assert f"?council={council}" not in short
    good(centre.post(f"{API}/councils/{council}/sessions", {"on": day(9), "agenda": ["پسماند"]}), 201)
    for number in range(2):
        body = {"title": f"مصوبهٔ {number}", "owner_id": owner, "due_date": day(9)}
        good(centre.post(f"{API}/sessions/{session['id']}/resolutions", body), 201)
        good(centre.post(f"{API}/boards/{place}/obstacles", {"title": f"مانع {number}", "owner_id": owner}), 201)
    page = secretary.get(f"{ROOT}councils/{council}/").content.decode()
    for address in (f"{ROOT}sessions/?council={council}", f"{ROOT}resolutions/?council={council}"):
        assert address in page
        whole = secretary.get(address).content.decode()
        assert (whole.count('<th scope="row">'), f"{ROOT}councils/{council}/" in whole) == (2, True)
    assert secretary.get(f"{ROOT}resolutions/?council=999999").status_code == 404
    board = secretary.get(f"{ROOT}boards/{place}/").content.decode()
    obstacles = f"{ROOT}obstacles/?show=all&amp;place=ir%2Fmz%2Fsari%2Fnobonyad%2F"
    assert obstacles in board
    assert f"{ROOT}resolutions/?place=ir" in board
    whole = secretary.get(obstacles.replace("&amp;", "&")).content.decode()
    assert ("مانع 0" in whole, "مانع 1" in whole) == (True, True)
    assert "نوبنیاد" in b"".join(secretary.get(f"{ROOT}obstacles/?export=csv")).decode("utf-8-sig")


def test_what_was_closed_too_early_is_opened_again_by_the_press_the_next_page_offers(world):
    _centre, session = held(world)
    secretary, one = client(world, "facilitator"), f"{ROOT}sessions/{session['id']}/"
    assert secretary.post(f"{one}close/").status_code == 302
    page = secretary.get(one).content.decode()
    assert (f'action="{one}open/"' in page, "/resolve/" in page) == (True, False)
    assert client(world, "charity_manager").post(f"{one}open/").status_code == 403
    secretary.post(f"{one}open/")
    assert "/resolve/" in secretary.get(one).content.decode()
    api = Caller(world, "facilitator")
    council = f"{API}/councils/{session['council_id']}"
    called = good(api.post(f"{council}/sessions", {"on": day(9), "agenda": ["پسماند"]}), 201)
    for act, state in (("cancel", "cancelled"), ("call_again", "called")):
        assert good(api.post(f"{API}/sessions/{called['id']}/moves", {"act": act}))["state"] == state


def test_the_seats_of_the_governor_say_where_they_come_from(world):
    leader = client(world, "leader")
    place, keeper = world.places["mz"], world.organisations["office"]
    council = actions.found_council(
        kind_id=CouncilKind.objects.get(slug="province_steering").pk, place=place, organisation=keeper, by=world["leader"],
        now=timezone.now(),
    )  # fmt: skip
    assert "ایرنا، ساری" in leader.get(f"{ROOT}councils/{council.pk}/").content.decode()


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


def test_an_organisation_is_found_by_its_name_where_no_select_box_could_hold_them(world, monkeypatch):
    """However many there are around a place, none is left out of the choice."""
    monkeypatch.setattr(choices, "MOST_NAMES", 1)
    centre, place = client(world, "facilitator"), world.places["nobonyad"].pk
    form = f"{ROOT}boards/{place}/obstacle/"
    assert "<select" not in centre.get(form).content.decode()
    centre.post(form, {"title": "مجوز نیامده است", "owner": "خیریه نمونه"})
    with scope(SYSTEM):
        assert Obstacle.objects.get().owner_id == world.organisations["charity"].pk
    assert "با این نام" in centre.post(form, {"title": "مجوز", "owner": "نامی که نیست"}).content.decode()
