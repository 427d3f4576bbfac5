"""The page of an empty installation opens one office, once, for whoever has the start code."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from peyvand.office.actions import start_code
from peyvand.people.enums import MemberRole
from peyvand.people.models import Account, Membership, Organisation
from peyvand.places.models import Place

pytestmark = pytest.mark.django_db
PASSWORD = "چهار واژهٔ دور از هم"
ASKED = {
    "province": "IR-20", "organisation": "بهزیستی سمنان", "kind": "agency", "administrator": "نام مدیر", "username": "admin",
    "password": PASSWORD, "again": PASSWORD,
}  # fmt: skip


@pytest.fixture
def visitor() -> Client:
    cache.clear()
    client = Client()
    client.cookies["django_language"] = "en"
    return client


def test_one_form_opens_the_office_and_lets_its_administrator_in(visitor):
    assert reverse("start") in visitor.get("/").content.decode()
    assert 'name="code"' in visitor.get("/start/").content.decode()
    code = start_code()
    grouped = " ".join(code[at : at + 4] for at in range(0, 16, 4))
    answer = visitor.post("/start/", ASKED | {"code": grouped}, follow=True)
    assert answer.redirect_chain[-1][0] == "/start/"
    page = answer.content.decode()
    assert "The office stands, and you administer it." in page
    assert Membership.objects.get().role == MemberRole.ADMINISTRATOR
    assert Membership.objects.get().place.path == "ir/20/"
    another = Client()
    assert another.get("/start/").url.startswith("/sign-in/")
    assert another.post("/start/", ASKED | {"code": code, "username": "second"}).url.startswith("/sign-in/")
    assert Account.objects.count() == 1
    assert reverse("start") not in another.get("/").content.decode()
    assert another.post("/sign-in/", {"login": "admin", "password": PASSWORD}).url == "/home/"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"code": "1" * 16}, "This is not the start code"),
        ({"again": "چیز دیگری است"}, "The two passwords are not the same"),
        ({"password": "1234567890", "again": "1234567890"}, "tried first"),
        ({"username": "ab"}, "at least three Latin letters"),
        ({"organisation": ""}, "Fill in"),
    ],
)
def test_what_will_not_do_is_said_and_leaves_nothing_behind(visitor, change, said):
    answer = visitor.post("/start/", ASKED | {"code": start_code()} | change)
    assert said in answer.content.decode()
    assert [model.objects.count() for model in (Place, Organisation, Account)] == [0, 0, 0]


def test_start_codes_cannot_be_guessed_one_after_the_other(visitor):
    answers = [visitor.post("/start/", ASKED | {"code": f"{number:016d}"}).status_code for number in range(11)]
    assert answers == [200] * 10 + [429]
