"""Every write of a batch. The events are those of the acts it does: one for each time they are done, and one for their undoing."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from peyvand.batches.acts import BulkAct, known
from peyvand.batches.enums import BatchState
from peyvand.batches.models import Batch
from peyvand.batches.queries import batches_of
from peyvand.batches.rules import (
    AT_ONCE,
    LIFE,
    MOST_ATTEMPTS,
    MOST_ROWS,
    UNFINISHED,
    NothingChosen,
    NothingLeftToDo,
    undo_refusal,
)
from peyvand.batches.sifting import done_where_possible, refused_of
from peyvand.kernel.refusals import NotFound, Refusal, require
from peyvand.scope.acting import SYSTEM, Acting, require_system
from peyvand.scope.bulk import lock
from peyvand.scope.database import action, scope

TASK = "peyvand.do_batch"
# Django's own connection: the job is there exactly when the handing over was committed.
_OUTBOX = JobManager(DjangoConnector())


def act_of(slug: str) -> BulkAct:
    """Raises `NotFound` for an act there is not."""
    if slug not in known():
        raise NotFound
    return known()[slug]


def _batch(slug: str, ids: Sequence[int], values: Mapping[str, Any], by: Acting, now: datetime) -> Batch:
    act = act_of(slug)
    require(act.permission(by))
    if not ids:
        raise NothingChosen
    return Batch(
        account_id=by.account_id, membership_id=by.membership_id, place_path=by.place_path, organisation_path=by.organisation_path,
        act=slug, values=dict(values), ids=list(dict.fromkeys(ids))[:MOST_ROWS], state=LIFE.start, chosen_at=now,
    )  # fmt: skip


@action
def choose(*, act: str, ids: Sequence[int], address: str = "", more: bool = False, by: Acting, now: datetime) -> Batch:
    """Keep rows and what is meant to be done to them, to be looked at; nothing is done yet.

    At most `MOST_ROWS` are taken; `more` says that there were others. Raises `NothingChosen`.
    """
    batch = _batch(act, ids, {}, by, now)
    batch.address, batch.more = address, more or len(set(ids)) > MOST_ROWS
    batch.save()
    return batch


@action
def do_at_once(
    *, act: str, ids: Sequence[int], values: Mapping[str, Any], address: str = "", by: Acting, now: datetime
) -> Batch:
    """Do it to all of these rows or to none, and keep how it is undone: what the page of a single row (`address`) does.

    Raises what the act refuses with.
    """
    batch = _batch(act, ids, values, by, now)
    batch.address = address
    marks = act_of(act).do(batch.ids, batch.values, by, now)
    batch.marks, batch.rows_done = _pairs(marks), len(batch.ids)
    _ended(batch, "do_batch", now)
    batch.save()
    return batch


@action
def do_batch(*, batch_id: int, values: Mapping[str, Any], by: Acting, now: datetime) -> Batch:
    """Do what was chosen to every row that still allows it; a long one is handed to the background worker.

    Raises `NothingLeftToDo` where no row allows it: then nothing is changed. `WrongState` where it was done before.
    """
    batch = lock(batches_of(by), [batch_id])[batch_id]
    batch.values = dict(values)
    if len(batch.ids) > AT_ONCE:
        batch.state = LIFE.after("hand_over_batch", batch.state)
        batch.save()
        _defer(batch.pk)
        return batch
    LIFE.after("do_batch", batch.state)
    _do(batch, batch.ids, by, now)
    if not batch.marks:
        raise NothingLeftToDo
    _ended(batch, "do_batch", now)
    batch.save()
    return batch


@action
def do_part(*, batch_id: int, by: Acting, now: datetime) -> bool:
    """One act of a long batch, under the rights of the one who chose; True while rows are left. What is done stays done."""
    batch = lock(batches_of(by), [batch_id])[batch_id]
    if batch.state != BatchState.RUNNING:
        return False
    _do(batch, batch.ids[batch.rows_done : batch.rows_done + AT_ONCE], by, now)
    left = batch.rows_done < len(batch.ids)
    if not left:
        _ended(batch, "finish_batch", now)
    batch.save()
    return left


def _do(batch: Batch, ids: Sequence[int], by: Acting, now: datetime) -> None:
    act = act_of(batch.act)
    require(act.permission(by))
    act.lock(ids)
    marks, refused = done_where_possible(ids, lambda part: act.do(part, batch.values, by, now))
    batch.marks = [*batch.marks, *_pairs(marks)]
    batch.refused = [*batch.refused, *told(refused)]
    batch.rows_done += len(ids)


def foreseen(batch: Batch, values: Mapping[str, Any], by: Acting, now: datetime) -> dict[int, Refusal]:
    """What would be refused if it were done now, by trying it and taking it all back; inside a scope. Writes nothing."""
    act = act_of(batch.act)
    require(act.permission(by))
    return refused_of(batch.ids, lambda part: act.do(part, values, by, now))


@action
def undo_batch(*, batch_id: int, by: Acting, now: datetime) -> Batch:
    """Take back what can be taken back, by one reversing act; `left` says which rows could not be, and why.

    Raises `TooLateToUndo` after its time, `WrongState` where it was undone before. Where no row can be taken back, nothing is
    changed but what `left` says.
    """
    batch = lock(batches_of(by), [batch_id])[batch_id]
    after = LIFE.after("undo_batch", batch.state)
    require(undo_refusal(until=batch.undo_until, now=now))
    act = act_of(batch.act)
    act.lock(batch.ids)
    marks = {int(pk): mark for pk, mark in batch.marks}

    def back(part: Sequence[int]) -> dict[int, Any]:
        act.undo({pk: marks[pk] for pk in part}, by, now)
        return dict.fromkeys(part)

    undone, refused = done_where_possible(list(marks), back)
    batch.left = told(refused)
    if undone:
        batch.state, batch.undone_at = after, now
    batch.save()
    return batch


@action
def forget_batch(*, batch_id: int, by: Acting, now: datetime) -> None:
    """Put what was chosen aside: nothing was done."""
    lock(batches_of(by).filter(state=BatchState.CHOSEN), [batch_id])[batch_id].delete()


@action
def begin_batch(*, batch_id: int, by: Acting, now: datetime) -> Batch | None:
    """Start, also where an earlier start died; None where nothing is to be done any more."""
    require_system(by)
    batch = Batch.objects.select_for_update(of=("self",)).select_related("account").filter(pk=batch_id).first()
    if batch is None or batch.state not in UNFINISHED:
        return None
    if batch.attempts >= MOST_ATTEMPTS:
        _ended(batch, "fail_batch", now)
        batch.save()
        return None
    batch.state, batch.attempts = LIFE.after("begin_batch", batch.state), batch.attempts + 1
    batch.save(update_fields=["state", "attempts"])
    return batch


@action
def fail_batch(*, batch_id: int, by: Acting, now: datetime) -> None:
    """It stopped in the middle; what was done can be undone."""
    require_system(by)
    batch = Batch.objects.select_for_update().filter(pk=batch_id, state__in=UNFINISHED).first()
    if batch is not None:
        _ended(batch, "fail_batch", now)
        batch.save()


@action
def defer_again(*, by: Acting, now: datetime) -> int:
    """A job for each unfinished batch that has none any more. Gives how many."""
    require_system(by)
    queued = ProcrastinateJob.objects.filter(task_name=TASK, status__in=["todo", "doing"])
    numbers = {int(args["batch_id"]) for args in queued.values_list("args", flat=True)}
    lost = list(Batch.objects.filter(state__in=UNFINISHED).exclude(pk__in=numbers).values_list("pk", flat=True))
    for batch_id in lost:
        _defer(batch_id)
    return len(lost)


def forget_old(*, now: datetime) -> int:
    """Take away batches that nobody can undo any more, after the days for which their result is kept."""
    with scope(SYSTEM):
        old = Batch.objects.filter(chosen_at__lt=now - timedelta(days=settings.PEYVAND_BATCH_DAYS))
        return old.exclude(state__in=UNFINISHED).delete()[0]


def _ended(batch: Batch, act: str, now: datetime) -> None:
    batch.state = LIFE.after(act, batch.state)
    batch.done_at, batch.undo_until = now, now + timedelta(minutes=settings.PEYVAND_UNDO_MINUTES)


def _pairs(marks: Mapping[int, Any]) -> list[list[Any]]:
    return [[pk, mark] for pk, mark in marks.items()]


def told(refused: Mapping[int, Refusal]) -> list[list[Any]]:
    """Refusals as they are kept: [row, code, message id, details]."""
    return [[pk, one.code, one.message, _kept(one.details)] for pk, one in refused.items()]


def _kept(details: Mapping[str, object]) -> dict[str, Any]:
    def kept(value: object) -> Any:
        if isinstance(value, date):
            return {"date": value.isoformat()[:10]}
        return value if isinstance(value, int | float) else str(value)

    return {name: kept(value) for name, value in details.items()}


def _defer(batch_id: int) -> None:
    configure_task(name=TASK, job_manager=_OUTBOX).defer(batch_id=batch_id)
