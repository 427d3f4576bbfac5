"""Who is let in: tokens, sessions with their CSRF token, and nobody else."""

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from tests.api.calls import ROOT, Caller
from tests.world import World

from peyvand.api import keys
from peyvand.api.keys import TokenNotValid, acting_of, create_token, revoke_token
from peyvand.api.models import ApiToken
from peyvand.journal.models import Event
from peyvand.kernel.refusals import BadValue, NotFound
from peyvand.people.accounts import end_membership
from peyvand.people.models import Account, Membership
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World.build()


def signed_in(world, name):
    client = Client(enforce_csrf_checks=True)
    client.force_login(Account.objects.get(username=name))
    return client


def make(world, name="facilitator", days=30, now=None):
    return create_token(name="x", days=days, by=world[name], now=now or timezone.now())


def test_without_a_token_or_session_nothing_but_the_open_registers_answers(world):
    nobody = Caller(world)
    for address in ("/me", "/needs", "/needs/count", "/families", "/stories", "/tokens", "/suggestions", "/deliveries"):
        refused = nobody.get(address)
        assert (refused.status_code, refused.json()["code"]) == (401, "not_signed_in"), address
        assert refused["WWW-Authenticate"].startswith("Bearer")
    assert nobody.post("/needs", {"items": []}).status_code == 401
    for address in ("/places", "/organisations", "/specifications", "/published-stories"):
        assert nobody.get(address).status_code == 200, address


def test_a_token_works_until_it_expires_and_only_its_fingerprint_is_kept(world):
    token, secret = make(world, days=30)
    assert acting_of(secret, now=timezone.now()) == world["facilitator"]
    with pytest.raises(TokenNotValid):
        acting_of(secret, now=token.expires_at)
    with pytest.raises(TokenNotValid):
        acting_of(secret + "x", now=timezone.now())
    with scope(SYSTEM):
        row = ApiToken.objects.values().get()
    assert secret not in json.dumps(row, default=str)
    assert keys.fingerprint(secret) == row["fingerprint"]


def test_a_revoked_token_is_refused_at_once_and_only_its_owner_revokes_it(world):
    caller = Caller(world, "facilitator")
    [mine] = caller.get("/tokens").json()["items"]
    other = Caller(world, "firm_manager")
    assert other.post(f"/tokens/{mine['id']}/revoke").status_code == 404
    assert caller.post(f"/tokens/{mine['id']}/revoke").json()["works"] is False
    refused = caller.get("/me")
    assert (refused.status_code, refused.json()["code"]) == (401, "token_not_valid")
    with pytest.raises(NotFound):
        revoke_token(token_id=mine["id"], by=world["officer"], now=timezone.now())
    with scope(SYSTEM):
        assert set(Event.objects.filter(act__startswith="api_token").values_list("act", flat=True)) == {
            "api_token.created",
            "api_token.revoked",
        }


def test_a_token_falls_with_the_membership_and_with_the_account(world):
    _, secret = make(world, "facilitator")
    _, other = make(world, "officer")
    row = Membership.objects.get(pk=world["facilitator"].membership_id)
    end_membership(membership=row, by=world["administrator"], now=timezone.now() + timedelta(days=2))
    Account.objects.filter(pk=world["officer"].account_id).update(is_active=False)
    for one in (secret, other):
        with pytest.raises(TokenNotValid):
            acting_of(one, now=timezone.now() + timedelta(days=3))


def test_a_token_lasts_a_year_at_most_and_says_what_it_is_for(world):
    for values in ({"days": 0, "name": "x"}, {"days": 366, "name": "x"}, {"days": 1, "name": " "}):
        with pytest.raises(BadValue):
            create_token(**values, by=world["facilitator"], now=timezone.now())


def test_last_use_is_noted(world):
    caller = Caller(world, "facilitator")
    caller.get("/me")
    assert caller.get("/tokens").json()["items"][0]["last_used_at"]


def test_a_session_reads_freely_and_writes_with_its_csrf_token_only(world):
    client = signed_in(world, "facilitator")
    assert client.get(f"{ROOT}/me").json()["role"] == "facilitator"
    body = json.dumps({"name": "my program", "days": 5})
    refused = client.post(f"{ROOT}/tokens", body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    client.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    made = client.post(f"{ROOT}/tokens", body, content_type="application/json", headers={"X-CSRFToken": "a" * 32})
    assert made.status_code == 201, made.content
    assert acting_of(made.json()["token"], now=timezone.now()) == world["facilitator"]


def test_a_secret_is_told_once_even_with_an_idempotency_key(world):
    client = signed_in(world, "facilitator")
    client.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    sent = {"X-CSRFToken": "a" * 32, "Idempotency-Key": "k"}
    first, second = (
        client.post(f"{ROOT}/tokens", '{"name": "x"}', content_type="application/json", headers=sent) for _ in range(2)
    )
    assert first.json()["token"].startswith(keys.PREFIX)
    assert second.json() == first.json() | {"token": ""}
    assert second["Idempotency-Replayed"] == "true"


def test_a_token_makes_no_token(world):
    assert Caller(world, "facilitator").post("/tokens", {"name": "x"}).status_code == 401


def test_a_wrong_token_is_refused_even_beside_a_good_session(world):
    client = signed_in(world, "facilitator")
    assert client.get(f"{ROOT}/me", headers={"Authorization": "Bearer pyv_wrong"}).status_code == 401


def test_too_many_calls_are_refused_for_a_while(world, settings):
    settings.TRACKING_CALLS_A_MINUTE = 0
    refused = Caller(world).post("/tracking", {"code": "1"})
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    assert 0 < int(refused["Retry-After"]) <= 60
