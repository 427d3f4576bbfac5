"""Every write of an export. The first three are the asker's; the rest belong to the job."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from peyvand.exports import files
from peyvand.exports.enums import ExportState, Failure, FileKind
from peyvand.exports.listing import Listed
from peyvand.exports.models import Export
from peyvand.exports.permissions import may_export
from peyvand.exports.queries import Rights, exports_of
from peyvand.exports.rules import LIFE, MOST_ATTEMPTS, MOST_UNFINISHED, UNFINISHED, TooManyExports
from peyvand.journal.actions import record
from peyvand.kernel.refusals import NotPermitted, require
from peyvand.people.models import Account
from peyvand.scope.acting import Acting, Role
from peyvand.scope.bulk import lock
from peyvand.scope.database import action

TASK = "peyvand.write_export"
# Django's own connection: the job is there exactly when the asking was committed.
_OUTBOX = JobManager(DjangoConnector())


@action
def ask_export(*, listed: Listed, address: str, kind: FileKind, language: str, by: Acting, now: datetime) -> Export:
    """Ask for a list as a file. Raises `TooManyExports` while five of the same account are not finished."""
    require(may_export(by))
    Account.objects.select_for_update(no_key=True).get(pk=by.account_id)  # two askings at once count each other
    if exports_of(by).filter(state__in=UNFINISHED).count() >= MOST_UNFINISHED:
        raise TooManyExports(most=MOST_UNFINISHED)
    export = Export.objects.create(
        account_id=by.account_id,
        membership_id=by.membership_id,
        role=by.role.value,
        place_path=by.place_path,
        organisation_path=by.organisation_path,
        list_name=listed.name,
        title=listed.title,
        address=address,
        kind=kind,
        language=language,
        state=LIFE.start,
        asked_at=now,
        expires_at=now + timedelta(days=settings.PEYVAND_EXPORT_DAYS),
    )
    _note("export.asked", export, by, now)
    _defer(export.pk)
    return export


@action
def cancel_export(*, export_id: int, by: Acting, now: datetime) -> Export:
    """Stop it. A writer that is at work notices at its next batch, and takes what it wrote away."""
    export = lock(exports_of(by), [export_id])[export_id]
    export.state = LIFE.after("cancel_export", export.state)
    export.ended_at = now
    export.save(update_fields=["state", "ended_at"])
    _note("export.cancelled", export, by, now)
    _clear_later(export)
    return export


@action
def delete_export(*, export_id: int, by: Acting, now: datetime) -> None:
    """Take the file and its row away."""
    export = lock(exports_of(by), [export_id])[export_id]
    _note("export.deleted", export, by, now)
    _clear_later(export)
    export.delete()


@action
def begin_export(*, export_id: int, by: Acting, now: datetime) -> Export | None:
    """Start writing, also where an earlier start died; None where nothing is to be written any more."""
    export = _of_the_job(export_id, by)
    if export is None or export.state not in UNFINISHED:
        return None
    if export.attempts >= MOST_ATTEMPTS:
        _fail(export, Failure.STOPPED, by, now)
        return None
    export.state = LIFE.after("begin_export", export.state)
    export.attempts += 1
    export.rows_done = export.rows_about = 0
    export.save(update_fields=["state", "attempts", "rows_done", "rows_about"])
    return export


@action
def count_rows(*, export: Export, rows_done: int, rows_about: int, by: Acting, now: datetime) -> bool:
    """Say how far the writing is; False where this start has to stop."""
    running = Export.objects.filter(pk=export.pk, state=ExportState.RUNNING, attempts=export.attempts)
    return bool(running.update(rows_done=rows_done, rows_about=rows_about))


@action
def finish_export(
    *, export: Export, rows_done: int, sha256: str, size: int, rights: Rights, by: Acting, now: datetime
) -> bool:
    """The file lies whole in its place; False where nobody waits for this start any more."""
    held = _held(export, by)
    if held is None:
        return False
    held.state, held.ended_at = LIFE.after("finish_export", held.state), now
    held.expires_at = now + timedelta(days=settings.PEYVAND_EXPORT_DAYS)
    held.rows_done = held.rows_about = rows_done
    held.sha256, held.size = sha256, size
    held.role, held.place_path, held.organisation_path = rights.role, rights.place_path, rights.organisation_path
    held.task_ids, held.look_ids = sorted(rights.task_ids), sorted(rights.look_ids)
    held.save()
    _note("export.written", held, by, now, count=rows_done)
    return True


@action
def fail_export(*, export: Export, failure: Failure, by: Acting, now: datetime) -> bool:
    """Nothing came of it; False where nobody waits for this start any more."""
    held = _held(export, by)
    if held is not None:
        _fail(held, failure, by, now)
    return held is not None


@action
def defer_again(*, by: Acting, now: datetime) -> int:
    """A job for each unfinished export that has none any more, as after a worker that was told to stop. Gives how many."""
    _only_system(by)
    queued = ProcrastinateJob.objects.filter(task_name=TASK, status__in=["todo", "doing"])
    numbers = {int(args["export_id"]) for args in queued.values_list("args", flat=True)}
    lost = list(
        Export.objects.filter(state__in=UNFINISHED).exclude(pk__in=numbers).order_by("pk").values_list("pk", flat=True)
    )
    for export_id in lost:
        _defer(export_id)
    return len(lost)


@action
def expire_exports(*, by: Acting, now: datetime) -> int:
    """Take away what is older than promised, and folders that belong to no row. Gives how many rows."""
    _only_system(by)
    old = list(Export.objects.select_for_update(skip_locked=True).filter(expires_at__lte=now))
    for export in old:
        _note("export.expired", export, by, now)
        _clear_later(export)
    Export.objects.filter(pk__in=[export.pk for export in old]).delete()
    for number in files.without_rows(set(Export.objects.values_list("pk", flat=True))):
        files.clear(number)
    return len(old)


def _defer(export_id: int) -> None:
    configure_task(name=TASK, job_manager=_OUTBOX).defer(export_id=export_id)


def _fail(export: Export, failure: Failure, by: Acting, now: datetime) -> None:
    export.state, export.ended_at, export.failure = LIFE.after("fail_export", export.state), now, failure
    export.save(update_fields=["state", "ended_at", "failure"])
    _note("export.failed", export, by, now, failure=failure.value)
    _clear_later(export)


def _only_system(by: Acting) -> None:
    if by.role is not Role.SYSTEM:
        raise NotPermitted(reason="files are written by the background worker")


def _of_the_job(export_id: int, by: Acting) -> Export | None:
    _only_system(by)
    return Export.objects.select_for_update(of=("self",)).select_related("account").filter(pk=export_id).first()


def _held(export: Export, by: Acting) -> Export | None:
    """The row, while the start that `export` was read at is the one at work."""
    found = _of_the_job(export.pk, by)
    at_work = found is not None and found.state == ExportState.RUNNING and found.attempts == export.attempts
    return found if at_work else None


def _clear_later(export: Export) -> None:
    number = export.pk
    transaction.on_commit(lambda: files.clear(number))


def _note(act: str, export: Export, by: Acting, now: datetime, **data: object) -> None:
    """The list and the kind of file, never the filters: somebody may have searched for a name."""
    record(
        act, kind="export", subject=export.pk, by=by, now=now, place_path=export.place_path,
        organisation_path=export.organisation_path, data={"list": export.list_name, "kind": str(export.kind), **data},
    )  # fmt: skip
