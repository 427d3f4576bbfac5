"""Micro-projects for programs: the same acts and lists as the pages."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Query, Schema

from peyvand.api.answers import Count, Given, Order, Page, PageQuery, act, page_of, reading, say, today
from peyvand.api.filters import Here, narrowed
from peyvand.api.programmes import ProgrammeFigures, figures_of
from peyvand.api.shapes import (
    Day,
    Id,
    Line,
    OrganisationRef,
    PlaceRef,
    Prose,
    Quantity,
    Slug,
    SpecificationRef,
    Title,
    organisation_ref,
    place_ref,
    specification_ref,
    specifications_named,
)
from peyvand.extend.programme import ApiRoute
from peyvand.people.models import Household
from peyvand.programmes.micro_projects import actions, queries, rules
from peyvand.programmes.micro_projects.enums import ProjectState, ReasonKind
from peyvand.programmes.micro_projects.models import MicroProject, MicroProjectTerms
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import only

NEWEST = Order("newest", ("-need_id",))
Rial = Annotated[int, Field(ge=1, le=2**53, description="Whole rial", examples=[200000000])]


class MicroProjectOut(Schema):
    """`need_id` is its own number too. `due_date` is the day of the clock that runs, null where none does."""

    need_id: int
    need_code: str
    state: ProjectState
    late: bool
    specification: SpecificationRef
    quantity: int
    place: PlaceRef
    organisation: OrganisationRef
    family_id: int | None
    reason_kind: ReasonKind
    happened_date: date | None
    estimate_rial: int
    ceiling_rial: int
    proposed_at: datetime
    decided_at: datetime | None
    return_reason: str
    due_date: date | None
    closed_at: datetime | None


class MicroProjectIn(Given):
    """Something sudden that happened within the last ninety days, at most at the ceiling in force."""

    family_id: Id
    specification: Slug
    reason_kind: ReasonKind
    happened_date: Day
    estimate_rial: Rial
    quantity: Quantity = 1
    note: Annotated[Prose, Field(description="For the approver; kept encrypted and never given out by the API")] = ""


class MicroProjectReturnIn(Given):
    reason: Annotated[Line, Field(description="What is missing; the proposer reads it")]


class MicroProjectAgainIn(Given):
    estimate_rial: Rial


class MicroProjectFilters(Schema):
    state: ProjectState | None = None
    specification: Slug = ""
    reason_kind: ReasonKind | None = None
    place: Here | None = None
    late: Annotated[bool, Field(description="Only those not decided or delivered in time")] = False
    waiting: Annotated[bool, Field(description="Only those you can decide on")] = False


class MicroProjectTermsOut(Schema):
    id: int
    since: date
    ceiling_rial: int
    decide_days: int
    deliver_days: int
    source: str


class MicroProjectTermsIn(Given):
    since: Annotated[Day, Field(description="Today or later")]
    ceiling_rial: Rial
    decide_days: Annotated[int, Field(ge=1, le=30, description="Business days")]
    deliver_days: Annotated[int, Field(ge=1, le=90, description="Days after approval")]
    source: Annotated[Title, Field(description="Who decided; shown to everyone")]


def projects_out(rows: Sequence[MicroProject], by: Acting) -> list[MicroProjectOut]:
    day, told = today(), []
    for row in rows:
        need = row.need
        due = rules.due_date(state=row.state, decide_by=row.decide_by, deliver_by=row.deliver_by)
        own = by.covers(place_path=need.place_path, organisation_path=need.organisation_path)
        told.append(
            MicroProjectOut(
                need_id=row.pk, need_code=need.tracking_code, state=ProjectState(row.state),
                late=due is not None and due < day, specification=specification_ref(need.specification),
                quantity=need.quantity, place=place_ref(need.place), organisation=organisation_ref(need.organisation),
                family_id=need.household_id if own else None, reason_kind=ReasonKind(row.reason_kind),
                happened_date=row.happened_date, estimate_rial=row.estimate_rial, ceiling_rial=row.ceiling_rial,
                proposed_at=row.proposed_at, decided_at=row.decided_at, return_reason=row.return_reason, due_date=due,
                closed_at=row.closed_at,
            )
        )  # fmt: skip
    return told


def _rows(by: Acting, filters: MicroProjectFilters) -> QuerySet[MicroProject]:
    rows = narrowed(queries.projects(by), filters, place="need__place_path", specification="need__specification__slug")
    if filters.late:
        rows = rows.filter(queries.late(today()))
    return rows.filter(pk__in=queries.waiting_for(by).values("pk")) if filters.waiting else rows


def _one(need_id: int, by: Acting) -> MicroProjectOut:
    return projects_out([queries.one(need_id)], by)[0]


def list_projects(request: HttpRequest, filters: Query[MicroProjectFilters], page: Query[PageQuery]) -> HttpResponse:
    with reading(request) as by:
        return page_of(request, _rows(by, filters), page, lambda rows: projects_out(rows, by), NEWEST)


def count_projects(request: HttpRequest, filters: Query[MicroProjectFilters]) -> HttpResponse:
    with reading(request) as by:
        return say(Count(count=_rows(by, filters).count()))


def get_project(request: HttpRequest, need_id: Path[Id]) -> HttpResponse:
    with reading(request) as by:
        return say(_one(need_id, by))


def propose_project(request: HttpRequest, body: MicroProjectIn) -> HttpResponse:
    """Tells the need and asks for its quick approval, in one act."""

    def run(by: Acting, now: datetime) -> MicroProjectOut:
        home = only(Household.objects.select_related("place", "organisation").filter(pk=body.family_id))
        row = actions.NewProject(
            home, specifications_named([body.specification])[body.specification], body.reason_kind, body.happened_date,
            body.estimate_rial, quantity=body.quantity, note=body.note,
        )  # fmt: skip
        return _one(actions.propose_project(row=row, by=by, now=now).pk, by)

    return act(request, run, status=201)


def approve_project(request: HttpRequest, need_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: _one(actions.approve_project(need_id=need_id, by=by, now=now).pk, by))


def return_project(request: HttpRequest, need_id: Path[Id], body: MicroProjectReturnIn) -> HttpResponse:
    return act(
        request,
        lambda by, now: _one(actions.return_project(need_id=need_id, reason=body.reason, by=by, now=now).pk, by),
    )


def propose_again(request: HttpRequest, need_id: Path[Id], body: MicroProjectAgainIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> MicroProjectOut:
        actions.propose_again(need_id=need_id, estimate_rial=body.estimate_rial, by=by, now=now)
        return _one(need_id, by)

    return act(request, run)


def withdraw_project(request: HttpRequest, need_id: Path[Id]) -> HttpResponse:
    """Its need is withdrawn with it."""
    return act(request, lambda by, now: _one(actions.withdraw_project(need_id=need_id, by=by, now=now).pk, by))


def terms_out(row: MicroProjectTerms) -> MicroProjectTermsOut:
    return MicroProjectTermsOut(
        id=row.pk, since=row.since, ceiling_rial=row.ceiling_rial, decide_days=row.decide_days,
        deliver_days=row.deliver_days, source=row.source,
    )  # fmt: skip


def list_terms(request: HttpRequest, page: Query[PageQuery]) -> HttpResponse:
    with reading(request):
        return page_of(request, MicroProjectTerms.objects.all(), page, lambda rows: [terms_out(row) for row in rows])


def set_terms(request: HttpRequest, body: MicroProjectTermsIn) -> HttpResponse:
    """For what is proposed from then on; what was proposed before keeps its own."""

    def run(by: Acting, now: datetime) -> MicroProjectTermsOut:
        fresh = rules.Terms(body.ceiling_rial, body.decide_days, body.deliver_days)
        return terms_out(actions.set_terms(terms=fresh, since=body.since, source=body.source, by=by, now=now))

    return act(request, run, status=201)


_ONE = "/{int:need_id}"
API_ROUTES = (
    ApiRoute("GET", "", "list", list_projects, Page[MicroProjectOut], "Micro-projects you may see"),
    ApiRoute("GET", "/count", "list", count_projects, Count, "How many micro-projects you may see"),
    ApiRoute(
        "GET",
        "/figures",
        "figures",
        figures_of(actions.SLUG),
        ProgrammeFigures,
        "Figures of micro-projects where you act",
    ),
    ApiRoute(
        "GET", "/terms", "terms", list_terms, Page[MicroProjectTermsOut], "Ceilings and clocks that were ever set"
    ),
    ApiRoute("GET", _ONE, "one", get_project, MicroProjectOut, "One micro-project"),
    ApiRoute("POST", "", "new", propose_project, {201: MicroProjectOut}, "Propose a micro-project for a family"),
    ApiRoute(
        "POST",
        "/terms",
        "terms",
        set_terms,
        {201: MicroProjectTermsOut},
        "Set the ceiling and the clocks from a day on",
    ),
    ApiRoute("POST", f"{_ONE}/approve", "decide", approve_project, MicroProjectOut, "Approve: it can be promised now"),
    ApiRoute(
        "POST", f"{_ONE}/return", "decide", return_project, MicroProjectOut, "Give it back, saying what is missing"
    ),
    ApiRoute("POST", f"{_ONE}/again", "again", propose_again, MicroProjectOut, "Ask again, with another estimate"),
    ApiRoute("POST", f"{_ONE}/withdraw", "withdraw", withdraw_project, MicroProjectOut, "Withdraw it and its need"),
)
