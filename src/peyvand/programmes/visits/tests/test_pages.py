"""The pages and the API of visits as people and programs use them."""

import io
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image
from tests.api.calls import Caller

from peyvand.extend.models import ProgrammeSwitch
from peyvand.extend.switches import switch_off
from peyvand.kernel.jalali import business_date
from peyvand.kernel.text import persian_digits
from peyvand.places.actions import NewPlace, put_places
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.programmes.visits import sample
from peyvand.programmes.visits.models import HouseholdAnswer, Survey, Visit
from peyvand.programmes.visits.tests.steps import built_now, client
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db
ROOT = "/programmes/visits/"
KEY = "6f1f0f8e-3c5b-4f0c-9a51-2f7f6a1d0b11"
SCRIPT: dict[str, Any] = {"HTTP_ACCEPT": "application/json"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def world(settings, tmp_path):
    settings.PEYVAND_FILES = tmp_path
    return built_now()


def day(days=0):
    return (business_date(timezone.now()) + timedelta(days=days)).isoformat()


def photo():
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "green").save(out, "JPEG")
    return SimpleUploadedFile("p.jpg", out.getvalue(), "image/jpeg")


def said(world, **values):
    return {
        "key": KEY, "owner": world["facilitator"].account_id, "place": world.places["nobonyad"].pk, "visited_date": day(),
        "families_met": "۶", "first_contacts": "۲", "lat": "۳۶٫۵۶۷", "lon": "53.049", "note": "راه خاکی است",
        "kind_1": world.specifications["tutoring"].pk, "quantity_1": "۲", "words_1": "جایی برای درس‌خواندن نیست",
    } | values  # fmt: skip


def stored():
    with scope(SYSTEM):
        return list(Visit.objects.order_by("pk"))


def test_the_same_draft_from_the_phone_is_one_visit_and_another_text_under_its_key_is_not_taken(world):
    visitor = client(world, "facilitator")
    first = visitor.post(ROOT + "field/", said(world, photo_1=photo()), **SCRIPT)
    again = visitor.post(ROOT + "field/", said(world, photo_1=photo()), **SCRIPT)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["url"] == again.json()["url"]
    [visit] = stored()
    assert (visit.families_met, visit.first_contacts, str(visit.lat), str(visit.lon)) == (6, 2, "36.57", "53.05")
    other = visitor.post(ROOT + "field/", said(world, families_met="7"), **SCRIPT)
    assert (other.status_code, len(stored())) == (422, 1)
    page = visitor.get(first.json()["url"]).content.decode()
    assert "راه خاکی است" in page
    picture = visitor.get(page.split('<img class="picture" src="')[1].split('"')[0])
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/jpeg")
    assert client(world, "charity_manager").get(first.json()["url"]).status_code == 404


def test_a_draft_under_a_plan_is_taken_whenever_it_comes_and_whoever_was_there_before(world):
    visitor, other = client(world, "facilitator"), client(world, "social_worker")
    leader = client(world, "field_leader")
    leader.post(ROOT + "plan/", {"place": world.places["nobonyad"].pk, "planned_date": day()})
    [plan] = stored()
    draft = said(world, plan=plan.pk)
    sent = [visitor.post(ROOT + "field/", draft, **SCRIPT) for _ in range(2)]
    assert [one.status_code for one in sent] == [201, 200]
    assert [(one.pk, one.state) for one in stored()] == [(plan.pk, "made")]
    theirs = draft | {"owner": world["social_worker"].account_id, "key": KEY.replace("6", "7")}
    assert other.post(ROOT + "field/", theirs, **SCRIPT).status_code == 201
    assert [one.state for one in stored()] == ["made", "made"]
    offered = other.get(ROOT + "field/").content.decode().split('name="plan"')[1].split("</select>")[0]
    assert f'value="{plan.pk}"' not in offered


def test_without_scripts_the_form_leads_to_the_visit_and_errors_stand_beside_their_fields(world):
    visitor = client(world, "facilitator")
    wrong = visitor.post(ROOT + "field/", said(world, first_contacts="9", lat=""))
    assert wrong.status_code == 422
    assert 'id="id_lon_error"' in wrong.content.decode()
    answer = visitor.post(ROOT + "field/", said(world))
    [visit] = stored()
    assert (answer.status_code, answer.url) == (302, f"{ROOT}{visit.pk}/")


