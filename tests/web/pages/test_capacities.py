"""Offering, seeing and moving capacities."""

import re

import pytest
from tests.world import World

from peyvand.flow.capacity.enums import Reach
from peyvand.flow.capacity.models import Capacity
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope


def only() -> Capacity:
    with scope(SYSTEM):
        return Capacity.objects.get()


def form(world: World, **changes: str) -> dict[str, str]:
    given = {
        "kind": str(world.specifications["wheelchair"].pk),
        "quantity": "۱۲",
        "place": str(world.places["sari"].pk),
        "reach": "province",
    }
    return given | changes


@pytest.mark.parametrize("route", ["/capacities/", "/capacities/new/"])
@pytest.mark.parametrize("who", ["governor", "administrator"])
def test_who_has_no_business_here_is_told_why(sign_in, route, who):
    page = sign_in(who).get(route)
    assert sign_in("").get(route).url.startswith("/sign-in/")
    assert page.status_code == 403
    assert "Your role does not allow this" in page.content.decode()


def test_an_offer_is_recorded_with_persian_digits_and_stands_in_the_list(world, sign_in):
    manager = sign_in("charity_manager")
    answer = manager.post("/capacities/new/", form(world), follow=True)
    assert answer.status_code == 200
    assert (only().quantity, only().organisation_id) == (12, world["charity_manager"].organisation_id)
    assert "Wheelchair" in manager.get("/capacities/").content.decode()
    assert "Undo" not in answer.content.decode()


def test_an_offer_that_does_not_reach_the_readers_area_is_not_listed(world, sign_in):
    world.capacity(4, kind="tutoring", place="amol", reach=Reach.COUNTY)
    world.capacity(4, place="sari", reach=Reach.COUNTY)
    for who in ("facilitator", "officer"):
        shown = sign_in(who).get("/capacities/").context["page"].objects
        assert {row.specification.slug for row in shown} <= {"wheelchair"}
    assert len(sign_in("officer").get("/capacities/").context["page"].objects) == 1


def test_a_wrong_value_stays_as_typed_with_the_error_beside_it(world, sign_in):
    page = sign_in("charity_manager").post("/capacities/new/", form(world, quantity="چند", reach="km")).content.decode()
    assert "چند" in page
    assert "Write a whole number, such as 12." in page
    assert "Say how many kilometres the offer reaches." in page


def test_an_end_before_today_is_said_beside_its_field(world, sign_in):
    page = sign_in("charity_manager").post("/capacities/new/", form(world, end_date="۱۴۰۴/۱/۱")).content.decode()
    assert "the end lies before the start" in page
    assert 'id="id_end_date_error"' in page


def test_a_reach_narrower_than_the_place_is_refused_because_it_would_reach_nobody(world, sign_in):
    manager = sign_in("charity_manager")
    page = manager.post(
        "/capacities/new/", form(world, place=str(world.places["mz"].pk), reach="county")
    ).content.decode()
    assert "The place is larger than that" in page
    blank = manager.get("/capacities/new/").content.decode()
    assert re.search(r'value="province"[^>]*checked', blank)


def test_sending_the_same_form_twice_offers_once(world, sign_in):
    manager = sign_in("charity_manager")
    for _ in range(2):
        assert manager.post("/capacities/new/", form(world, once="k1")).status_code == 302
    assert only().quantity == 12


def test_an_offer_is_paused_and_the_message_takes_it_back(world, sign_in, undo_on):
    capacity = world.capacity(3)
    manager = sign_in("charity_manager")
    page = manager.post(f"/capacities/{capacity.pk}/pause_capacity/", follow=True).content.decode()
    assert only().state == "paused"
    manager.post(undo_on(page))
    assert only().state == "open"
    manager.post(f"/capacities/{capacity.pk}/close_capacity/")
    said = manager.post(f"/capacities/{capacity.pk}/pause_capacity/", follow=True).content.decode()
    assert only().state == "closed"
    assert "is not possible while the state is" in said


def test_another_organisation_sees_the_offer_but_does_not_move_it(world, sign_in):
    capacity = world.capacity(3)
    firm = sign_in("firm_manager")
    page = firm.get(f"/capacities/{capacity.pk}/")
    assert page.status_code == 200
    assert "pause_capacity" not in page.content.decode()
    assert firm.post(f"/capacities/{capacity.pk}/pause_capacity/").status_code == 403
    assert only().state == "open"


def test_what_a_person_offers_is_not_found_by_others(world, sign_in):
    person = world.household().persons.model
    with scope(SYSTEM):
        giver = person.objects.first()
    capacity = world.capacity(3, by="facilitator", place="nobonyad", provider_person=giver)
    assert sign_in("firm_manager").get(f"/capacities/{capacity.pk}/").status_code == 404
    assert sign_in("firm_manager").get("/capacities/").content.decode().count("Wheelchair") == 1  # in the filter only
    page = sign_in("facilitator").get(f"/capacities/{capacity.pk}/")
    assert page.status_code == 200
    assert "آزمونی" not in page.content.decode()


def test_the_detail_shows_what_is_left_promised_and_delivered(world, sign_in):
    capacity = world.capacity(9)
    world.delivered(world.agreed(world.need(2), capacity, 2), 2)
    world.promise(world.need(4, household=world.household()), capacity, 4)
    page = re.sub(r"<[^>]+>", "", sign_in("charity_manager").get(f"/capacities/{capacity.pk}/").content.decode())
    for text in ("3 pieces", "4 pieces", "2 pieces", "of 9 pieces offered"):
        assert text in page
    assert "نوبنیاد" not in page


def test_the_list_filters_and_exports_and_asks_no_more_of_the_database_for_many_rows(world, sign_in, queries):
    world.capacity(3)
    manager = sign_in("charity_manager")
    few = queries(manager, "/capacities/")
    for _ in range(20):
        world.capacity(2, kind="tutoring")
    assert queries(manager, "/capacities/") == few
    sheet = b"".join(manager.get("/capacities/?export=csv&whose=True").streaming_content).decode("utf-8-sig")
    assert len(sheet.splitlines()) == 22
    only_one = manager.get(f"/capacities/?kind={world.specifications['wheelchair'].pk}").content.decode()
    assert "1 row" in only_one
