"""Who acts in a request, and the scope around reading pages."""

from collections.abc import Callable
from dataclasses import dataclass

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from peyvand.kernel.jalali import business_date
from peyvand.people.models import Account, Membership
from peyvand.people.queries import acting_as, memberships_in_force, with_account
from peyvand.scope.acting import PUBLIC, Acting
from peyvand.scope.database import scope
from peyvand.web.pages.words import listed, named

MEMBERSHIPS_READ = "memberships_read"
MEMBERSHIP_KEY = "acting_membership"
SAFE = ("GET", "HEAD", "OPTIONS")

View = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True)
class Choice:
    """One of the reader's memberships, for the role switcher."""

    value: int
    role: str
    where: str
    current: bool

    @property
    def label(self) -> str:
        return f"{self.role} — {self.where}"


def act_as(request: HttpRequest, membership: Membership) -> None:
    """Make a membership the acting role of this sign-in session."""
    request.session[MEMBERSHIP_KEY] = membership.pk


def _memberships(request: HttpRequest) -> list[Membership]:
    if not isinstance(request.user, Account):
        return []
    known = getattr(request.user, MEMBERSHIPS_READ, None)
    if known is not None:
        return known
    rows = list(memberships_in_force(request.user, business_date(timezone.now())))
    for row in rows:
        row.account = request.user
    return rows


class SignedIn(AuthenticationBackend):
    """The usual ways to sign in; an account that comes with a request is read together with its memberships."""

    def get_user(self, user_id: int) -> Account | None:
        rows = with_account(int(user_id), business_date(timezone.now()))
        account = rows[0].account if rows else super().get_user(user_id)
        if account is None or not self.user_can_authenticate(account):
            return None
        for row in rows:
            row.account = account
        setattr(account, MEMBERSHIPS_READ, rows)
        return account


class ActingScope:
    """Sets `request.acting`; a page that only reads runs inside its scope, a POST leaves that to the one action it calls.

    What a page needs from the database is read while the scope is open, so a response that streams opens its own.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.acting = self._acting(request)  # type: ignore[attr-defined]
        if request.method not in SAFE:
            return self.get_response(request)
        with scope(request.acting):  # type: ignore[attr-defined]
            return self.get_response(request)

    def _acting(self, request: HttpRequest) -> Acting:
        memberships = _memberships(request)
        if not memberships:
            return PUBLIC
        chosen = request.session.get(MEMBERSHIP_KEY)
        current = next((row for row in memberships if row.pk == chosen), memberships[0])
        request.membership = current  # type: ignore[attr-defined]
        request.acting_choices = [  # type: ignore[attr-defined]
            Choice(row.pk, row.get_role_display(), listed(named(row.organisation), named(row.place)), row is current)
            for row in memberships
        ]
        request.acting_url = reverse("acting")  # type: ignore[attr-defined]
        return acting_as(current)
