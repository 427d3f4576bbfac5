"""Asking the pages of the site as a browser does, and what each answer took."""

import gzip
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

from django import forms
from django.db import connection
from django.template import Template
from django.test import Client
from django.test.utils import CaptureQueriesContext, instrumented_test_render  # type: ignore[attr-defined]  # the stubs lack it

from peyvand.people.models import Membership
from peyvand.web.acting import MEMBERSHIP_KEY
from peyvand.web.lists import ListPage

# What opens and closes the transaction of a scope, and says who acts: not questions, but counted apart and told.
_FRAME = ("SELECT set_config(", "SAVEPOINT", "RELEASE SAVEPOINT", "BEGIN", "COMMIT", "ROLLBACK", "SET ")


@dataclass
class Line:
    """One address asked again and again. Times in milliseconds, of the whole answer of the program."""

    who: str
    address: str
    times: list[float] = field(default_factory=list)
    queries: int = 0
    frame: int = 0
    size: int = 0
    packed: int = 0

    @property
    def p50(self) -> float:
        return median(self.times)

    @property
    def p95(self) -> float:
        return quantiles(self.times, n=20, method="inclusive")[-1] if len(self.times) > 1 else self.times[0]

    def __str__(self) -> str:
        return (
            f"{self.who:<12} {self.p50:7.0f} {self.p95:7.0f} ms {self.queries:4} + {self.frame} queries"
            f" {self.size / 1024:7.0f} KB {self.packed / 1024:6.1f} KB packed  {self.address}"
        )


def browser(membership: Membership) -> Client:
    """Somebody signed in who acts in this membership."""
    client = Client(headers={"Accept-Encoding": "gzip", "Accept-Language": "fa"})
    client.cookies["django_language"] = "fa"
    client.force_login(membership.account)
    session = client.session
    session[MEMBERSHIP_KEY] = membership.pk
    session.save()
    return client


def told_apart(statements: list[str]) -> tuple[int, int]:
    """(questions, statements of the frame)."""
    frame = sum(one.startswith(_FRAME) for one in statements)
    return len(statements) - frame, frame


def ask(client: Client, who: str, address: str, times: int) -> tuple[Line, Any]:
    """Ask so many times, after one that warms what a process keeps; one more counts statements and bytes."""
    line = Line(who, address)
    answer = client.get(address)
    if answer.status_code != 200:
        raise AssertionError(f"{who} {address}: {answer.status_code}")
    for _ in range(times):
        begin = time.perf_counter()
        client.get(address)
        line.times.append((time.perf_counter() - begin) * 1000)
    told = patch.object(Template, "_render", instrumented_test_render)  # which list is shown; slower, so not timed
    with told, CaptureQueriesContext(connection) as found:
        answer = client.get(address)
    line.queries, line.frame = told_apart([one["sql"] for one in found.captured_queries])
    line.packed = len(answer.content)
    is_packed = answer.headers.get("Content-Encoding") == "gzip"
    line.size = len(gzip.decompress(answer.content)) if is_packed else line.packed
    return line, answer


def shown(answer: Any) -> ListPage | None:
    for context in answer.context or ():
        page = context.get("page") if hasattr(context, "get") else None
        if isinstance(page, ListPage):
            return page
    return None


def questions(page: ListPage) -> Iterator[dict[str, str]]:
    """One question for every filter of a list and every value it offers (of long choices the first, a middle and the last)."""
    if page.filters is None:
        return
    for name, one in page.filters.fields.items():
        for value in _values(one) if name != "q" else ():
            yield {name: value}


def _values(one: forms.Field) -> list[str]:
    if isinstance(one, forms.BooleanField):
        return ["on"]
    if isinstance(one, forms.ModelChoiceField):
        rows: Any = one.queryset
        keys = [str(one.prepare_value(row)) for row in rows]
        return sorted({keys[0], keys[len(keys) // 2], keys[-1]}) if keys else []
    if isinstance(one, forms.ChoiceField):
        choices: Any = one.choices
        values = [str(value) for value, _label in choices if value != ""]
        return values if len(values) <= 8 else [values[0], values[len(values) // 2], values[-1]]
    return []


def with_query(address: str, **asked: str) -> str:
    return f"{address}?{urlencode(asked)}" if asked else address
