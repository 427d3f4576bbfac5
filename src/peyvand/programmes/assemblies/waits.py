"""What waits in assemblies, for the first page."""

from datetime import date
from typing import Any

from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from peyvand.extend.programme import WaitingLine, Waits
from peyvand.programmes.assemblies import queries
from peyvand.programmes.assemblies.enums import IdeaState
from peyvand.scope.acting import Acting
from peyvand.web.votes.waits import open_now, to_count
from peyvand.web.waiting import day_of, named_in, names_of

_TOLD = ("pk", "title", *names_of("place"))


def _to_study(by: Acting, today: date) -> QuerySet[Any, Any]:
    return queries.ideas(by).filter(state=IdeaState.TOLD).order_by("told_at", "pk").values(*_TOLD, since=Max("told_at"))


def _to_plan(by: Acting, today: date) -> QuerySet[Any, Any]:
    chosen = Max("candidates__assembly__vote__counted_at")
    return queries.ideas(by).filter(state=IdeaState.CHOSEN).values(*_TOLD, since=chosen).order_by("since", "pk")


def _line(row: dict[str, Any]) -> WaitingLine:
    url = reverse("assemblies:idea", args=[row["pk"]])
    return WaitingLine(row["title"], url, since=day_of(row["since"]), note=named_in(row, "place"))


def _in(state: IdeaState) -> str:
    return f"{reverse('assemblies:list')}?state={state}"


WAITS = (
    to_count("assemblies", _("Votes to close and count"), queries.seen_votes),
    Waits(
        "to_plan", "decide", _("Chosen by the residents, without a plan"), _("Make the plan"), _to_plan, _line,
        lambda: _in(IdeaState.CHOSEN),
    ),
    Waits(
        "to_study", "work", _("Ideas that wait for their study"), _("Write the study"), _to_study, _line,
        lambda: _in(IdeaState.TOLD),
    ),
    open_now("assemblies", _("Votes that are open where you live"), queries.seen_votes),
)  # fmt: skip
