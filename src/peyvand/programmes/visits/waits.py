"""What waits in visits, for the first page."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from peyvand.extend.programme import WaitingLine, Waits
from peyvand.programmes.visits import queries, report_queries
from peyvand.programmes.visits.enums import ReportState, VisitState
from peyvand.scope.acting import Acting
from peyvand.web.waiting import day, day_of, named_in, names_of

_TOLD = ("pk", "planned_date", "visited_date", *names_of("place"))


def _to_make(by: Acting, today: date) -> QuerySet[Any, Any]:
    return queries.to_make(by, today).order_by("planned_date", "pk").values(*_TOLD)


def _without_action(by: Acting, today: date) -> QuerySet[Any, Any]:
    return queries.visits(by).filter(state=VisitState.MADE).order_by("visited_date", "pk").values(*_TOLD)


def _line(row: dict[str, Any], **when: date | None) -> WaitingLine:
    return WaitingLine(named_in(row, "place"), reverse("visits:one", args=[row["pk"]]), **when)  # type: ignore[arg-type]


def _reported(by: Acting, today: date) -> QuerySet[Any, Any] | None:
    rows = report_queries.waiting(by)
    return None if rows is None else rows.order_by("reported_at", "pk").values("pk", "name", "reported_at")


def _report_line(row: dict[str, Any]) -> WaitingLine:
    return WaitingLine(row["name"], reverse("visits:report", args=[row["pk"]]), since=day_of(row["reported_at"]))


WAITS = (
    Waits(
        "to_make", "field", _("Visits whose day has come"), _("Write down the visit, or drop the plan"), _to_make,
        lambda row: _line(row, due=day(row["planned_date"])), lambda: reverse("visits:list") + "?show=due",
    ),
    Waits(
        "without_action", "tell", _("Visits that nothing has followed"), _("Tell what was done"), _without_action,
        lambda row: _line(row, since=day(row["visited_date"])), lambda: f"{reverse('visits:list')}?state={VisitState.MADE}",
    ),
    Waits(
        "reported", "judge", _("Reported places that are in no list"), _("Accept it, join it to a known place, or set it aside"), _reported,
        _report_line, lambda: f"{reverse('visits:reports')}?state={ReportState.WAITING}",
    ),
)  # fmt: skip
