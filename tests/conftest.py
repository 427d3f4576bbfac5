"""Shared by all tests. The server they use is started by the plugin `peyvand.server.testing` (see pyproject.toml)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponseBase
from django.test import TestCase, TransactionTestCase
from django.test.client import ClientHandler
from tests import made_tables
from tests.program_login import program_login

_QUEUE = "TRUNCATE procrastinate_jobs, procrastinate_periodic_defers, procrastinate_workers CASCADE"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _uses_database(item):
            item.add_marker(pytest.mark.database)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = made_tables.made()


@pytest.fixture(autouse=True)
def queue_left_empty(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """The tables of the queue belong to a library, so that a test database is not cleared of them by itself."""
    yield
    if _commits(request.node):
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(_QUEUE)


@pytest.fixture(autouse=True)
def requests_under_the_program_login(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request of a test client that may use the database; what a test itself lays down, the owner does."""
    asks = ClientHandler.get_response

    def answer(handler: ClientHandler, asked: HttpRequest) -> HttpResponseBase:
        with program_login():
            return asks(handler, asked)

    if _uses_database(request.node):
        monkeypatch.setattr(ClientHandler, "get_response", answer)


def _commits(item: pytest.Item) -> bool:
    marker, own = item.get_closest_marker("django_db"), getattr(item, "cls", None)
    return bool(
        {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
        or (marker and marker.kwargs.get("transaction"))
        or (own and issubclass(own, TransactionTestCase) and not issubclass(own, TestCase))
    )


def _uses_database(item: pytest.Item) -> bool:
    own = getattr(item, "cls", None)
    return bool(
        item.get_closest_marker("django_db")
        or {"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
        or (own and issubclass(own, TransactionTestCase))
    )
