"""A resident reads what came to the own family, and says whether it arrived."""

import pytest
from django.urls import reverse
from tests.persian import faults_of_page

from peyvand.flow.delivery.models import Delivery
from peyvand.people.enums import MemberRole
from peyvand.people.models import Person
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

PAGE = "/received/"


@pytest.fixture
def home(world):
    household = world.household()
    with scope(SYSTEM):
        person = Person.objects.get(household=household)
    world.join("resident", MemberRole.RESIDENT, "nobonyad", "centre", person_id=person.pk)
    return household


def handed_over(world, household, quantity=1):
    promise = world.agreed(world.need(quantity, household=household), world.capacity(quantity), quantity)
    return world.delivered(promise, quantity, accepted=False)


def answer_of(delivery):
    with scope(SYSTEM):
        row = Delivery.objects.get(pk=delivery.pk)
    return row.answer, row.refusal_reason


def test_it_arrived_is_one_press_from_the_first_page(world, home, sign_in):
    delivery, other = handed_over(world, home, 2), handed_over(world, world.household())
    client = sign_in("resident")
    assert 'id="received"' in client.get("/home/").content.decode()
    page = client.get(PAGE).content.decode()
    assert "Wheelchair: 2" in page
    assert reverse("received_arrived", args=[delivery.pk]) in page
    assert reverse("received_arrived", args=[other.pk]) not in page
    said = client.post(reverse("received_arrived", args=[delivery.pk]), follow=True).content.decode()
    assert "It is written down that it arrived" in said
    assert answer_of(delivery) == ("accepted", "")
    assert "Nothing waits for your word" in said
    need = client.get(f"/needs/{delivery.commitment.need_id}/").content.decode()
    assert world.organisations["charity"].name_fa in need
    assert reverse("promise", args=[delivery.commitment_id]) not in need


def test_what_did_not_arrive_asks_why(world, home, sign_in):
    delivery = handed_over(world, home)
    client, url = sign_in("resident"), reverse("received_not_arrived", args=[delivery.pk])
    assert client.get(url).status_code == 200
    assert 'aria-invalid="true"' in client.post(url, {"reason": ""}).content.decode()
    assert answer_of(delivery) == ("", "")
    assert client.post(url, {"reason": "damaged"}).status_code == 302
    assert answer_of(delivery) == ("refused", "damaged")


def test_another_family_s_is_not_there_and_staff_have_their_own_page(world, home, sign_in):
    other = handed_over(world, world.household())
    client = sign_in("resident")
    for name in ("received_arrived", "received_not_arrived"):
        assert client.post(reverse(name, args=[other.pk]), {"reason": "other"}).status_code == 404
    assert answer_of(other) == ("", "")
    assert sign_in("facilitator").get(PAGE).status_code == 403
    assert sign_in("").get(PAGE).status_code == 302


def test_the_page_is_good_persian_and_asks_no_more_for_many_than_for_one(world, home, sign_in, queries):
    handed_over(world, home)
    client = sign_in("resident", language="fa")
    assert faults_of_page(client.get(PAGE).content.decode()) == []
    one = queries(client, PAGE)
    for _ in range(5):
        handed_over(world, home)
    assert queries(client, PAGE) == one <= 10


def test_the_api_lets_the_family_answer_too(world, home, browser):
    delivery, other = handed_over(world, home), handed_over(world, world.household())
    client = browser("resident")
    assert [one["id"] for one in client.get("/api/v1/deliveries").json()["items"]] == [delivery.pk]
    send = {"content_type": "application/json"}
    assert client.post("/api/v1/deliveries/accept", {"delivery_ids": [other.pk]}, **send).status_code == 404
    accepted = client.post("/api/v1/deliveries/accept", {"delivery_ids": [delivery.pk]}, **send)
    assert [one["answer"] for one in accepted.json()["items"]] == ["accepted"]
