"""Who may do what with a vote. Each answers a `Refusal`, or None where it is allowed."""

from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.scope.acting import Acting, Role
from peyvand.votes.models import Vote

# Those who prepare, open, close and count.
KEEPERS = (Role.ORGANISATION_MANAGER, Role.FIELD_LEADER, Role.COUNTY_OFFICER, Role.HQ_LEADER)
# Those who know the residents: they answer for who may vote, hand out codes and papers, and enter papers.
VOUCHERS = (Role.FACILITATOR, Role.SOCIAL_WORKER, *KEEPERS)


def may_keep(by: Acting, vote: Vote) -> Refusal | None:
    if by.role not in (*KEEPERS, Role.SYSTEM):
        return NotPermitted(reason="a vote is kept by managers, field leaders and officers")
    return _own(by, vote)


def may_vouch(by: Acting, vote: Vote) -> Refusal | None:
    if by.role not in (*VOUCHERS, Role.SYSTEM):
        return NotPermitted(reason="those who know the residents vouch for who may vote")
    return _own(by, vote)


def _own(by: Acting, vote: Vote) -> Refusal | None:
    if by.role is Role.SYSTEM or by.covers(place_path=vote.place_path, organisation_path=vote.organisation_path):
        return None
    return NotPermitted(reason="this vote is kept by another organisation or lies outside your area")
