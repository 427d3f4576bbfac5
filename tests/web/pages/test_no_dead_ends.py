"""Nothing found, nothing yet, not allowed, not there: every such page says what to do next, to those who may and to those who may not."""

import pytest
from django.test import Client
from django.urls import reverse
from lxml import html
from tests.world import NOW

from peyvand.extend.discovery import programmes
from peyvand.extend.switches import switch_on
from peyvand.scope.acting import SYSTEM
from peyvand.web.errors import server_error

LISTS = ["/needs/", "/families/", "/capacities/", "/suggestions/", "/promises/", "/deliveries/", "/people/"]
WHO = [
    "facilitator", "social_worker", "field_leader", "officer", "leader", "charity_manager", "auditor", "administrator", "governor",
]  # fmt: skip


def ways_on(page) -> list[str]:
    """The links of what the page itself says, apart from its frame."""
    return [one for one in page.xpath("//main//a/@href") if not one.startswith("#")]


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("address", LISTS)
def test_an_empty_list_says_what_to_do_first_or_who_does_it(world, sign_in, who, address):
    answer = sign_in(who, "fa").get(address, {"q": "هیچ‌چیز"} if address == "/people/" else {})
    if answer.status_code == 403:
        assert ways_on(html.fromstring(answer.content))
        return
    empty = html.fromstring(answer.content).xpath("//main//*[@class='empty']")
    assert len(empty) == 1, address
    assert empty[0].xpath(".//p"), "says nothing"
    link = empty[0].xpath(".//a/@href")
    if link and not link[0].startswith("?"):
        assert sign_in(who, "fa").get(link[0].split("#")[0]).status_code == 200, link
    else:
        assert link or empty[0].xpath(".//p[@class='soft']"), "neither a way on nor who knows one"


@pytest.mark.parametrize("who", ["facilitator", "governor"])
def test_every_empty_page_of_a_programme_says_what_to_do_first_or_who_does_it(world, sign_in, who):
    client, silent, met = sign_in(who, "fa"), [], 0
    for one in programmes().values():
        switch_on(slug=one.slug, place=world.places["ir"], by=SYSTEM, now=NOW)
        for route in one.routes:
            address = f"/programmes/{one.slug}/{route.path}"
            if "<" in route.path or (answer := client.get(address)).status_code != 200 or not answer.content:
                continue
            if not answer["Content-Type"].startswith("text/html"):
                continue
            for empty in html.fromstring(answer.content).xpath("//main//*[@class='empty']"):
                met += 1
                if not empty.xpath(".//p|.//a/@href"):
                    silent.append(address)
    assert silent == []
    assert met > 10


@pytest.mark.parametrize("who", ["", "facilitator", "governor", "resident"])
def test_errors_lead_on(world, sign_in, resident, who):
    client = resident if who == "resident" else sign_in(who)
    refused = client.get("/people/") if who else client.get("/nowhere/")
    for answer in (
        client.get("/nowhere/"), client.get("/needs/999999/", follow=True), refused, client.get("/needs/1/vouch/", follow=True)
    ):  # fmt: skip
        assert answer.status_code in (200, 403, 404, 405)
        page = html.fromstring(answer.content)
        assert page.xpath("//h1")
        found = ways_on(page)
        assert found or page.xpath("//main//form"), answer.request["PATH_INFO"]
        for url in found[:2]:
            assert client.get(url, follow=True).status_code == 200, url


def test_an_address_for_forms_only_answers_with_a_page(world, sign_in):
    answer = sign_in("facilitator").get("/filters/keep/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "There is nothing to see at this address" in answer.content.decode()


def test_the_way_back_leads_to_this_site_only(world, sign_in):
    client = sign_in("facilitator")
    back = client.get("/needs/999999/", headers={"referer": "http://testserver/needs/?state=open"})
    assert 'href="/needs/?state=open"' in back.content.decode()
    away = client.get("/needs/999999/", headers={"referer": "https://example.org/needs/"})
    assert "example.org" not in away.content.decode()


def test_what_broke_and_what_grew_old_lead_on(world, rf):
    assert 'href="/"' in server_error(rf.get("/")).content.decode()
    strict = Client(enforce_csrf_checks=True)
    assert ways_on(html.fromstring(strict.post("/enter/", {}).content))


@pytest.mark.parametrize("who", [one for one in WHO if one != "governor"])
def test_the_first_page_of_a_first_day_says_what_to_do_first(world, sign_in, who):
    page = html.fromstring(sign_in(who, "fa").get("/home/").content)
    links = [one for one in ways_on(page) if one != reverse("home")]
    assert links, "an empty first page leads nowhere"
