"""What the worker does: one run of the matching, from its row to its suggestions."""

from datetime import datetime

from django.utils import timezone

from peyvand.flow.commitment.enums import RunFailure, RunStep
from peyvand.flow.commitment.matching import Stopped, begin_run, carry_out, fail_run, tell_step
from peyvand.flow.commitment.models import MatchingRun
from peyvand.kernel.refusals import NotPermitted
from peyvand.people.queries import acting_still
from peyvand.scope.acting import SYSTEM
from peyvand.scope.beside import Beside


def run_asked(*, run_id: int, now: datetime) -> None:
    """Carry out a run under the rights its asker has now. Whatever happens, its row says it and nothing half done stays.

    Raises only what is a fault of ours, so that the queue keeps it for staff to see.
    """
    run = begin_run(run_id=run_id, by=SYSTEM, now=now)
    if run is None:
        return
    try:
        by = acting_still(run.run_by, now) if run.run_by else SYSTEM
        with Beside() as beside:
            carry_out(run=run, tell=lambda step: beside.do(lambda: _tell(run, step)), by=by, now=now)
    except Stopped:
        return
    except NotPermitted:
        fail_run(run=run, failure=RunFailure.RIGHTS, by=SYSTEM, now=timezone.now())
    except Exception:
        if fail_run(run=run, failure=RunFailure.FAULT, by=SYSTEM, now=timezone.now()):
            raise


def _tell(run: MatchingRun, step: RunStep) -> None:
    if not tell_step(run=run, step=step, by=SYSTEM, now=timezone.now()):
        raise Stopped
