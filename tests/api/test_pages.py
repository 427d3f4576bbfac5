"""A list is read to its end without a row missing or coming twice, at a constant number of queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.api.calls import Caller
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World.build()


def walk(caller, address, limit, between=lambda: None, **query):
    pages, after = [], ""
    while after is not None:
        page = caller.get(address, limit=limit, after=after, **query)
        assert page.status_code == 200, page.content
        pages.append(page.json()["items"])
        after = page.json()["next"]
        assert ("Link" in page) == (after is not None)
        between()
    return pages


@pytest.mark.parametrize("order", ["newest", "priority"])
@pytest.mark.parametrize("limit", [1, 3, 200])
def test_all_rows_come_once_in_order_while_others_are_added(world, order, limit):
    needs = [world.need(urgency=(number * 37) % 4 * 25) for number in range(10)]
    caller = Caller(world, "facilitator")
    pages = walk(caller, "/needs", limit, between=lambda: world.need(urgency=100), order=order)
    rows = [row for page in pages for row in page]
    ids = [row["id"] for row in rows]
    assert len(ids) == len(set(ids))
    assert {need.pk for need in needs} <= set(ids)
    assert all(len(page) <= limit for page in pages)
    keys = [(-row["priority"], -row["id"]) if order == "priority" else -row["id"] for row in rows]
    assert keys == sorted(keys)


def test_the_link_leads_to_the_next_page_with_the_same_filters(world):
    for _ in range(3):
        world.need()
    caller = Caller(world, "facilitator")
    first = caller.get("/needs", limit=2, state="open")
    address = first["Link"].split(";")[0].strip("<>")
    second = caller.client.get(address, headers=caller.headers).json()
    assert len(second["items"]) == 1
    assert second["next"] is None


def test_a_cursor_of_another_order_or_made_up_is_refused(world):
    for _ in range(3):
        world.need()
    caller = Caller(world, "facilitator")
    cursor = caller.get("/needs", limit=1).json()["next"]
    for after in (cursor + "x", "WyJuZXdlc3QiLCAiYSJd", "%00", "é"):
        assert caller.get("/needs", after=after).status_code == 422, after
    assert caller.get("/needs", after=cursor, order="priority").status_code == 422


def test_lists_take_the_same_number_of_queries_for_any_number_of_rows(world):
    caller = Caller(world, "facilitator")
    addresses = [
        "/needs",
        "/capacities",
        "/commitments",
        "/deliveries",
        "/families",
        "/suggestions",
        "/places",
        "/organisations",
    ]

    def fill():
        world.delivered(world.agreed(world.need(household=world.household()), world.capacity()))

    def queries(address):
        with CaptureQueriesContext(connection) as found:
            assert caller.get(address).status_code == 200
        return len(found)

    fill()
    caller.get("/me")
    few = {address: queries(address) for address in addresses}
    for _ in range(4):
        fill()
    assert {address: queries(address) for address in addresses} == few
    assert max(few.values()) < 20


def test_filters_narrow_lists_and_counts_alike(world):
    world.need()
    world.need(kind="tutoring")
    promised = world.need()
    world.promise(promised, world.capacity())
    caller = Caller(world, "facilitator")
    for query, expected in (
        ({}, 3),
        ({"specification": "tutoring"}, 1),
        ({"lacking": "true"}, 2),
        ({"place": "ir/mz/sari/ahangar/"}, 0),
        ({"code": promised.tracking_code}, 1),
        ({"state": "closed"}, 0),
    ):
        assert len(caller.ids("/needs", **query)) == expected, query
        assert caller.get("/needs/count", **query).json()["count"] == expected, query
