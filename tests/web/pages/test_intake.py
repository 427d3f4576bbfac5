"""A need told over the telephone."""

import pytest
from django.test import Client
from tests.world import NOW

from peyvand.flow.need.intake import Call, take_call
from peyvand.flow.need.models import Need
from peyvand.kernel.codes import spoken
from peyvand.kernel.refusals import BadValue, NotPermitted
from peyvand.people.models import Household, Person, Task
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope


def form_of(client: Client, **answers: object) -> dict[str, object]:
    """The form as the page gives it, with its key, and the answers of the caller."""
    key = client.get("/needs/new/").context["form"].initial["once"]
    return {"once": key, "quantity": "۱", "urgency": "90"} | answers


def all_needs() -> list[Need]:
    with scope(SYSTEM):
        return list(Need.objects.order_by("pk"))


@pytest.fixture
def answers(world):
    return {"specification": world.specifications["wheelchair"].pk, "place": world.places["nobonyad"].pk}


def test_four_answers_make_a_need_and_its_receipt(world, browser, answers):
    client = browser("facilitator")
    receipt = client.post("/needs/new/", form_of(client, **answers, quantity="۲"), follow=True)
    need = all_needs()[0]
    assert receipt.redirect_chain == [(f"/needs/{need.pk}/receipt/", 302)]
    shown = spoken(need.tracking_code).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    assert shown in receipt.content.decode()
    assert (need.quantity, need.state, need.household_id) == (2, "open", None)


def test_a_double_click_makes_one_need(world, browser, answers):
    client = browser("facilitator")
    form = form_of(client, **answers, given_name="زهرا", family_name="نمونه")
    first, second = client.post("/needs/new/", form), client.post("/needs/new/", form)
    assert first.url == second.url
    assert len(all_needs()) == 1
    with scope(SYSTEM):
        assert Household.objects.count() == 1


def test_the_same_form_with_other_answers_asks_before_it_makes_a_second_need(world, browser, answers):
    client = browser("facilitator")
    form = form_of(client, **answers)
    client.post("/needs/new/", form)
    page = client.post("/needs/new/", form | {"quantity": "3"})
    assert "پیش‌تر با مقدارهای دیگر" in page.content.decode()
    assert len(all_needs()) == 1
    fresh = page.context["form"].data["once"]
    assert fresh != form["once"]
    assert client.post("/needs/new/", form | {"quantity": "3", "once": fresh}).status_code == 302
    assert len(all_needs()) == 2


def test_a_new_family_gets_its_file_and_the_one_who_took_the_call_the_task(world, browser, answers):
    client = browser("facilitator")
    asked = form_of(
        client, **answers, given_name="زهرا", family_name="نمونه", mobile="۰۹۱۲ ۳۴۵ ۶۷۸۹", household_size="۴"
    )
    client.post("/needs/new/", asked)
    with scope(SYSTEM):
        household, person, task = Household.objects.get(), Person.objects.get(), Task.objects.get()
    assert (household.size, person.mobile.reveal()) == (4, "09123456789")
    assert task.membership_id == world["facilitator"].membership_id
    assert all_needs()[0].household_id == household.pk


def test_a_known_family_is_named_by_its_code_and_gives_the_neighbourhood(world, browser, answers):
    household, client = world.household(), browser("facilitator")
    asked = form_of(client, **answers | {"household_code": household.code, "place": ""})
    assert client.post("/needs/new/", asked).status_code == 302
    need = all_needs()[0]
    assert (need.household_id, need.place_path) == (household.pk, household.place_path)


def test_errors_stand_beside_their_fields_and_what_was_typed_stays(world, browser, answers):
    client = browser("facilitator")
    asked = form_of(client, specification="", place="", quantity="چند", family_name="نمونه", household_code="ندارد")
    page = client.post("/needs/new/", asked)
    form = page.context["form"]
    assert set(form.errors) == {"specification", "quantity", "given_name"}
    assert "نمونه" in page.content.decode()
    assert "چند" in page.content.decode()
    assert all_needs() == []
    page = client.post("/needs/new/", form_of(client, **answers, household_code="نیست"))
    assert "household_code" in page.context["form"].errors
    assert "پروندهٔ خانواده‌ای با این کد" in page.content.decode()


def test_a_wrong_number_makes_neither_family_nor_need(world, browser, answers):
    bad = Call(world.specifications["wheelchair"], 0, world.places["nobonyad"], given_name="زهرا", family_name="نمونه")
    with pytest.raises(BadValue):
        take_call(call=bad, by=world["facilitator"], now=NOW)
    with scope(SYSTEM):
        assert (Need.objects.count(), Household.objects.count()) == (0, 0)


def test_an_officer_records_needs_but_opens_no_family_file(world, browser, answers):
    client = browser("officer")
    assert "given_name" not in client.get("/needs/new/").context["form"].fields
    client.post("/needs/new/", form_of(client, **answers, given_name="زهرا", family_name="نمونه"))
    with scope(SYSTEM):
        assert Household.objects.count() == 0
    call = Call(world.specifications["wheelchair"], 1, world.places["nobonyad"], given_name="زهرا", family_name="نمونه")
    with pytest.raises(NotPermitted):
        take_call(call=call, by=world["officer"], now=NOW)


def test_a_family_of_another_organisation_is_not_found_by_its_code(world):
    household = world.household()
    call = Call(world.specifications["wheelchair"], 1, household_code=household.code)
    with pytest.raises(BadValue):
        take_call(call=call, by=world["charity_manager"], now=NOW)


def test_a_place_outside_the_area_is_not_offered(world, browser, answers):
    client = browser("facilitator")
    page = client.post("/needs/new/", form_of(client, **answers | {"place": world.places["espiari"].pk}))
    assert "place" in page.context["form"].errors


def test_the_visit_form_is_blank_or_carries_the_neighbourhood(world, browser):
    client = browser("facilitator")
    assert client.get("/needs/visit-form/").context["place"] == ""
    filled = client.get("/needs/visit-form/", {"place": world.places["nobonyad"].pk})
    assert filled.context["place"] == "نوبنیاد، ساری"
    assert client.get("/needs/visit-form/", {"place": "²"}).context["place"] == ""
    assert client.get("/needs/visit-form/", {"place": world.places["espiari"].pk}).context["place"] == ""


def test_a_resident_tells_his_own_need_which_waits_for_a_vouch(world, resident, answers):
    assert set(resident.get("/needs/new/").context["form"].fields) == {
        "specification", "quantity", "urgency", "due_date", "note", "once",
    }  # fmt: skip
    asked = form_of(
        resident, specification=answers["specification"], household_code="F1", place=world.places["ahangar"].pk
    )
    assert resident.post("/needs/new/", asked, follow=True).status_code == 200
    need = all_needs()[0]
    assert (need.state, need.person_id, need.place_path) == (
        "draft", world["resident"].person_id, world.places["nobonyad"].path,
    )  # fmt: skip
    assert need.household_id is not None
    assert resident.get("/needs/").context["page"].objects == [need]
    assert resident.get("/needs/meeting/").status_code == 403
