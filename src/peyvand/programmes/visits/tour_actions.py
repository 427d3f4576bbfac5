"""Planning a tour: one act that routes people to places and plans the visits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext_noop as N_

from peyvand.journal.actions import record, record_batch
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, Refusal, require
from peyvand.kernel.text import search_key
from peyvand.people.models import Account, Membership
from peyvand.places.models import Place
from peyvand.places.queries import ancestors
from peyvand.programmes.visits import routing, rules
from peyvand.programmes.visits.actions import keeper, require_on, where
from peyvand.programmes.visits.enums import TourAim
from peyvand.programmes.visits.models import Tour, TourPerson, TourStop, Visit
from peyvand.programmes.visits.permissions import may_plan
from peyvand.programmes.visits.queries import standings
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import below, in_area
from peyvand.scope.database import action

UNSKILLED = N_("nobody who comes along can do this")
UNFIT = N_("the days, calls and kilometres have no room for it")


class NoPoint(Refusal):
    code = "visit_tour_no_point"
    message = "Where “{place}” lies is not known, nor where the places around it lie; a way to it cannot be counted."


@dataclass(frozen=True)
class NewTour:
    """`calls` are places with the skills they need, `people` accounts with the skills they have, in words."""

    title: str
    base: Place
    begins: date
    days: int
    calls: Sequence[tuple[Place, Sequence[str]]]
    people: Sequence[tuple[Account, Sequence[str]]]
    calls_a_day: int = 3
    km_a_day: int = 150
    aim: TourAim = TourAim.CORRIDOR


@action
def plan_tour(*, row: NewTour, by: Acting, now: datetime) -> Tour:
    """Route the tour and plan a visit for every call that finds room; what does not is kept with its reason.

    Raises `PlannedInPast`, `NotFine`, `NoPoint`, `ProgrammeOff`.
    """
    for place in (row.base, *(place for place, _ in row.calls)):
        require(may_plan(by, place.path))
    for place, _ in row.calls:
        require(rules.place_refusal(kind=place.kind, name=place.name_fa))
    own = keeper(by)
    require_on([(row.base.path, own.path)], now)
    _check(row, by, now)
    calls = [(place, skill) for place, skills in row.calls for skill in _skills(skills)]
    found = _route(row, calls, now)
    reasons = ((found.unskilled, UNSKILLED), (found.unfit, UNFIT))
    left = [[calls[number][0].pk, calls[number][1], why] for numbers, why in reasons for number in numbers]
    tour = Tour.objects.create(
        title=row.title.strip(), aim=row.aim, base=row.base, place_path=row.base.path, organisation=own, organisation_path=own.path,
        begins=row.begins, days=row.days, calls_a_day=row.calls_a_day, km_a_day=row.km_a_day,
        left=left,
        planned_by_id=by.account_id or None, planned_at=now,
    )  # fmt: skip
    people = TourPerson.objects.bulk_create(
        TourPerson(tour=tour, account=account, skills="، ".join(_skills(skills))) for account, skills in row.people
    )
    visits = []
    for stop in found.stops:
        place, skill = calls[stop.call]
        visit = Visit.objects.create(
            **where(place, own), state=rules.LIFE.start, planned_date=row.begins + timedelta(days=stop.day),
            planned_by_id=by.account_id or None, created_at=now,
        )  # fmt: skip
        TourStop.objects.create(
            visit=visit, tour=tour, person=people[stop.person], skill=skill, order=stop.order, km=round(stop.km, 1)
        )
        visits.append(visit)
    if visits:
        record_batch("visit.planned", kind="visit", subjects=visits, by=by, now=now)
    record(
        "visit_tour.planned", kind="visit_tour", subject=tour.pk, by=by, now=now, place_path=tour.place_path,
        organisation_path=own.path, data={"stops": len(found.stops), "left": len(tour.left)},
    )  # fmt: skip
    return tour


def _check(row: NewTour, by: Acting, now: datetime) -> None:
    if row.begins < business_date(now):
        raise rules.PlannedInPast
    if not row.title.strip() or not row.calls or not row.people:
        raise BadValue(field="title", reason="a tour has a title, places and people")
    if not (1 <= row.days <= 14 and 1 <= row.calls_a_day <= 12 and 1 <= row.km_a_day <= 1000):
        raise BadValue(field="days", reason="1 to 14 days, 1 to 12 calls and 1 to 1000 kilometres a day")
    wanted = {account.pk for account, _ in row.people}
    own = in_area(by, "place__path") & below(by.organisation_path, "organisation__path")
    known = set(Membership.objects.filter(own, account_id__in=wanted, until=None).values_list("account_id", flat=True))
    if len(wanted) != len(row.people) or wanted - known:
        raise BadValue(field="people", reason="each is once there, and works in your area and organisation")
    if sum(len(_skills(skills)) for _, skills in row.calls) > routing.MOST_CALLS:
        raise BadValue(field="calls", reason="one tour holds sixty calls")


def _skills(words: Sequence[str]) -> list[str]:
    """Each skill once, however often and in whichever spelling it was written."""
    return list({search_key(word): " ".join(word.split())[:60] for word in words if word.strip()}.values())


def _route(row: NewTour, calls: Sequence[tuple[Place, str]], now: datetime) -> routing.Route:
    today = business_date(now)
    points = _points([row.base, *(place for place, _ in row.calls)])
    scores = {
        place.path: one[0].neglect.score or 0
        for place, _ in row.calls
        if (one := standings(place.path, today, only=place))
    }
    asked = [routing.Call(points[place.path], search_key(skill), scores.get(place.path, 0)) for place, skill in calls]
    people = [frozenset(search_key(skill) for skill in _skills(skills)) for _, skills in row.people]
    return routing.route(
        asked, people, base=points[row.base.path], days=row.days, calls_a_day=row.calls_a_day, km_a_day=row.km_a_day
    )


def _points(places: Sequence[Place]) -> dict[str, tuple[float, float]]:
    """Where each place lies: its own point, or that of the nearest place above it that has one (its county, at worst)."""
    paths = {path for place in places for path in ancestors(place.path)[1:]}
    known = {
        one.path: (one.lat, one.lon)
        for one in Place.objects.filter(path__in=paths, lat__isnull=False).only("path", "lat", "lon")
    }
    if len({place.path for place in places}) == 1 and places[0].path not in known:
        return {places[0].path: (0.0, 0.0)}  # who stays where his day begins goes no way
    found = {}
    for place in places:
        point = next((known[path] for path in reversed(ancestors(place.path)) if path in known), None)
        if point is None:
            raise NoPoint(place=place.name_fa)
        found[place.path] = point
    return found  # type: ignore[return-value]
