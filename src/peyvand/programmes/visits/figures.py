"""What visits promise, counted (their manifest says it in words), and month by month. All figures come of one read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from peyvand.extend.programme import Counted
from peyvand.kernel.jalali import JalaliMonth, add_months, business_date
from peyvand.programmes.visits.enums import MADE, ReportState, TourAim, VisitState
from peyvand.programmes.visits.models import PlaceReport, Visit
from peyvand.programmes.visits.queries import year_began
from peyvand.programmes.visits.rules import median_days
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.bulk import below
from peyvand.scope.database import scope

MONTHS = 12


@dataclass(frozen=True)
class Made:
    """What is counted of a visit that was made."""

    place_path: str
    day: date
    contacts: int
    followed: bool
    followed_at: datetime | None
    outreach: bool


def _inside(by: Acting) -> Q:
    """The actor's area; staff see their organisation's rows, others the area's sums."""
    area = below(by.place_path)
    return area & below(by.organisation_path, "organisation_path") if by.is_staff else area


def _made(by: Acting, since: date) -> list[Made]:
    rows = Visit.objects.filter(_inside(by), state__in=MADE, visited_date__gte=since).order_by("pk")
    wanted = ("place_path", "visited_date", "first_contacts", "state", "followed_at", "stop__tour__aim")
    with scope(SYSTEM):
        told = list(rows.values_list(*wanted))
    return [
        Made(path, day, contacts, state == VisitState.FOLLOWED, at, aim == TourAim.OUTREACH)
        for path, day, contacts, state, at, aim in told
        if day
    ]


def _brought_in(by: Acting, since: date) -> int:
    """Reported places accepted since a day."""
    rows = PlaceReport.objects.filter(_inside(by), state=ReportState.ACCEPTED, decided_at__date__gte=since)
    with scope(SYSTEM):
        return rows.count()


def together(by: Acting, today: date) -> Mapping[str, Counted]:
    """Every figure of the year."""
    since = add_months(today, -MONTHS)
    made, brought_in = _made(by, since), _brought_in(by, since)
    places = len({one.place_path for one in made if year_began(today) <= one.day})
    contacts = sum(one.contacts for one in made)
    outreach = sum(one.contacts for one in made if one.outreach)
    followed = [one for one in made if one.followed]
    spans = [(one.day, max(one.day, business_date(one.followed_at))) for one in followed if one.followed_at]
    return {
        "places_seen": Counted(float(places), places),
        "first_contacts": Counted(float(contacts), contacts),
        "outreach_contacts": Counted(float(outreach), outreach),
        "places_brought_in": Counted(float(brought_in), brought_in),
        "share_followed": Counted(len(followed) / len(made) if made else None, len(made)),
        "days_to_action": Counted(median_days(spans), len(spans)),
    }


def places_seen(by: Acting, today: date) -> Counted:
    return together(by, today)["places_seen"]


def first_contacts(by: Acting, today: date) -> Counted:
    return together(by, today)["first_contacts"]


def outreach_contacts(by: Acting, today: date) -> Counted:
    return together(by, today)["outreach_contacts"]


def places_brought_in(by: Acting, today: date) -> Counted:
    return together(by, today)["places_brought_in"]


def share_followed(by: Acting, today: date) -> Counted:
    return together(by, today)["share_followed"]


def days_to_action(by: Acting, today: date) -> Counted:
    return together(by, today)["days_to_action"]


@dataclass(frozen=True)
class MonthMade:
    """Visits made in a month, the first contacts at them, and of how many of them something followed by now."""

    month: JalaliMonth
    visits: int
    contacts: int
    followed: int


def by_month(by: Acting, today: date, months: int = MONTHS) -> Sequence[MonthMade]:
    """The last months, the oldest first; today's is the last of them and not over."""
    last = JalaliMonth.of(today)
    known = [last.shift(-back) for back in reversed(range(months))]
    found: dict[JalaliMonth, list[Made]] = {one: [] for one in known}
    for one in _made(by, known[0].first_day):
        found.get(JalaliMonth.of(one.day), []).append(one)
    return [
        MonthMade(month, len(some), sum(one.contacts for one in some), sum(one.followed for one in some))
        for month, some in found.items()
    ]
