"""What the queue is doing, for the page of those who run the site and for `doctor`."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Max, Min, OuterRef, Q, QuerySet, Subquery
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob, ProcrastinateWorker

from peyvand.extend.reactions import TASK

# A worker says every ten seconds that it lives.
SILENT_AFTER = timedelta(minutes=2)


@dataclass(frozen=True)
class QueueState:
    """`oldest_due_at`: since when a job has been waiting that could run; None where none is. `heartbeat_at`: of the last worker."""

    waiting: int
    running: int
    failed: int
    oldest_due_at: datetime | None
    heartbeat_at: datetime | None

    def has_worker(self, now: datetime) -> bool:
        return self.heartbeat_at is not None and now - self.heartbeat_at < SILENT_AFTER


def queue_state(now: datetime) -> QueueState:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status")
        counts = dict(cursor.fetchall())
    due = ProcrastinateJob.objects.filter(status="todo").exclude(scheduled_at__gt=now)
    since = ProcrastinateEvent.objects.filter(job__in=due, type="deferred").aggregate(at=Min("at"))["at"]
    heartbeat = ProcrastinateWorker.objects.aggregate(at=Max("last_heartbeat"))["at"]
    return QueueState(counts.get("todo", 0), counts.get("doing", 0), counts.get("failed", 0), since, heartbeat)


def jobs() -> QuerySet[ProcrastinateJob]:
    """Every job with the time it was put in (`deferred_at`), newest first; `args` holds ids only."""
    deferred = ProcrastinateEvent.objects.filter(job=OuterRef("pk"), type="deferred").values("at")[:1]
    return ProcrastinateJob.objects.annotate(deferred_at=Subquery(deferred)).order_by("-id")


def jobs_of_programme(slug: str) -> QuerySet[ProcrastinateJob]:
    return jobs().filter(task_name=TASK, args__programme=slug)


def retry_stalled(task: str, now: datetime) -> int:
    """Put the jobs of a task whose worker no longer says that it lives back into the queue, due at once. Gives how many."""
    silent = Q(worker__isnull=True) | Q(worker__last_heartbeat__lt=now - SILENT_AFTER)
    stalled = list(ProcrastinateJob.objects.filter(silent, task_name=task, status="doing").values_list("pk", flat=True))
    for job_id in stalled:
        app.job_manager.retry_job_by_id(job_id, retry_at=now)
    return len(stalled)


def retry_failed(job_id: int, now: datetime) -> bool:
    """Put a failed job back into the queue, due at once; False where it is not a failed one."""
    if not ProcrastinateJob.objects.filter(pk=job_id, status="failed").exists():
        return False
    app.job_manager.retry_job_by_id(job_id, retry_at=now)
    return True
