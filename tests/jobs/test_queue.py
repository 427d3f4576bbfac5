"""The queue: filled with the act, run by a real worker, tried again, seen."""

import dataclasses
from datetime import UTC, datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.worker import run_worker
from tests.world import NOW, TODAY, World, in_days, later

from peyvand.extend import reactions
from peyvand.extend.discovery import programmes
from peyvand.extend.programme import Job
from peyvand.extend.switches import switch_on
from peyvand.flow.delivery.actions import accept_deliveries
from peyvand.flow.need.enums import ClosedAs
from peyvand.flow.need.models import Need
from peyvand.intake.waiting import WaitingRoom
from peyvand.jobs import tasks
from peyvand.jobs.queries import jobs, jobs_of_programme, queue_state, retry_failed
from peyvand.jobs.schedule import daily_at
from peyvand.journal.models import Event, Seal
from peyvand.programmes.micro_projects import actions
from peyvand.programmes.micro_projects.enums import ReasonKind
from peyvand.programmes.micro_projects.models import MicroProject
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

real = pytest.mark.django_db(transaction=True)


@pytest.fixture
def queue(transactional_db, monkeypatch):
    """
    A queue in which nothing appears by the clock: a worker that starts within ten minutes after a daily hour would put
    that hour's tasks among those of the test.
    """
    monkeypatch.setattr(app.periodic_registry, "periodic_tasks", {})


def approved(world):
    switch_on(slug=actions.SLUG, place=world.places["mz"], by=SYSTEM, now=NOW)
    row = actions.NewProject(
        world.household(), world.specifications["wheelchair"], ReasonKind.ACCIDENT, TODAY, estimate_rial=100_000_000
    )
    project = actions.propose_project(row=row, by=world["facilitator"], now=NOW)
    return actions.approve_project(need_id=project.pk, by=world["field_leader"], now=NOW)


def state_of(project):
    with scope(SYSTEM):
        return MicroProject.objects.get(pk=project.pk).state


@real
@pytest.mark.usefixtures("queue")
def test_an_accepted_delivery_closes_the_project_through_the_queue():
    world = World.build()
    project = approved(world)
    world.delivered(world.agreed(project.need, world.capacity(1)))
    assert state_of(project) == "approved"
    job = jobs_of_programme(actions.SLUG).get()
    assert (job.status, job.args["act"], job.args["ids"]["need"]) == ("todo", "delivery.accepted", [project.pk])
    run_worker()
    assert state_of(project) == "done"
    assert jobs_of_programme(actions.SLUG).get().status == "succeeded"


@real
@pytest.mark.usefixtures("queue")
def test_an_act_that_is_taken_back_leaves_no_job():
    world = World.build()
    project = approved(world)
    delivery = world.delivered(world.agreed(project.need, world.capacity(1)), accepted=False)
    with transaction.atomic():
        accept_deliveries(delivery_ids=[delivery.pk], by=world["facilitator"], now=NOW)
        assert jobs_of_programme(actions.SLUG).count() == 1
        transaction.set_rollback(True)
    assert jobs_of_programme(actions.SLUG).count() == 0


@real
@pytest.mark.usefixtures("queue")
def test_a_reaction_that_fails_is_tried_again_and_changes_nothing_of_the_act(monkeypatch):
    world = World.build()
    project = approved(world)
    one, tried = programmes()[actions.SLUG], []

    def fails_once(call):
        tried.append(call.ids["need"])
        if len(tried) == 1:
            raise RuntimeError("the first time it breaks")
        one.job("follow").run(call)

    broken = dataclasses.replace(one, jobs=(Job("follow", "Follow", fails_once),))
    monkeypatch.setattr(reactions, "programme", (programmes() | {actions.SLUG: broken}).__getitem__)
    world.delivered(world.agreed(project.need, world.capacity(1)))
    run_worker()
    with scope(SYSTEM):
        assert Need.objects.get(pk=project.pk).closed_as == ClosedAs.MET
    job = jobs_of_programme(actions.SLUG).get()
    assert (job.status, job.attempts, state_of(project)) == ("todo", 1, "approved")
    assert job.scheduled_at > timezone.now()
    _due_now(job.pk)
    run_worker()
    assert tried == [(project.pk,), (project.pk,)]
    assert (jobs_of_programme(actions.SLUG).get().status, state_of(project)) == ("succeeded", "done")


@real
@pytest.mark.usefixtures("queue")
def test_a_job_given_up_stands_as_failed_and_can_be_put_back(monkeypatch):
    World.build()
    one = programmes()[actions.SLUG]
    broken = dataclasses.replace(one, jobs=(Job("follow", "Follow", lambda call: 1 / 0),))
    monkeypatch.setattr(reactions, "programme", (programmes() | {actions.SLUG: broken}).__getitem__)
    number = reactions.defer(actions.SLUG, "follow")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET attempts = 8 WHERE id = %s", [number])
    run_worker()
    assert queue_state(timezone.now()).failed == 1
    assert retry_failed(number, timezone.now())
    assert not retry_failed(number, timezone.now())
    monkeypatch.undo()
    run_worker()
    assert jobs().get(pk=number).status == "succeeded"
    assert queue_state(timezone.now()).failed == 0


