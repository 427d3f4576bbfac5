"""Pages for what went wrong, in words that say what to do next; none is a dead end."""

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from peyvand.kernel.refusals import NotFound, NotPermitted, Refusal
from peyvand.web.typed import typed


def _ways(request: HttpRequest) -> dict[str, Any]:
    """Where to go on from here: back to the page one came from, to what waits, or for the public to where anybody may ask."""
    came_from = request.headers.get("Referer", "")
    ways = []
    if url_has_allowed_host_and_scheme(came_from, {request.get_host()}):
        parts = urlsplit(came_from)
        back = parts.path + (f"?{parts.query}" if parts.query else "")
        if back != request.get_full_path():
            ways.append((_("Back to the page you came from"), back))
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        ways.append((_("To what waits for you"), reverse("home")))
    else:
        ways += [(_("Back to the first page"), "/"), (_("Ask about a need or a gift"), reverse("track"))]
        ways.append((_("Sign in"), reverse("account_login")))
    return {"ways": ways}


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    status = 404 if isinstance(refusal, NotFound) else 403 if isinstance(refusal, NotPermitted) else 409
    acted = request.method not in ("GET", "HEAD")
    shown = {
        404: _("This page was not found"),
        403: _("This page is not open to you"),
        409: _("This cannot be shown now"),
    }
    context = {"refusal": refusal, "acted": acted, "heading": _("This was not done") if acted else shown[status]}
    context["typed"] = typed(request) if acted else None
    answer = render(request, "web/errors/refused.html", context | _ways(request), status=status)
    if context["typed"]:
        answer["Cache-Control"] = "no-store"
    return answer


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "web/errors/403.html", _ways(request), status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "web/errors/404.html", _ways(request), status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    answer = render(request, "web/errors/csrf.html", {"typed": typed(request)} | _ways(request), status=403)
    answer["Cache-Control"] = "no-store"
    return answer


def wrong_method(request: HttpRequest) -> HttpResponse:
    """An address that only takes a form, opened by hand or by a bookmark."""
    return render(request, "web/errors/405.html", _ways(request), status=405)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without context processors: whatever broke may be one of them."""
    return HttpResponse(render_to_string("web/errors/500.html"), status=500)
