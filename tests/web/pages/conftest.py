"""A small province, and somebody who opens its pages in a role."""

import re
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.journeys.walking import client_of
from tests.world import NOW, World

from peyvand.people.enums import MemberRole
from peyvand.people.models import Account, Person
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope
from peyvand.web.acting import MEMBERSHIP_KEY

Browser = Callable[[str], Client]


@pytest.fixture(autouse=True)
def the_day(monkeypatch, settings, tmp_path):
    """The day of the small province; files go to a folder of the test; nobody has tried codes yet."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    settings.PEYVAND_FILES = tmp_path / "files"
    settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    cache.clear()


@pytest.fixture
def world(db) -> World:
    return World.build()


@pytest.fixture
def sign_in(world) -> Callable[..., Client]:
    def start(name: str = "", language: str = "en") -> Client:
        return client_of(world, name, language)

    return start


@pytest.fixture
def queries() -> Callable[[Client, str], int]:
    """How many statements a page takes, once what is cached between requests is warm."""

    def count(client: Client, url: str) -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as found:
            assert client.get(url).status_code == 200
        return len(found)

    return count


@pytest.fixture
def browser(world) -> Browser:
    """Signed in as somebody of the world, acting in that membership."""

    def sign_in(name: str) -> Client:
        client = Client()
        acting = world[name]
        client.force_login(Account.objects.get(pk=acting.account_id))
        session = client.session
        session[MEMBERSHIP_KEY] = acting.membership_id
        session.save()
        return client

    return sign_in


@pytest.fixture
def queries_of() -> Callable[[Client, list[str]], list[int]]:
    """How many queries each page takes, after a first visit has filled what the process keeps."""

    def count(client: Client, pages: list[str]) -> list[int]:
        counts = []
        for page in pages:
            client.get(page)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(page).status_code == 200
            counts.append(len(queries))
        return counts

    return count


@pytest.fixture
def resident(world, browser) -> Client:
    """Somebody of a family who signs in himself."""
    household = world.household()
    with scope(SYSTEM):
        person = Person.objects.get(household=household)
    world.join("resident", MemberRole.RESIDENT, "nobonyad", "centre", person_id=person.pk)
    return browser("resident")


@pytest.fixture
def undo_on() -> Callable[[str], str]:
    """The address that takes back what the message on a page tells."""
    return lambda page: re.search(r'action="(/batches/\d+/undo/)"', page)[1]
