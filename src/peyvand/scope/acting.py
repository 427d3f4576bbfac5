"""Who is acting: one role, in one area, for one organisation (decision D6)."""

from dataclasses import dataclass
from enum import StrEnum

from peyvand.kernel.refusals import NotPermitted

NOWHERE = "-"


class Role(StrEnum):
    PUBLIC = "public"
    RESIDENT = "resident"
    FACILITATOR = "facilitator"
    SOCIAL_WORKER = "social_worker"
    ORGANISATION_MANAGER = "organisation_manager"
    FIELD_LEADER = "field_leader"
    COUNTY_OFFICER = "county_officer"
    HQ_LEADER = "hq_leader"
    GOVERNOR_OFFICE = "governor_office"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


# Roles that work with single needs and capacities of their own organisation in their own area.
STAFF = (
    Role.FACILITATOR,
    Role.SOCIAL_WORKER,
    Role.ORGANISATION_MANAGER,
    Role.FIELD_LEADER,
    Role.COUNTY_OFFICER,
    Role.HQ_LEADER,
)


def subtree(path: str) -> tuple[str, str]:
    """The half-open range of paths at or below `path`, which ends in "/" (the sign after "/" is "0")."""
    if path == NOWHERE:
        return NOWHERE, NOWHERE
    if not path.endswith("/"):
        raise ValueError(f"a path ends in '/': {path!r}")
    return path, path[:-1] + "0"


def within(path: str, area: str) -> bool:
    start, end = subtree(area)
    return start <= path < end


@dataclass(frozen=True)
class Acting:
    """The acting role of one sign-in session. Ids are 0 and paths "-" where there is none."""

    role: Role
    account_id: int = 0
    membership_id: int = 0
    person_id: int = 0
    organisation_id: int = 0
    place_path: str = NOWHERE
    organisation_path: str = NOWHERE

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF

    def covers(self, *, place_path: str, organisation_path: str) -> bool:
        """Both the area and the own organisation hold: what row security asks of a staff role."""
        return within(place_path, self.place_path) and within(organisation_path, self.organisation_path)


PUBLIC = Acting(role=Role.PUBLIC)
# For jobs, batch matching and published figures: every row, always with an explicit filter in the query.
SYSTEM = Acting(role=Role.SYSTEM)


def require_system(by: Acting) -> None:
    """Raises `NotPermitted` for everybody but the site itself: what the night does is asked for by nobody."""
    if by.role is not Role.SYSTEM:
        raise NotPermitted(reason="this is done by the site itself")
