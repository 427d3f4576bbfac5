"""Who may do what with people, organisations and memberships. Each answers a `Refusal`, or None where it is allowed."""

from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.people.models import Membership
from peyvand.scope.acting import STAFF, Acting, Role, within

_REGISTRARS = (Role.ADMINISTRATOR, Role.SYSTEM, Role.HQ_LEADER, Role.COUNTY_OFFICER)
_TASK_GIVERS = (Role.ORGANISATION_MANAGER, Role.FIELD_LEADER, Role.COUNTY_OFFICER, Role.HQ_LEADER)
_KEEPERS = (Role.FACILITATOR, Role.SOCIAL_WORKER, Role.ORGANISATION_MANAGER, Role.FIELD_LEADER)


def may_register_organisation(by: Acting, *, place_path: str, parent_path: str = "") -> Refusal | None:
    if by.role not in _REGISTRARS:
        return NotPermitted(reason="organisations are registered by officers and administrators")
    if by.role is not Role.SYSTEM and not within(place_path, by.place_path):
        return NotPermitted(reason="the organisation's place lies outside your area")
    free = (Role.SYSTEM, Role.ADMINISTRATOR)
    if parent_path and by.role not in free and not within(parent_path, by.organisation_path):
        return NotPermitted(reason="branches are registered below your own organisation")
    return None


def may_grant_membership(by: Acting, *, role: str, place_path: str, organisation_path: str) -> Refusal | None:
    """An administrator grants any role in his area; a manager grants field roles in his own organisation."""
    if by.role is Role.SYSTEM:
        return None
    if by.role is Role.ADMINISTRATOR:
        return None if within(place_path, by.place_path) else NotPermitted(reason="the place lies outside your area")
    if role in grantable_roles(by):
        if by.covers(place_path=place_path, organisation_path=organisation_path):
            return None
        return NotPermitted(reason="you grant roles in your own organisation and area only")
    return NotPermitted(reason="roles are granted by administrators")


# Besides the roles they give: those who stand below them in the same office and may do nothing that they may not.
_LED = {
    Role.HQ_LEADER: (Role.COUNTY_OFFICER, Role.FIELD_LEADER),
    Role.COUNTY_OFFICER: (Role.FIELD_LEADER,),
}


def may_hand_code(by: Acting, *, role: str, place_path: str, organisation_path: str) -> Refusal | None:
    """Whoever signs in with a code acts in the role, so it is handed over by those who could give it or who lead it."""
    if role in _LED.get(by.role, ()):
        if by.covers(place_path=place_path, organisation_path=organisation_path):
            return None
        return NotPermitted(reason="codes are handed to members of your own organisation, in your own area")
    refused = may_grant_membership(by, role=role, place_path=place_path, organisation_path=organisation_path)
    if refused is not None and by.role in _TASK_GIVERS and role not in grantable_roles(by):
        return NotPermitted(
            reason="a code is handed over by an administrator, or by somebody with more rights than its role"
        )
    return refused


def may_manage_people(by: Acting) -> Refusal | None:
    """Who sees the accounts of an area, opens accounts, and hands over sign-in codes."""
    if by.role in (Role.ADMINISTRATOR, *_TASK_GIVERS, Role.SYSTEM):
        return None
    return NotPermitted(reason="accounts are kept by administrators and by those who lead the work")


def grantable_roles(by: Acting) -> tuple[Role, ...]:
    """The roles `by` may give to somebody in his own area and organisation."""
    if by.role in (Role.ADMINISTRATOR, Role.SYSTEM):
        return tuple(role for role in Role if role not in (Role.PUBLIC, Role.SYSTEM))
    return (Role.FACILITATOR, Role.SOCIAL_WORKER, Role.RESIDENT) if by.role in _TASK_GIVERS else ()


def may_see_households(by: Acting) -> Refusal | None:
    if by.role in (*STAFF, Role.AUDITOR):
        return None
    return NotPermitted(reason="family files are seen by those who work with families")


def may_search_journal(by: Acting) -> Refusal | None:
    if by.role in (*STAFF, Role.AUDITOR):
        return None
    return NotPermitted(reason="the journal is searched by auditors and by those who work in the area")


def may_keep_household(by: Acting, *, place_path: str, organisation_path: str) -> Refusal | None:
    """Where a family file is kept: within the own area and organisation."""
    if by.role is Role.SYSTEM or by.covers(place_path=place_path, organisation_path=organisation_path):
        return None
    return NotPermitted(reason="a family file is kept in your own area, by your own organisation")


def may_have_task(membership: Membership, *, place_path: str, organisation_path: str) -> Refusal | None:
    """A task shows names, so it goes to somebody who works in the family's area for the organisation that keeps the file."""
    if within(place_path, membership.place.path) and within(organisation_path, membership.organisation.path):
        return None
    return NotPermitted(
        reason="a task is given to somebody of the organisation that keeps the file, in the family's area"
    )


def may_keep_households(by: Acting) -> Refusal | None:
    if by.role in _KEEPERS or by.role is Role.SYSTEM:
        return None
    return NotPermitted(reason="family files are kept by facilitators and social workers")


def may_give_task(by: Acting) -> Refusal | None:
    if by.role in _TASK_GIVERS or by.role is Role.SYSTEM:
        return None
    return NotPermitted(reason="tasks are given by those who lead the work")


def may_take_look(by: Acting) -> Refusal | None:
    return None if by.role is Role.AUDITOR else NotPermitted(reason="a look from outside is taken by an auditor")


def may_see_figures(by: Acting) -> Refusal | None:
    if by.role in (*STAFF, Role.GOVERNOR_OFFICE, Role.AUDITOR, Role.ADMINISTRATOR):
        return None
    return NotPermitted(reason="figures of a territory are for those who work in it")
