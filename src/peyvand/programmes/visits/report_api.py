"""Those whom no list holds, for programs: reported places and families without a file, the same acts and lists as the pages."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Query, Schema

from peyvand.api.answers import Given, Order, Page, PageQuery, act, page_of, reading, say
from peyvand.api.filters import Here, narrowed
from peyvand.api.shapes import (
    Id,
    Line,
    OrganisationRef,
    PlacePath,
    PlaceRef,
    Prose,
    Quantity,
    Slug,
    organisation_ref,
    place_at,
    place_ref,
    specifications_named,
)
from peyvand.extend.programme import ApiRoute
from peyvand.kernel.jalali import business_date
from peyvand.programmes.visits import report_actions, rules
from peyvand.programmes.visits import report_queries as queries
from peyvand.programmes.visits.api import position_said
from peyvand.programmes.visits.contact_actions import NewContact, open_file
from peyvand.programmes.visits.enums import HeardFrom, ReportedKind, ReportState
from peyvand.programmes.visits.models import PlaceReport
from peyvand.programmes.visits.views import revealed
from peyvand.scope.acting import Acting

Name = Annotated[str, Field(min_length=2, max_length=120, pattern=r"^[^\x00]*\S[^\x00]*$")]


class PlaceReportIn(Given):
    """`near` is the county or the nearest known place. Latitude and longitude are of the place and are rounded before they are kept."""

    name: Name
    kind: ReportedKind
    near: PlacePath
    heard_from: HeardFrom
    households: Annotated[int, Field(ge=1, le=rules.MOST_HOUSEHOLDS)] | None = None
    note: Prose = ""
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None


class PlaceReportAcceptIn(Given):
    name_fa: Name
    name_en: Line = ""
    parent: Annotated[PlacePath, Field(description="What it lies in, within the county")]


class PlaceReportJoinIn(Given):
    place: Annotated[PlacePath, Field(description="A neighbourhood, village or nomadic place of the same county")]


class PlaceReportAsideIn(Given):
    reason: Annotated[Line, Field(description="Told to the one who reported it; nobody's name")]


class PlaceReportFilters(Schema):
    state: ReportState | None = None
    kind: ReportedKind | None = None
    place: Here | None = None


class PlaceReportOut(Schema):
    """`place` is what it became or was joined to."""

    id: int
    state: ReportState
    name: str
    kind: ReportedKind
    near: PlaceRef
    organisation: OrganisationRef
    households: int | None
    heard_from: HeardFrom
    lat: float | None
    lon: float | None
    reported_date: date
    place: PlaceRef | None
    reason: str


class PlaceReportWhole(PlaceReportOut):
    """`like` are known places of the county that are called so, or nearly so."""

    note: str
    like: list[PlaceRef]


def reports_out(rows: Sequence[PlaceReport]) -> list[PlaceReportOut]:
    return [
        PlaceReportOut(
            id=row.pk, state=ReportState(row.state), name=row.name, kind=ReportedKind(row.kind), near=place_ref(row.near),
            organisation=organisation_ref(row.organisation), households=row.households, heard_from=HeardFrom(row.heard_from),
            lat=None if row.lat is None else float(row.lat), lon=None if row.lon is None else float(row.lon),
            reported_date=business_date(row.reported_at), place=place_ref(row.place) if row.place else None, reason=row.reason,
        )
        for row in rows
    ]  # fmt: skip


def _whole(report_id: int, by: Acting) -> PlaceReportWhole:
    row = queries.one(report_id, by)
    like = [place_ref(place) for place in queries.like_named(row)]
    return PlaceReportWhole(**dict(reports_out([row])[0]), note=revealed(row.note), like=like)


def list_place_reports(
    request: HttpRequest, filters: Query[PlaceReportFilters], page: Query[PageQuery]
) -> HttpResponse:
    with reading(request) as by:
        rows = narrowed(queries.reports(by), filters)
        return page_of(request, rows, page, reports_out, Order("newest", ("-id",)))


def get_place_report(request: HttpRequest, report_id: Path[Id]) -> HttpResponse:
    with reading(request) as by:
        return say(_whole(report_id, by))


def report_place(request: HttpRequest, body: PlaceReportIn) -> HttpResponse:
    """With an `Idempotency-Key` it is stored once, however often it is sent."""

    def run(by: Acting, now: datetime) -> PlaceReportWhole:
        at = position_said(body.lat, body.lon)
        row = report_actions.NewReport(
            body.name, body.kind, place_at(body.near), body.heard_from, body.households, body.note, at
        )
        return _whole(report_actions.report_place(row=row, by=by, now=now).pk, by)

    return act(request, run, status=201)


def accept_place_report(request: HttpRequest, report_id: Path[Id], body: PlaceReportAcceptIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> PlaceReportWhole:
        parent = place_at(body.parent)
        report_actions.accept_report(
            report_id=report_id, name_fa=body.name_fa, name_en=body.name_en, parent_id=parent.pk, by=by, now=now
        )
        return _whole(report_id, by)

    return act(request, run)


def join_place_report(request: HttpRequest, report_id: Path[Id], body: PlaceReportJoinIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> PlaceReportWhole:
        report_actions.join_report(report_id=report_id, place_id=place_at(body.place).pk, by=by, now=now)
        return _whole(report_id, by)

    return act(request, run)


def set_place_report_aside(request: HttpRequest, report_id: Path[Id], body: PlaceReportAsideIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> PlaceReportWhole:
        report_actions.set_report_aside(report_id=report_id, reason=body.reason, by=by, now=now)
        return _whole(report_id, by)

    return act(request, run)


def reopen_place_report(request: HttpRequest, report_id: Path[Id]) -> HttpResponse:
    def run(by: Acting, now: datetime) -> PlaceReportWhole:
        report_actions.reopen_report(report_id=report_id, by=by, now=now)
        return _whole(report_id, by)

    return act(request, run)


class VisitContactIn(Given):
    """A family that has no file anywhere. Its names go into its file, and no answer of this route holds them."""

    given_name: Name
    family_name: Name
    household_size: Annotated[int, Field(ge=1, le=40)] = 1
    mobile: Line = ""
    specification: Slug
    quantity: Quantity = 1
    note: Annotated[Prose, Field(description="In their own words; kept encrypted and never given out by the API")] = ""


class VisitContactOut(Schema):
    need_id: int
    visit_id: int


def open_visit_file(request: HttpRequest, visit_id: Path[Id], body: VisitContactIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> VisitContactOut:
        kind = specifications_named([body.specification])[body.specification]
        contact = NewContact(
            body.given_name, body.family_name, kind, body.quantity, body.household_size, body.mobile, body.note
        )
        need = open_file(visit_id=visit_id, contact=contact, by=by, now=now)
        return VisitContactOut(need_id=need.pk, visit_id=visit_id)

    return act(request, run, status=201)


_ONE = "/reports/{int:report_id}"
REPORT_ROUTES = (
    ApiRoute("POST", "/{int:visit_id}/files", "tell", open_visit_file, {201: VisitContactOut}, "Open the file of a family seen at a visit"),
    ApiRoute("GET", "/reports", "reports", list_place_reports, Page[PlaceReportOut], "Reported places that were in no list"),
    ApiRoute("GET", _ONE, "report", get_place_report, PlaceReportWhole, "One reported place, with known places of like name"),
    ApiRoute("POST", "/reports", "field_place", report_place, {201: PlaceReportWhole}, "Report a place that is in no list"),
    ApiRoute("POST", f"{_ONE}/accept", "judge", accept_place_report, PlaceReportWhole, "Accept a reported place as a place"),
    ApiRoute("POST", f"{_ONE}/join", "judge", join_place_report, PlaceReportWhole, "Join a reported place to a known one"),
    ApiRoute("POST", f"{_ONE}/aside", "judge", set_place_report_aside, PlaceReportWhole, "Set a reported place aside"),
    ApiRoute("POST", f"{_ONE}/reopen", "judge", reopen_place_report, PlaceReportWhole, "Take a judgement of a reported place back"),
)  # fmt: skip
