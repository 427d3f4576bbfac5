"""Pages for what went wrong, in words that say what to do next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from peyvand.kernel.refusals import NotFound, NotPermitted, Refusal
from peyvand.web.typed import typed


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    status = 404 if isinstance(refusal, NotFound) else 403 if isinstance(refusal, NotPermitted) else 409
    return render(request, "web/errors/refused.html", {"refusal": refusal}, status=status)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "web/errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "web/errors/404.html", status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    answer = render(request, "web/errors/csrf.html", {"typed": typed(request)}, status=403)
    answer["Cache-Control"] = "no-store"
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    """Without context processors: whatever broke may be one of them."""
    return HttpResponse(render_to_string("web/errors/500.html"), status=500)
