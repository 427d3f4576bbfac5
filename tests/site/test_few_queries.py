"""Every page asks the database at most ten times, in every role, whatever it shows.

What opens and closes a scope asks nothing: its transaction, and the statement that says who acts. It is counted apart and held too: five
for the page, four for each scope inside it (figures are read under the national role).
"""

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.site.sights import RULES, Sights
from tests.site.test_page_leaks import PAGES, parameters, texts_at

from peyvand.flow.counting.actions import keep_counts
from peyvand.scope.acting import SYSTEM

pytestmark = pytest.mark.django_db
MOST, MOST_OF_FRAME = 10, 5 + 4 * 4
_FRAME = ("SELECT set_config(", "SAVEPOINT", "RELEASE SAVEPOINT", "BEGIN", "COMMIT", "ROLLBACK")
ROLES = (
    "",
    "resident",
    "facilitator",
    "charity_manager",
    "field_leader",
    "officer",
    "leader",
    "governor",
    "auditor",
    "administrator",
)


# Addresses of acts, which answer no GET to anybody: whoever asked first found it.
_acts: set[str] = set()


def addresses(sights: Sights, name: str, address: str) -> Iterator[str]:
    """The address with a row this person sees, where there is one."""
    here = f"/{address}"
    for model, parameter in parameters(address):
        pattern = rf"<(?:\w+:)?{parameter}>"
        if model is None:
            here = re.sub(pattern, texts_at(address)[parameter][-1], here)
            continue
        rows = sights.rows.get(model) or []
        seen = [row for row in rows if type(row) not in RULES or sights.sees(name, row)]
        if not seen:
            return
        here = re.sub(pattern, str(seen[-1].pk), here)
    yield here


def asked(statements: list[str]) -> tuple[list[str], int]:
    """(the questions, how many statements of the frame)."""
    questions = [one for one in statements if not one.startswith(_FRAME)]
    return questions, len(statements) - len(questions)


@pytest.mark.parametrize("name", ROLES)
def test_every_page_asks_the_database_at_most_ten_times(sights: Sights, name: str):
    if name and name not in sights.cookies:
        pytest.fail(f"the province knows nobody called {name!r}")
    keep_counts(by=SYSTEM, now=timezone.now())  # as the worker does every few minutes
    many, opened = {}, 0
    for address in PAGES.keys() - _acts:
        for here in addresses(sights, name, address):
            with CaptureQueriesContext(connection) as found:
                answer = sights.ask(name, "get", here)
            if answer.status == 405:
                _acts.add(address)
            if answer.status != 200:
                continue
            opened += 1
            # The request is undone in a transaction of its own, which is not the page's.
            questions, frame = asked([one["sql"] for one in found.captured_queries[1:-1]])
            if len(questions) > MOST or frame > MOST_OF_FRAME:
                many[here] = (len(questions), frame)
    assert opened > 12
    assert not many, many
