"""Who may do what with councils, boards and voices. Each answers a `Refusal`, or None where it is allowed."""

from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.programmes.neighbourhoods import rules
from peyvand.programmes.neighbourhoods.board_models import Obstacle
from peyvand.programmes.neighbourhoods.clash_models import Clash
from peyvand.programmes.neighbourhoods.models import Council, Resolution, Voice
from peyvand.scope.acting import STAFF, Acting, Role, within

READERS = (*STAFF, Role.GOVERNOR_OFFICE, Role.AUDITOR, Role.ADMINISTRATOR)
# Who keep the papers of councils: call sessions, write minutes, follow resolutions.
KEEPERS = (Role.FACILITATOR, Role.FIELD_LEADER, Role.COUNTY_OFFICER, Role.HQ_LEADER, Role.GOVERNOR_OFFICE)
# Who act for an organisation that owes something or sits on a board.
ACTORS = (*STAFF, Role.GOVERNOR_OFFICE)
# Who say which agency leads a place: the governor's office and those who run the site, not the agencies themselves.
LEAD_SETTERS = (Role.GOVERNOR_OFFICE, Role.ADMINISTRATOR)
# Who speak for an agency on a board.
SPEAKERS = (Role.ORGANISATION_MANAGER, Role.FIELD_LEADER, Role.COUNTY_OFFICER, Role.HQ_LEADER)
SETTLERS = (Role.ADMINISTRATOR, Role.HQ_LEADER)


def may_keep_at(by: Acting, *, place_path: str, organisation_path: str) -> Refusal | None:
    if by.role is Role.SYSTEM:
        return None
    if by.role not in KEEPERS:
        return NotPermitted(
            reason="the papers of a council are kept by field staff, officers and the governor's office"
        )
    if by.covers(place_path=place_path, organisation_path=organisation_path):
        return None
    return NotPermitted(reason="this council is kept by another organisation or lies outside your area")


def may_keep(by: Acting, council: Council) -> Refusal | None:
    return may_keep_at(by, place_path=council.place_path, organisation_path=council.organisation_path)


def may_step(by: Acting, resolution: Resolution, act: str) -> Refusal | None:
    """The owner begins and reports, or the council's keeper for an owner who does not sign in; the keeper confirms, and never
    whoever reported it."""
    if by.role is Role.SYSTEM:
        return None
    owns = by.role in ACTORS and within(resolution.owner_path, by.organisation_path)
    keeps = may_keep_at(by, place_path=resolution.place_path, organisation_path=resolution.organisation_path)
    if act in rules.OF_OWNER:
        return None if owns else keeps
    if keeps is not None:
        return keeps
    if act == "confirm" and resolution.reported_by_id == by.account_id:
        return NotPermitted(reason="nobody confirms what he reported himself")
    return None


def may_send(by: Acting, council: Council) -> Refusal | None:
    return may_keep(by, council)


def may_move_voice(by: Acting, voice: Voice, act: str) -> Refusal | None:
    """The council where it waits answers or passes it on; the one it came from settles, raises again or withdraws it."""
    if by.role is Role.SYSTEM:
        return None
    if act in rules.OF_HEARER:
        return may_hear(by, voice)
    return may_keep_at(by, place_path=voice.place_path, organisation_path=voice.organisation_path)


def may_hear(by: Acting, voice: Voice) -> Refusal | None:
    if by.role is Role.SYSTEM:
        return None
    if by.role in KEEPERS and by.covers(place_path=voice.at.place_path, organisation_path=voice.at_path):
        return None
    return NotPermitted(reason="this is for the council where the voice waits")


def may_set_lead(by: Acting, place_path: str) -> Refusal | None:
    if by.role is Role.SYSTEM or (by.role in LEAD_SETTERS and within(place_path, by.place_path)):
        return None
    return NotPermitted(reason="the lead agency is named by the governor's office or an administrator of the area")


def may_speak(by: Acting, *, place_path: str, organisation_path: str) -> Refusal | None:
    """Speak for an organisation at a place: of one's own organisation, in one's own area."""
    if by.role is Role.SYSTEM:
        return None
    if by.role in SPEAKERS and by.covers(place_path=place_path, organisation_path=organisation_path):
        return None
    return NotPermitted(reason="this is said by somebody who leads the work of that organisation there")


def may_work_at(by: Acting, place_path: str) -> Refusal | None:
    if by.role is Role.SYSTEM or (by.role in ACTORS and within(place_path, by.place_path)):
        return None
    return NotPermitted(reason="this place lies outside your area")


def may_move_obstacle(by: Acting, obstacle: Obstacle, act: str, lead_path: str) -> Refusal | None:
    """Its owner, whoever told it, and the lead agency of the place clear it or hand it on; that it is back, everyone there may tell."""
    outside = may_work_at(by, obstacle.place_path)
    if outside is not None or act == "tell_again" or by.role is Role.SYSTEM:
        return outside
    if any(within(path, by.organisation_path) for path in (obstacle.owner_path, obstacle.organisation_path, lead_path)):
        return None
    return NotPermitted(
        reason="an obstacle is cleared or handed on by its owner, by whoever told it, or by the lead agency of the place"
    )


def may_set_aside(by: Acting, clash: Clash, lead_path: str) -> Refusal | None:
    """The agencies concerned and the lead agency of the place, and those who name the lead."""
    if by.role is Role.SYSTEM or may_set_lead(by, clash.place_path) is None:
        return None
    concerned = [clash.organisation.path, lead_path]
    if clash.other_organisation is not None:
        concerned.append(clash.other_organisation.path)
    of_them = any(within(path, by.organisation_path) for path in concerned)
    if of_them and by.role in ACTORS and within(clash.place_path, by.place_path):
        return None
    return NotPermitted(reason="this is set aside by one of the agencies concerned, or by the lead agency of the place")


def may_settle(by: Acting) -> Refusal | None:
    if by.role in SETTLERS or by.role is Role.SYSTEM:
        return None
    return NotPermitted(reason="the kinds of councils are set by administrators and HQ leaders")
