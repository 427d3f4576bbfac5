"""Whatever breaks off the writing, no half file is offered, and the row says what happened."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.exports.files import left_behind, rows_of, taken
from tests.worker import run_worker
from tests.world import NOW

from peyvand.exports import files
from peyvand.exports.actions import begin_export, cancel_export
from peyvand.exports.rules import FileGone
from peyvand.exports.running import Stopped, _kept, _written
from peyvand.jobs import tasks
from peyvand.kernel.states import WrongState
from peyvand.scope.acting import SYSTEM

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("rows", [16, 35])
def test_cancelling_in_the_middle_leaves_nothing(world, ask, stored, settings, kind, rows):
    for _ in range(rows):
        world.need()
    export = ask(world["facilitator"], kind=kind)
    settings.PEYVAND_LISTED = "tests.exports.lists.cancelling"
    run_worker()
    assert (stored(export).state, stored(export).sha256) == ("cancelled", "")
    assert left_behind() == []
    assert ProcrastinateJob.objects.get(args__export_id=export.pk).status == "succeeded"
    with pytest.raises(FileGone):
        taken(export, world["facilitator"])
    with pytest.raises(WrongState):
        cancel_export(export_id=export.pk, by=world["facilitator"], now=NOW)


def test_a_full_disk_and_a_fault_are_said_and_leave_nothing(world, ask, stored, settings):
    world.need()
    full, faulty = ask(world["facilitator"]), ask(world["facilitator"])
    settings.PEYVAND_LISTED = "tests.exports.lists.full_disk"
    with pytest.raises(OSError, match="space"):
        tasks.one_export(export_id=full.pk)
    settings.PEYVAND_LISTED = "peyvand.web.listed.nothing_of_this_name"
    with pytest.raises(ImportError):
        tasks.one_export(export_id=faulty.pk)
    assert [stored(one).failure for one in (full, faulty)] == ["room", "fault"]
    assert left_behind() == []


def killed_in_the_middle(export, settings, stored):
    """A real worker in a process of its own, killed as by the power going."""
    environ = os.environ | {"DJANGO_SETTINGS_MODULE": "peyvand.site.settings"}
    program = [sys.executable, "-m", "tests.exports.slow_worker"]
    worker = subprocess.Popen(
        [*program, connection.settings_dict["NAME"], str(settings.PEYVAND_EXPORTS)], env=environ, cwd=ROOT
    )
    try:
        for _ in range(600):
            if stored(export).rows_done >= 20:
                break
            assert worker.poll() is None
            time.sleep(0.1)
        assert stored(export).rows_done == 20
        os.kill(worker.pid, signal.SIGKILL)
    finally:
        worker.kill()
        worker.wait()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '10 minutes'")


def test_a_killed_worker_leaves_no_half_file_and_the_export_is_taken_up_again(world, ask, stored, settings):
    for _ in range(35):
        world.need()
    export = ask(world["facilitator"])
    killed_in_the_middle(export, settings, stored)
    assert (stored(export).state, stored(export).attempts) == ("running", 1)
    assert len(left_behind()) == 1
    with pytest.raises(FileGone):
        taken(export, world["facilitator"])
    tasks.take_up_exports.defer(timestamp=int(NOW.timestamp()))
    run_worker()
    run_worker()
    done = stored(export)
    assert (done.state, done.attempts, done.rows_done) == ("done", 2, 35)
    assert [path.name for path in left_behind()] == [done.sha256]
    assert len(rows_of(taken(export, world["facilitator"]))) == 36


def test_an_export_whose_job_was_ended_with_its_worker_gets_another(world, ask, stored):
    world.need()
    export = ask(world["facilitator"])
    begin_export(export_id=export.pk, by=SYSTEM, now=NOW)
    ProcrastinateJob.objects.filter(args__export_id=export.pk).update(status="aborted")
    tasks.take_up_exports(timestamp=0)
    tasks.take_up_exports(timestamp=0)  # the second time there is one in the queue
    assert ProcrastinateJob.objects.filter(args__export_id=export.pk, status="todo").count() == 1
    run_worker()
    assert (stored(export).state, stored(export).attempts) == ("done", 2)
    tasks.take_up_exports(timestamp=0)
    assert not ProcrastinateJob.objects.filter(status="todo").exists()


def test_what_dies_three_times_is_given_up(world, ask, stored):
    export = ask(world["facilitator"])
    for attempt in (1, 2, 3):
        assert begin_export(export_id=export.pk, by=SYSTEM, now=NOW).attempts == attempt
    run_worker()
    assert (stored(export).state, stored(export).failure) == ("failed", "stopped")


def test_a_writer_that_was_overtaken_can_no_longer_finish(world, ask, stored, settings):
    world.need()
    export = ask(world["facilitator"])
    first = begin_export(export_id=export.pk, by=SYSTEM, now=NOW)
    written = _written(first, files.prepared(first), NOW)
    begin_export(export_id=export.pk, by=SYSTEM, now=NOW)
    with pytest.raises(Stopped):
        _kept(first, written)
    assert (stored(export).state, stored(export).sha256) == ("running", "")


def test_a_changed_file_is_not_handed_out(world, ask, stored, settings):
    export = ask(world["facilitator"])
    run_worker()
    (file,) = left_behind()
    file.write_bytes(file.read_bytes() + b"x")
    with pytest.raises(FileGone):
        taken(export, world["facilitator"])
