"""The journal as the role sees it: which acts were done, on which rows, under which role. It names nobody."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from peyvand.api.answers import Count, Order, Page, PageQuery, page_of, reading, say
from peyvand.api.filters import Here, narrowed
from peyvand.api.shapes import Word
from peyvand.journal.models import Event
from peyvand.kernel.refusals import require
from peyvand.people.permissions import may_search_journal
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import in_area

router = Router(tags=["Journal"])
OLDEST_FIRST = Order("oldest", ("id",))


class EventOut(Schema):
    """`subject_id` is null for a batch; `rows` counts the rows of the act."""

    id: int
    at: datetime
    act: str = Field(examples=["need.told"])
    subject_kind: str
    subject_id: int | None
    rows: int
    role: str
    account_id: int
    membership_id: int


class EventFilters(Schema):
    act: Annotated[Word, Field(examples=["delivery.accepted"])] = ""
    subject_kind: Annotated[Word, Field(examples=["need"])] = ""
    subject_id: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    place: Here | None = None


def events_out(rows: Sequence[Event]) -> list[EventOut]:
    return [
        EventOut(
            id=row.pk, at=row.at, act=row.act, subject_kind=row.subject_kind, subject_id=row.subject_id,
            rows=len(row.data.get("rows", ())) or 1, role=row.role, account_id=row.account_id,
            membership_id=row.membership_id,
        )
        for row in rows
    ]  # fmt: skip


def _rows(by: Acting, filters: EventFilters) -> QuerySet[Event]:
    require(may_search_journal(by))
    return narrowed(Event.objects.filter(in_area(by)), filters)


@router.get("", response=Page[EventOut], summary="What was done, the oldest first")
def list_events(request: HttpRequest, filters: Query[EventFilters], page: Query[PageQuery]) -> HttpResponse:
    """Keep the last `next`, or the greatest `id`, to ask later for what came since. Acts that run at the same time may be
    written in another order than that of their numbers: ask again from some way back."""
    with reading(request) as by:
        return page_of(request, _rows(by, filters), page, events_out, OLDEST_FIRST)


@router.get("/count", response=Count, summary="How many acts were recorded")
def count_events(request: HttpRequest, filters: Query[EventFilters]) -> HttpResponse:
    with reading(request) as by:
        return say(Count(count=_rows(by, filters).count()))
