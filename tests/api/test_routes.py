"""Every act and every read of the API, walked by the roles it is for, from a need to its story."""

import pytest
from django.utils import timezone
from tests.api.calls import Caller
from tests.runs import carry_out_waiting
from tests.world import World

from peyvand.flow.need.models import Need
from peyvand.flow.replay import replay
from peyvand.kernel.jalali import business_date
from peyvand.people.enums import MemberRole
from peyvand.people.models import Person
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db


def good(response, status=200):
    assert response.status_code == status, response.content.decode()
    return response.json()


@pytest.fixture
def world():
    return World.build()


@pytest.fixture
def centre(world):
    return Caller(world, "facilitator")


@pytest.fixture
def charity(world):
    return Caller(world, "charity_manager")


def soon(days=0):
    return business_date(timezone.now()).replace(year=business_date(timezone.now()).year + 1).isoformat()


def today():
    return business_date(timezone.now()).isoformat()


NEED = {"specification": "wheelchair", "quantity": 2, "place_path": "ir/mz/sari/nobonyad/", "urgency": 80}
OFFER = {
    "specification": "wheelchair",
    "quantity": 5,
    "place_path": "ir/mz/sari/",
    "reach": "province",
    "start_date": "2026-01-01",
}


def test_a_need_is_told_matched_promised_delivered_accepted_and_its_story_published(world, centre, charity):
    family = world.household()
    need = good(centre.post("/needs", {"items": [NEED | {"household_id": family.pk, "note": "راز"}]}), 201)["items"][0]
    assert need["state"] == "open"
    assert need["household_id"] == family.pk
    assert "note" not in need
    offer = good(charity.post("/capacities", {"items": [OFFER]}), 201)["items"][0]
    leader = Caller(world, "leader")
    run = good(Caller(world, "field_leader").post("/matching-runs", {"place_path": "ir/mz/sari/"}), 201)
    assert (run["state"], run["served"]) == ("waiting", 0)
    carry_out_waiting()
    run = good(leader.get(f"/matching-runs/{run['id']}"))
    assert (run["state"], run["served"], run["unserved"], run["fresh"]) == ("done", 1, 0, 1)
    assert run["id"] in leader.ids("/matching-runs")
    [suggested] = good(centre.get("/suggestions", state="proposed"))["items"]
    assert suggested["specification"] == "wheelchair"
    asked = {"suggestion_ids": [suggested["id"]], "due_date": soon()}
    [promise] = good(centre.post("/suggestions/accept", asked), 201)["items"]
    assert (promise["state"], promise["need_id"], promise["capacity_id"]) == ("offered", need["id"], offer["id"])
    [agreed] = good(charity.post("/commitments/accept", {"commitment_ids": [promise["id"]]}))["items"]
    assert agreed["state"] == "accepted"
    handed = {"items": [{"commitment_id": promise["id"], "quantity": 2, "delivered_date": today()}]}
    [delivery] = good(charity.post("/deliveries", handed), 201)["items"]
    [answered] = good(centre.post("/deliveries/accept", {"delivery_ids": [delivery["id"]]}))["items"]
    assert answered["answer"] == "accepted"
    met = good(centre.get(f"/needs/{need['id']}"))
    assert (met["state"], met["closed_as"], met["met_by"]) == ("closed", "met", "charity")
    assert {line["part"] for line in met["priority_lines"]} >= {"urgency", "vulnerability", "waiting"}
    words = {
        "title": "ویلچر رسید",
        "body": "خیریه ویلچر را آورد و خانواده حالا بیرون می‌رود.",
        "place_path": "ir/mz/sari/nobonyad/",
    }
    story = good(centre.post("/stories", words | {"delivery_ids": [delivery["id"]]}), 201)
    changed = {"title": "ویلچر به خانه رسید", "body": words["body"], "invitation": "شما هم بیایید"}
    assert good(centre.post(f"/stories/{story['id']}/change", changed))["title"] == changed["title"]
    assert good(centre.post(f"/stories/{story['id']}/submit"))["state"] == "submitted"
    editor = Caller(world, "field_leader")
    assert good(editor.post(f"/stories/{story['id']}/return"))["state"] == "draft"
    good(centre.post(f"/stories/{story['id']}/submit"))
    assert Caller(world).ids("/published-stories") == set()
    assert good(editor.post(f"/stories/{story['id']}/publish"))["state"] == "published"
    assert good(Caller(world).get(f"/published-stories/{story['id']}"))["title"] == changed["title"]
    assert good(editor.post(f"/stories/{story['id']}/withdraw"))["state"] == "withdrawn"
    assert replay() == []


