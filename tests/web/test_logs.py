"""The log of a session tells routes, roles and times, and nothing that names anybody."""

import io
import json
import logging

import pytest
from django.db import connection
from django.test import Client
from tests.api.calls import ROOT, Caller
from tests.world import World

from peyvand.api import needs
from peyvand.people.models import Account
from peyvand.web.logs import formatter

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines():
    """What the program writes, as it would be written in service."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(readable=False))
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)


def test_one_line_a_request_says_who_in_which_role_and_how_long(lines):
    world = World.build()
    need = world.need()
    answer = Caller(world, "facilitator").get(f"/needs/{need.pk}")
    [line] = lines()
    assert line["event"] == "request"
    assert (line["method"], line["route"], line["status"]) == ("GET", "api/v1/needs/<int:need_id>", 200)
    assert (line["role"], line["membership"]) == ("facilitator", world["facilitator"].membership_id)
    assert line["request_id"] == answer["X-Request-ID"]
    assert line["ms"] > 0
    assert line["level"] == "info"


def test_the_log_of_a_session_holds_no_name_number_query_or_body(lines):
    world = World.build()
    family = world.household()
    planted = ["مریم", "آزمونی", "09120000001", "0912", "رازدار", "123412341234", "facilitator-name"]
    caller = Caller(world, "facilitator")
    caller.get("/families", q="مریم آزمونی")
    caller.get(f"/families/{family.pk}")
    caller.get("/nowhere/09120000001/رازدار")
    caller.get("/needs", code="123412341234")
    caller.post("/tracking", {"code": "123412341234"})
    row = {
        "specification": "wheelchair",
        "quantity": 1,
        "place_path": "ir/mz/sari/nobonyad/",
        "note": "رازدار 09120000001",
    }
    caller.post("/needs", {"items": [row]}, Idempotency_Key="رازدار"[:0] + "facilitator-name")
    browser = Client(headers={"User-Agent": "مریم", "Referer": "https://x/?q=09120000001"})
    browser.force_login(Account.objects.get(username="facilitator"))
    browser.get(f"{ROOT}/families?q=09120000001")
    browser.generic("مریم", f"{ROOT}/needs")
    written = json.dumps(lines(), ensure_ascii=False)
    assert len(lines()) == 8
    for one in planted:
        assert one not in written, one
    assert caller.headers["Authorization"].removeprefix("Bearer ") not in written


def test_an_error_is_told_by_kind_and_way_without_the_values_in_its_message(lines, monkeypatch):
    def broken(**_):
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::int", ["مریم 09120000001"])

    monkeypatch.setattr(needs.actions, "vouch_need", broken)
    answer = Caller(World.build(), "facilitator").post("/needs/1/vouch")
    assert answer.status_code == 500
    told, request = lines()
    assert request["status"] == 500
    assert told["level"] == "error"
    assert told["request_id"] == request["request_id"]
    assert told["error"][0].endswith("InvalidTextRepresentation 22P02")
    assert any("test_logs.py" in frame and "broken" in frame for frame in told["traceback"])
    assert "مریم" not in json.dumps(lines(), ensure_ascii=False)


def test_an_error_in_a_page_is_told_once_without_its_address(lines, monkeypatch):
    monkeypatch.setattr("peyvand.api.urls.docs.guide", lambda *_: 1 / 0)
    Client(raise_request_exception=False).get(f"{ROOT}/docs?q=09120000001")
    told, request = lines()
    assert (told["event"], told["status"]) == ("django.request", 500)
    assert told["error"] == ["builtins.ZeroDivisionError"]
    assert request["route"] == "api/v1/docs"
    assert "0912" not in json.dumps(lines())


def test_lines_for_a_terminal_are_not_json():
    record = logging.makeLogRecord({"name": "x", "msg": "hello", "levelname": "INFO"})
    assert "hello" in formatter(readable=True).format(record)
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(formatter(readable=True).format(record))
