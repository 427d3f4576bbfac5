"""Tracking by code, for everyone: state and next date, never the other person."""

from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from peyvand.api.answers import Given, say
from peyvand.api.shapes import PlaceRef, SpecificationRef, Word, place_ref, specification_ref
from peyvand.api.throttle import TRACKING
from peyvand.flow.tracking import Subject, find
from peyvand.kernel.codes import read_code
from peyvand.kernel.refusals import BadValue, NotFound

router = Router(tags=["Tracking"])


class CodeIn(Given):
    code: Annotated[Word, Field(examples=["1234-5678-9017"], description="Twelve digits of either kind")]


class TrackedOut(Schema):
    """`promised`, `underway` and `done` are of `quantity`; `next_date` is the nearest due date, if any."""

    subject: Subject
    state: str
    closed_as: str | None
    specification: SpecificationRef
    quantity: int
    promised: int
    underway: int
    done: int
    county: PlaceRef | None
    since: datetime
    next_date: date | None


@router.post("", response=TrackedOut, auth=None, throttle=[TRACKING], summary="What became of a need, promise or offer")
def track(request: HttpRequest, body: CodeIn) -> HttpResponse:
    """A POST, though it only reads: a code is not left in addresses and logs."""
    code = read_code(body.code)
    if code is None:
        raise BadValue(field="code", reason="a tracking code has twelve digits; one of these may be mistyped")
    row = find(code)
    if row is None:
        raise NotFound
    return say(
        TrackedOut(
            subject=row.subject, state=row.state, closed_as=row.closed_as or None,
            specification=specification_ref(row.kind), quantity=row.quantity, promised=row.promised,
            underway=row.underway, done=row.done, county=place_ref(row.county) if row.county else None, since=row.since,
            next_date=row.next_date,
        )
    )  # fmt: skip
