"""A small province, and somebody who opens its pages in a role."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.world import NOW, World

from peyvand.people.models import Account
from peyvand.web.acting import MEMBERSHIP_KEY


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
        client = Client()
        client.cookies["django_language"] = language
        if name:
            client.force_login(Account.objects.get(username=name))
            session = client.session
            session[MEMBERSHIP_KEY] = world[name].membership_id
            session.save()
        return client

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
