"""The caller: who acts, and the tokens of one's programs."""

import json
from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Path, Query, Router, Schema

from peyvand.api.answers import Given, Page, PageQuery, act, page_of, reading, say
from peyvand.api.identity import IN_PERSON
from peyvand.api.keys import LONGEST_DAYS, LONGEST_NAME, create_token, revoke_token
from peyvand.api.models import ApiToken
from peyvand.api.shapes import Id, OrganisationRef, PlaceRef, organisation_ref, place_ref
from peyvand.people.enums import MemberRole
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.scope.acting import Acting

me = Router(tags=["Account"])
tokens = Router(tags=["Account"])


class Me(Schema):
    """The membership this call acts under."""

    account_id: int
    membership_id: int
    role: MemberRole
    place: PlaceRef
    organisation: OrganisationRef


class TokenOut(Schema):
    id: int
    name: str
    membership_id: int
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    works: bool


class TokenTold(TokenOut):
    token: str = Field(description="Told this once and empty when asked again: only its fingerprint is kept")


class TokenIn(Given):
    name: Annotated[str, Field(max_length=LONGEST_NAME, pattern=r"^[^\x00]*$", examples=["Charity's own system"])]
    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS, description="How long it works")] = 90


def token_out(row: ApiToken, now: datetime, **more: str) -> TokenOut:
    return (TokenTold if more else TokenOut)(
        id=row.pk, name=row.name, membership_id=row.membership_id, created_at=row.created_at, expires_at=row.expires_at,
        revoked_at=row.revoked_at, last_used_at=row.last_used_at, works=row.revoked_at is None and row.expires_at > now,
        **more,
    )  # fmt: skip


@me.get("", response=Me, summary="Who acts in this call")
def who_am_i(request: HttpRequest) -> HttpResponse:
    with reading(request) as by:
        place = Place.objects.defer("boundary").get(path=by.place_path)
        organisation = Organisation.objects.get(pk=by.organisation_id)
        return say(
            Me(
                account_id=by.account_id, membership_id=by.membership_id, role=MemberRole(by.role.value),
                place=place_ref(place), organisation=organisation_ref(organisation),
            )
        )  # fmt: skip


@tokens.get("", response=Page[TokenOut], summary="Your tokens")
def list_tokens(request: HttpRequest, page: Query[PageQuery]) -> HttpResponse:
    now = timezone.now()
    with reading(request) as by:
        rows = ApiToken.objects.filter(account_id=by.account_id)
        return page_of(request, rows, page, lambda found: [token_out(row, now) for row in found])


@tokens.post("", response={201: TokenTold}, auth=IN_PERSON, summary="Make a token for the role you act under")
def make_token(request: HttpRequest, body: TokenIn) -> HttpResponse:
    """Only for somebody who is signed in to the site: a token makes no tokens. A repeated request is answered without the secret."""
    told = []

    def run(by: Acting, now: datetime) -> TokenOut:
        row, secret = create_token(name=body.name, days=body.days, by=by, now=now)
        told.append(secret)
        return token_out(row, now, token="")

    answer = act(request, run, status=201)
    if told:  # added here, so that an idempotency key does not keep it
        answer.content = json.dumps(json.loads(answer.content) | {"token": told[0]})
    return answer


@tokens.post("/{int:token_id}/revoke", response=TokenOut, summary="Stop a token of yours at once")
def stop_token(request: HttpRequest, token_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: token_out(revoke_token(token_id=token_id, by=by, now=now), now))
