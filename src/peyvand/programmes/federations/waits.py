"""What waits in federations, for the first page."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from peyvand.extend.programme import WaitingLine, Waits
from peyvand.programmes.federations import buying_queries as buying
from peyvand.programmes.federations import queries
from peyvand.scope.acting import Acting
from peyvand.web.votes.waits import to_count
from peyvand.web.waiting import day, day_of, named_in, names_of


def _takings(by: Acting, today: date) -> QuerySet[Any, Any]:
    rows = queries.waiting_for(by).order_by("asked_at", "pk")
    return rows.values("pk", "asked_at", *names_of("shared__specification", "organisation"))


def _asking(by: Acting, today: date) -> QuerySet[Any, Any]:
    rows = queries.asking(by).order_by("asked_at", "pk")
    return rows.values("pk", "asked_at", "federation_id", *names_of("organisation", "federation__organisation"))


def _minutes(by: Acting, today: date) -> QuerySet[Any, Any]:
    rows = queries.meetings_to_write(by, today).order_by("date", "pk")
    return rows.values("pk", "date", *names_of("federation__organisation"))


def _taking_line(row: dict[str, Any]) -> WaitingLine:
    title = f"{named_in(row, 'shared__specification')} — {named_in(row, 'organisation')}"
    return WaitingLine(title, reverse("federations:takings") + "?state=asked", since=day_of(row["asked_at"]))


def _asking_line(row: dict[str, Any]) -> WaitingLine:
    url = reverse("federations:federation", args=[row["federation_id"]])
    note = named_in(row, "federation__organisation")
    return WaitingLine(named_in(row, "organisation"), url, since=day_of(row["asked_at"]), note=note)


def _minutes_line(row: dict[str, Any]) -> WaitingLine:
    url = reverse("federations:meeting", args=[row["pk"]])
    return WaitingLine(named_in(row, "federation__organisation"), url, since=day(row["date"]))


def _to_say(by: Acting, today: date) -> QuerySet[Any, Any]:
    rows = buying.to_say(by, today).order_by("closes_date", "pk")
    return rows.values("pk", "closes_date", *names_of("specification", "federation__organisation"))


def _to_choose(by: Acting, today: date) -> QuerySet[Any, Any]:
    rows = buying.to_choose(by).order_by("closes_date", "pk")
    return rows.values("pk", "closes_date", *names_of("specification", "federation__organisation"))


def _to_receive(by: Acting, today: date) -> QuerySet[Any, Any]:
    rows = buying.to_receive(by).order_by("buy__chosen_at", "pk")
    return rows.values("pk", "buy_id", "buy__chosen_at", *names_of("buy__specification"))


def _to_say_line(row: dict[str, Any]) -> WaitingLine:
    note = named_in(row, "federation__organisation")
    return WaitingLine(named_in(row, "specification"), _buy(row["pk"]), due=day(row["closes_date"]), note=note)


def _to_choose_line(row: dict[str, Any]) -> WaitingLine:
    note = named_in(row, "federation__organisation")
    return WaitingLine(named_in(row, "specification"), _buy(row["pk"]), since=day(row["closes_date"]), note=note)


def _to_receive_line(row: dict[str, Any]) -> WaitingLine:
    return WaitingLine(named_in(row, "buy__specification"), _buy(row["buy_id"]), since=day_of(row["buy__chosen_at"]))


def _buy(buy_id: int) -> str:
    return reverse("federations:buy", args=[buy_id])


WAITS = (
    Waits(
        "takings", "share", _("Members who take needs your organisation shared"), _("Say yes or no"), _takings, _taking_line,
        lambda: reverse("federations:takings") + "?state=asked",
    ),
    Waits(
        "asking", "act", _("Organisations that ask to join"), _("Admit them or not"), _asking, _asking_line,
        lambda: reverse("federations:list"),
    ),
    Waits(
        "minutes", "act", _("Assemblies whose minutes are open"), _("Write the minutes"), _minutes, _minutes_line,
        lambda: reverse("federations:list"),
    ),
    Waits(
        "to_say", "act", _("Joint buying your organisation can take part in"), _("Say how much you take"), _to_say, _to_say_line,
        lambda: reverse("federations:buys") + "?state=open",
    ),
    Waits(
        "to_choose", "act", _("Joint buying that waits for a choice"), _("Choose an offer"), _to_choose, _to_choose_line,
        lambda: reverse("federations:buys") + "?state=closed",
    ),
    Waits(
        "to_receive", "act", _("Joint buying on its way to you"), _("Say what arrived"), _to_receive, _to_receive_line,
        lambda: reverse("federations:buys") + "?state=chosen",
    ),
    to_count("federations", _("Elections to close and count"), queries.election_votes),
)  # fmt: skip
