"""One province with a row of everything, and who may see each.

A mark is a word that stands in one row and nowhere else: where it appears in an answer, the row has been seen.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler
from django.utils import timezone
from tests.people.test_least_seeing import Facts
from tests.site import province, rules
from tests.site.programme_sights import programme_sights
from tests.world import World

from peyvand.api.keys import create_token
from peyvand.kernel.text import latin_digits
from peyvand.people.models import Account
from peyvand.scope.acting import PUBLIC, SYSTEM, Acting
from peyvand.scope.database import scope
from peyvand.web.acting import MEMBERSHIP_KEY

NOTHING = 2**40  # the number of no row
_TOLD = programme_sights().values()
RULES = rules.RULES | {model: rule for sights in _TOLD for model, rule in sights.rules.items()}
_RELATED = rules.RELATED | {model: names for sights in _TOLD for model, names in sights.related.items()}
_MARKED = rules.MARKED | {model: name for sights in _TOLD for model, name in sights.marked.items()}


@dataclass
class Answer:
    status: int
    text: str
    response: HttpResponse


@dataclass
class Sights:
    """`rows` of every model in `RULES`, read as the system; `names` are the people of the province, "" is the public."""

    world: World
    facts: Facts
    rows: dict[type, list[Any]] = field(default_factory=dict)
    marks: list[tuple[str, type, Any]] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    handler: ClientHandler = field(default_factory=lambda: ClientHandler(enforce_csrf_checks=False))

    @property
    def names(self) -> list[str]:
        return ["", *self.world.acting]

    def acting(self, name: str) -> Acting:
        return self.world.acting[name] if name else PUBLIC

    def sees(self, name: str, row: Any) -> bool:
        return RULES[type(row)](self.facts, self.acting(name), row)

    def seen(self, name: str, model: type) -> list[Any]:
        return [row for row in self.rows[model] if self.sees(name, row)]

    def hidden(self, name: str) -> set[str]:
        """The marks this person must not meet in anything that is read."""
        return {mark for mark, model, row in self.marks if not self.sees(name, row)} | set(self.secrets)

    def ask(
        self, name: str, method: str, url: str, *, token: bool = False, language: str = "en", **sent: Any
    ) -> Answer:
        """One request, undone afterwards whatever it did."""
        client = Client(raise_request_exception=False)
        client.handler = self.handler  # its middleware is made ready once
        client.cookies["django_language"] = language
        headers = {"Accept-Language": language} | sent.pop("headers", {})
        if token and name:
            headers["Authorization"] = f"Bearer {self.tokens[name]}"
        elif name:
            client.cookies.load(self.cookies[name])
        with transaction.atomic():
            response = getattr(client, method)(url, headers=headers, **sent)
            body = b"".join(response) if response.streaming else response.content
            transaction.set_rollback(True)
        return Answer(response.status_code, plain(body), response)

    def leaks(self, name: str, answer: Answer, *, asked: str = "") -> set[str]:
        """Marks of rows this person may not see; what was asked for comes back in a form or an address."""
        return {mark for mark in self.hidden(name) if mark in answer.text and mark not in plain(asked.encode())}


def plain(body: bytes) -> str:
    """As it is compared: one kind of digits, codes without their dashes."""
    text = body.decode("utf-8", "replace")
    if "\\u06" in text:
        text = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)
    return latin_digits(text).replace("-", "")


def build() -> Sights:
    world = World.build()
    looks = province.lay_down(world)
    sights = Sights(world, Facts(looks))
    for name, acting in world.acting.items():
        _let_in(sights, name, acting)
    with scope(SYSTEM):
        for model in RULES:
            rows = model._default_manager.select_related(*_RELATED.get(model, ())).order_by("pk")
            sights.rows[model] = list(rows)
    sights.marks = list(_marks(sights))
    sights.secrets = list(rules.SECRETS)
    return sights


def _let_in(sights: Sights, name: str, acting: Acting) -> None:
    client = Client()
    client.force_login(Account.objects.get(pk=acting.account_id))
    session = client.session
    session[MEMBERSHIP_KEY] = acting.membership_id
    session.save()
    sights.cookies[name] = {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
    _, sights.tokens[name] = create_token(name=f"token {name}", days=30, by=acting, now=timezone.now())


def _marks(sights: Sights) -> Iterator[tuple[str, type, Any]]:
    for model, name in _MARKED.items():
        for row in sights.rows[model]:
            if not getattr(row, name):
                continue
            yield plain(str(getattr(row, name)).encode()), model, row
