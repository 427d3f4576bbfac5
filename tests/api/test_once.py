"""The same key with the same body is done once (promise d), also when both come at the same time."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.client import HTTPConnection

import pytest
from django.utils import timezone
from tests.api.calls import Caller
from tests.world import World

from peyvand.flow.need.models import Need
from peyvand.journal.models import Event
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

NEED = {"items": [{"specification": "wheelchair", "quantity": 2, "place_path": "ir/mz/sari/nobonyad/"}]}


def count():
    with scope(SYSTEM):
        return Need.objects.count()


@pytest.mark.django_db
def test_a_repeated_request_gets_the_same_answer_and_status():
    world = World.build()
    caller = Caller(world, "facilitator")
    first = caller.post("/needs", NEED, Idempotency_Key="a")
    again = caller.post("/needs", {"items": [dict(reversed(NEED["items"][0].items()))]}, Idempotency_Key="a")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert count() == 1


@pytest.mark.django_db
def test_the_key_with_another_body_or_address_is_refused():
    world = World.build()
    caller = Caller(world, "facilitator")
    caller.post("/needs", NEED, Idempotency_Key="a")
    other = caller.post("/needs", {"items": NEED["items"] * 2}, Idempotency_Key="a")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    elsewhere = caller.post("/needs/1/vouch", Idempotency_Key="a")
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (422, "idempotency_key_reused")
    assert count() == 1


@pytest.mark.django_db
def test_a_refusal_is_the_answer_of_its_key_too_and_leaves_nothing_behind():
    world = World.build()
    caller = Caller(world, "facilitator")
    need, offer = world.need(1), world.capacity(1)
    other = world.promise(need, offer)
    body = {
        "items": [
            {
                "need_id": need.pk,
                "capacity_id": offer.pk,
                "quantity": 1,
                "due_date": str(timezone.localdate() + timedelta(days=30)),
            }
        ]
    }
    with scope(SYSTEM):
        before = Event.objects.count()
    refused = caller.post("/commitments", body, Idempotency_Key="a")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_enough_left")
    with scope(SYSTEM):
        assert Event.objects.count() == before
    caller.post("/commitments/withdraw", {"commitment_ids": [other.pk], "reason": "other"})
    again = caller.post("/commitments", body, Idempotency_Key="a")
    assert again.json() == refused.json()
    assert again["Content-Type"] == "application/problem+json"
    assert caller.post("/commitments", body, Idempotency_Key="b").status_code == 201


@pytest.mark.django_db
def test_without_a_key_a_post_is_done_as_often_as_it_is_sent_and_keys_are_ones_own():
    world = World.build()
    caller, other = Caller(world, "facilitator"), Caller(world, "social_worker")
    assert [caller.post("/needs", NEED).status_code for _ in range(2)] == [201, 201]
    assert [one.post("/needs", NEED, Idempotency_Key="a").status_code for one in (caller, other)] == [201, 201]
    assert count() == 4


@pytest.mark.django_db
def test_a_key_is_one_to_a_hundred_signs():
    caller = Caller(World.build(), "facilitator")
    for key in ("", "x" * 101):
        assert caller.post("/needs", NEED, Idempotency_Key=key).json()["field"] == "Idempotency-Key"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_number", range(3))
def test_the_same_request_sent_twice_at_once_over_http_is_done_once(live_server, round_number):
    token = Caller(World.build(), "facilitator").headers["Authorization"]
    sent = {"Authorization": token, "Content-Type": "application/json", "Idempotency-Key": "race"}
    barrier = threading.Barrier(2)

    def send(_):
        connection = HTTPConnection(live_server.thread.host, live_server.thread.port, timeout=60)
        barrier.wait(timeout=20)
        connection.request("POST", "/api/v1/needs", json.dumps(NEED), sent)
        answer = connection.getresponse()
        told = answer.status, answer.getheader("Idempotency-Replayed"), json.loads(answer.read())
        connection.close()
        return told

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, range(2)))
    assert [status for status, _, _ in answers] == [201, 201]
    assert answers[0][2] == answers[1][2]
    assert {replayed for _, replayed, _ in answers} == {None, "true"}
    assert count() == 1
