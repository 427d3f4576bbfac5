"""The way of one gift: what became of something that was offered, for the one who gave it.

He learns kinds, counties and months, never a family, a neighbourhood or a day. Promises on it are read by the system once the
reader has been found to be on the giving side: the other side's rows are not his to see.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.enums import CommitmentState
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.delivery.enums import DeliveryAnswer
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.story.enums import StoryState
from peyvand.flow.story.models import Story, StoryDelivery
from peyvand.kernel.jalali import JalaliMonth, business_date
from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.places.models import Place
from peyvand.places.queries import ancestors
from peyvand.resources.models import Specification
from peyvand.scope.acting import STAFF, SYSTEM, Acting, Role
from peyvand.scope.database import scope

_COUNTY_DEPTH = 3


@dataclass(frozen=True)
class Part:
    """What was promised of it to needs of one county: quantities in the unit of the kind, months of the Jalali calendar.

    `returned` went back to the gift because the promise ended early; `refused` was delivered and not accepted.
    """

    kind: Specification
    county: Place | None
    month: JalaliMonth
    state: CommitmentState
    promised: int
    underway: int
    accepted: int
    refused: int
    returned: int


@dataclass(frozen=True)
class Gift:
    capacity: Capacity
    parts: Sequence[Part]
    stories: Sequence[Story]

    @property
    def offered(self) -> int:
        return self.capacity.quantity

    @property
    def promised(self) -> int:
        """What stands promised or was given; what came back is not among it."""
        return sum(part.promised - part.returned for part in self.parts)

    @property
    def delivered(self) -> int:
        return sum(part.underway + part.accepted for part in self.parts)

    @property
    def accepted(self) -> int:
        return sum(part.accepted for part in self.parts)

    @property
    def refused(self) -> int:
        return sum(part.refused for part in self.parts)

    @property
    def returned(self) -> int:
        return sum(part.returned for part in self.parts)

    @property
    def left(self) -> int:
        return self.offered - self.promised


def may_see_gifts(by: Acting) -> Refusal | None:
    if by.role in (*STAFF, Role.AUDITOR) or (by.role is Role.RESIDENT and by.person_id):
        return None
    return NotPermitted(reason="the way of a gift is seen by those who gave it")


def may_see_gift(by: Acting, capacity: Capacity) -> Refusal | None:
    """The organisation that offered it, the person who gives it, and an auditor who looks into that organisation."""
    own = by.is_staff and by.covers(place_path=capacity.place_path, organisation_path=capacity.organisation_path)
    if own or by.role is Role.AUDITOR or 0 < by.person_id == capacity.provider_person_id:
        return None
    return NotPermitted(reason="the way of a gift is seen by those who gave it")


def gift_of(capacity: Capacity) -> Gift:
    """Five queries. Whoever calls it has asked `may_see_gift` of a row that the reader sees."""
    with scope(SYSTEM):
        rows = list(
            Commitment.objects.filter(capacity=capacity)
            .select_related("need__specification")
            .order_by("offered_at", "pk")
        )
        refused: dict[int, int] = {}
        deliveries = Delivery.objects.filter(commitment__in=rows)
        for promise, quantity in deliveries.filter(answer=DeliveryAnswer.REFUSED).values_list("commitment", "quantity"):
            refused[promise] = refused.get(promise, 0) + quantity
        told = StoryDelivery.objects.filter(delivery__in=deliveries).values("story")
        stories = list(Story.objects.filter(pk__in=told, state=StoryState.PUBLISHED).order_by("published_at"))
        counties = _counties([row.place_path for row in rows])
    return Gift(capacity, [_part(row, counties, refused.get(row.pk, 0)) for row in rows], stories)


def _counties(paths: Sequence[str]) -> dict[str, Place]:
    places = Place.objects.in_bulk({_county(path) for path in paths}, field_name="path")
    return {path: places[_county(path)] for path in paths if _county(path) in places}


def _county(path: str) -> str:
    return ancestors(path)[:_COUNTY_DEPTH][-1]


def _part(row: Commitment, counties: dict[str, Place], refused: int) -> Part:
    return Part(
        row.need.specification, counties.get(row.place_path), JalaliMonth.of(business_date(row.offered_at)),
        CommitmentState(row.state), row.quantity, row.underway, row.accepted, refused, row.released,
    )  # fmt: skip
