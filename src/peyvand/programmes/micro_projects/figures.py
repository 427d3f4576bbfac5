"""What micro-projects promise, counted (their manifest says it in words)."""

from datetime import date

from django.db.models import QuerySet

from peyvand.extend.programme import Counted
from peyvand.kernel.jalali import add_months, business_date
from peyvand.programmes.micro_projects.enums import ProjectState
from peyvand.programmes.micro_projects.models import MicroProject
from peyvand.programmes.micro_projects.queries import late
from peyvand.programmes.micro_projects.rules import median_days
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.bulk import below
from peyvand.scope.database import scope

MONTHS = 6


def _recent(by: Acting, today: date) -> QuerySet[MicroProject]:
    """Proposed in the last six Jalali months, in the actor's area; staff see their organisation's, others the area's sums."""
    rows = MicroProject.objects.filter(below(by.place_path, "need__place_path"))
    if by.is_staff:
        rows = rows.filter(below(by.organisation_path, "need__organisation_path"))
    return rows.filter(need__created_at__date__gte=add_months(today, -MONTHS))


def how_many(by: Acting, today: date) -> Counted:
    with scope(SYSTEM):
        number = _recent(by, today).count()
    return Counted(float(number), number)


def days_to_delivery(by: Acting, today: date) -> Counted:
    with scope(SYSTEM):
        done = _recent(by, today).filter(state=ProjectState.DONE)
        spans = [
            (business_date(told), business_date(closed))
            for told, closed in done.values_list("need__created_at", "closed_at")
            if closed is not None
        ]
    return Counted(median_days(spans), len(spans))


def share_in_time(by: Acting, today: date) -> Counted:
    """Of those whose delivery was due: done on the promised day or before. One that is late and still open counts as late."""
    with scope(SYSTEM):
        rows = _recent(by, today)
        overdue = rows.filter(late(today), state=ProjectState.APPROVED).count()
        ends = list(rows.filter(state=ProjectState.DONE).values_list("closed_at", "deliver_by"))
    in_time = sum(1 for closed, by_day in ends if closed and by_day and business_date(closed) <= by_day)
    due = len(ends) + overdue
    return Counted(in_time / due if due else None, due)
