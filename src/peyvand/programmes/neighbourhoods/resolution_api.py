"""Resolutions for programs: written down in a session, and followed until they are done."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query

from peyvand.api.answers import Page, PageQuery, act, page_of, reading, say, today
from peyvand.api.filters import narrowed
from peyvand.api.shapes import Id, organisation_at, organisation_ref
from peyvand.extend.programme import ApiRoute
from peyvand.programmes.neighbourhoods import many_actions, queries, rules, session_actions
from peyvand.programmes.neighbourhoods.enums import ResolutionState
from peyvand.programmes.neighbourhoods.models import Resolution
from peyvand.programmes.neighbourhoods.shapes import (
    ResolutionFilters,
    ResolutionIn,
    ResolutionMoveIn,
    ResolutionOut,
)
from peyvand.scope.acting import Acting


def resolutions_out(rows: Sequence[Resolution]) -> list[ResolutionOut]:
    day = today()
    return [
        ResolutionOut(
            id=row.pk, council_id=row.council_id, session_id=row.session_id, number=row.number, title=row.title,
            state=ResolutionState(row.state), late=rules.is_late(state=row.state, due=row.due_date, today=day),
            owner=organisation_ref(row.owner), decided_date=row.decided_date, due_date=row.due_date, closed_at=row.closed_at,
        )
        for row in rows
    ]  # fmt: skip


def resolve(request: HttpRequest, session_id: Path[Id], body: ResolutionIn) -> HttpResponse:
    """Only in a held session with a quorum."""

    def run(by: Acting, now: datetime) -> ResolutionOut:
        owner = organisation_at(body.owner_id, "owner_id")
        row = session_actions.resolve(
            session_id=session_id, title=body.title, owner=owner, due=body.due_date, by=by, now=now
        )
        return resolutions_out([queries.one_resolution(row.pk)])[0]

    return act(request, run, status=201)


def _resolutions(by: Acting, filters: ResolutionFilters) -> QuerySet[Resolution]:
    rows = narrowed(queries.resolutions(by), filters)
    return rows.filter(queries.late_resolutions(today())) if filters.late else rows


def list_resolutions(request: HttpRequest, filters: Query[ResolutionFilters], page: Query[PageQuery]) -> HttpResponse:
    with reading(request) as by:
        return page_of(request, _resolutions(by, filters), page, resolutions_out)


def get_resolution(request: HttpRequest, resolution_id: Path[Id]) -> HttpResponse:
    with reading(request):
        return say(resolutions_out([queries.one_resolution(resolution_id)])[0])


def move_resolution(request: HttpRequest, resolution_id: Path[Id], body: ResolutionMoveIn) -> HttpResponse:
    """The owner starts and reports; the council's keeper confirms, and never whoever reported."""

    def run(by: Acting, now: datetime) -> ResolutionOut:
        if body.act == "hand":
            owner = organisation_at(body.owner_id or 0, "owner_id")
            many_actions.hand_resolutions(resolution_ids=[resolution_id], owner=owner, reason=body.note, by=by, now=now)
        else:
            session_actions.step_resolution(
                resolution_id=resolution_id, act=body.act, note=body.note, due=body.due_date, by=by, now=now
            )
        return resolutions_out([queries.one_resolution(resolution_id)])[0]

    return act(request, run)


_R = "/resolutions"
RESOLUTION_ROUTES = (
    ApiRoute(
        "POST",
        "/sessions/{int:session_id}/resolutions",
        "council_act",
        resolve,
        {201: ResolutionOut},
        "Write down what was resolved",
    ),
    ApiRoute(
        "GET", _R, "resolutions", list_resolutions, Page[ResolutionOut], "Resolutions of your area, and those you owe"
    ),
    ApiRoute("GET", f"{_R}/{{int:resolution_id}}", "resolution", get_resolution, ResolutionOut, "One resolution"),
    ApiRoute(
        "POST", f"{_R}/{{int:resolution_id}}/moves", "step", move_resolution, ResolutionOut, "One step of its follow-up"
    ),
)
