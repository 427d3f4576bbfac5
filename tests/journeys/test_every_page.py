"""Every page that a role is led to opens, and every kind of page is fit for a phone, a desktop and a screen reader."""

from collections import Counter, deque
from collections.abc import Iterable, Sequence

import pytest
from django.conf import settings
from django.test import Client
from django.urls import resolve
from tests.journeys.conftest import SIZES, Visitor
from tests.journeys.links import read
from tests.journeys.peopled import peopled
from tests.persian import faults_of_page
from tests.world import World

from peyvand.people.models import Account
from peyvand.scope.acting import Role
from peyvand.web.acting import MEMBERSHIP_KEY

# One member of each role, and the reader who has none.
READERS = (
    "resident", "facilitator", "social_worker", "charity_manager", "field_leader", "officer", "governor", "leader", "auditor",
    "administrator", "",
)  # fmt: skip
# Of one kind of page a role is led to many (each need, each neighbourhood): so many are opened.
OF_A_KIND = 2
PAGES = 60


@pytest.fixture
def world(transactional_db: None) -> World:
    return peopled()


def client_of(world: World, name: str, language: str) -> Client:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    if name:
        client.force_login(Account.objects.get(username=name))
        session = client.session
        session[MEMBERSHIP_KEY] = world[name].membership_id
        session.save()
    return client


def led_to(client: Client, language: str) -> dict[str, str]:
    """{address: kind of page} of all pages a reader is led to from the first page, with whatever is wrong on the way raised."""
    faults: list[str] = []
    opened: dict[str, str] = {}
    kinds = Counter[str]()
    waiting, seen = deque(["/", "/home/"] if "sessionid" in client.cookies else ["/"]), {"/", "/home/"}
    while waiting and len(opened) < PAGES:
        url = waiting.popleft()
        kind = resolve(url.partition("?")[0]).view_name
        if kinds[kind] == OF_A_KIND:
            continue
        kinds[kind] += 1
        answer = client.get(url, follow=True)
        if answer.status_code >= 400:
            faults.append(f"{url} answers {answer.status_code}")
            continue
        if not answer["Content-Type"].startswith("text/html"):
            continue  # a paper or a sheet to keep
        page = read(url, answer.content.decode())
        right = {"lang": language, "dir": "rtl" if language == "fa" else "ltr"}
        said = (page.headings, bool(page.title.split("·")[0].strip()), page.html)
        if said != (1, True, right):
            faults.append(f"{url}: headings of the first rank, title, language: {said}")
        if "bound method" in page.source or "object at 0x" in page.source:
            faults.append(f"{url} shows the inside of the program")
        if language == "fa":
            faults += [f"{url}: {fault}" for fault in faults_of_page(page.source)]
        opened[url] = kind
        for link in page.links:
            if link not in seen:
                seen.add(link)
                waiting.append(link)
    assert not faults, faults
    return opened


def test_all_roles_are_here(world):
    assert {world[name].role for name in READERS if name} == set(Role) - {Role.PUBLIC, Role.SYSTEM}


@pytest.mark.parametrize(("language", "sizes"), [("fa", ("phone", "desktop")), ("en", ("desktop",))])
def test_every_link_shown_opens_and_every_kind_of_page_is_fit_to_be_used(world, visitor, language, sizes):
    """Each kind of page is looked at once, as the first role that is led to it; the first page as every role."""
    met: set[str] = set()
    for name in READERS:
        opened = led_to(client_of(world, name, language), language)
        assert len(opened) > 5, (name, opened)
        fresh = {kind: url for url, kind in reversed(opened.items()) if kind not in met or kind == "home"}
        met |= fresh.keys()
        if fresh:
            look_at(visitor(size=sizes[0], language=language), world, name, fresh.values(), sizes)


def look_at(reader: Visitor, world: World, name: str, urls: Iterable[str], sizes: Sequence[str]) -> None:
    if name:
        reader.sign_in(world[name])
    for url in urls:
        reader.go(url)
        for size in sizes:
            reader.page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
            reader.check()
        reader.check_all_ways()
    reader.context.close()
