"""How every page begins: whom it is open to, who acts and when; and how a form says a refusal."""

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django import forms
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, NotPermitted, Refusal, require
from peyvand.scope.acting import Acting
from peyvand.web.acting import SAFE
from peyvand.web.templatetags.peyvand_format import refusal as words
from peyvand.web.typed import signed_out

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def open_to(permission: Callable[[Acting], Refusal | None]) -> Callable[[View[P]], View[P]]:
    """State whom a page is open to. A refusal becomes a page that says why.

    Somebody not signed in is sent to sign in, and keeps what was typed.
    """

    def closed(view: View[P]) -> View[P]:
        @wraps(view)
        def run(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if permission is not everyone and not request.user.is_authenticated:
                # After signing in an address that only takes a POST would answer an error.
                return signed_out(request) or redirect_to_login(
                    request.get_full_path() if request.method in SAFE else reverse("home")
                )
            require(permission(acting(request)))
            return view(request, *args, **kwargs)

        run.permission = permission  # type: ignore[attr-defined]
        return run

    return closed


def everyone(by: Acting) -> Refusal | None:
    """A public page: nothing personal may stand on it."""
    return None


def members(by: Acting) -> Refusal | None:
    """Everybody who has a role."""
    return None if by.membership_id else NotPermitted(reason="you have no role at present; ask your manager for one")


def acting(request: HttpRequest) -> Acting:
    return request.acting  # type: ignore[attr-defined]


def now() -> datetime:
    return timezone.now()


def today() -> date:
    """The business day."""
    return business_date(timezone.now())


def address(route: str, *args: Any) -> str:
    """The address of a page, or nothing where this installation has no such page."""
    try:
        return reverse(route, args=args)
    except NoReverseMatch:
        return ""


def refuse(form: forms.Form, refusal: Refusal, **fields: str) -> None:
    """Show a refusal in the form: beside the field it speaks of, else above the form.

    A `BadValue` names its field; `fields` gives the field of any other code.
    """
    field = refusal.details.get("field") if isinstance(refusal, BadValue) else fields.get(refusal.code)
    form.add_error(str(field) if field in form.fields else None, words(refusal))
