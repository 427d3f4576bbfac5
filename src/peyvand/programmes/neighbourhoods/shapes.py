"""What goes in and out of the API of councils, resolutions and voices."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Field, Schema

from peyvand.api.answers import Given
from peyvand.api.filters import Here
from peyvand.api.shapes import Day, Id, Line, OrganisationRef, PlacePath, PlaceRef, Prose, Slug, Title
from peyvand.programmes.neighbourhoods.enums import CouncilState, ResolutionState, SeatRole, SessionState, VoiceState
from peyvand.programmes.neighbourhoods.session_actions import MOST_ITEMS


class CouncilKindOut(Schema):
    """`upper` is where its voice goes, `part_of` whose committee it is; `answer_days` are business days."""

    id: int
    slug: str
    name_fa: str
    name_en: str
    level: str
    upper: str | None
    part_of: str | None
    name_set: str
    is_temporary: bool
    quorum_percent: int
    answer_days: int
    source: str


class CouncilKindIn(Given):
    slug: Slug
    name_fa: Title
    name_en: Title
    level: Annotated[str, Field(max_length=20, description="Kind of the places where it stands")]
    source: Title
    upper: Slug = ""
    part_of: Slug = ""
    name_set: Slug = ""
    is_temporary: bool = False
    chair_fa: Line = ""
    chair_en: Line = ""
    quorum_percent: Annotated[int, Field(ge=0, le=100, description="More than this share must be present")] = 50
    answer_days: Annotated[int, Field(ge=1, le=120)] = 10


class CouncilOut(Schema):
    id: int
    kind: str
    name_fa: str
    name_en: str
    place: PlaceRef
    organisation: OrganisationRef
    state: CouncilState
    founded_at: datetime
    dissolved_at: datetime | None


class SeatOut(Schema):
    """Named by its office; who sits on it is not given out."""

    id: int
    title: str
    role: SeatRole
    since: date
    until: date | None


class CouncilWhole(CouncilOut):
    seats: list[SeatOut]
    session_ids: list[int]


class CommitteesOut(Schema):
    items: list[CouncilOut]


class CouncilIn(Given):
    kind: Slug
    place_path: PlacePath
    name_set: Annotated[str | None, Field(max_length=40, description="Found the committees of this set too")] = None


class CommitteesIn(Given):
    """The committees of a set, or one by the slug of its kind."""

    name_set: Annotated[str, Field(max_length=40)] = ""
    kind: Annotated[str, Field(max_length=40)] = ""


class CouncilMoveIn(Given):
    act: Literal["dissolve", "revive"]


class SeatIn(Given):
    title: Title
    since: Day
    role: SeatRole = SeatRole.MEMBER
    organisation_id: Id | None = None
    holder: Annotated[Line, Field(description="Kept apart; never given out by the API")] = ""


class KnownSeatsIn(Given):
    since: Day


class SeatEndIn(Given):
    seat_id: Id
    until: Day


class SessionIn(Given):
    on: Day
    agenda: Annotated[list[Title], Field(min_length=1, max_length=MOST_ITEMS)]
    where: Line = ""


class CouncilItemOut(Schema):
    position: int
    title: str
    speaker: str
    said: str


class SessionOut(Schema):
    id: int
    council_id: int
    state: SessionState
    date: date
    where: str
    seats: int
    needed: int
    present: int
    items: list[CouncilItemOut]


Office = Annotated[str, Field(max_length=120, pattern=r"^[^\x00]*$")]


class SessionHeldIn(Given):
    """`present` are ids of seats in force that day; the words and the speaker of each item stand in the order of the agenda."""

    present: list[Id]
    said: Annotated[list[Line], Field(max_length=MOST_ITEMS)] = []
    speakers: Annotated[list[Office], Field(max_length=MOST_ITEMS, description="Offices, not names")] = []


class SessionMoveIn(Given):
    act: Literal["close", "open", "cancel", "call_again"]


class ResolutionIn(Given):
    title: Title
    owner_id: Id
    due_date: Day


class ResolutionOut(Schema):
    id: int
    council_id: int
    session_id: int
    number: int
    title: str
    state: ResolutionState
    late: bool
    owner: OrganisationRef
    decided_date: date
    due_date: date
    closed_at: datetime | None


class ResolutionMoveIn(Given):
    act: Literal["start", "report", "confirm", "send_back", "postpone", "hand", "drop", "reopen"]
    note: Line = ""
    due_date: Day | None = None
    owner_id: Annotated[Id | None, Field(description="Where it is handed on")] = None


class VoiceIn(Given):
    title: Title
    body: Prose


class RungOut(Schema):
    council_id: int
    arrived_at: datetime
    answer_by: date
    left_at: datetime | None
    passed_on: bool
    answer: str


class VoiceOut(Schema):
    id: int
    council_id: int
    at_council_id: int
    title: str
    state: VoiceState
    late: bool
    sent_at: datetime
    answer_by: date


class VoiceWhole(VoiceOut):
    body: str
    rungs: list[RungOut]
    heard: int


class VoiceMoveIn(Given):
    act: Literal["answer", "pass_on", "raise_again", "settle", "withdraw", "take_back"]
    words: Prose = ""


class ResolutionFilters(Schema):
    state: ResolutionState | None = None
    place: Here | None = None
    late: bool = False


class VoiceFilters(Schema):
    state: VoiceState | None = None
    place: Here | None = None
    late: bool = False


class CouncilFilters(Schema):
    state: CouncilState | None = None
    place: Here | None = None


class CouncilKindsTaken(Schema):
    taken: int
