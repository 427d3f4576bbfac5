"""Doing one act from a page: once, however often the form is sent; a refusal is said, never an error page."""

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from peyvand.journal.once import once
from peyvand.kernel.refusals import NotFound, NotPermitted, Refusal
from peyvand.scope.database import scope
from peyvand.web import notices
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


def act(request: HttpRequest, run: Callable[[], Any], said: str, to: str, *, undo: str = "") -> HttpResponse:
    """Run an act, say it on the page `to` and go there; `undo` is an address that takes it back."""

    def done() -> None:
        run()  # the key of a form keeps an answer only as JSON, and here none is needed

    if done_or_said(request, done):
        notices.done(request, said, undo_url=undo)
    return redirect(to)


def taken(
    request: HttpRequest, form: Form, run: Callable[[], Any], said: str, to: str, again: Callable[[int], HttpResponse], *,
    undo: str = "", **fields: str,
) -> HttpResponse:  # fmt: skip
    """Do what a form of a page asks, say it and go to `to`. Else `again` gives the page once more under a status, with what was
    typed and what is wrong beside its field; `fields` name the field beside which a refusal of that code is shown. What is not the
    actor's stays a page of its own."""

    def act_once() -> None:
        run()

    def done() -> HttpResponse:
        do(request, act_once)
        notices.done(request, said, undo_url=undo)
        return redirect(to)

    return answered(request, form, done, again, **fields)


def answered(
    request: HttpRequest,
    form: Form,
    run: Callable[[], HttpResponse],
    again: Callable[[int], HttpResponse],
    **fields: str,
) -> HttpResponse:
    """As `taken`, where what is done says itself how it ended and where it leads."""
    status = 422
    if form.is_valid():
        try:
            return run()
        except (NotFound, NotPermitted):
            raise
        except Refusal as refusal:
            refuse(form, refusal, **fields)
            status = 409
    with scope(request.acting):  # type: ignore[attr-defined]
        return again(status)
