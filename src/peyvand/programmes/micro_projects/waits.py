"""What waits in micro-projects, for the first page."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from peyvand.extend.programme import WaitingLine, Waits
from peyvand.programmes.micro_projects import queries
from peyvand.programmes.micro_projects.enums import ProjectState
from peyvand.programmes.micro_projects.models import MicroProject
from peyvand.scope.acting import Acting
from peyvand.web.waiting import day, day_of, named_in, names_of

_TOLD = ("pk", "decide_by", "decided_at", "return_reason", *names_of("need__specification", "need__place"))


def _to_decide(by: Acting, today: date) -> QuerySet[Any, Any]:
    return queries.waiting_for(by).order_by("decide_by", "pk").values(*_TOLD)


def _returned(by: Acting, today: date) -> QuerySet[Any, Any]:
    own = MicroProject.objects.filter(state=ProjectState.RETURNED, proposed_by_id=by.account_id)
    return own.order_by("decided_at", "pk").values(*_TOLD)


def _line(row: dict[str, Any], **when: date | None) -> WaitingLine:
    title = f"{named_in(row, 'need__specification')} — {named_in(row, 'need__place')}"
    url = reverse("micro_projects:one", args=[row["pk"]])
    return WaitingLine(title, url, note=row["return_reason"], **when)


WAITS = (
    Waits(
        "to_decide", "decide", _("Micro-projects to decide on"), _("Approve or send back"), _to_decide,
        lambda row: _line(row, due=day(row["decide_by"])), lambda: reverse("micro_projects:list") + "?show=waiting",
    ),
    Waits(
        "returned", "again", _("Micro-projects sent back to you"), _("Mend it and ask again"), _returned,
        lambda row: _line(row, since=day_of(row["decided_at"])), lambda: reverse("micro_projects:list") + "?state=returned",
    ),
)  # fmt: skip
