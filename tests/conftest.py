"""Shared by all tests. The server they use is started by the plugin `peyvand.server.testing` (see pyproject.toml)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponseBase
from django.test import TransactionTestCase
from django.test.client import ClientHandler
from tests import made_tables
from tests.program_login import program_login

# A test leaves rows in a few of some three hundred tables: those alone are emptied, without asking what refers to them, for all of it goes.
_EMPTY = """
DO $$
DECLARE
    one text;
    has_rows boolean;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR one IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        AND relname NOT IN ('django_migrations', 'django_content_type', 'auth_permission')
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', one) INTO has_rows;
        IF has_rows THEN
            EXECUTE format('DELETE FROM %I', one);
        END IF;
    END LOOP;
END
$$
"""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _uses_database(item):
            item.add_marker(pytest.mark.database)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = made_tables.made()


@pytest.fixture(scope="session", autouse=True)
def tables_left_empty() -> Iterator[None]:
    """What a test has committed goes after it, of the queue's tables too, which belong to a library."""

    def empty(_test: TransactionTestCase) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_EMPTY)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(TransactionTestCase, "_fixture_teardown", empty)
        yield


@pytest.fixture(scope="session", autouse=True)
def middleware_made_once() -> Iterator[None]:
    """Each test client would make the same chain for itself, and look up every static file for it."""
    make = ClientHandler.load_middleware

    def make_for_all(handler: ClientHandler) -> None:
        make(handler)
        patched.setattr(ClientHandler, "_middleware_chain", staticmethod(handler._middleware_chain))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ClientHandler, "load_middleware", make_for_all)
        yield


@pytest.fixture(autouse=True)
def requests_under_the_program_login(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request of a test client that may use the database; what a test itself lays down, the owner does."""
    asks = ClientHandler.get_response

    def answer(handler: ClientHandler, asked: HttpRequest) -> HttpResponseBase:
        with program_login():
            return asks(handler, asked)

    if _uses_database(request.node):
        monkeypatch.setattr(ClientHandler, "get_response", answer)


def _uses_database(item: pytest.Item) -> bool:
    own = getattr(item, "cls", None)
    return bool(
        item.get_closest_marker("django_db")
        or {"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
        or (own and issubclass(own, TransactionTestCase))
    )
