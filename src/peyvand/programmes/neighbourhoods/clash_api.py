"""Overlaps and conflicts for programs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Schema

from peyvand.api.answers import NEWEST, Given, Page, PageQuery, act, page_of, reading
from peyvand.api.filters import Here, narrowed
from peyvand.api.shapes import Id, Line, OrganisationRef, PlaceRef, organisation_ref, place_ref
from peyvand.extend.programme import ApiRoute
from peyvand.programmes.neighbourhoods import clash_actions, clash_queries
from peyvand.programmes.neighbourhoods.clash_models import Clash
from peyvand.programmes.neighbourhoods.enums import CONFLICTS, ClashCode, ClashState
from peyvand.scope.acting import Acting


class ClashOut(Schema):
    """What meets: two objectives, two resolutions, two sessions (one objective, where more is promised than wanted), or one kind of
    help of two agencies. No figure of an agency is given out."""

    id: int
    code: ClashCode
    conflict: bool
    place: PlaceRef
    organisations: list[OrganisationRef]
    specification: str | None
    objective_ids: list[int]
    resolution_ids: list[int]
    session_ids: list[int]
    state: ClashState
    noticed_at: datetime
    set_aside_at: datetime | None
    gone_at: datetime | None
    reason: str


class ClashFilters(Schema):
    state: ClashState | None = None
    rule: ClashCode | None = None
    place: Here | None = None


class ClashMoveIn(Given):
    act: Literal["set_aside", "take_back"]
    reason: Line = ""


def clashes_out(rows: Sequence[Clash]) -> list[ClashOut]:
    def there(*ids: int | None) -> list[int]:
        return [one for one in ids if one is not None]

    return [
        ClashOut(
            id=row.pk, code=ClashCode(row.code), conflict=row.code in CONFLICTS, place=place_ref(row.place),
            organisations=[organisation_ref(one) for one in (row.organisation, row.other_organisation) if one is not None],
            specification=row.specification.slug if row.specification else None,
            objective_ids=there(row.objective_id, row.other_objective_id),
            resolution_ids=there(row.resolution_id, row.other_resolution_id),
            session_ids=there(row.session_id, row.other_session_id), state=ClashState(row.state), noticed_at=row.noticed_at,
            set_aside_at=row.set_aside_at, gone_at=row.gone_at, reason=row.reason,
        )
        for row in rows
    ]  # fmt: skip


def list_clashes(request: HttpRequest, filters: Query[ClashFilters], page: Query[PageQuery]) -> HttpResponse:
    """The newest first, also those that are gone."""
    with reading(request) as by:
        rows = narrowed(clash_queries.clashes(by), filters, rule="code")
        return page_of(request, rows, page, clashes_out, NEWEST)


def move_clash(request: HttpRequest, clash_id: Path[Id], body: ClashMoveIn) -> HttpResponse:
    """By one of the agencies concerned, the lead agency of the place, or those who name the lead. It stops nothing."""

    def run(by: Acting, now: datetime) -> ClashOut:
        clash_actions.move_clash(clash_id=clash_id, act=body.act, reason=body.reason, by=by, now=now)
        return clashes_out([clash_queries.clashes(by).get(pk=clash_id)])[0]

    return act(request, run)


CLASH_ROUTES = (
    ApiRoute("GET", "/clashes", "clashes", list_clashes, Page[ClashOut], "Overlaps and conflicts of your area"),
    ApiRoute(
        "POST", "/clashes/{int:clash_id}/moves", "board_act", move_clash, ClashOut, "Set one aside, or take that back"
    ),
)
