"""Micro-projects over the API: the same acts under the same rules as on the pages."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.api.calls import Caller
from tests.world import World

from peyvand.extend.models import ProgrammeSwitch
from peyvand.extend.switches import switch_off, switch_on
from peyvand.kernel.jalali import business_date
from peyvand.programmes.micro_projects import actions
from peyvand.programmes.micro_projects.models import MicroProject
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db
ROOT = "/programmes/micro_projects"


@pytest.fixture
def world():
    world = World.build()
    switch_on(slug=actions.SLUG, place=world.places["mz"], by=SYSTEM, now=timezone.now())
    return world


def said(world, **values):
    return {
        "family_id": world.household().pk, "specification": "wheelchair", "reason_kind": "accident",
        "happened_date": day(-2), "estimate_rial": 200_000_000, "note": "دو پلهٔ بلند دارد",
    } | values  # fmt: skip


def day(days):
    return (business_date(timezone.now()) + timedelta(days=days)).isoformat()


def good(response, status=200):
    assert response.status_code == status, response.content.decode()
    return response.json()


def test_a_project_is_proposed_returned_asked_again_approved_and_then_promised(world):
    centre, leader = Caller(world, "facilitator"), Caller(world, "field_leader")
    made = good(centre.post(ROOT, said(world), Idempotency_Key="m"), 201)
    one = f"{ROOT}/{made['need_id']}"
    assert (made["state"], made["late"], made["estimate_rial"]) == ("proposed", False, 200_000_000)
    assert "note" not in made
    assert [row["need_id"] for row in good(leader.get(ROOT, waiting=True))["items"]] == [made["need_id"]]
    assert good(centre.get(ROOT, waiting=True))["items"] == []
    assert good(leader.post(f"{one}/return", {"reason": "پیش‌فاکتور را بفرستید لطفاً"}))["state"] == "returned"
    assert good(centre.get(one))["return_reason"] == "پیش‌فاکتور را بفرستید لطفاً"
    assert good(centre.post(f"{one}/again", {"estimate_rial": 100_000_000}))["state"] == "proposed"
    offer = world.capacity()
    row = {"need_id": made["need_id"], "capacity_id": offer.pk, "quantity": 1, "due_date": day(9)}
    assert centre.post("/commitments", {"items": [row]}).json()["code"] == "micro_project_not_approved"
    assert centre.post(f"{one}/approve").json()["code"] == "not_permitted"
    assert good(leader.post(f"{one}/approve"))["state"] == "approved"
    good(centre.post("/commitments", {"items": [row]}), 201)
    assert good(leader.get(f"{ROOT}/count", state="approved", specification="wheelchair"))["count"] == 1
    assert good(leader.get(f"{ROOT}/count", state="proposed"))["count"] == 0


def test_a_project_is_withdrawn_with_its_need(world):
    centre = Caller(world, "facilitator")
    made = good(centre.post(ROOT, said(world)), 201)
    assert good(centre.post(f"{ROOT}/{made['need_id']}/withdraw"))["state"] == "withdrawn"
    assert good(centre.get(f"/needs/{made['need_id']}"))["closed_as"] == "withdrawn"


def test_its_own_refusals_are_told_by_code(world):
    centre = Caller(world, "facilitator")
    for wrong, code in (
        ({"estimate_rial": 9_000_000_000}, "above_ceiling"),
        ({"happened_date": day(-200)}, "not_sudden"),
        ({"family_id": 999999}, "not_found"),
        ({"happened_date": day(2)}, "bad_value"),
    ):
        assert centre.post(ROOT, said(world) | wrong).json()["code"] == code
    with scope(SYSTEM):
        assert not MicroProject.objects.exists()


def test_others_see_nothing_of_it(world):
    made = good(Caller(world, "facilitator").post(ROOT, said(world)), 201)
    for name in ("charity_manager", "firm_manager"):
        other = Caller(world, name)
        assert good(other.get(ROOT))["items"] == []
        assert good(other.get(f"{ROOT}/count"))["count"] == 0
        assert other.get(f"{ROOT}/{made['need_id']}").status_code == 404
    assert Caller(world, "governor").get(ROOT).status_code == 403


def test_switched_off_reading_routes_stay_and_writing_routes_refuse(world):
    made = good(Caller(world, "facilitator").post(ROOT, said(world)), 201)
    switch_off(switch_id=ProgrammeSwitch.objects.get().pk, by=SYSTEM, now=timezone.now())
    leader = Caller(world, "field_leader")
    good(leader.get(f"{ROOT}/{made['need_id']}"))
    good(leader.get(f"{ROOT}/figures"))
    refused = leader.post(f"{ROOT}/{made['need_id']}/approve")
    assert (refused.status_code, refused.json()["code"]) == (409, "programme_off")


def test_figures_of_few_are_withheld_from_outside_and_terms_are_set_by_those_who_may(world):
    good(Caller(world, "facilitator").post(ROOT, said(world)), 201)
    assert all(one["withheld"] for one in good(Caller(world, "governor").get(f"{ROOT}/figures"))["items"])
    assert not any(one["withheld"] for one in good(Caller(world, "leader").get(f"{ROOT}/figures"))["items"])
    terms = {"since": day(0), "ceiling_rial": 400_000_000, "decide_days": 1, "deliver_days": 7, "source": "مصوبهٔ ستاد"}
    assert good(Caller(world, "leader").post(f"{ROOT}/terms", terms), 201)["source"] == "مصوبهٔ ستاد"
    assert Caller(world, "field_leader").post(f"{ROOT}/terms", terms).json()["code"] == "not_permitted"
