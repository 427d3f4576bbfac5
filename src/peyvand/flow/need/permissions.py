"""Who may do what with a need. Each answers a `Refusal`, or None where it is allowed."""

from peyvand.flow.need.models import Need
from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.scope.acting import STAFF, Acting, Role

_OPENERS = (
    Role.FACILITATOR,
    Role.SOCIAL_WORKER,
    Role.ORGANISATION_MANAGER,
    Role.FIELD_LEADER,
    Role.COUNTY_OFFICER,
    Role.HQ_LEADER,
)
_VOUCHERS = _OPENERS
_SIGNERS = (Role.FIELD_LEADER, Role.COUNTY_OFFICER, Role.HQ_LEADER, Role.ORGANISATION_MANAGER)


def may_see_needs(by: Acting) -> Refusal | None:
    """Single needs are read by those who work with them, by the one who told them, and by an auditor under an open look."""
    if by.role in (*STAFF, Role.RESIDENT, Role.AUDITOR):
        return None
    return NotPermitted(reason="single needs are seen by those who work with them")


def may_reveal_note(by: Acting, need: Need) -> Refusal | None:
    if by.role not in _OPENERS:
        return NotPermitted(reason="the note of a need is read by those who keep it")
    return _own(by, need)


def may_open_need(by: Acting) -> Refusal | None:
    if by.role in (*_OPENERS, Role.RESIDENT, Role.SYSTEM):
        return None
    return NotPermitted(reason="needs are told by residents and recorded by those who work with them")


def may_keep_need(by: Acting, *, place_path: str, organisation_path: str) -> Refusal | None:
    """Where a new need is kept: within the own area and organisation, a resident's with the one that serves him."""
    if by.role is Role.SYSTEM or by.covers(place_path=place_path, organisation_path=organisation_path):
        return None
    return NotPermitted(reason="a need is told in your own area and kept by your own organisation")


def may_run_daily_jobs(by: Acting) -> Refusal | None:
    return None if by.role is Role.SYSTEM else NotPermitted(reason="daily jobs are run by the system")


def vouches_by_opening(by: Acting) -> bool:
    """Those who work in the field vouch for what they record; what a resident tells waits for a vouch."""
    return by.role in _VOUCHERS or by.role is Role.SYSTEM


def may_vouch_need(by: Acting, need: Need) -> Refusal | None:
    if by.role not in _VOUCHERS:
        return NotPermitted(reason="a need is vouched for by those who work in the field")
    return _own(by, need)


def may_withdraw_need(by: Acting, need: Need) -> Refusal | None:
    if by.role is Role.RESIDENT and need.person_id == by.person_id:
        return None
    if by.role not in _OPENERS:
        return NotPermitted(reason="a need is withdrawn by those who keep it")
    return _own(by, need)


def may_set_asked(by: Acting, need: Need) -> Refusal | None:
    if by.role is Role.SYSTEM:
        return None
    if by.role not in _OPENERS:
        return NotPermitted(reason="what a need asks is said by those who keep it")
    return _own(by, need)


def may_override_priority(by: Acting, need: Need) -> Refusal | None:
    if by.role not in _SIGNERS:
        return NotPermitted(reason="another priority is proposed and signed by those who lead the work")
    return _own(by, need)


def may_set_weights(by: Acting) -> Refusal | None:
    """The weights are a setting of those who answer for the work, open to everyone."""
    if by.role in (Role.ADMINISTRATOR, Role.HQ_LEADER, Role.SYSTEM):
        return None
    return NotPermitted(reason="the weights of priority are set by the administrator or the head of the office")


def _own(by: Acting, need: Need) -> Refusal | None:
    if by.covers(place_path=need.place_path, organisation_path=need.organisation_path):
        return None
    return NotPermitted(reason="this need is kept by another organisation or lies outside your area")
