"""Probes and metrics: what they say, and to whom."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.client import ClientHandler
from tests.api.calls import Caller
from tests.world import World, in_days

from peyvand.flow.commitment.models import Commitment
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope
from peyvand.web import health, metrics

pytestmark = pytest.mark.django_db


def figures():
    text = Client().get("/metrics").content.decode()
    return {name: float(value) for name, value in re.findall(r"^(\w+(?:{[^}]*})?) ([\d.e+]+)$", text, re.MULTILINE)}


def test_a_living_program_says_so_without_the_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Client().get("/health/live").json() == {"live": True}


def test_ready_when_the_database_answers_and_the_tables_are_at_this_version():
    answer = Client().get("/health/ready")
    found = answer.json()
    assert found["database"]
    assert found["tables"]
    assert answer.status_code == (200 if found["ready"] else 503)
    assert found["ready"] == all(found.values())


def test_not_ready_while_a_migration_is_missing():
    ClientHandler().load_middleware()  # as in a program that has not looked yet
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'api' AND name = '0002_row_security'")
    answer = Client().get("/health/ready")
    assert (answer.status_code, answer.json()["tables"]) == (503, False)


def test_not_ready_while_the_database_is_away(monkeypatch):
    def away():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0) FROM nowhere_at_all")

    monkeypatch.setattr(health, "_answers", away)
    answer = Client().get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "database": False})


@pytest.fixture
def queue_tables():
    """The tables of the queue as far as the probes read them, where this build has no queue of its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS procrastinate_workers (id bigserial, last_heartbeat timestamptz NOT NULL DEFAULT now())"
        )
        cursor.execute("SELECT to_regclass('procrastinate_jobs')")
        if cursor.fetchone()[0] is None:
            cursor.execute("CREATE TABLE procrastinate_jobs (id bigserial, status text)")
            cursor.execute("INSERT INTO procrastinate_jobs (status) VALUES ('todo'), ('todo'), ('succeeded')")
        cursor.execute("GRANT SELECT ON procrastinate_workers, procrastinate_jobs TO peyvand_app, peyvand_national")
        yield cursor


@pytest.mark.parametrize(("age", "status"), [("1 second", 200), ("10 minutes", 503)])
def test_ready_asks_for_the_heartbeat_of_a_worker_where_there_is_a_queue(queue_tables, age, status):
    queue_tables.execute("DELETE FROM procrastinate_workers")
    assert Client().get("/health/ready").json()["worker"] is False
    queue_tables.execute(f"INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '{age}')")
    assert Client().get("/health/ready").status_code == status


def test_metrics_count_requests_acts_needs_and_late_promises():
    before = figures()
    world = World.build()
    promise = world.agreed(world.need(2), world.capacity(2))
    world.need()
    with scope(SYSTEM):
        Commitment.objects.filter(pk=promise.pk).update(due_date=in_days(-400))
    Caller(world, "facilitator").get("/needs")
    after = figures()
    route = '{method="GET",route="api/v1/needs",status="200"}'
    assert after[f"peyvand_requests_total{route}"] == before.get(f"peyvand_requests_total{route}", 0) + 1
    assert after['peyvand_request_seconds_count{route="api/v1/needs"}'] >= 1
    assert after['peyvand_acts_total{act="need.told"}'] == 2
    assert after['peyvand_acts_total{act="commitment.accepted"}'] == 1
    assert (after["peyvand_open_needs"], after["peyvand_late_promises"]) == (2, 1)


def test_acts_are_counted_right_across_the_border_of_what_is_remembered(monkeypatch):
    monkeypatch.setattr(metrics, "_BEHIND", 2)
    standing, world = metrics.Standing(), World.build()
    for count in range(1, 8):
        world.need()
        with scope(SYSTEM):
            assert standing._acts()["need.told"] == count
    assert standing._upto > 0


def test_the_length_of_the_queue_is_told_where_there_is_one(queue_tables):
    queue_tables.execute("SELECT count(*) FROM procrastinate_jobs WHERE status::text = 'todo'")
    waiting = queue_tables.fetchone()[0]
    assert figures().get('peyvand_jobs{status="todo"}', 0) == waiting


def test_metrics_answer_this_machine_only_and_nobody_through_a_proxy(settings):
    assert Client().get("/metrics").status_code == 200
    assert Client(REMOTE_ADDR="::1").get("/metrics").status_code == 200
    assert Client(REMOTE_ADDR="203.0.113.9").get("/metrics").status_code == 403
    assert Client().get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 403
    settings.METRICS_TOKEN = "long-word"
    assert Client().get("/metrics").status_code == 403
    assert (
        Client(REMOTE_ADDR="203.0.113.9").get("/metrics", headers={"Authorization": "Bearer long-word"}).status_code
        == 200
    )
    assert Client().get("/metrics", headers={"Authorization": "Bearer other"}).status_code == 403


def test_probes_are_read_and_never_written():
    assert Client().post("/health/live").status_code != 200