def test_a_picture_that_cannot_be_kept_loses_neither_the_visit_nor_the_others_and_is_told(world):
    visitor, spoilt = client(world, "facilitator"), lambda: SimpleUploadedFile("q.jpg", b"no picture", "image/jpeg")
    send = lambda **way: visitor.post(ROOT + "field/", said(world, photo_1=photo(), photo_2=spoilt()), **way)  # noqa: E731
    first, again = send(**SCRIPT), send(**SCRIPT)
    assert (first.status_code, again.status_code) == (201, 200)
    [told] = first.json()["refused"]
    assert "عکس ۲ نگه داشته نشد" in told
    assert again.json()["refused"] == [told]
    assert [visit.photos.count() for visit in stored()] == [1]
    plain = send()
    assert (plain.status_code, plain.url) == (302, first.json()["url"])
    page = visitor.get(plain.url).content.decode()
    assert told in unescape(page)
    form = page.split('id="add-picture"')[1]
    assert 'value="before" selected' in form
    assert 'name="spot" value="۲"' in form
    put = lambda: visitor.post(  # noqa: E731
        plain.url.split("?")[0] + "picture/", {"moment": "before", "spot": "2", "photo": photo()}
    )
    assert put().status_code == 302
    taken = put()
    assert (taken.status_code, 'id="id_spot_error"' in taken.content.decode()) == (409, True)
    assert [visit.photos.count() for visit in stored()] == [2]


def test_two_drafts_that_differ_in_a_picture_alone_are_told_apart(world):
    visitor = client(world, "facilitator")

    def send(data):
        picture = SimpleUploadedFile("p.jpg", data, "image/jpeg")
        return visitor.post(ROOT + "field/", said(world, photo_1=picture), **SCRIPT)

    one, other = photo().read(), io.BytesIO()
    Image.new("RGB", (21, 21), "red").save(other, "JPEG")
    assert (send(one).status_code, send(other.getvalue()).status_code, send(one).status_code) == (201, 422, 200)


def test_somebody_elses_draft_is_neither_lost_nor_stored_under_another_name(world):
    other = client(world, "social_worker")
    assert other.post(ROOT + "field/", said(world), **SCRIPT).status_code == 403
    assert other.post(ROOT + "field/", said(world)).status_code == 403
    assert Client().post(ROOT + "field/", said(world), **SCRIPT).status_code == 403
    wrong = client(world, "facilitator").post(ROOT + "field/", said(world, visited_date=day(1)), **SCRIPT)
    assert wrong.status_code == 422
    assert stored() == []


def test_a_visit_is_planned_written_down_told_and_shown_before_and_after(world):
    leader, visitor = client(world, "field_leader"), client(world, "facilitator")
    assert visitor.get(ROOT + "plan/").status_code == 403
    one = leader.post(ROOT + "plan/", {"place": world.places["nobonyad"].pk, "planned_date": day(2)}).url
    assert leader.post(one + "drop/").status_code == 302
    assert f"{one}restore/" in leader.get(one).content.decode()
    assert leader.post(one + "restore/").status_code == 302
    plan = stored()[0]
    visitor.post(ROOT + "field/", said(world, plan=plan.pk, photo_2=photo()), **SCRIPT)
    assert [visit.pk for visit in stored()] == [plan.pk]
    assert "?show=waiting" in visitor.get(ROOT).content.decode()
    assert visitor.post(one + "action/", {"words": "کم", "done_date": day()}).status_code == 422
    assert visitor.post(one + "picture/", {"moment": "after", "spot": "۲", "photo": photo()}).status_code == 302
    assert visitor.post(one + "action/", {"words": "راه روستا شن‌ریزی شد", "done_date": day()}).status_code == 302
    page = visitor.get(one).content.decode()
    assert page.count('<img class="picture"') == 2
    assert "راه روستا شن‌ریزی شد" in page
    assert stored()[0].state == "followed"


def test_what_is_sent_twice_by_one_form_is_done_once(world):
    leader, visitor = client(world, "field_leader"), client(world, "facilitator")
    plan = {"place": world.places["nobonyad"].pk, "planned_date": day(2), "once": "p"}
    one, again = (leader.post(ROOT + "plan/", plan).url for _ in range(2))
    assert (one, len(stored())) == (again, 1)
    visitor.post(ROOT + "field/", said(world, plan=stored()[0].pk), **SCRIPT)
    told = {"words": "راه روستا شن‌ریزی شد", "done_date": day(), "once": "a"}
    assert [visitor.post(one + "action/", told).status_code for _ in range(2)] == [302, 302]
    with scope(SYSTEM):
        assert stored()[0].actions.count() == 1
    for address in (ROOT + "plan/", one):
        assert 'name="once"' in leader.get(address).content.decode()


