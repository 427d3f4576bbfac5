"""Who may do what with a capacity."""

from peyvand.flow.capacity.models import Capacity
from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.scope.acting import STAFF, Acting, Role

_OFFERERS = (*STAFF, Role.SYSTEM)


def may_see_capacities(by: Acting) -> Refusal | None:
    """Which rows are seen, row security says; this says who has any business here."""
    if by.role in (*_OFFERERS, Role.AUDITOR):
        return None
    return NotPermitted(reason="offers are seen by those who look for help and by those who give it")


def may_offer_capacity(by: Acting) -> Refusal | None:
    if by.role in _OFFERERS:
        return None
    return NotPermitted(reason="capacities are offered by organisations and those who work with givers")


def may_keep_capacity(by: Acting, *, place_path: str, organisation_path: str) -> Refusal | None:
    """Where a new offer stands: within the own area and organisation."""
    if by.role is Role.SYSTEM or by.covers(place_path=place_path, organisation_path=organisation_path):
        return None
    return NotPermitted(reason="an offer is made for your own organisation, from your own area")


def may_renew_capacities(by: Acting) -> Refusal | None:
    return None if by.role is Role.SYSTEM else NotPermitted(reason="daily jobs are run by the system")


def may_change_capacity(by: Acting, capacity: Capacity) -> Refusal | None:
    if by.role is Role.SYSTEM:
        return None
    if by.role not in _OFFERERS:
        return NotPermitted(reason="an offer is changed by the organisation that made it")
    if not by.covers(place_path=capacity.place_path, organisation_path=capacity.organisation_path):
        return NotPermitted(reason="this offer belongs to another organisation or lies outside your area")
    return None
