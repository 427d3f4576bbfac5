"""Answers for those who watch the program: `/health/live`, `/health/ready` and `/metrics`.

They stand before sessions, scopes and redirects, so that they answer when those cannot.
"""

import hmac
from collections.abc import Callable, Mapping
from datetime import timedelta
from ipaddress import ip_address

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST

from peyvand.web import metrics

# A worker says every ten seconds that it lives.
SILENT_AFTER = timedelta(minutes=2)
_FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")


class Probes:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.at_this_version = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answers = {"/health/live": self._live, "/health/ready": self._ready, "/metrics": self._metrics}
        answer = answers.get(request.path_info)
        return answer(request) if answer and request.method in ("GET", "HEAD") else self.get_response(request)

    def _live(self, request: HttpRequest) -> HttpResponse:
        return JsonResponse({"live": True})

    def _ready(self, request: HttpRequest) -> HttpResponse:
        """503 while something is missing; says what, never why in detail."""
        try:
            found = {"database": _answers(), "tables": self._migrated(), **_worker()}
        except DatabaseError as error:
            structlog.get_logger("peyvand.health").error("not ready", exc_info=error)
            found = {"database": False}
        ready = all(found.values())
        return JsonResponse({"ready": ready, **found}, status=200 if ready else 503)

    def _migrated(self) -> bool:
        """Whether the tables are at this version; once they are, they stay so while this process runs."""
        if not self.at_this_version:
            executor = MigrationExecutor(connection)
            self.at_this_version = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        return self.at_this_version

    def _metrics(self, request: HttpRequest) -> HttpResponse:
        if not _may_read_metrics(request):
            return HttpResponse("Metrics are for this machine, or for those with the token.\n", "text/plain", 403)
        return HttpResponse(metrics.exposition(), CONTENT_TYPE_LATEST)


def _answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def _worker() -> Mapping[str, bool]:
    """Whether a worker of the queue lives; nothing where there is no queue."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('procrastinate_workers')")
        if cursor.fetchone()[0] is None:
            return {}
        cursor.execute("SELECT max(last_heartbeat) FROM procrastinate_workers")
        last = cursor.fetchone()[0]
    return {"worker": last is not None and timezone.now() - last < SILENT_AFTER}


def _may_read_metrics(request: HttpRequest) -> bool:
    """With a token set, by that token; else from this machine only, and not through a proxy that stands on it."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").encode()
        return hmac.compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode())
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
