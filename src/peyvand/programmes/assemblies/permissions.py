"""Who may do what with ideas, studies and plans. Each answers a `Refusal`, or None where it is allowed."""

from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.programmes.assemblies.models import Idea
from peyvand.scope.acting import STAFF, Acting, Role
from peyvand.votes.permissions import KEEPERS

TELLERS = (*STAFF, Role.RESIDENT)
EVERYONE = tuple(role for role in Role if role is not Role.SYSTEM)


def may_tell(by: Acting) -> Refusal | None:
    if by.role in (*TELLERS, Role.SYSTEM):
        return None
    return NotPermitted(reason="ideas are told by residents, or written down by those who work in the neighbourhood")


def may_tell_at(by: Acting, idea: Idea) -> Refusal | None:
    """In the own area; a resident's is kept by the organisation that serves him."""
    return may_tell(by) or _own(by, idea)


def may_work_on(by: Acting, idea: Idea) -> Refusal | None:
    """Joining, and writing the study."""
    if by.role not in (*STAFF, Role.SYSTEM):
        return NotPermitted(reason="ideas are joined and studied by those who work in the neighbourhood")
    return _own(by, idea)


def may_decide(by: Acting, idea: Idea) -> Refusal | None:
    """Publishing a study and planning what was chosen."""
    if by.role not in (*KEEPERS, Role.SYSTEM):
        return NotPermitted(reason="studies are published and plans made by managers, field leaders and officers")
    return _own(by, idea)


def _own(by: Acting, idea: Idea) -> Refusal | None:
    if by.role is Role.SYSTEM or by.covers(place_path=idea.place_path, organisation_path=idea.organisation_path):
        return None
    return NotPermitted(reason="this idea is kept by another organisation or lies outside your area")
