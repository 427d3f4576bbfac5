"""What every route is made of: a read inside its scope, one act done once, and one page of a list."""

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import attrgetter, or_
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Schema
from pydantic import ConfigDict, Field

from peyvand.api.identity import acting
from peyvand.api.problems import CONTENT_TYPE, language, of_refusal
from peyvand.journal.once import once
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, Refusal
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import first_rows, only
from peyvand.scope.database import scope

Item = TypeVar("Item")
Row = TypeVar("Row", bound=Model)
MOST_ROWS = 200
_LONGEST_KEY = 100
_BIGGEST = 2**63 - 1


class Given(Schema):
    """What a caller sends: a field we do not know is said to be wrong, so that a slip does not pass unseen."""

    model_config = ConfigDict(extra="forbid")


class Page(Schema, Generic[Item]):
    """`next` is the cursor of the following page (`?after=`), null on the last one."""

    items: list[Item]
    next: str | None = None


class Count(Schema):
    count: int


class PageQuery(Schema):
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS, description="Rows a page")] = 50
    after: Annotated[str, Field(max_length=500, description="The `next` of the page before; empty for the first")] = ""


@dataclass(frozen=True)
class Order:
    """How a list is ordered: field names, with "-" where the greatest comes first; the last one is unique."""

    name: str
    fields: tuple[str, ...]


NEWEST = Order("newest", ("-id",))
BY_NAME = Order("name", ("sort_key", "id"))


def today() -> date:
    """The business day."""
    return business_date(timezone.now())


@contextmanager
def reading(request: HttpRequest) -> Iterator[Acting]:
    """The scope of the caller: all that is answered is read and shaped inside."""
    with scope(acting(request)) as by:
        yield by


def as_they_stand(rows: QuerySet[Row], of_act: Sequence[Model]) -> list[Row]:
    """The rows an act gave, in its order, read again as they stand after it; those the actor no longer sees are left out."""
    fresh = rows.in_bulk([row.pk for row in of_act])
    return [fresh[row.pk] for row in of_act if row.pk in fresh]


def the_one(rows: QuerySet[Row], pk: int) -> Row:
    """The row of this number, whether it stands in a list of the caller or is only known to him; raises `NotFound`."""
    return only(rows.filter(pk=pk))


def say(body: Schema, *, status: int = 200) -> HttpResponse:
    return HttpResponse(body.model_dump_json(), content_type="application/json", status=status)


def act(
    request: HttpRequest, run: Callable[[Acting, datetime], Schema], *, status: int = 200, sent: str | None = None
) -> HttpResponse:
    """Do one act and answer with its rows. With an `Idempotency-Key` it is done once, and a refusal is kept as the answer too.

    `run` calls one action and shapes what it gave, all in one transaction under the caller's scope. `sent` is the fingerprint
    of what was sent, where that is no JSON.
    """
    by, now, spoken = acting(request), timezone.now(), language(request)

    def perform() -> list[Any]:
        try:
            return [status, run(by, now).model_dump(mode="json")]
        except Refusal as refusal:
            problem = of_refusal(refusal, spoken)
            return [problem["status"], problem]

    key = request.headers.get("Idempotency-Key")
    if key is None:
        with scope(by):
            return _told(perform(), repeated=False)
    if not 0 < len(key) <= _LONGEST_KEY or not key.isprintable():
        raise BadValue(field="Idempotency-Key", reason="one to a hundred printable signs")
    asked = [request.method, request.path, by.membership_id, _body(request) if sent is None else sent]
    answer, repeated = once(key=key, body=asked, by=by, now=now, run=perform)
    return _told(answer, repeated=repeated)


def act_unkept(request: HttpRequest, run: Callable[[Acting, datetime], Schema], *, status: int = 200) -> HttpResponse:
    """Do one act whose answer is a secret, or would tell who did what at what hour: it is stored nowhere, so it takes no key.

    Each of these does nothing the second time, or tells anew and ends what it told before.
    """
    if "Idempotency-Key" in request.headers:
        raise BadValue(field="Idempotency-Key", reason="this answer is kept nowhere: send it without a key")
    by, now = acting(request), timezone.now()
    with scope(by):
        return say(run(by, now), status=status)


def _body(request: HttpRequest) -> Any:
    """What was sent, so that the order of fields and blanks make no difference."""
    try:
        return json.loads(request.body) if request.body.strip() else None
    except ValueError:  # a route without a body does not read what was sent to it
        return request.body.decode("latin-1")


def _told(answer: list[Any], *, repeated: bool) -> HttpResponse:
    status, body = answer
    told = JsonResponse(
        body,
        safe=False,
        status=status,
        content_type="application/json" if status < 400 else CONTENT_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )
    if repeated:
        told["Idempotency-Replayed"] = "true"
    return told


def page_of(
    request: HttpRequest,
    rows: QuerySet[Any],
    page: PageQuery,
    shape: Callable[[Sequence[Any]], list[Any]],
    order: Order = NEWEST,
) -> HttpResponse:
    """One page of rows in an order that new rows do not disturb. `shape` gets all rows of the page at once."""
    if page.after:
        rows = rows.filter(_beyond(order, _key(order, page.after)))
    found = first_rows(rows.order_by(*order.fields), page.limit + 1)
    shown, more = found[: page.limit], len(found) > page.limit
    cursor = _cursor(order, shown[-1]) if more else None
    answer = say(Page[Any](items=shape(shown), next=cursor))
    if cursor:
        query = request.GET.copy()
        query["after"] = cursor
        answer["Link"] = f'<{request.path}?{query.urlencode()}>; rel="next"'
    return answer


def _cursor(order: Order, row: Model) -> str:
    values = [attrgetter(field.removeprefix("-"))(row) for field in order.fields]
    return base64.urlsafe_b64encode(json.dumps([order.name, *values]).encode()).decode().rstrip("=")


def _key(order: Order, cursor: str) -> list[Any]:
    try:
        name, *values = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, binascii.Error):
        name, values = "", []
    if name != order.name or len(values) != len(order.fields) or not all(map(_fits, order.fields, values)):
        raise BadValue(field="after", reason="this cursor does not belong to this list and order")
    return values


def _fits(field: str, value: object) -> bool:
    if field == "sort_key":
        return isinstance(value, str) and "\0" not in value and value.isprintable()
    return isinstance(value, int) and not isinstance(value, bool) and -_BIGGEST <= value <= _BIGGEST


def _beyond(order: Order, values: Sequence[Any]) -> Q:
    """Rows after `values`: greater in the first field, or equal there and greater in the second, and so on."""
    steps, equal = [], Q()
    for field, value in zip(order.fields, values, strict=True):
        name, side = field.removeprefix("-"), "lt" if field.startswith("-") else "gt"
        steps.append(equal & Q(**{f"{name}__{side}": value}))
        equal &= Q(**{name: value})
    first = order.fields[0]
    bound = Q(**{f"{first.removeprefix('-')}__{'lte' if first.startswith('-') else 'gte'}": values[0]})
    return bound & reduce(or_, steps)
