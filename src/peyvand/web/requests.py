"""Each request: one line in the log, one number in the metrics."""

import time
from collections.abc import Callable
from uuid import uuid4

import structlog
from django.http import HttpRequest, HttpResponse

from peyvand.scope.acting import Acting
from peyvand.web import metrics

_METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}
NO_ROUTE = "-"


class RequestLog:
    """One line a request, and its number and time in the metrics. The request's id goes back in `X-Request-ID`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.log = structlog.get_logger("peyvand.request")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id, began = uuid4().hex, time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            seconds = time.perf_counter() - began
            route = request.resolver_match.route if request.resolver_match else NO_ROUTE
            method = request.method if request.method in _METHODS else "OTHER"
            self.log.info(
                "request", method=method, route=route, status=response.status_code, ms=round(seconds * 1000, 1),
                **_who(request),
            )  # fmt: skip
        metrics.observe(method=str(method), route=route, status=response.status_code, seconds=seconds)
        response["X-Request-ID"] = request_id
        return response


def _who(request: HttpRequest) -> dict[str, object]:
    acting = getattr(request, "acting", None)
    return {"role": acting.role.value, "membership": acting.membership_id} if isinstance(acting, Acting) else {}
