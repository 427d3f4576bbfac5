"""What was typed into a form is not lost when its sender has been signed out meanwhile, or has signed in anew beside it."""

import pytest
from django.test import Client
from lxml import html as parser

from peyvand.flow.need.models import Need
from peyvand.people.models import Account

SAME = {"sec-fetch-site": "same-origin"}


def member(world, name, **options):
    client = Client(**options)
    client.force_login(Account.objects.get(username=name))
    return client


def kept(answer):
    """{name: value} of the form that the page offers to send again."""
    page = parser.fromstring(answer.content.decode())
    found = page.xpath("//form[@data-again]")
    assert len(found) == 1
    return found[0].get("action"), dict(found[0].fields)


def call(world):
    return {
        "specification": world.specifications["wheelchair"].pk, "quantity": "2", "place": world.places["nobonyad"].pk,
        "once": "k1", "note": "پلهٔ جلوی در",
    }  # fmt: skip


def test_a_form_sent_after_the_end_of_the_session_can_be_sent_again(world):
    client = member(world, "facilitator")
    client.logout()
    answer = client.post("/needs/new/", call(world), headers=SAME)
    assert answer.status_code == 403
    assert answer["Cache-Control"] == "no-store"
    assert "پلهٔ جلوی در" in answer.content.decode()
    address, fields = kept(answer)
    assert 'target="_blank"' in answer.content.decode()
    before = Need.objects.count()
    again = member(world, "facilitator").post(address, fields, follow=True)
    assert again.status_code == 200
    assert Need.objects.count() == before + 1


def test_a_form_with_the_key_of_before_can_be_sent_again_from_the_page_that_says_so(world):
    client = member(world, "facilitator", enforce_csrf_checks=True)
    refused = client.post("/needs/new/", call(world), headers=SAME)
    assert refused.status_code == 403
    address, fields = kept(refused)
    before = Need.objects.count()
    assert client.post(address, fields, headers=SAME).status_code == 302
    assert Need.objects.count() == before + 1


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}, {}])
def test_a_form_of_another_site_is_not_offered_for_sending(world, headers):
    client = member(world, "facilitator", enforce_csrf_checks=True)
    answer = client.post("/needs/new/", call(world), headers=headers)
    assert answer.status_code == 403
    assert "data-again" not in answer.content.decode()
    assert "پلهٔ جلوی در" not in answer.content.decode()


@pytest.mark.django_db
def test_a_secret_is_never_sent_back():
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/sign-in/", {"login": "somebody", "password": "کبوتر سفید"}, headers=SAME)
    assert answer.status_code == 403
    assert "کبوتر سفید" not in answer.content.decode()
    assert "data-again" not in answer.content.decode()


def test_what_was_typed_stands_on_the_page_that_says_no(world):
    """A refusal that no form can show, such as a right that was taken away meanwhile."""
    said = {"reason": "همسایه‌ها خودشان درست کردند"}
    need = world.need(1)
    answer = member(world, "auditor").post(f"/needs/{need.pk}/priority/", said, headers=SAME)
    assert answer.status_code == 403
    assert said["reason"] in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    elsewhere = member(world, "auditor").post(
        f"/needs/{need.pk}/priority/", said, headers={"sec-fetch-site": "cross-site"}
    )
    assert said["reason"] not in elsewhere.content.decode()
