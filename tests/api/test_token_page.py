"""The page where tokens are made and stopped."""

import re
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone
from tests.world import World

from peyvand.api.keys import TokenNotValid, acting_of
from peyvand.people.models import Account, Membership

pytestmark = pytest.mark.django_db
PAGE = "/account/tokens/"


def test_a_token_is_made_shown_once_and_stopped():
    world, client = World.build(), Client()
    client.force_login(Account.objects.get(username="facilitator"))
    assert client.get(PAGE).status_code == 200
    made = client.post(PAGE, {"name": "سامانهٔ خیریه", "days": "۳۰"})
    secret = re.search(r"pyv_[\w-]+", made.content.decode())[0]
    assert "no-store" in made["Cache-Control"]
    assert acting_of(secret, now=timezone.now()) == world["facilitator"]
    again = client.get(PAGE).content.decode()
    assert secret not in again
    assert "سامانهٔ خیریه" in again
    stop = re.search(r'action="(/account/tokens/\d+/stop/)"', again)[1]
    assert client.post(stop).status_code == 302
    with pytest.raises(TokenNotValid):
        acting_of(secret, now=timezone.now())
    assert "/stop/" not in client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    "values", [{"name": "", "days": "5"}, {"name": "x", "days": "0"}, {"name": "x", "days": "many"}, {}]
)
def test_what_does_not_fit_is_said_on_the_page(values):
    World.build()
    client = Client()
    client.force_login(Account.objects.get(username="facilitator"))
    answer = client.post(PAGE, values)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'role="alert"' in page
    wrong = "days" if values.get("name") else "name"
    assert f'id="id_{wrong}_error"' in page
    assert all(f'value="{typed}"' in page for typed in values.values() if typed)


def test_nobody_and_another_person_are_refused():
    world = World.build()
    assert Client().get(PAGE).status_code == 403
    assert Client().post(PAGE, {"name": "x", "days": "5"}).status_code == 403
    owner, other = Client(), Client()
    owner.force_login(Account.objects.get(username="facilitator"))
    other.force_login(Account.objects.get(username="officer"))
    page = owner.post(PAGE, {"name": "mine", "days": "5"}).content.decode()
    stop = re.search(r'action="(/account/tokens/\d+/stop/)"', page)[1]
    assert other.post(stop).status_code == 404
    assert "mine" not in other.get(PAGE).content.decode()
    assert world["officer"].membership_id


def test_the_page_of_one_s_account_leads_there_for_whoever_has_a_role():
    World.build()
    client = Client()
    client.force_login(Account.objects.get(username="facilitator"))
    assert f'href="{PAGE}"' in client.get("/account/").content.decode()
    Membership.objects.filter(account__username="facilitator").update(until=date(2026, 1, 1), since=date(2025, 1, 1))
    assert PAGE not in client.get("/account/").content.decode()
