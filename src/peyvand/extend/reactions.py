"""How programmes hear of what happened: a job deferred inside the transaction of the act.

The queue lies in the same PostgreSQL, so the job exists exactly when the act was committed (the outbox); a worker runs it,
retries it and keeps its failures where staff see them. A reaction can never change whether the act happened.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from peyvand.extend.discovery import programme, programmes
from peyvand.extend.programme import Call
from peyvand.extend.steps import ACTS

TASK = "peyvand.programme_job"
_IDS_A_JOB = 1000
# Always Django's own connection, in a worker too: a job put in by an act belongs to the transaction of the act.
_OUTBOX = JobManager(DjangoConnector())


def react(act: str, **ids: Iterable[int]) -> None:
    """Defer the reactions to an act; called beside the writing of its event. `ids` are of the kinds that `ACTS` names."""
    if set(ids) != set(ACTS[act]):
        raise LookupError(f"the act {act} gives the ids of {ACTS[act]}")
    wanted = [(one.slug, job) for one in programmes().values() if (job := one.reactions.get(act)) is not None]
    if not wanted:
        return
    calls = list(_split({kind: tuple(sorted(set(some))) for kind, some in ids.items()}))
    for slug, job in wanted:
        for part in calls:
            defer(slug, job, act=act, ids=part)


def _split(ids: Mapping[str, tuple[int, ...]]) -> Iterable[dict[str, list[int]]]:
    """A batch of many rows becomes jobs of at most a thousand ids of a kind; an id is given in one job only."""
    longest = max((len(some) for some in ids.values()), default=0)
    for start in range(0, longest, _IDS_A_JOB):
        yield {kind: list(some[start : start + _IDS_A_JOB]) for kind, some in ids.items()}


def defer(slug: str, job: str, *, act: str = "", ids: Mapping[str, list[int]] | None = None) -> int:
    """Put one job of a programme into the queue; gives its number there."""
    values: dict[str, Any] = {"programme": slug, "job": job, "act": act, "ids": dict(ids or {})}
    return configure_task(name=TASK, job_manager=_OUTBOX).defer(**values)


def defer_once(slug: str, job: str) -> bool:
    """Put a round of a job into the queue where none waits there; it runs after one that runs already. Gives whether it was put."""
    one = f"{slug}.{job}"
    values: dict[str, Any] = {"programme": slug, "job": job, "act": "", "ids": {}}
    try:
        with transaction.atomic():
            configure_task(name=TASK, job_manager=_OUTBOX, lock=one, queueing_lock=one).defer(**values)
    except AlreadyEnqueued:
        return False
    return True


def run(slug: str, job: str, *, act: str, ids: Mapping[str, list[int]], now: datetime) -> None:
    """What the worker calls. Raises whatever the job raises, so that the queue tries again."""
    call = Call(now=now, act=act, ids={kind: tuple(some) for kind, some in ids.items()})
    programme(slug).job(job).run(call)
