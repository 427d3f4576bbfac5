"""Asking for a long list as a file, seeing how far it is, taking, cancelling and deleting it; also without JavaScript."""

from dataclasses import replace

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.world import NOW

from peyvand.exports.actions import begin_export, count_rows
from peyvand.exports.models import Export
from peyvand.exports.running import write_export
from peyvand.people.accounts import end_membership
from peyvand.people.enums import MemberRole
from peyvand.people.models import Membership
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope
from peyvand.web.pages import needs


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.PEYVAND_EXPORTS = tmp_path / "exports"


@pytest.fixture
def long_lists(monkeypatch):
    monkeypatch.setattr("peyvand.exports.listing.AT_ONCE", 3)


def ask(client: Client, address: str = "/needs/", kind: str = "csv", follow: bool = True):
    return client.post("/exports/ask/", {"address": address, "kind": kind}, follow=follow)


def only() -> Export:
    with scope(SYSTEM):
        return Export.objects.select_related("account").get()


def test_a_short_list_comes_at_once_and_a_long_one_is_offered(world, browser, long_lists):
    client = browser("facilitator")
    for _ in range(3):
        world.need()
    answer = client.get("/needs/?export=xlsx")
    assert answer["Content-Disposition"].startswith("attachment")
    world.need()
    answer = client.get("/needs/?export=xlsx&state=open&sort=-created")
    assert answer.templates[0].name == "web/pages/export_offer.html"
    assert 'value="/needs/?state=open&amp;sort=-created"' in answer.content.decode()
    assert not ProcrastinateJob.objects.filter(task_name="peyvand.write_export").exists()


def test_a_list_too_long_to_count_has_buttons_that_hand_it_over(world, browser, monkeypatch):
    for _ in range(3):
        world.need()
    text = browser("facilitator").get("/needs/?state=open").content.decode()
    assert 'href="?state=open&amp;export=csv"' in text
    monkeypatch.setattr(needs, "SPEC", replace(needs.SPEC, count_limit=2))
    text = browser("facilitator").get("/needs/?state=open").content.decode()
    assert 'action="/exports/ask/"' in text
    assert 'name="address" value="/needs/?state=open"' in text


@pytest.mark.django_db(transaction=True)
def test_from_asking_to_the_file(world, browser):
    client = browser("facilitator")
    need = world.need()
    page = ask(client, "/needs/?state=open").content.decode()
    assert 'hx-trigger="every 2s"' in page
    assert "در نوبت" in page
    export = only()
    begin_export(export_id=export.pk, by=SYSTEM, now=NOW)
    export.attempts = 1
    assert count_rows(export=export, rows_done=2000, rows_about=5000, by=SYSTEM, now=NOW)
    page = client.get("/exports/").content.decode()
    assert '<progress max="5000" value="2000"' in page
    assert "۲٬۰۰۰ سطر از حدود ۵٬۰۰۰ سطر" in page
    write_export(export_id=export.pk, now=NOW)
    page = client.get("/exports/").content.decode()
    assert "hx-trigger" not in page
    answer = client.get(f"/exports/{export.pk}/file/")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert need.tracking_code[:4] in content
    assert "no-store" in answer["Cache-Control"]
    assert "filename*=utf-8''%D9%86%DB%8C" in answer["Content-Disposition"]
    assert browser("officer").get(f"/exports/{export.pk}/file/").status_code == 404
    client.post(f"/exports/{export.pk}/delete/")
    assert "هنوز" in client.get("/exports/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_rights_that_ended_are_said_instead_of_the_file(world, browser):
    client = browser("facilitator")
    world.join("facilitator_again", MemberRole.FACILITATOR, "nobonyad", "charity")
    ask(client)
    export = only()
    write_export(export_id=export.pk, now=NOW)
    membership = Membership.objects.select_related("place", "organisation").get(pk=world["facilitator"].membership_id)
    other = Membership.objects.get(pk=world["facilitator_again"].membership_id)
    Membership.objects.filter(pk=other.pk).update(account=membership.account)
    end_membership(membership=membership, by=SYSTEM, now=NOW)
    answer = client.get(f"/exports/{export.pk}/file/", follow=True)
    assert answer.redirect_chain == [("/exports/", 302)]
    assert "دیگر داده نمی‌شود" in answer.content.decode()


def test_cancelling_from_the_page(world, browser):
    client = browser("facilitator")
    ask(client)
    answer = client.post(f"/exports/{only().pk}/cancel/", follow=True)
    assert "لغو شد" in answer.content.decode()
    assert only().state == "cancelled"
    assert browser("officer").post(f"/exports/{only().pk}/delete/").status_code == 404


@pytest.mark.parametrize(
    ("address", "kind", "status"),
    [
        ("/home/", "csv", 404),
        ("/needs/", "exe", 409),
        ("/needs/" + "x" * 2000, "csv", 409),
        ("", "csv", 404),
        ("/people/", "csv", 403),
    ],
)
def test_what_cannot_be_asked_for_is_refused(world, browser, address, kind, status):
    answer = ask(browser("facilitator"), address, kind)
    assert answer.status_code == status
    with scope(SYSTEM):
        assert not Export.objects.exists()


def test_strangers_are_sent_to_sign_in(world):
    for path in ("/exports/", "/exports/1/file/"):
        assert Client().get(path).url.startswith("/sign-in/")
    assert ask(Client(), follow=False).url.startswith("/sign-in/")


def test_the_page_asks_no_more_of_the_database_for_many_exports(world, sign_in, queries):
    client = sign_in("facilitator")
    ask(client)
    one = queries(client, "/exports/")
    for _ in range(3):
        ask(client)
    assert queries(client, "/exports/") == one