def test_an_office_uploads_a_form_which_is_asked_on_the_phone_printed_and_measured(world):
    officer, visitor = client(world, "officer"), client(world, "facilitator")
    broken = officer.post(ROOT + "surveys/upload/", {"workbook": SimpleUploadedFile("f.xlsx", b"nothing", XLSX)})
    assert broken.status_code == 422
    form = officer.get(ROOT + "surveys/sample.xlsx").content
    assert form[:2] == sample.workbook()[:2] == b"PK"
    address = officer.post(ROOT + "surveys/upload/", {"workbook": SimpleUploadedFile("f.xlsx", form, XLSX)}).url
    paper = visitor.get(address + "paper.pdf")
    assert paper.content.startswith(b"%PDF")
    survey = Survey.objects.get()
    field = f"{ROOT}field/survey/{survey.pk}/"
    assert 'data-question="at_school"' in visitor.get(field).content.decode()
    answers = {
        "q_members": "۴",
        "q_children": "0",
        "q_doctor": "no",
        "q_water": "no",
        "q_heard": "yes",
        "q_income": ["work"],
    }
    body = answers | {
        "key": "6f1f0f8e-3c5b-4f0c-9a51-2f7f6a1d0b12",
        "owner": world["facilitator"].account_id,
        "visit": KEY,
    }
    early = visitor.post(field, body, **SCRIPT)
    assert early.status_code == 422
    visitor.post(ROOT + "field/", said(world), **SCRIPT)
    sent = [visitor.post(field, body, **SCRIPT) for _ in range(2)]
    assert [one.status_code for one in sent] == [201, 200]
    with scope(SYSTEM):
        [kept] = HouseholdAnswer.objects.all()
    assert (kept.people, kept.deprived) == (4, [False, True, False, True, False])
    assert visitor.post(field, body | {"q_children": "9"}, **SCRIPT).status_code == 422
    page = visitor.get(address).content.decode()
    assert "کمتر از سی خانوار" in page
    officer.post(ROOT + "surveys/upload/", {"workbook": SimpleUploadedFile("f.xlsx", form, XLSX)})
    assert visitor.get(field).status_code == 404  # a newer version is asked; what waited on the phone is still taken
    late = body | {"key": "6f1f0f8e-3c5b-4f0c-9a51-2f7f6a1d0b13"}
    assert visitor.post(field, late, **SCRIPT).status_code == 201
    with scope(SYSTEM):
        assert {one.survey_id for one in HouseholdAnswer.objects.all()} == {survey.pk}


def test_where_places_are_many_one_is_found_by_its_name_and_only_fine_places_are_visited(world, monkeypatch):
    monkeypatch.setattr("peyvand.web.pages.choices.MOST_NAMES", 1)
    twin = NewPlace(PlaceKind.NEIGHBOURHOOD, "نوبنیاد", "twin", world.places["amol"].path)
    put_places(rows=[twin], by=SYSTEM, now=timezone.now())
    leader, visitor = client(world, "leader"), client(world, "facilitator")
    assert "اسپیاری" not in leader.get(f"{ROOT}plan/").content.decode()  # no select box of thousands
    assert leader.post(ROOT + "plan/", {"place": "اسپیاری", "planned_date": day()}).status_code == 302
    for coarse in ("ساری", world.places["sari"].pk):
        assert leader.post(ROOT + "plan/", {"place": coarse, "planned_date": day()}).status_code == 422
    several = leader.post(ROOT + "plan/", {"place": "نوبنیاد", "planned_date": day()}).content.decode()
    assert several.count("نوبنیاد —") == 2
    assert [one.place_id for one in stored()] == [world.places["espiari"].pk]
    draft = said(world, owner=world["leader"].account_id, place="نوبنیاد")
    choices = leader.post(ROOT + "field/", draft, **SCRIPT).json()["choices"]["place"]
    assert str(world.places["nobonyad"].pk) in dict(choices)
    assert leader.post(ROOT + "field/", draft | {"place": world.places["nobonyad"].pk}, **SCRIPT).status_code == 201
    assert visitor.get(f"{ROOT}field/?place={world.places['nobonyad'].pk}").status_code == 200
    tour = leader.get(ROOT + "tours/new/").content.decode()
    assert 'name="place_1"' in tour
    assert "اسپیاری" not in tour.split('name="place_1"')[1]
    body = {"place": world.places["sari"].path, "planned_date": day(1)}
    assert Caller(world, "leader").post("/programmes/visits/plans", body).json()["code"] == "visit_not_fine"


