"""So many tries a minute, counted by everyone together, without one request waiting for another."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import RequestFactory

from peyvand.jobs import tasks
from peyvand.journal import pace
from peyvand.journal.models import Attempt, OnceKey
from peyvand.journal.once import forget_keys, once
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

NOW = datetime(2026, 11, 21, 8, 30, 10, tzinfo=UTC)


def tried(who="a", *, what="usual", most=3, now=NOW):
    return pace.allowed(what=what, who=who, most=most, now=now)


@pytest.mark.django_db
def test_the_first_few_of_a_minute_are_allowed_and_each_caller_and_thing_counts_by_itself():
    assert [tried() for _ in range(5)] == [True, True, True, False, False]
    assert tried("b")
    assert tried(what="tracking")
    assert tried(now=NOW + timedelta(seconds=50))
    assert Attempt.objects.count() == 6, "what was not allowed leaves no row"
    assert not tried("c", most=0)
    assert pace.seconds_left(NOW) == 50


@pytest.mark.django_db
def test_who_called_is_kept_as_a_fingerprint_and_forgotten_when_the_minute_is_over():
    tried("192.0.2.7")
    assert "192" not in Attempt.objects.get().who
    assert pace.forget_attempts(now=NOW) == 0
    assert pace.forget_attempts(now=NOW + timedelta(minutes=1)) == 1


@pytest.mark.django_db(transaction=True)
def test_processes_count_together_and_none_waits_for_another():
    """The second try comes from another connection while the first one's transaction is still open."""
    told, done = [], threading.Event()

    def other():
        told.append(tried(most=5))
        connection.close()
        done.set()

    with transaction.atomic():
        assert tried(most=5)
        threading.Thread(target=other).start()
        assert done.wait(timeout=20), "a try waited for the end of another request"
    assert told == [True]
    assert [tried(most=5) for _ in range(4)] == [True, True, True, False]


def test_a_caller_is_an_account_or_the_address_the_last_proxy_wrote(settings):
    request = RequestFactory().get(
        "/", headers={"X-Forwarded-For": "198.51.100.9, 203.0.113.5"}, REMOTE_ADDR="192.0.2.1"
    )
    settings.SECURE_PROXY_SSL_HEADER = None
    assert pace.caller(request, 7) == "account-7"
    assert pace.caller(request, 0) == "192.0.2.1"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert pace.caller(request, 0) == "203.0.113.5"


@pytest.mark.django_db
def test_keys_are_kept_for_their_days_and_then_forgotten():
    for key, at in (("old", NOW - timedelta(days=31)), ("young", NOW - timedelta(days=29))):
        once(key=key, body={}, by=SYSTEM, now=at, run=lambda: "answer")
    assert once(key="old", body={}, by=SYSTEM, now=NOW, run=lambda: "again") == ("answer", True)
    assert forget_keys(kept=timedelta(days=30), now=NOW) == 1
    assert once(key="young", body={}, by=SYSTEM, now=NOW, run=lambda: "again") == ("answer", True)
    assert once(key="old", body={}, by=SYSTEM, now=NOW, run=lambda: "again") == ("again", False)


@pytest.mark.django_db
def test_the_nightly_job_takes_the_days_from_the_settings(settings, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    once(key="k", body={}, by=SYSTEM, now=NOW - timedelta(days=3), run=lambda: "answer")
    tried(now=NOW - timedelta(minutes=2))
    settings.IDEMPOTENCY_DAYS = 4
    assert tasks.sweep_keys(0) == 0
    settings.IDEMPOTENCY_DAYS = 2
    assert (tasks.sweep_keys(0), tasks.sweep_attempts(0)) == (1, 1)
    with scope(SYSTEM):
        assert not OnceKey.objects.exists()
