"""Doing one act from a page: once, however often the form is sent; a refusal is said, never an error page."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from peyvand.journal.once import once
from peyvand.kernel.refusals import NotFound, NotPermitted, Refusal
from peyvand.web import notices
from peyvand.web.forms import Form
from peyvand.web.pages.access import refuse


def do(request: HttpRequest, run: Callable[[], Any]) -> Any:
    """Run an act under the key of its form; `run` returns something JSON can hold. Lets every refusal through."""
    key = request.POST.get("once", "")[:64]
    if not key:
        return run()
    body = {
        "path": request.path,
        "form": {name: request.POST.getlist(name) for name in sorted(request.POST) if name != "csrfmiddlewaretoken"},
    }
    by = request.acting  # type: ignore[attr-defined]
    return once(key=f"page:{key}", body=body, by=by, now=timezone.now(), run=run)[0]


def done_or_said(request: HttpRequest, run: Callable[[], Any]) -> bool:
    """Run an act that has no form to go back to; a refusal is said on the next page. What is not the actor's stays a page."""
    try:
        do(request, run)
    except (NotFound, NotPermitted):
        raise
    except Refusal as answer:
        notices.refused(request, answer)
        return False
    return True


def act(
    request: HttpRequest, run: Callable[[], Any], said: str, to: str, *, undo: str = "",
    form: Form | None = None, again: Callable[[], HttpResponse] | None = None,
) -> HttpResponse:  # fmt: skip
    """Run an act, say it on the page `to` and go there; `undo` is an address that takes it back.

    Where words were typed, `again` shows their `form` once more, with the refusal in it: nothing typed is lost.
    """

    def done() -> None:
        run()  # the key of a form keeps an answer only as JSON, and here none is needed

    try:
        do(request, done)
    except (NotFound, NotPermitted):
        raise
    except Refusal as answer:
        if form is not None and again is not None:
            refuse(form, answer)
            return again()
        notices.refused(request, answer)
    else:
        notices.done(request, said, undo_url=undo)
    return redirect(to)
