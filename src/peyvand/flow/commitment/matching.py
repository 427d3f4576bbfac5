"""Every write of a run of the matching. A run is one transaction: it has written everything, or nothing."""

from collections import Counter
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, QuerySet
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from peyvand.flow.commitment.again import fitting_again
from peyvand.flow.commitment.enums import (
    UNFINISHED_RUNS,
    GaveWay,
    RunFailure,
    RunState,
    RunStep,
    SuggestionState,
)
from peyvand.flow.commitment.findings import keep_findings
from peyvand.flow.commitment.loading import load
from peyvand.flow.commitment.models import MatchingRun, RunInputs, Suggestion, Unserved
from peyvand.flow.commitment.permissions import may_run_matching
from peyvand.flow.commitment.proposing import propose
from peyvand.flow.commitment.queries import later_runs
from peyvand.flow.commitment.reckoning import Tell, fingerprint, reckon, unpacked, untold
from peyvand.flow.commitment.rules import (
    MOST_ATTEMPTS,
    RUN_LIFE,
    SUGGESTION_LIFE,
    InputsGone,
    RunMovedOn,
    RunUnderway,
)
from peyvand.flow.commitment.together import left_lacking
from peyvand.journal.actions import record
from peyvand.kernel.refusals import NotPermitted, require
from peyvand.places.models import Place
from peyvand.scope.acting import SYSTEM, Acting, Role, require_system, within
from peyvand.scope.bulk import lock
from peyvand.scope.database import action, one_at_a_time, scope

TASK, REPEAT = "peyvand.run_matching", "peyvand.repeat_matching"
# Django's own connection: the job is there exactly when the asking was committed.
_OUTBOX = JobManager(DjangoConnector())


class Stopped(Exception):
    """Cancelled, or begun anew elsewhere: everything this start has written is taken back."""


@action
def run_matching(*, place: Place, by: Acting, now: datetime) -> MatchingRun:
    """Match the actor's own open needs in `place` at once, without a job; see `ask_matching`."""
    run = _asked(place, by, now)
    run.state, run.attempts = RUN_LIFE.after("begin_run", run.state), 1
    run.save()
    _carry_out(run, by, now, untold)
    _finish(run, by, now)
    return run


@action
def ask_matching(*, place: Place, by: Acting, now: datetime) -> MatchingRun:
    """Have the actor's own open needs in `place` matched by a job with every open capacity that reaches them.

    Worst-off first, exactly. Capacities of the whole country are read under the national role, with an explicit filter; what
    comes out is seen by the two sides of each pair only. Needs that a programme holds back take no part, and say why.
    Raises `RunUnderway` while one of this territory and organisation is not finished.
    """
    run = _asked(place, by, now)
    run.save()
    _note("matching.asked", run, by, now)
    configure_task(name=TASK, job_manager=_OUTBOX).defer(run_id=run.pk)
    return run


@action
def cancel_matching(*, run_id: int, by: Acting, now: datetime) -> MatchingRun:
    """Stop a run at any moment before its end; nothing of it stays. Its job hears of it at its next step."""
    require(may_run_matching(by))
    run = lock(MatchingRun.objects.all(), [run_id])[run_id]
    run.state, run.step, run.finished_at = RUN_LIFE.after("cancel_run", run.state), "", now
    run.save(update_fields=["state", "step", "finished_at"])
    _note("matching.cancelled", run, by, now)
    return run


@action
def undo_matching(*, run_id: int, by: Acting, now: datetime) -> MatchingRun:
    """Take a run back: what it proposed stands no more, what gave way to it stands again where it still can.

    Raises `RunMovedOn` once a later run has taken it up, or something it proposed was answered.
    """
    require(may_run_matching(by))
    _one_run_at_a_time()  # before any row, as a run does it: its successor would wait for this row and this for that
    run = lock(MatchingRun.objects.all(), [run_id])[run_id]
    run.state = RUN_LIFE.after("undo_run", run.state)
    with scope(SYSTEM):
        mine = Suggestion.objects.filter(since=run)
        if later_runs(run).exists() or mine.exclude(state__in=["proposed", "superseded"]).exists():
            raise RunMovedOn
        _take_back(run, now)
    run.undone_at = now
    run.save(update_fields=["state", "undone_at"])
    _note("matching.undone", run, by, now)
    return run