def test_a_residents_need_waits_for_a_vouch_and_can_be_withdrawn_and_restored(world, centre):
    family = world.household()
    with scope(SYSTEM):
        head = Person.objects.get(household=family)
    world.join("resident", MemberRole.RESIDENT, "nobonyad", "centre", person_id=head.pk)
    resident = Caller(world, "resident")
    [told] = good(resident.post("/needs", {"items": [NEED | {"person_id": head.pk}]}), 201)["items"]
    assert told["state"] == "draft"
    assert good(centre.post(f"/needs/{told['id']}/vouch"))["items"][0]["state"] == "open"
    assert good(resident.post(f"/needs/{told['id']}/withdraw"))["items"][0]["closed_as"] == "withdrawn"
    assert good(centre.post(f"/needs/{told['id']}/restore"))["items"][0]["state"] == "open"


def test_another_priority_takes_two_people(world):
    need = world.need(by="leader")
    first, second = Caller(world, "leader"), Caller(world, "second_leader")
    asked = {"priority": 95, "reason": "خانه دیشب در آتش سوخت."}
    override = good(first.post(f"/needs/{need.pk}/priority", asked), 201)
    refused = first.post(f"/needs/priorities/{override['id']}/sign")
    assert refused.status_code == 403
    assert good(second.post(f"/needs/priorities/{override['id']}/sign"))["signed_at"]
    assert good(first.get(f"/needs/{need.pk}"))["priority"] == 95


def test_an_offer_is_drafted_opened_paused_resumed_and_closed(world, charity):
    [draft] = good(charity.post("/capacities", {"items": [OFFER | {"draft": True}]}), 201)["items"]
    for act, state in (("open", "open"), ("pause", "paused"), ("resume", "open"), ("close", "closed")):
        assert good(charity.post(f"/capacities/{draft['id']}/{act}"))["items"][0]["state"] == state
    assert good(charity.get(f"/capacities/{draft['id']}"))["state"] == "closed"


def test_promises_are_made_withdrawn_and_called_broken_and_deliveries_refused_and_reversed(world, centre, charity):
    need, offer = world.need(9), world.capacity(9)
    row = {"need_id": need.pk, "capacity_id": offer.pk, "quantity": 3, "due_date": soon()}
    [first, second] = good(centre.post("/commitments", {"items": [row, row]}), 201)["items"]
    gone = good(centre.post("/commitments/withdraw", {"commitment_ids": [first["id"]], "reason": "too_far"}))
    assert gone["items"][0]["end_reason"] == "too_far"
    good(charity.post("/commitments/accept", {"commitment_ids": [second["id"]]}))
    early = centre.post(f"/commitments/{second['id']}/break")
    assert (early.status_code, early.json()["code"]) == (409, "not_due_yet")
    handed = {"items": [{"commitment_id": second["id"], "quantity": 1, "delivered_date": today()}] * 2}
    [broken, fine] = good(charity.post("/deliveries", handed), 201)["items"]
    refused = good(centre.post(f"/deliveries/{broken['id']}/refuse", {"reason": "damaged"}))
    assert refused["items"][0]["refusal_reason"] == "damaged"
    good(centre.post("/deliveries/accept", {"delivery_ids": [fine["id"]]}))
    back = good(centre.post(f"/deliveries/{fine['id']}/reverse", {"note": "اشتباه"}), 201)["items"][0]
    assert (back["quantity"], back["reverses_id"]) == (-1, fine["id"])
    assert good(centre.get(f"/deliveries/{back['id']}"))["answer"] == "accepted"
    assert good(charity.get(f"/commitments/{second['id']}"))["state"] == "accepted"
    assert replay() == []


def test_a_late_promise_is_told_as_late_and_called_broken(world, centre):
    promise = world.agreed(world.need(), world.capacity())
    with scope(SYSTEM):
        type(promise).objects.filter(pk=promise.pk).update(due_date="2026-01-01")
    assert centre.ids("/commitments", late=True) == {promise.pk}
    assert good(centre.post(f"/commitments/{promise.pk}/break"))["items"][0]["state"] == "broken"


