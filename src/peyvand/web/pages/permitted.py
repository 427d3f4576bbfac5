"""Every view states who may open it; whoever may not is told why."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from peyvand.kernel.refusals import Refusal, require
from peyvand.scope.acting import Acting

View = Callable[..., HttpResponseBase]
Permission = Callable[[Acting], Refusal | None]


def everyone(by: Acting) -> Refusal | None:
    """A public page: nothing personal may stand on it."""
    return None


def permitted(permission: Permission) -> Callable[[View], View]:
    def wrap(view: View) -> View:
        @wraps(view)
        def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            require(permission(request.acting))  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        run.permission = permission  # type: ignore[attr-defined]
        return run

    return wrap