@action
def begin_run(*, run_id: int, by: Acting, now: datetime) -> MatchingRun | None:
    """Start, also where an earlier start died; None where nothing is to be done any more."""
    require_system(by)
    run = _of_the_job(run_id).first()
    if run is None:
        return None
    if run.attempts >= MOST_ATTEMPTS:
        _fail(run, RunFailure.STOPPED, by, now)
        return None
    run.state, run.step, run.attempts = RUN_LIFE.after("begin_run", run.state), "", run.attempts + 1
    run.save(update_fields=["state", "step", "attempts"])
    return run


@action
def tell_step(*, run: MatchingRun, step: RunStep, by: Acting, now: datetime) -> bool:
    """Say how far a run is; False where this start has to stop."""
    running = MatchingRun.objects.filter(pk=run.pk, state=RunState.RUNNING, attempts=run.attempts)
    return bool(running.update(step=step))


@action
def carry_out(*, run: MatchingRun, tell: Tell, by: Acting, now: datetime) -> MatchingRun:
    """The whole work of a run that was begun, under the rights its asker has now, in one transaction.

    The row of the run is locked last, so that it can be cancelled to the very end. Raises `Stopped` where it was.
    """
    if by.role is not Role.SYSTEM and not within(run.place_path, by.place_path):
        raise NotPermitted(reason="the territory lies outside your area")
    require(may_run_matching(by))
    _carry_out(run, by, now, tell)
    with scope(SYSTEM):
        if not _of_the_job(run.pk).filter(state=RunState.RUNNING, attempts=run.attempts).exists():
            raise Stopped
    _finish(run, by, now)
    return run


@action
def fail_run(*, run: MatchingRun, failure: RunFailure, by: Acting, now: datetime) -> bool:
    """Nothing came of it; False where nobody waits for this start any more."""
    require_system(by)
    held = _of_the_job(run.pk).filter(attempts=run.attempts).first()
    if held is not None:
        _fail(held, failure, by, now)
    return held is not None


@action
def ask_repeat(*, run_id: int, by: Acting, now: datetime) -> MatchingRun:
    """Have a run computed again from what is stored of it, to see that the same comes out. Raises `InputsGone`."""
    require(may_run_matching(by))
    run = lock(MatchingRun.objects.all(), [run_id])[run_id]
    with scope(SYSTEM):
        if not run.result_sha256 or not RunInputs.objects.filter(run=run).exists():
            raise InputsGone
    run.repeat_asked_at, run.repeated_at, run.repeat_same = now, None, None
    run.save(update_fields=["repeat_asked_at", "repeated_at", "repeat_same"])
    configure_task(name=REPEAT, job_manager=_OUTBOX).defer(run_id=run.pk)
    return run


@action
def repeat_run(*, run_id: int, by: Acting, now: datetime) -> bool:
    """Compute a run again from its stored inputs; True where they are as they were stored and the same comes out.

    Raises `InputsGone` where they are no longer kept.
    """
    require_system(by)
    run = MatchingRun.objects.select_related("inputs").filter(pk=run_id, inputs__isnull=False).first()
    if run is None:
        raise InputsGone
    parts = [part for name in ("needs", "capacities", "rules") if (part := bytes(getattr(run.inputs, name)))]
    same = fingerprint(*parts) == run.inputs_sha256 and reckon(unpacked(*parts)).fingerprint() == run.result_sha256
    MatchingRun.objects.filter(pk=run_id).update(repeated_at=now, repeat_same=same)
    _note("matching.repeated", run, by, now, same=same)
    return same


@action
def forget_inputs(*, by: Acting, now: datetime) -> int:
    """Take away stored inputs that are older than promised; their fingerprints stay. Gives how many."""
    require_system(by)
    return RunInputs.objects.filter(expires_at__lte=now).delete()[0]


@action
def defer_again(*, by: Acting, now: datetime) -> int:
    """A job for each unfinished run that has none any more, as after a worker that was told to stop. Gives how many."""
    require_system(by)
    queued = ProcrastinateJob.objects.filter(task_name=TASK, status__in=["todo", "doing"])
    numbers = {int(args["run_id"]) for args in queued.values_list("args", flat=True)}
    rows = MatchingRun.objects.filter(state__in=UNFINISHED_RUNS).exclude(pk__in=numbers).order_by("pk")
    lost = list(rows.values_list("pk", flat=True))
    for run_id in lost:
        configure_task(name=TASK, job_manager=_OUTBOX).defer(run_id=run_id)
    return len(lost)


