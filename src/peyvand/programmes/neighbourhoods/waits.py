"""What waits in councils and on boards, for the first page."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from peyvand.extend.programme import WaitingLine, Waits
from peyvand.programmes.neighbourhoods import queries
from peyvand.programmes.neighbourhoods.models import Resolution, Voice
from peyvand.scope.acting import Acting
from peyvand.web.pages.words import listed
from peyvand.web.waiting import day, day_of, named_in, names_of

_COUNCIL = ("council__kind", "council__place")


def _owed(by: Acting, today: date) -> QuerySet[Any, Any]:
    rows = Resolution.objects.filter(queries.owed_by(by)).order_by("due_date", "pk")
    return rows.values("pk", "title", "due_date", *names_of(*_COUNCIL))


def _to_confirm(by: Acting, today: date) -> QuerySet[Any, Any]:
    rows = Resolution.objects.filter(queries.to_confirm(by)).order_by("reported_at", "pk")
    return rows.values("pk", "title", "reported_at", *names_of(*_COUNCIL))


def _to_answer(by: Acting, today: date) -> QuerySet[Any, Any]:
    rows = Voice.objects.filter(queries.to_answer(by)).order_by("answer_by", "pk")
    return rows.values("pk", "title", "answer_by", *names_of(*_COUNCIL))


def _minutes(by: Acting, today: date) -> QuerySet[Any, Any]:
    return queries.sessions_to_write(by, today).order_by("date", "pk").values("pk", "date", *names_of(*_COUNCIL))


def _obstacles(by: Acting, today: date) -> QuerySet[Any, Any]:
    rows = queries.obstacles(by).filter(queries.to_clear(by)).order_by("handed_at", "pk")
    return rows.values("pk", "title", "handed_at", "place_id", *names_of("place"))


def _alarms(by: Acting, today: date) -> QuerySet[Any, Any]:
    rows = queries.double_help(by).filter(state="new").order_by("noticed_at", "pk")
    return rows.values("pk", "noticed_at", *names_of("need__specification", "need__place"))


def _council(row: dict[str, Any]) -> str:
    return listed(*(named_in(row, one) for one in _COUNCIL))


def _titled(route: str, row: dict[str, Any], **when: date | None) -> WaitingLine:
    url = reverse(f"neighbourhoods:{route}", args=[row["pk"]])
    return WaitingLine(row["title"], url, note=_council(row), **when)


def _minutes_line(row: dict[str, Any]) -> WaitingLine:
    return WaitingLine(_council(row), reverse("neighbourhoods:session", args=[row["pk"]]), since=day(row["date"]))


def _obstacle_line(row: dict[str, Any]) -> WaitingLine:
    url = reverse("neighbourhoods:board", args=[row["place_id"]])
    return WaitingLine(row["title"], url, since=day_of(row["handed_at"]), note=named_in(row, "place"))


def _alarm_line(row: dict[str, Any]) -> WaitingLine:
    title = f"{named_in(row, 'need__specification')} — {named_in(row, 'need__place')}"
    return WaitingLine(title, reverse("neighbourhoods:served"), since=day_of(row["noticed_at"]))


def _at(route: str, query: str = "") -> Callable[[], str]:
    return lambda: reverse(f"neighbourhoods:{route}") + query


_resolution, _voice = partial(_titled, "resolution"), partial(_titled, "voice")

WAITS = (
    Waits(
        "owed", "step", _("Resolutions your organisation owes"), _("Begin them, or report them done"), _owed,
        lambda row: _resolution(row, due=day(row["due_date"])), _at("resolutions", "?show=owed"),
    ),
    Waits(
        "to_confirm", "council_act", _("Resolutions reported as done"), _("Confirm them, or send them back"), _to_confirm,
        lambda row: _resolution(row, since=day_of(row["reported_at"])), _at("resolutions", "?show=confirm"),
    ),
    Waits(
        "to_answer", "council_act", _("Voices that wait for your answer"), _("Answer them, or pass them on"), _to_answer,
        lambda row: _voice(row, due=day(row["answer_by"])), _at("voices", "?show=answer"),
    ),
    Waits(
        "minutes", "council_act", _("Sessions whose minutes are open"), _("Write the minutes"), _minutes, _minutes_line,
        _at("sessions", "?show=minutes"),
    ),
    Waits(
        "obstacles", "board_act", _("Obstacles your organisation is to clear"), _("Clear them, or hand them on"), _obstacles,
        _obstacle_line, _at("obstacles", "?show=own"),
    ),
    Waits(
        "alarms", "ask", _("Double help noticed"), _("Look whether it is the same help"), _alarms, _alarm_line, _at("served"),
    ),
)  # fmt: skip
