"""What waits in votes, for the first pages of those who keep them and of those who may vote."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from peyvand.extend.programme import WaitingLine, Waits
from peyvand.scope.acting import Acting, Role
from peyvand.scope.bulk import below, in_area
from peyvand.votes.enums import VoteState
from peyvand.votes.models import Vote
from peyvand.web.waiting import day_of

Votes = Callable[[], QuerySet[Vote]]


def to_count(slug: str, title: Any, votes: Votes) -> Waits:
    """Votes of a programme that the actor keeps and whose time is over: they are to be closed and counted."""

    def rows(by: Acting, today: date) -> QuerySet[Any, Any]:
        over = Q(state=VoteState.OPEN, closes_at__lte=timezone.now()) | Q(state=VoteState.CLOSED)
        own = in_area(by) & below(by.organisation_path, "organisation_path")
        return _told(votes().filter(own, over, example=False))

    return Waits("to_count", "decide", title, _("Close and count"), rows, _line_of(slug), _board_of(slug))


def open_now(slug: str, title: Any, votes: Votes) -> Waits:
    """Votes that are open where a resident lives."""

    def rows(by: Acting, today: date) -> QuerySet[Any, Any] | None:
        if by.role is not Role.RESIDENT:
            return None
        return _told(votes().filter(in_area(by), state=VoteState.OPEN, closes_at__gt=timezone.now()))

    return Waits("open_now", "vote", title, _("Read what is voted on, and vote"), rows, _line_of(slug), _board_of(slug))


def _told(votes: QuerySet[Vote]) -> QuerySet[Any, Any]:
    return votes.order_by("closes_at", "pk").values("pk", "title", "closes_at")


def _line_of(slug: str) -> Callable[[dict[str, Any]], WaitingLine]:
    return lambda row: WaitingLine(
        row["title"], reverse(f"{slug}:vote", args=[row["pk"]]), due=day_of(row["closes_at"])
    )


def _board_of(slug: str) -> Callable[[], str]:
    return lambda: reverse(f"{slug}:board")