@real
@pytest.mark.usefixtures("queue")
def test_a_job_that_its_programme_no_longer_has_fails_and_does_not_stop_the_worker():
    World.build()
    gone, there = reactions.defer(actions.SLUG, "gone"), reactions.defer(actions.SLUG, "follow")
    run_worker()
    assert [jobs().get(pk=number).status for number in (gone, there)] == ["todo", "succeeded"]


@real
@pytest.mark.usefixtures("queue")
def test_the_queue_is_open_to_an_actor_under_his_own_database_role():
    world = World.build()
    with scope(world["facilitator"]):
        reactions.defer(actions.SLUG, "follow")
    state = queue_state(timezone.now())
    assert (state.waiting, state.oldest_due_at is not None, state.has_worker(timezone.now())) == (1, True, False)
    assert jobs_of_programme(actions.SLUG).get().deferred_at is not None


@pytest.mark.django_db
def test_a_large_batch_becomes_jobs_of_a_thousand_ids():
    ids = range(1, 2502)
    reactions.react("need.withdrawn", need=ids)
    written = ProcrastinateJob.objects.filter(args__act="need.withdrawn", args__programme="micro_projects").order_by(
        "id"
    )
    parts = [job.args["ids"]["need"] for job in written]
    assert [len(part) for part in parts] == [1000, 1000, 501]
    assert sorted(one for part in parts for one in part) == list(ids)


@real
@pytest.mark.usefixtures("queue")
def test_the_journal_is_sealed_and_the_daily_round_runs_every_programme(settings, tmp_path):
    settings.PEYVAND_WAITING = tmp_path
    just_now, hour_ago = (
        WaitingRoom(tmp_path).put([("list.csv", BytesIO(b"1"), 1)], owner=1, now=at, about={})
        for at in (timezone.now(), timezone.now() - timedelta(minutes=61))
    )
    world = World.build()
    old = world.need(1, told_at=later(days=-30), due_date=in_days(-1))
    stamp = int(NOW.timestamp())
    for task in (tasks.seal_journal, tasks.daily_expiry, tasks.daily_lapses, tasks.daily_renewal, tasks.daily_priorities,
                 tasks.daily_programmes, tasks.often_programmes, tasks.daily_forgetting, tasks.sweep_queue,
                 tasks.sweep_waiting):  # fmt: skip
        task.defer(timestamp=stamp)
    run_worker()
    run_worker()
    ours = jobs().filter(args__timestamp=stamp)
    assert sorted(ours.values_list("status", flat=True)) == ["succeeded"] * 10
    assert (hour_ago.folder.exists(), just_now.folder.exists()) == (False, True)
    for slug, one in programmes().items():
        nightly = jobs_of_programme(slug).filter(args__act="")
        assert nightly.count() == sum(job.daily + job.often for job in one.jobs), slug
    often = [(slug, job.slug) for slug, one in programmes().items() for job in one.jobs if job.often]
    assert often
    for slug, job in often:
        assert [reactions.defer_once(slug, job) for _ in range(2)] == [True, False], (
            "waiting already, it is not put in again"
        )
    with scope(SYSTEM):
        assert Need.objects.get(pk=old.pk).closed_as == ClosedAs.EXPIRED
        assert Event.objects.filter(act="needs.priorities_refreshed").exists()
        assert Seal.objects.exists()


def test_every_core_clock_is_on_the_schedule():
    scheduled = {periodic.task.name for periodic in app.periodic_registry.periodic_tasks.values()}
    assert scheduled >= {
        "peyvand.seal_journal", "peyvand.refresh_priorities", "peyvand.expire_needs", "peyvand.lapse_commitments",
        "peyvand.renew_capacities", "peyvand.programmes_daily", "peyvand.programmes_often",
        "peyvand.forget", "peyvand.sweep_queue", "peyvand.sweep_waiting",
        "peyvand.sweep_keys", "peyvand.sweep_attempts", "peyvand.keep_counts",
        "peyvand.take_up_exports", "peyvand.expire_exports", "peyvand.take_up_counts",
    }  # fmt: skip


@pytest.mark.parametrize("clock", ["00:00", "00:10", "03:29", "03:30", "12:00", "23:59"])
def test_a_time_in_tehran_is_met_by_its_cron_line(clock):
    minute, hour, *_ = daily_at(clock).split()
    there = datetime(2026, 11, 21, int(hour), int(minute), tzinfo=UTC).astimezone(ZoneInfo("Asia/Tehran"))
    assert there.strftime("%H:%M") == clock


def _due_now(job_id):
    with connection.cursor() as cursor:
        past = timezone.now() - timedelta(seconds=1)
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = %s WHERE id = %s", [past, job_id])
