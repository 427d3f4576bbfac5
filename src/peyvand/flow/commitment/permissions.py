"""Who may do what with suggestions and commitments. A promise has two sides: the giver's and the asker's."""

from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.enums import Side
from peyvand.flow.commitment.models import Commitment, Suggestion
from peyvand.flow.need.models import Need
from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.scope.acting import STAFF, Acting, Role

_MATCHERS = (Role.FIELD_LEADER, Role.COUNTY_OFFICER, Role.HQ_LEADER, Role.SYSTEM)


def may_see_promises(by: Acting) -> Refusal | None:
    """Which rows are seen, row security says; this says who has any business here."""
    if by.role in (*STAFF, Role.AUDITOR, Role.SYSTEM):
        return None
    return NotPermitted(reason="single promises are seen by their two sides")


def may_run_matching(by: Acting) -> Refusal | None:
    if by.role in _MATCHERS:
        return None
    return NotPermitted(reason="the matching is run by field leaders and officers")


def sides_of_pair(by: Acting, need: Need, capacity: Capacity) -> set[Side]:
    """The sides an actor stands on. The same office may stand on both."""
    ends = (need.place_path, need.organisation_path), (capacity.place_path, capacity.organisation_path)
    return _sides(by, *ends)


def sides(by: Acting, row: Commitment | Suggestion) -> set[Side]:
    return _sides(by, (row.place_path, row.asker_path), (row.giver_place_path, row.giver_path))


def _sides(by: Acting, asker: tuple[str, str], giver: tuple[str, str]) -> set[Side]:
    """Each side is given as its place path and organisation path."""
    if by.role is Role.SYSTEM:
        return {Side.ASKER, Side.GIVER}
    if by.role not in STAFF:
        return set()
    ends = ((Side.ASKER, asker), (Side.GIVER, giver))
    return {side for side, (place, organisation) in ends if by.covers(place_path=place, organisation_path=organisation)}


def may_answer(by: Acting, commitment: Commitment) -> Refusal | None:
    """An offer is answered by the other side."""
    other = Side.ASKER if commitment.offered_by_side == Side.GIVER else Side.GIVER
    if other in sides(by, commitment):
        return None
    return NotPermitted(reason="an offer is answered by the other side")


def may_take_part(by: Acting, row: Commitment | Suggestion) -> Refusal | None:
    return None if sides(by, row) else NotPermitted(reason="only the two sides of a promise change it")


def may_lapse(by: Acting) -> Refusal | None:
    return None if by.role is Role.SYSTEM else NotPermitted(reason="daily jobs are run by the system")


def may_call_broken(by: Acting, commitment: Commitment) -> Refusal | None:
    if Side.ASKER in sides(by, commitment):
        return None
    return NotPermitted(reason="a promise is called broken by the side it was made to")
