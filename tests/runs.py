"""Carrying out the runs of the matching that wait, in the transaction of a test: a worker of its own would not see them."""

from django.utils import timezone

from peyvand.flow.commitment.enums import RunState
from peyvand.flow.commitment.matching import begin_run, carry_out
from peyvand.flow.commitment.models import MatchingRun
from peyvand.flow.commitment.reckoning import untold
from peyvand.people.queries import acting_still
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope


def carry_out_waiting() -> list[MatchingRun]:
    with scope(SYSTEM):
        waiting = list(MatchingRun.objects.filter(state=RunState.WAITING).order_by("pk").values_list("pk", flat=True))
    done = []
    for run_id in waiting:
        now = timezone.now()
        run = begin_run(run_id=run_id, by=SYSTEM, now=now)
        assert run is not None
        by = acting_still(run.run_by, now) if run.run_by else SYSTEM
        done.append(carry_out(run=run, tell=untold, by=by, now=now))
    return done
