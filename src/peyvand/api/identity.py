"""Who calls: a token of a program, or the session of a person who is signed in."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import APIKeyCookie, HttpBearer

from peyvand.api.keys import acting_of
from peyvand.people.models import Account
from peyvand.scope.acting import PUBLIC, Acting, Role


class Token(HttpBearer):
    """`Authorization: Bearer pyv_...`. A token that is not valid is refused; the session is not asked then."""

    openapi_description = "A token made at `POST /api/v1/tokens`; it acts as one membership."

    def authenticate(self, request: HttpRequest, token: str) -> Acting:
        acting = acting_of(token, now=timezone.now())
        request.acting = acting  # type: ignore[attr-defined]
        return acting


class Session(APIKeyCookie):
    """The session of the site; what writes needs its CSRF token too."""

    param_name = settings.SESSION_COOKIE_NAME
    openapi_description = "The site's own session; a POST sends the CSRF token in `X-CSRFToken` too."

    def __call__(self, request: HttpRequest) -> Any:
        return super().__call__(request) if self.param_name in request.COOKIES else None

    def authenticate(self, request: HttpRequest, key: str | None) -> Acting | None:
        acting: Acting = request.acting  # type: ignore[attr-defined]
        return acting if isinstance(request.user, Account) and acting.role is not Role.PUBLIC else None


def acting(request: HttpRequest) -> Acting:
    """Who acts in this call; the public where a route asks for nobody."""
    known = getattr(request, "auth", None)
    return known if isinstance(known, Acting) else PUBLIC


SIGNED_IN = [Token(), Session()]
IN_PERSON = [Session()]
