"""Shared by all tests. The server they use is started by the plugin `peyvand.server.testing` (see pyproject.toml)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponseBase
from django.test import TestCase, TransactionTestCase
from django.test.client import ClientHandler
from tests.program_login import program_login

_QUEUE = "TRUNCATE procrastinate_jobs, procrastinate_periodic_defers, procrastinate_workers CASCADE"


@pytest.fixture(autouse=True)
def queue_left_empty(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """The tables of the queue belong to a library, so that a test database is not cleared of them by itself."""
    yield
    marker, own = request.node.get_closest_marker("django_db"), getattr(request.node, "cls", None)
    committed = {"transactional_db", "live_server"} & set(request.fixturenames) or (
        marker and marker.kwargs.get("transaction")
    )
    if committed or (own and issubclass(own, TransactionTestCase) and not issubclass(own, TestCase)):
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(_QUEUE)


@pytest.fixture(autouse=True)
def requests_under_the_program_login(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request of a test client that may use the database; what a test itself lays down, the owner does."""
    asks = ClientHandler.get_response

    def answer(handler: ClientHandler, asked: HttpRequest) -> HttpResponseBase:
        with program_login():
            return asks(handler, asked)

    if request.node.get_closest_marker("django_db") or {"db", "transactional_db"} & set(request.fixturenames):
        monkeypatch.setattr(ClientHandler, "get_response", answer)
