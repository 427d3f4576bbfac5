"""Acts on API tokens, and whom a token lets in."""

import hashlib
import secrets
from datetime import datetime, timedelta

from peyvand.api.models import ApiToken
from peyvand.journal.actions import record
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, NotPermitted, Refusal
from peyvand.people.queries import acting_as, memberships_in_force
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.bulk import only
from peyvand.scope.database import action, scope

PREFIX = "pyv_"
LONGEST_DAYS = 365
LONGEST_NAME = 60
_NOTED_EVERY = timedelta(minutes=1)


class TokenNotValid(Refusal):
    code = "token_not_valid"
    message = "This token has expired, was revoked, or never existed."


def fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@action
def create_token(*, name: str, days: int, by: Acting, now: datetime) -> tuple[ApiToken, str]:
    """A token for the membership one acts under, valid for `days` days (1 to 365). Gives it with its secret, told once and never stored."""
    if not by.membership_id:
        raise NotPermitted(reason="a token acts for a membership")
    if not name.strip():
        raise BadValue(field="name", reason="say what the token is for")
    if not 1 <= days <= LONGEST_DAYS:
        raise BadValue(field="days", reason="between 1 and 365 days")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        account_id=by.account_id, membership_id=by.membership_id, name=name.strip(), fingerprint=fingerprint(secret),
        created_at=now, expires_at=now + timedelta(days=days),
    )  # fmt: skip
    _note("api_token.created", token, by, now)
    return token, secret


@action
def revoke_token(*, token_id: int, by: Acting, now: datetime) -> ApiToken:
    """One's own token stops working at once; revoking it twice changes nothing."""
    token = only(ApiToken.objects.select_for_update().filter(pk=token_id, account_id=by.account_id))
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        _note("api_token.revoked", token, by, now)
    return token


def acting_of(secret: str, *, now: datetime) -> Acting:
    """Who acts with a token. Raises `TokenNotValid`, also where its account or membership is no longer in force."""
    with scope(SYSTEM):
        token = (
            ApiToken.objects.select_related("account")
            .filter(fingerprint=fingerprint(secret), revoked_at__isnull=True, expires_at__gt=now)
            .first()
        )
        if token is None or not token.account.is_active:
            raise TokenNotValid
        membership = memberships_in_force(token.account, business_date(now)).filter(pk=token.membership_id).first()
        if membership is None:
            raise TokenNotValid
        membership.account = token.account
        if token.last_used_at is None or now - token.last_used_at > _NOTED_EVERY:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return acting_as(membership)


def _note(act: str, token: ApiToken, by: Acting, now: datetime) -> None:
    record(
        act, kind="api_token", subject=token.pk, by=by, now=now, place_path=by.place_path,
        organisation_path=by.organisation_path,
    )  # fmt: skip
