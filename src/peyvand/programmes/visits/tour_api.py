"""Tours for programs: routed, planned, read."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Query, Schema

from peyvand.api.answers import Given, Page, PageQuery, act, page_of, reading, say, the_one
from peyvand.api.shapes import Day, Id, PlacePath, PlaceRef, Title, Word, place_at, place_ref
from peyvand.extend.programme import ApiRoute
from peyvand.kernel.refusals import NotFound
from peyvand.people.models import Membership
from peyvand.programmes.visits import tour_actions
from peyvand.programmes.visits.enums import TourAim
from peyvand.programmes.visits.models import Tour, TourStop
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import below, in_area


class VisitTourCallIn(Given):
    place: PlacePath
    skills: Annotated[list[Word], Field(min_length=1, max_length=12)]


class VisitTourPersonIn(Given):
    membership_id: Id
    skills: Annotated[list[Word], Field(min_length=1, max_length=12)]


class VisitTourIn(Given):
    """Each skill a place needs becomes one visit by somebody who has it; skills are compared as words, in any spelling."""

    title: Title
    base: PlacePath
    begins: Day
    days: Annotated[int, Field(ge=1, le=14)]
    calls_a_day: Annotated[int, Field(ge=1, le=12)] = 3
    km_a_day: Annotated[int, Field(ge=1, le=1000)] = 150
    aim: TourAim = TourAim.CORRIDOR
    calls: Annotated[list[VisitTourCallIn], Field(min_length=1, max_length=60)]
    people: Annotated[list[VisitTourPersonIn], Field(min_length=1, max_length=20)]


class VisitTourStopOut(Schema):
    visit_id: int
    skill: str
    planned_date: date
    order: int
    km: float


class VisitTourOut(Schema):
    """`left` are the calls that found no room: place number, skill, why. `first_contacts` are those of its visits made so far."""

    id: int
    title: str
    aim: TourAim
    first_contacts: int
    base: PlaceRef
    begins: date
    days: int
    stops: list[VisitTourStopOut]
    left: list[list[int | str]]


def tours_out(rows: Sequence[Tour]) -> list[VisitTourOut]:
    stops: dict[int, list[VisitTourStopOut]] = {row.pk: [] for row in rows}
    contacts = dict.fromkeys(stops, 0)
    for one in (
        TourStop.objects.filter(tour__in=rows)
        .select_related("visit")
        .order_by("visit__planned_date", "person_id", "order")
    ):
        day = one.visit.planned_date
        contacts[one.tour_id] += one.visit.first_contacts
        if day is not None:
            told = VisitTourStopOut(
                visit_id=one.pk, skill=one.skill, planned_date=day, order=one.order, km=float(one.km)
            )
            stops[one.tour_id].append(told)
    return [
        VisitTourOut(
            id=row.pk, title=row.title, aim=TourAim(row.aim), first_contacts=contacts[row.pk], base=place_ref(row.base),
            begins=row.begins, days=row.days, stops=stops[row.pk], left=row.left
        )
        for row in rows
    ]  # fmt: skip


def _tours(by: Acting) -> QuerySet[Tour]:
    return Tour.objects.filter(in_area(by) & below(by.organisation_path, "organisation_path")).select_related("base")


def list_visit_tours(request: HttpRequest, page: Query[PageQuery]) -> HttpResponse:
    with reading(request) as by:
        return page_of(request, _tours(by), page, tours_out)


def get_visit_tour(request: HttpRequest, tour_id: Path[Id]) -> HttpResponse:
    with reading(request) as by:
        return say(tours_out([the_one(_tours(by), tour_id)])[0])


def plan_visit_tour(request: HttpRequest, body: VisitTourIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> VisitTourOut:
        members = Membership.objects.select_related("account").in_bulk([one.membership_id for one in body.people])
        if len(members) != len(body.people):
            raise NotFound
        row = tour_actions.NewTour(
            body.title, place_at(body.base), body.begins, body.days, [(place_at(one.place), one.skills) for one in body.calls],
            [(members[one.membership_id].account, one.skills) for one in body.people], body.calls_a_day, body.km_a_day, body.aim,
        )  # fmt: skip
        return tours_out([tour_actions.plan_tour(row=row, by=by, now=now)])[0]

    return act(request, run, status=201)


TOUR_ROUTES = (
    ApiRoute("GET", "/tours", "tours", list_visit_tours, Page[VisitTourOut], "Tours of your organisation"),
    ApiRoute("GET", "/tours/{int:tour_id}", "tour", get_visit_tour, VisitTourOut, "One tour with its stops"),
    ApiRoute("POST", "/tours", "new_tour", plan_visit_tour, {201: VisitTourOut}, "Route a tour and plan its visits"),
)  # fmt: skip