def test_switched_off_the_reading_pages_stay_and_nothing_is_written(world):
    visitor = client(world, "facilitator")
    one = visitor.post(ROOT + "field/", said(world)).url
    switch_off(switch_id=ProgrammeSwitch.objects.get().pk, by=SYSTEM, now=timezone.now())
    for path in (ROOT, one, ROOT + "places/", ROOT + "figures/", ROOT + "surveys/"):
        assert visitor.get(path).status_code == 200
    assert visitor.post(ROOT + "field/", said(world, key=KEY.replace("6", "7")), **SCRIPT).status_code == 409
    assert len(stored()) == 1


def test_the_goal_is_set_by_those_who_may_and_shown_with_who_decided(world):
    values = {"since": day(), "goal": "۸۰۰", "full_days": "365", "full_m0": "40"}
    leader = client(world, "leader")
    assert leader.post(ROOT + "terms/", values | {"source": ""}).status_code == 422
    assert leader.post(ROOT + "terms/", values | {"source": "مصوبهٔ ستاد"}).status_code == 302
    assert "۸۰۰" in leader.get(ROOT + "figures/").content.decode()
    assert client(world, "field_leader").post(ROOT + "terms/", values).status_code == 403


def test_outsiders_see_no_count_under_five_nor_what_would_betray_one(world):
    visitor = client(world, "facilitator")
    Place.objects.filter(kind="province").update(
        population=100, population_source="سرشماری", deprivation=50, deprivation_source="سرشماری"
    )
    Place.objects.filter(kind="county").update(
        population=50, population_source="سرشماری", deprivation=50, deprivation_source="سرشماری"
    )
    parts = lambda page: [cell.split("</td>")[0] for cell in page.split('data-title="بازدیدهای امسال">')[1:]]  # noqa: E731
    for number in range(6):
        visitor.post(
            ROOT + "field/", said(world, key=f"6f1f0f8e-3c5b-4f0c-9a51-2f7f6a1d0b4{number}", kind_1=""), **SCRIPT
        )
        inside, outside = (
            client(world, name).get(ROOT + "figures/").content.decode() for name in ("leader", "governor")
        )
        assert f"{persian_digits(1)} / ۵۰۰" in inside
        assert f"{persian_digits(1)} / ۵۰۰" not in outside  # one place
        assert persian_digits(number + 1) in parts(inside)
        if number < 4:
            assert all("data-withheld" in cell for cell in parts(outside))
    assert persian_digits(6) in parts(outside)


def test_over_the_api_the_same_acts_hold(world):
    visitor, leader = Caller(world, "facilitator"), Caller(world, "field_leader")
    body = {
        "place": world.places["nobonyad"].path, "visited_date": day(), "families_met": 3, "lat": 36.5678, "lon": 53.0,
        "heard": [{"specification": "tutoring"}],
    }  # fmt: skip
    for half in ({"lat": None}, {"lon": None}):
        assert visitor.post("/programmes/visits", body | half).json()["code"] == "bad_value"
    made = visitor.post("/programmes/visits", body, Idempotency_Key="v").json()
    assert visitor.post("/programmes/visits", body, Idempotency_Key="v").json() == made
    assert (made["state"], made["lat"], made["open_days"], len(made["need_ids"])) == ("made", 36.57, 0, 1)
    plan = leader.post("/programmes/visits/plans", {"place": body["place"], "planned_date": day(1)}).json()
    assert visitor.post(f"/programmes/visits/{plan['id']}/drop").json()["code"] == "not_permitted"
    assert leader.post(f"/programmes/visits/{plan['id']}/drop").json()["state"] == "dropped"
    done = {"words": "با دهیار قرار گذاشته شد", "done_date": day()}
    assert visitor.post(f"/programmes/visits/{made['id']}/actions", done).json()["state"] == "followed"
    assert visitor.get("/programmes/visits/count").json()["count"] == 2
    places = visitor.get("/programmes/visits/places").json()["items"]
    assert {row["last_visit"] for row in places if row["place"]["path"] == body["place"]} == {day()}
