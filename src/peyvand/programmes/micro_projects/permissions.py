"""Who may do what with a micro-project. Each answers a `Refusal`, or None where it is allowed."""

from peyvand.flow.need.models import Need
from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.programmes.micro_projects.models import MicroProject
from peyvand.scope.acting import Acting, Role

PROPOSERS = (Role.FACILITATOR, Role.SOCIAL_WORKER, Role.ORGANISATION_MANAGER, Role.FIELD_LEADER)
APPROVERS = (Role.COUNTY_OFFICER, Role.ORGANISATION_MANAGER, Role.FIELD_LEADER)
SETTLERS = (Role.ADMINISTRATOR, Role.HQ_LEADER)


def may_propose(by: Acting) -> Refusal | None:
    if by.role in PROPOSERS or by.role is Role.SYSTEM:
        return None
    return NotPermitted(reason="micro-projects are proposed by those who work with the family")


def may_decide(by: Acting, project: MicroProject, need: Need) -> Refusal | None:
    """One approver of the organisation that keeps the need, and never the proposer, under whatever role he acts."""
    if by.role not in APPROVERS:
        return NotPermitted(
            reason="a micro-project is decided by a county officer, an organisation manager or a field leader"
        )
    if project.proposed_by_id == by.account_id:
        return NotPermitted(reason="nobody decides on a proposal of his own")
    return _kept(by, need)


def may_withdraw(by: Acting, need: Need) -> Refusal | None:
    if by.role not in {*PROPOSERS, *APPROVERS}:
        return NotPermitted(reason="a micro-project is withdrawn by those who propose or decide")
    return _kept(by, need)


def may_propose_again(by: Acting, need: Need) -> Refusal | None:
    return may_propose(by) or _kept(by, need)


def may_set_terms(by: Acting) -> Refusal | None:
    if by.role in SETTLERS or by.role is Role.SYSTEM:
        return None
    return NotPermitted(reason="the ceiling and the clocks are set by administrators and HQ leaders")


def _kept(by: Acting, need: Need) -> Refusal | None:
    if by.role is Role.SYSTEM or by.covers(place_path=need.place_path, organisation_path=need.organisation_path):
        return None
    return NotPermitted(reason="this project is kept by another organisation or lies outside your area")
