"""Who may do what with proposals and consultations. Each answers a `Refusal`, or None where it is allowed."""

from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.programmes.proposals.models import Consultation, Proposal
from peyvand.scope.acting import STAFF, Acting, Role, within

WRITERS = (*STAFF, Role.RESIDENT)
SECRETARIAT = (Role.COUNTY_OFFICER, Role.HQ_LEADER)
ANSWERERS = (Role.COUNTY_OFFICER, Role.ORGANISATION_MANAGER, Role.HQ_LEADER)
CONVENERS = (Role.ORGANISATION_MANAGER, Role.HQ_LEADER)
SETTLERS = (Role.ADMINISTRATOR, Role.HQ_LEADER)
READERS = (*WRITERS, Role.GOVERNOR_OFFICE, Role.AUDITOR, Role.ADMINISTRATOR, Role.PUBLIC)


def may_write(by: Acting) -> Refusal | None:
    if by.role in WRITERS or by.role is Role.SYSTEM:
        return None
    return NotPermitted(reason="proposals are written and supported by residents and by people of organisations")


def may_lead(by: Acting, *proposals: Proposal) -> Refusal | None:
    """Joining, parting and sending to a body: the secretariat of the area."""
    if by.role is Role.SYSTEM:
        return None
    if by.role not in SECRETARIAT:
        return NotPermitted(reason="proposals are joined and sent on by county officers and HQ leaders")
    if all(within(one.place_path, by.place_path) for one in proposals):
        return None
    return NotPermitted(reason="this proposal lies outside your area")


def may_answer(by: Acting, body_path: str) -> Refusal | None:
    """Those who speak for the body in charge, or for what it belongs to."""
    if by.role is Role.SYSTEM:
        return None
    if by.role not in ANSWERERS:
        return NotPermitted(reason="a proposal is answered by those who speak for the body in charge")
    if body_path and within(body_path, by.organisation_path):
        return None
    return NotPermitted(reason="another organisation is in charge of this proposal")


def may_withdraw(by: Acting, proposal: Proposal) -> Refusal | None:
    if by.account_id and proposal.author_id == by.account_id:
        return None
    return NotPermitted(reason="only its author withdraws a proposal")


def may_settle(by: Acting) -> Refusal | None:
    if by.role in SETTLERS or by.role is Role.SYSTEM:
        return None
    return NotPermitted(reason="holidays and the days of the clock are recorded by administrators and HQ leaders")


def may_convene(by: Acting) -> Refusal | None:
    if by.role in CONVENERS or by.role is Role.SYSTEM:
        return None
    return NotPermitted(reason="a draft is put before everyone by organisation managers and HQ leaders")


def may_answer_comments(by: Acting, row: Consultation) -> Refusal | None:
    if by.role is Role.SYSTEM or (may_convene(by) is None and within(row.organisation_path, by.organisation_path)):
        return None
    return NotPermitted(reason="comments are answered by those who put the draft before everyone")
