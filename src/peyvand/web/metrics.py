"""Figures of the running program for Prometheus.

Requests are counted in each worker process; with `PROMETHEUS_MULTIPROC_DIR` (`peyvand up` sets it) one scrape tells of all of
them. What stands in the database is read at the scrape, under the national role, and nothing but counts leaves it.
"""

import os
import threading
from collections import Counter as Tally
from collections.abc import Iterator

from django.db import connection
from django.utils import timezone
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from peyvand.flow.commitment.enums import CommitmentState
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.need.enums import NeedState
from peyvand.flow.need.models import Need
from peyvand.journal.models import Event
from peyvand.kernel.jalali import business_date
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

REQUESTS = Counter("peyvand_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("peyvand_request_seconds", "Time to answer", ["route"])
# An act that takes long may be written under a number long gone by: so many of the newest are counted afresh each time.
_BEHIND = 10_000


def observe(*, method: str, route: str, status: int, seconds: float) -> None:
    REQUESTS.labels(method, route, str(status)).inc()
    SECONDS.labels(route).observe(seconds)


class Standing(Collector):
    """What the database holds at the moment of the scrape."""

    def __init__(self) -> None:
        self._lock, self._counted, self._upto = threading.Lock(), Tally[str](), 0

    def collect(self) -> Iterator[Metric]:
        acts = CounterMetricFamily("peyvand_acts", "Acts in the journal", labels=["act"])
        jobs = GaugeMetricFamily("peyvand_jobs", "Jobs in the queue", labels=["status"])
        with scope(SYSTEM):
            needs = Need.objects.filter(state=NeedState.OPEN).count()
            today = business_date(timezone.now())
            late = Commitment.objects.filter(state=CommitmentState.ACCEPTED, due_date__lt=today).count()
            counted = self._acts()
        for act, number in sorted(counted.items()):
            acts.add_metric([act], number)
        for status, number in queue():
            jobs.add_metric([status], number)
        yield acts
        yield jobs
        yield GaugeMetricFamily("peyvand_open_needs", "Needs that are open", value=needs)
        yield GaugeMetricFamily("peyvand_late_promises", "Agreed promises whose due date has passed", value=late)

    def _acts(self) -> Tally[str]:
        with self._lock:
            latest = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
            if latest - _BEHIND > self._upto:
                self._counted += _tally(self._upto, latest - _BEHIND)
                self._upto = latest - _BEHIND
            return self._counted + _tally(self._upto, latest)


def _tally(after: int, upto: int) -> Tally[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT act, count(*) FROM journal_event WHERE id > %s AND id <= %s GROUP BY act", [after, upto])
        return Tally(dict(cursor.fetchall()))


def queue() -> list[tuple[str, int]]:
    """The jobs of the queue by state; none where there is no queue. Finished ones are left out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('procrastinate_jobs')")
        if cursor.fetchone()[0] is None:
            return []
        cursor.execute(
            "SELECT status::text, count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing', 'failed') GROUP BY 1 ORDER BY 1"
        )
        return cursor.fetchall()


_STANDING = CollectorRegistry()
_STANDING.register(Standing())


def exposition() -> bytes:
    """All figures in the text format of Prometheus."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        workers = CollectorRegistry()
        multiprocess.MultiProcessCollector(workers)
    else:
        workers = REGISTRY
    return generate_latest(workers) + generate_latest(_STANDING)
