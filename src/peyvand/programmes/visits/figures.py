"""What visits promise, counted (their manifest says it in words)."""

from datetime import date

from django.db.models import Count, Q, QuerySet, Sum

from peyvand.extend.programme import Counted
from peyvand.kernel.jalali import add_months, business_date
from peyvand.programmes.visits.enums import MADE, VisitState
from peyvand.programmes.visits.models import Visit
from peyvand.programmes.visits.queries import year_began
from peyvand.programmes.visits.rules import median_days
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.bulk import below
from peyvand.scope.database import scope

MONTHS = 12


def _made(by: Acting, since: date) -> QuerySet[Visit]:
    """Made since a day in the actor's area; staff see their organisation's, others the area's sums."""
    rows = Visit.objects.filter(below(by.place_path), state__in=MADE, visited_date__gte=since)
    return rows.filter(below(by.organisation_path, "organisation_path")) if by.is_staff else rows


def places_seen(by: Acting, today: date) -> Counted:
    with scope(SYSTEM):
        number = _made(by, year_began(today)).order_by().values("place_path").distinct().count()
    return Counted(float(number), number)


def first_contacts(by: Acting, today: date) -> Counted:
    with scope(SYSTEM):
        number = _made(by, add_months(today, -MONTHS)).aggregate(n=Sum("first_contacts"))["n"] or 0
    return Counted(float(number), number)


def share_followed(by: Acting, today: date) -> Counted:
    with scope(SYSTEM):
        rows = _made(by, add_months(today, -MONTHS))
        many = rows.aggregate(made=Count("pk"), followed=Count("pk", filter=Q(state=VisitState.FOLLOWED)))
    made, followed = many["made"], many["followed"]
    return Counted(followed / made if made else None, made)


def days_to_action(by: Acting, today: date) -> Counted:
    with scope(SYSTEM):
        rows = _made(by, add_months(today, -MONTHS)).filter(state=VisitState.FOLLOWED)
        spans = [
            (visited, max(visited, business_date(followed)))
            for visited, followed in rows.values_list("visited_date", "followed_at")
            if visited and followed
        ]
    return Counted(median_days(spans), len(spans))