def test_a_suggestion_is_declined_with_a_reason_and_a_left_need_says_why(world, centre, charity):
    served, left = world.need(by="facilitator"), world.need(kind="tutoring")
    world.capacity()
    run = good(Caller(world, "field_leader").post("/matching-runs", {"place_path": "ir/mz/sari/"}), 201)
    carry_out_waiting()
    [suggested] = good(charity.get("/suggestions", run_id=run["id"]))["items"]
    assert suggested["need_id"] == served.pk
    declined = good(charity.post(f"/suggestions/{suggested['id']}/decline", {"reason": "not_now"}))
    assert (declined["state"], declined["decline_reason"]) == ("declined", "not_now")
    [unserved] = good(centre.get(f"/matching-runs/{run['id']}/unserved"))["items"]
    assert (unserved["need_id"], unserved["reason"]) == (left.pk, "no_capacity")
    assert good(centre.get(f"/needs/{left.pk}"))["unserved"]["reason"] == "no_capacity"
    assert good(centre.get("/needs/count", lacking=True))["count"] == 2


def test_a_family_is_named_to_those_with_a_task_only(world, centre):
    family = world.household()
    mine = good(centre.get(f"/families/{family.pk}"))
    assert [one["given_name"] for one in mine["persons"]] == ["مریم"]
    assert not {"national_id", "mobile", "address"} & mine["persons"][0].keys()
    assert good(Caller(world, "social_worker").get(f"/families/{family.pk}"))["persons"] == []
    assert Caller(world, "firm_manager").get(f"/families/{family.pk}").status_code == 404
    assert centre.ids("/families", q="آزمونی مریم") == {family.pk}
    assert Caller(world, "social_worker").ids("/families", q="مریم") == set()
    assert Caller(world, "social_worker").ids("/families", q=family.code) == {family.pk}
    assert Caller(world, "social_worker").ids("/families", mine=True) == set()


def test_registers_are_open_to_everyone(world):
    public = Caller(world)
    [found] = good(public.get("/places", q="نوبنياد"))["items"]
    assert found["path"] == "ir/mz/sari/nobonyad/"
    one = good(public.get(f"/places/{found['id']}"))
    assert [place["path"] for place in one["lies_in"]] == ["ir/", "ir/mz/", "ir/mz/sari/"]
    assert len(public.ids("/places", within="ir/mz/")) == 6
    [charity] = good(public.get("/organisations", kind="charity"))["items"]
    assert good(public.get(f"/organisations/{charity['id']}"))["place"]["path"] == "ir/mz/sari/"
    assert {one["slug"] for one in good(public.get("/specifications"))["items"]} == {"wheelchair", "tutoring"}


def test_tracking_shows_state_and_next_date_and_nobody(world):
    promise = world.agreed(world.need(household=world.household()), world.capacity())
    with scope(SYSTEM):
        need = Need.objects.get(pk=promise.need_id)
    public = Caller(world)
    found = good(public.post("/tracking", {"code": need.tracking_code}))
    assert (found["subject"], found["state"], found["promised"]) == ("need", "open", 1)
    assert found["next_date"] == promise.due_date.isoformat()
    assert not {"organisation", "household_id", "person_id", "giver", "asker"} & found.keys()
    assert public.post("/tracking", {"code": "123"}).json()["field"] == "code"


def test_me_says_who_acts(world, centre):
    answer = good(centre.get("/me"))
    assert (answer["role"], answer["place"]["path"]) == ("facilitator", "ir/mz/sari/")


def test_figures_of_a_place_are_for_everyone_and_none_is_under_five(world):
    for _ in range(7):
        world.need()
    for _ in range(2):
        world.need(kind="tutoring", place="ahangar")
    found = good(Caller(world).get("/figures", place="ir/mz/"))
    assert found["counts"]["told"] == 9
    figures = [value for part in found["parts"] for value in part["counts"].values()]
    figures += [kind["open"] for kind in found["kinds"]]
    assert not {1, 2, 3, 4} & set(figures)
    assert len(found["months"]) == 12
    assert Caller(world).get("/figures", place="ir/nowhere/").status_code == 422
