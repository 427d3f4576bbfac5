"""What the pages of practices share: a form with its one act, and whether acts are offered at all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from peyvand.extend.discovery import programme
from peyvand.extend.pages import writes_are_open
from peyvand.kernel.refusals import Refusal
from peyvand.programmes.practices.actions import SLUG
from peyvand.scope.acting import Acting
from peyvand.scope.database import scope
from peyvand.web import notices
from peyvand.web.pages import acts
from peyvand.web.pages.access import acting, refuse

Given = Mapping[str, Any]


def is_open(by: Acting) -> bool:
    return writes_are_open(programme(SLUG), by, timezone.now())


@dataclass(frozen=True)
class Asking:
    """A page with one form: its words, and where one goes back to."""

    title: Any
    lead: Any
    button: Any
    back_url: str
    crumbs: Sequence[tuple[Any, str]] = ()


def asked(
    request: HttpRequest,
    make: Callable[..., forms.Form],
    asking: Callable[[], Asking],
    run: Callable[[Any], int],
    leads: Callable[[int], tuple[str, str]],
    **fields: str,
) -> HttpResponseBase:
    """Show a form, or do its one act and lead on. `run` gets the valid form and gives the number of a row; `leads` says from it
    what was done and where to go. `fields` name the field beside which a refusal of that code is shown.
    """
    by = acting(request)
    with scope(by):
        form = make(request.POST if request.method == "POST" else None)
        page = asking()
        valid = request.method == "POST" and form.is_valid()
    if valid:
        try:
            pk = acts.do(request, lambda: run(form))
        except Refusal as refusal:
            refuse(form, refusal, **fields)
        else:
            done, address = leads(pk)
            notices.done(request, done)
            return redirect(address)
    with scope(by):
        return _shown(request, form, page)


def _shown(request: HttpRequest, form: forms.Form, page: Asking) -> HttpResponse:
    context = {
        "form": form, "title": page.title, "lead": page.lead, "button": page.button, "back_url": page.back_url,
        "crumbs": page.crumbs,
    }  # fmt: skip
    status = 200 if request.method == "GET" else 422
    return render(request, "web/pages/form.html", context, status=status)
