"""Who may do what with a visit. Each answers a `Refusal`, or None where it is allowed."""

from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.programmes.visits.models import PlaceReport, Visit
from peyvand.scope.acting import STAFF, Acting, Role, within

PLANNERS = (Role.ORGANISATION_MANAGER, Role.FIELD_LEADER, Role.COUNTY_OFFICER, Role.HQ_LEADER)
JUDGES = (Role.COUNTY_OFFICER, Role.HQ_LEADER)  # of those who add places
SETTLERS = (Role.ADMINISTRATOR, Role.HQ_LEADER)


def may_plan(by: Acting, place_path: str) -> Refusal | None:
    if by.role not in PLANNERS and by.role is not Role.SYSTEM:
        return NotPermitted(reason="visits are planned by those who lead the work")
    return _in_area(by, place_path)


def may_visit(by: Acting, place_path: str) -> Refusal | None:
    if not by.is_staff and by.role is not Role.SYSTEM:
        return NotPermitted(reason="visits are recorded by those who made them")
    return _in_area(by, place_path)


def may_change(by: Acting, visit: Visit) -> Refusal | None:
    """Drop a plan or take it up again."""
    return may_plan(by, visit.place_path) or _kept(by, visit)


def may_tell(by: Acting, visit: Visit) -> Refusal | None:
    """Tell what followed, add a picture, or a household's answers."""
    return may_visit(by, visit.place_path) or _kept(by, visit)


def may_judge(by: Acting, report: PlaceReport) -> Refusal | None:
    """Accept a reported place, join it to a known one, or set it aside, whichever organisation reported it."""
    if by.role not in JUDGES and by.role is not Role.SYSTEM:
        return NotPermitted(reason="reported places are judged by the county’s officers")
    return _in_area(by, report.place_path)


def may_read_words(by: Acting, visit: Visit) -> bool:
    return by.is_staff and _kept(by, visit) is None


def may_upload_survey(by: Acting) -> Refusal | None:
    if by.role in PLANNERS or by.role is Role.SYSTEM:
        return None
    return NotPermitted(reason="survey forms are uploaded by those who lead the work")


def may_set_terms(by: Acting) -> Refusal | None:
    if by.role in SETTLERS or by.role is Role.SYSTEM:
        return None
    return NotPermitted(reason="the goal and the scales are set by administrators and HQ leaders")


def _in_area(by: Acting, place_path: str) -> Refusal | None:
    if by.role is Role.SYSTEM or within(place_path, by.place_path):
        return None
    return NotPermitted(reason="this place lies outside your area")


def _kept(by: Acting, visit: Visit) -> Refusal | None:
    if by.role is Role.SYSTEM or by.covers(place_path=visit.place_path, organisation_path=visit.organisation_path):
        return None
    return NotPermitted(reason="this visit is kept by another organisation or lies outside your area")


VISITORS = STAFF
