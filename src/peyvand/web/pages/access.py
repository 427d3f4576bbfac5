"""How every page begins and every act of a page ends."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django import forms
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from peyvand.kernel.refusals import BadValue, NotFound, NotPermitted, Refusal, require
from peyvand.scope.acting import Acting
from peyvand.web import notices
from peyvand.web.templatetags.peyvand_format import refusal as words

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def open_to(permission: Callable[[Acting], Refusal | None]) -> Callable[[View[P]], View[P]]:
    """State whom a page is open to. Somebody not signed in is sent to sign in; a refusal becomes a page that says why."""

    def closed(view: View[P]) -> View[P]:
        @wraps(view)
        def run(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            require(permission(acting(request)))
            return view(request, *args, **kwargs)

        run.permission = permission  # type: ignore[attr-defined]
        return run

    return closed


def members(by: Acting) -> Refusal | None:
    """Everybody who has a role."""
    return None if by.membership_id else NotPermitted(reason="you have no role at present; ask your manager for one")


def acting(request: HttpRequest) -> Acting:
    return request.acting  # type: ignore[attr-defined]


def now() -> datetime:
    return timezone.now()


def act(
    request: HttpRequest, run: Callable[[], Any], said: str, to: str | Callable[[Any], str], *, undo_url: str = ""
) -> HttpResponse:
    """Do one act and go on; what the rules refuse is said on the next page, what the role may not do is a page of its own."""
    try:
        result = run()
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        notices.refused(request, refusal)
        return redirect(to if isinstance(to, str) else request.get_full_path())
    notices.done(request, said, undo_url=undo_url)
    return redirect(to if isinstance(to, str) else to(result))


def refuse(form: forms.Form, refusal: Refusal) -> None:
    """Show a refusal in the form: beside its field where it names one, else above the form."""
    field = refusal.details.get("field") if isinstance(refusal, BadValue) else None
    form.add_error(field if field in form.fields else None, words(refusal))
