"""Plans of many visits at once, each act one event; and a plan's new day."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import NotFound, require
from peyvand.places.models import Place
from peyvand.programmes.visits import rules
from peyvand.programmes.visits.actions import keep_plans, keeper, moved, require_on, told_of
from peyvand.programmes.visits.enums import VisitState
from peyvand.programmes.visits.models import Visit
from peyvand.programmes.visits.permissions import may_change, may_plan
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import lock
from peyvand.scope.database import action


@action
def plan_visits(*, place_ids: Sequence[int], planned_date: date, by: Acting, now: datetime) -> dict[int, int]:
    """Plan a visit to each of these places, all or none; by the id of the place that of the visit.

    A place to which one's own organisation has planned a visit already is refused (`AlreadyPlanned`), so that nobody is sent twice;
    else as `plan_visit`.
    """
    found = {place.pk: place for place in Place.objects.defer("boundary").filter(pk__in=set(place_ids))}
    if len(found) != len(set(place_ids)):
        raise NotFound
    own = keeper(by)
    waits = Visit.objects.filter(place__in=found, state=VisitState.PLANNED, organisation=own)
    planned = set(waits.values_list("place_id", flat=True))
    for place in found.values():
        require(may_plan(by, place.path))
        if place.pk in planned:
            raise rules.AlreadyPlanned(place=place.name_fa)
    return {visit.place_id: visit.pk for visit in keep_plans(list(found.values()), planned_date, own, by, now)}


@action
def drop_visits(*, visit_ids: Sequence[int], by: Acting, now: datetime) -> list[Visit]:
    """These plans are given up; they can be taken up again."""
    return moved("drop_visit", "visit.dropped", visit_ids, by, now)


@action
def restore_visits(*, visit_ids: Sequence[int], by: Acting, now: datetime) -> list[Visit]:
    return moved("restore_visit", "visit.restored", visit_ids, by, now)


@action
def give_day(*, visit_ids: Sequence[int], planned_date: date, by: Acting, now: datetime) -> dict[int, date]:
    """Give planned visits another day, today or later; by visit the day until now. Raises `PlannedInPast`."""
    if planned_date < business_date(now):
        raise rules.PlannedInPast
    return _days(dict.fromkeys(visit_ids, planned_date), by, now)


@action
def put_back_days(*, days: Mapping[int, date], by: Acting, now: datetime) -> dict[int, date]:
    """Give planned visits the days they had before, also where such a day has passed meanwhile."""
    return _days(days, by, now)


def _days(days: Mapping[int, date], by: Acting, now: datetime) -> dict[int, date]:
    visits = lock(Visit.objects.all(), days)
    require_on([(visit.place_path, visit.organisation_path) for visit in visits.values()], now)
    before = {}
    for visit in visits.values():
        require(may_change(by, visit))
        visit.state = rules.LIFE.after("give_day", visit.state)
        before[visit.pk] = visit.planned_date or business_date(now)
        visit.planned_date = days[visit.pk]
    Visit.objects.bulk_update(visits.values(), ["planned_date"])
    told_of("visit.given_day", list(visits.values()), by, now)
    return before
