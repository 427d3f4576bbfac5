"""What waits in practices, for the first page."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from peyvand.extend.programme import WaitingLine, Waits
from peyvand.programmes.practices import queries
from peyvand.scope.acting import Acting
from peyvand.web.waiting import day, day_of


def _words(by: Acting, today: date) -> QuerySet[Any, Any]:
    rows = queries.words_to_answer(by).order_by("proposed_at", "pk")
    return rows.values("pk", "proposed_at", "story_id", "story__title", "reason")


def _nominations(by: Acting, today: date) -> QuerySet[Any, Any]:
    rows = queries.nominations_to_decide(by).order_by("session__held_date", "pk")
    return rows.values("pk", "session_id", "session__title", "session__held_date", "practice__title")


def _words_line(row: dict[str, Any]) -> WaitingLine:
    url = reverse("practices:story", args=[row["story_id"]])
    return WaitingLine(row["story__title"], url, since=day_of(row["proposed_at"]), note=row["reason"])


def _nomination_line(row: dict[str, Any]) -> WaitingLine:
    url = reverse("practices:session", args=[row["session_id"]])
    due = day(row["session__held_date"])
    return WaitingLine(row["practice__title"], url, due=due, note=row["session__title"])


WAITS = (
    Waits(
        "words", "answer_words", _("Other words are proposed for your stories"), _("Accept or decline them"), _words,
        _words_line, lambda: reverse("practices:stories"),
    ),
    Waits(
        "nominations", "decide", _("Practices nominated to a session"), _("Decide on them"), _nominations,
        _nomination_line, lambda: reverse("practices:sessions"),
    ),
)  # fmt: skip
