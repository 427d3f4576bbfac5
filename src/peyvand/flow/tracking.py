"""What a tracking code tells whoever holds it: state, next date and steps; never the other person, never an exact place."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db.models import Min

from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.enums import LIVE
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.need.models import Need
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.places.queries import enclosing
from peyvand.resources.models import Specification
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope


class Subject(StrEnum):
    NEED = "need"
    PROMISE = "promise"
    CAPACITY = "capacity"


@dataclass(frozen=True)
class Tracked:
    """Quantities in the unit of `kind`. `promised` and `done` are of `quantity`; `next_date` is the nearest due date, if any."""

    subject: Subject
    state: str
    closed_as: str
    kind: Specification
    quantity: int
    promised: int
    underway: int
    done: int
    county: Place | None
    since: datetime
    next_date: date | None


def find(code: str) -> Tracked | None:
    """The need, promise or capacity of a whole tracking code (`kernel.codes.read_code`); None where there is none."""
    with scope(SYSTEM):
        return _need(code) or _promise(code) or _capacity(code)


def _county(path: str) -> Place | None:
    return enclosing(path, PlaceKind.COUNTY) or enclosing(path, PlaceKind.PROVINCE)


def _next_date(**of: object) -> date | None:
    return Commitment.objects.filter(state__in=LIVE, **of).aggregate(next=Min("due_date"))["next"]


def _need(code: str) -> Tracked | None:
    row = Need.objects.select_related("specification").filter(tracking_code=code).first()
    if row is None:
        return None
    return Tracked(
        Subject.NEED, row.state, row.closed_as, row.specification, row.quantity, row.committed, row.underway, row.met,
        _county(row.place_path), row.created_at, _next_date(need=row),
    )  # fmt: skip


def _promise(code: str) -> Tracked | None:
    row = Commitment.objects.select_related("need__specification").filter(tracking_code=code).first()
    if row is None:
        return None
    return Tracked(
        Subject.PROMISE, row.state, "", row.need.specification, row.quantity, row.quantity - row.released, row.underway,
        row.accepted, _county(row.place_path), row.offered_at, row.due_date if row.state in LIVE else None,
    )  # fmt: skip


def _capacity(code: str) -> Tracked | None:
    row = Capacity.objects.select_related("specification").filter(tracking_code=code).first()
    if row is None:
        return None
    return Tracked(
        Subject.CAPACITY, row.state, "", row.specification, row.quantity, row.committed, 0, row.delivered,
        _county(row.place_path), row.created_at, _next_date(capacity=row),
    )  # fmt: skip
