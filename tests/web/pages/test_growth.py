"""With four times the rows, the pages of a list, on the site and of the API, and the page of what waits read no more rows than
before."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from tests.world import World

from peyvand.flow.commitment.models import Commitment
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.need.models import Need
from peyvand.people.models import Household

FEW, MANY = 2500, 10_000
PAGES = (
    "/home/",
    "/families/",
    "/families/?sort=size",
    "/families/?sort=-code",
    "/families/?q=g1234",
    "/needs/",
    "/needs/?sort=created",
    "/needs/?state=unpromised&sort=-priority",
    "/needs/?state=unpromised&sort=created",
    "/needs/?q=700000001234",
    "/promises/",
    "/promises/?state=late",
    "/promises/?state=accepted",
    "/promises/?sort=-quantity",
    "/deliveries/",
    "/deliveries/?sort=-delivered_date",
)
API = (
    "/needs",
    "/needs?order=priority",
    "/needs?lacking=true",
    "/needs?code=700000001234",
    "/families",
    "/families?q=g1234",
    "/commitments",
    "/commitments?late=true",
    "/commitments?state=accepted",
    "/deliveries",
    "/deliveries?waiting=true",
    "/capacities",
    "/suggestions",
    "/journal",
)
CODE = "'7' || lpad(n::text, 11, '0')"
CHANGED: dict[type[Model], dict[str, str]] = {
    Household: {"code": "'g' || n", "created_at": "created_at - n * interval '1 minute'", "size": "1 + n % 8"},
    Need: {
        "tracking_code": CODE, "created_at": "created_at - n * interval '1 minute'",
        "priority": "n % 101", "committed": "0", "underway": "0", "met": "0",
        "household_id": "NULL", "person_id": "NULL", "state": "'open'", "closed_at": "NULL", "closed_as": "''", "met_by": "''",
    },
    Commitment: {
        "need_id": f"(SELECT need.id FROM need_need need WHERE need.tracking_code = {CODE})",
        "tracking_code": CODE, "due_date": "due_date - 400 + n % 800", "quantity": "2 + n % 30",
        "accepted": "0", "underway": "0", "state": "'accepted'", "ended_at": "NULL", "suggestion_id": "NULL",
    },
    Delivery: {
        "commitment_id": f"(SELECT promise.id FROM commitment_commitment promise WHERE promise.tracking_code = {CODE})",
        "delivered_date": "delivered_date - n % 400", "quantity": "1 + n % 5",
    },
}  # fmt: skip


def fill(first: int, last: int) -> None:
    """Copies of the oldest row of each table, told apart where a list sorts or a constraint asks for it."""
    with connection.cursor() as cursor:
        for model, changed in CHANGED.items():
            table = model._meta.db_table
            columns = [field.column for field in model._meta.local_concrete_fields if not field.primary_key]
            values = ", ".join(changed.get(column, f'one."{column}"').replace("%", "%%") for column in columns)
            names = ", ".join(f'"{column}"' for column in columns)
            cursor.execute(
                f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}" one, generate_series(%s, %s) n'
                f' WHERE one.id = (SELECT min(id) FROM "{table}")',
                [first, last],
            )
        cursor.execute("ANALYZE")


def rows_read(plan: dict[str, Any]) -> int:
    """The rows every scan of a plan looked at, those it dropped too."""
    own = 0
    if "Scan" in plan["Node Type"]:
        seen = (
            plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
        )
        own = round(seen * plan["Actual Loops"])
    return own + sum(rows_read(part) for part in plan.get("Plans", ()))


@contextmanager
def explained() -> Iterator[list[int]]:
    """The rows read by each SELECT of the block, explained in its own transaction, role and settings."""
    read: list[int] = []

    def run(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT") and "set_config" not in sql:
            with connection.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
                told = cursor.fetchone()[0]
            read.append(rows_read((json.loads(told) if isinstance(told, str) else told)[0]["Plan"]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(run):
        yield read


def read_by(client: Client, page: str) -> int:
    client.get(page)
    with explained() as read:
        assert client.get(page).status_code == 200
    return sum(read)


def reads(client: Client) -> dict[str, int]:
    """The rows read by each page, and by the first and the second page of each list of the API."""
    found = {page: read_by(client, page) for page in PAGES}
    for one in API:
        first = f"/api/v1{one}"
        found[first] = read_by(client, first)
        if after := client.get(first).json()["next"]:
            found[f"{one} next"] = read_by(client, f"{first}{'&' if '?' in one else '?'}after={after}")
    return found


@pytest.fixture
def filled(world: World) -> None:
    household = world.household()
    need = world.need(3, household=household)
    world.delivered(world.agreed(need, world.capacity(9)))
    fill(1, FEW)


def test_rows_read_do_not_grow_with_the_rows_there_are(filled, browser):
    """Every role over the same rows: laying them down takes longer than reading them."""
    clients = {who: browser(who) for who in ("leader", "facilitator", "charity_manager", "firm_manager", "auditor")}
    few = {who: reads(client) for who, client in clients.items()}
    fill(FEW + 1, MANY)
    grown = {}
    for who, client in clients.items():
        for page, many in reads(client).items():
            # What is counted is counted up to a thousand; a plan may change, but not to one that reads them all.
            if many > few[who].get(page, 0) * 1.3 + 60:
                grown[who, page] = (few[who].get(page), many)
    assert not grown


def test_rows_read_are_told_apart_from_rows_shown(filled, world):
    """The measure itself: a walk through a table counts every row of it."""
    with explained() as read:
        assert len(list(Need.objects.extra(where=["tracking_code LIKE '%%no such code'"]))) == 0
    assert read == [FEW + 1]
