"""What waits in proposals, for the first page."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from peyvand.extend.programme import WaitingLine, Waits
from peyvand.programmes.proposals import queries
from peyvand.programmes.proposals import speaking_queries as speaking
from peyvand.programmes.proposals.enums import HappeningKind
from peyvand.scope.acting import Acting
from peyvand.web.waiting import day, day_of


def _to_answer(by: Acting, today: date) -> QuerySet[Any, Any]:
    return queries.waiting_for(by).order_by("answer_by", "pk").values("pk", "title", "answer_by")


def _to_send(by: Acting, today: date) -> QuerySet[Any, Any]:
    return queries.unrouted(by).order_by("written_at", "pk").values("pk", "title", "written_at")


def _promised(by: Acting, today: date) -> QuerySet[Any, Any]:
    return queries.own_passed(by, today).values("pk", "title", "promised_by")


def _news(by: Acting, today: date) -> QuerySet[Any, Any]:
    return queries.unread(by).values("pk", "kind", "proposal_id", "proposal__title")


def _line(row: dict[str, Any], **when: date | None) -> WaitingLine:
    return WaitingLine(row["title"], reverse("proposals:one", args=[row["pk"]]), **when)  # type: ignore[arg-type]


def _news_line(row: dict[str, Any]) -> WaitingLine:
    url = reverse("proposals:one", args=[row["proposal_id"]])
    return WaitingLine(row["proposal__title"], url, note=str(HappeningKind(row["kind"]).label))


def _to_choose(by: Acting, today: date) -> QuerySet[Any, Any]:
    return speaking.to_choose(by, today).order_by("closes_date", "pk").values("theme_id", "theme__title", "closes_date")


def _choosing_line(row: dict[str, Any]) -> WaitingLine:
    url = reverse("proposals:speakers", args=[row["theme_id"]])
    return WaitingLine(row["theme__title"], url, due=day(row["closes_date"]))


def _shown(show: str) -> str:
    return f"{reverse('proposals:list')}?show={show}"


WAITS = (
    Waits(
        "to_answer", "answer", _("Proposals your organisation has to answer"), _("Answer them"), _to_answer,
        lambda row: _line(row, due=day(row["answer_by"])), lambda: _shown("waiting"),
    ),
    Waits(
        "to_send", "lead", _("Proposals to send to a body"), _("Send them on, or join them"), _to_send,
        lambda row: _line(row, since=day_of(row["written_at"])), lambda: _shown("unrouted"),
    ),
    Waits(
        "promised", "answer", _("Promised to the authors, and the day has passed"), _("Tell what became of it"), _promised,
        lambda row: _line(row, due=day(row["promised_by"])), lambda: _shown("own_passed"), late=True,
    ),
    Waits(
        "to_choose", "support", _("Themes you wrote for, whose authors choose who speaks for them"), _("Give your voice"), _to_choose,
        _choosing_line, lambda: reverse("proposals:themes"),
    ),
    Waits("news", "news", _("New in your proposals"), "", _news, _news_line, lambda: reverse("proposals:news")),
)  # fmt: skip