def _asked(place: Place, by: Acting, now: datetime) -> MatchingRun:
    require(may_run_matching(by))
    if by.role is not Role.SYSTEM and not within(place.path, by.place_path):
        raise NotPermitted(reason="the territory lies outside your area")
    mine = MatchingRun.objects.filter(place=place, organisation_path=by.organisation_path)
    if mine.filter(state__in=UNFINISHED_RUNS).exists():
        raise RunUnderway
    return MatchingRun(
        place=place, place_path=place.path, organisation_path=by.organisation_path, run_by_id=by.membership_id or None,
        state=RUN_LIFE.start, started_at=now,
    )  # fmt: skip


def _carry_out(run: MatchingRun, by: Acting, now: datetime, tell: Tell) -> None:
    """Read, keep what was read, compute, write; counts on `run`, which is not saved."""
    _one_run_at_a_time()
    tell(RunStep.READING)
    with scope(SYSTEM):
        loaded = load(run.place_path, by, now)
        needs, capacities, rules = loaded.inputs.packed()
        expires = now + timedelta(days=settings.PEYVAND_RUN_INPUT_DAYS)
        RunInputs.objects.create(
            run=run, needs=needs, capacities=capacities, rules=rules, size=len(needs) + len(capacities) + len(rules),
            expires_at=expires,
        )  # fmt: skip
        result = reckon(loaded.inputs, tell)
        tell(RunStep.WRITING)
        before = MatchingRun.objects.filter(place_id=run.place_id, organisation_path=run.organisation_path)
        run.previous = before.filter(state=RunState.DONE).order_by("-pk").first()
        propose(run, loaded, result, by=by, now=now)
        keep_findings(run, loaded, result, by)
    run.inputs_sha256, run.result_sha256 = fingerprint(needs, capacities, rules), result.fingerprint()


def _finish(run: MatchingRun, by: Acting, now: datetime) -> None:
    run.state, run.step, run.finished_at = RUN_LIFE.after("finish_run", run.state), "", now
    run.save()
    _note("matching.run", run, by, now, served=run.served, unserved=run.unserved)


def _one_run_at_a_time() -> None:
    """Two runs at once would each propose what the other does not see yet. Held until the act ends."""
    one_at_a_time("matching run")


def _take_back(run: MatchingRun, now: datetime) -> None:
    superseded = SUGGESTION_LIFE.after("supersede_suggestion", SuggestionState.PROPOSED)
    new = Suggestion.objects.filter(since=run, state=SuggestionState.PROPOSED)
    list(new.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    new.update(state=superseded, answered_at=now, gave_way_to=run, gave_way=GaveWay.UNDONE)
    gone = Suggestion.objects.filter(gave_way_to=run).exclude(gave_way=GaveWay.UNDONE)
    rows = list(gone.select_for_update(of=("self",)).select_related("need").order_by("-priority", "pk"))
    again = fitting_again(rows)
    back = Counter[int]()
    for row in again:
        back[row.need_id] += row.quantity
    broken = left_lacking((row.need.together for row in again), more=back)
    state = SUGGESTION_LIFE.after("undo_run", SuggestionState.SUPERSEDED)
    Suggestion.objects.filter(pk__in=[row.pk for row in again if row.need.together not in broken]).update(
        state=state, answered_at=None, gave_way_to=None, gave_way="", run=run.previous or F("since")
    )
    Suggestion.objects.filter(run=run).exclude(since=run).update(run=run.previous or F("since"))
    Unserved.objects.filter(run=run).delete()


def _of_the_job(run_id: int) -> QuerySet[MatchingRun]:
    rows = MatchingRun.objects.select_for_update(of=("self",)).select_related("run_by__account")
    return rows.filter(pk=run_id, state__in=UNFINISHED_RUNS)


def _fail(run: MatchingRun, failure: RunFailure, by: Acting, now: datetime) -> None:
    run.state, run.step, run.finished_at = RUN_LIFE.after("fail_run", run.state), "", now
    run.failure = failure
    run.save(update_fields=["state", "step", "finished_at", "failure"])
    _note("matching.failed", run, by, now, failure=failure.value)


def _note(act: str, run: MatchingRun, by: Acting, now: datetime, **data: object) -> None:
    record(
        act, kind="matching_run", subject=run.pk, by=by, now=now, place_path=run.place_path,
        organisation_path=run.organisation_path, data=data,
    )  # fmt: skip
