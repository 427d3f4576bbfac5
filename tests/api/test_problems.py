"""Errors are problem+json with a stable code, in the caller's language, naming row and field."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.api.calls import Caller
from tests.world import World

from peyvand.api import needs
from peyvand.kernel.refusals import Refusal

pytestmark = pytest.mark.django_db
NEED = {"specification": "wheelchair", "quantity": 2, "place_path": "ir/mz/sari/nobonyad/"}


@pytest.fixture
def world():
    return World.build()


@pytest.fixture
def centre(world):
    return Caller(world, "facilitator")


def problem(response, status, code):
    assert response.status_code == status, response.content.decode()
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"] == f"/api/v1/docs#{code}"
    assert body["title"]
    assert body["detail"]
    return body


def test_refusals_are_told_by_code(world, centre):
    need, offer = world.need(1), world.capacity(1)
    row = {
        "need_id": need.pk,
        "capacity_id": offer.pk,
        "quantity": 2,
        "due_date": str(timezone.localdate() + timedelta(days=30)),
    }
    problem(centre.post("/commitments", {"items": [row]}), 409, "not_enough_left")
    problem(centre.post(f"/needs/{need.pk}/restore"), 409, "wrong_state")
    problem(centre.get("/needs/999999"), 404, "not_found")
    problem(centre.post("/needs/999999/vouch"), 404, "not_found")
    problem(
        centre.post(f"/needs/{need.pk}/priority", {"priority": 9, "reason": "چون لازم است، همین."}),
        403,
        "not_permitted",
    )
    problem(centre.post("/needs", {"items": [NEED | {"place_path": "ir/mz/amol/espiari/"}]}), 403, "not_permitted")
    unknown = problem(centre.post("/needs", {"items": [NEED | {"place_path": "ir/xx/"}]}), 422, "bad_value")
    assert unknown["field"] == "place_path"


def test_a_bad_value_is_named_by_row_and_field(centre):
    rows = [NEED, NEED | {"quantity": 0}, NEED | {"due_date": "tomorrow", "colour": "red"}]
    body = problem(centre.post("/needs", {"items": rows}), 422, "not_valid")
    named = {(one["row"], one["field"].rsplit(".", 1)[-1]) for one in body["errors"]}
    assert named == {(2, "quantity"), (3, "due_date"), (3, "colour")}
    missing = problem(centre.post("/needs", {"items": [{"quantity": 1}]}), 422, "not_valid")
    assert {one["field"].rsplit(".", 1)[-1] for one in missing["errors"]} == {"specification", "place_path"}
    assert problem(centre.get("/needs", state="asleep"), 422, "not_valid")["errors"][0]["field"] == "state"
    assert problem(centre.get("/needs", after="!!"), 422, "bad_value")["field"] == "after"
    assert problem(centre.get("/needs", limit=201), 422, "not_valid")["errors"][0]["field"] == "limit"


def test_a_body_that_is_not_json_is_said_to_be_unreadable(world, centre):
    sent = centre.client.post("/api/v1/needs", "{", content_type="application/json", headers=centre.headers)
    problem(sent, 400, "bad_request")


def test_a_body_that_is_not_said_to_be_json_or_is_too_large_is_a_problem_too(centre, settings):
    form = centre.client.post("/api/v1/needs", {"items": "x"}, headers=centre.headers)
    problem(form, 415, "not_json")
    text = centre.client.post("/api/v1/needs", '{"items": []}', content_type="text/plain", headers=centre.headers)
    problem(text, 415, "not_json")
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    problem(centre.post("/needs", {"items": [NEED] * 3}), 413, "too_large")
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 1
    many = centre.client.post("/api/v1/imports/look", {"kind": "needs", "a": "1", "b": "2"}, headers=centre.headers)
    problem(many, 400, "bad_request")


def test_a_route_without_a_body_does_not_mind_what_is_sent_to_it(world, centre):
    need = world.need()
    sent = centre.client.post(
        f"/api/v1/needs/{need.pk}/withdraw",
        "no json",
        content_type="text/plain",
        headers=centre.headers | {"Idempotency-Key": "x"},
    )
    assert sent.status_code == 200


def test_too_many_calls_are_a_problem_that_says_when_to_come_back(centre, settings):
    settings.API_CALLS_A_MINUTE = 0
    refused = centre.get("/me")
    problem(refused, 429, "too_many_requests")
    assert 0 < int(refused["Retry-After"]) <= 60


def test_no_such_address_and_a_wrong_method_are_problems_too(centre):
    problem(centre.get("/nowhere"), 404, "not_found")
    problem(centre.get("/needs/xyz"), 404, "not_found")
    wrong = centre.client.delete("/api/v1/needs", headers=centre.headers)
    problem(wrong, 405, "method_not_allowed")
    assert wrong["Allow"]


def test_the_language_of_the_words_is_the_callers(world):
    for language, beginning in (
        ("en", "This item does not exist"),
        ("fa", "چنین"),
        ("de", "چنین"),
        ("en-GB,fa;q=0.5", "This"),
    ):
        response = Caller(world, "facilitator", language=language).get("/needs/999999")
        answer = response.json()
        assert response["Content-Language"] == ("en" if language.startswith("en") else "fa")
        assert answer["detail"].startswith(beginning), (language, answer["detail"])


def test_something_unexpected_shows_nothing_of_the_inside(world, centre, monkeypatch):
    def broken(**_):
        raise RuntimeError("secret inside")

    monkeypatch.setattr(needs.actions, "vouch_need", broken)
    answer = centre.post("/needs/1/vouch")
    problem(answer, 500, "unexpected")
    assert b"secret" not in answer.content


def test_every_refusal_of_the_house_has_its_own_code():
    def below(kind):
        for one in kind.__subclasses__():
            if one.__module__.startswith("peyvand."):
                yield one
                yield from below(one)

    codes = [one.code for one in below(Refusal)]
    assert len(codes) == len(set(codes))
    assert Refusal.code not in codes
