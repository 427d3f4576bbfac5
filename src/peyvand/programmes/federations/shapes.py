"""The shapes of federations in the API."""

from datetime import date, datetime
from typing import Annotated

from ninja import Field, Schema

from peyvand.api.answers import Given
from peyvand.api.shapes import Day, Id, Ids, Line, OrganisationRef, PlaceRef, Prose, Quantity, SpecificationRef, Title
from peyvand.flow.need.enums import Band
from peyvand.programmes.federations.enums import MeetingState, MemberState, TakingState
from peyvand.votes.enums import Method, Ties, VoteState

Percent = Annotated[int, Field(ge=0, le=99, description="More than this part of the members has to be present")]
Votes = Annotated[int, Field(ge=0, le=30000)]


class FederationMemberOut(Schema):
    id: int
    organisation: OrganisationRef
    state: MemberState
    since: date | None
    until: date | None


class FederationOut(Schema):
    id: int
    organisation: OrganisationRef
    place: PlaceRef
    quorum_percent: int
    members: int
    founded_at: datetime


class FederationWhole(FederationOut):
    """`all_members` also names those that ask (where you may see it) and those that were members."""

    all_members: list[FederationMemberOut]
    board: list[OrganisationRef]
    meeting_ids: list[int]
    election_ids: list[int]


class FederationIn(Given):
    organisation_id: Id
    quorum_percent: Percent = 50


class QuorumIn(Given):
    quorum_percent: Percent


class FederationJoinIn(Given):
    organisation_id: Id


class MemberDeclineIn(Given):
    reason: Line


class MemberExcludeIn(Given):
    decision_id: Id


class RepresentativeIn(Given):
    name: Title


class AssemblyIn(Given):
    on: Day
    agenda: Annotated[list[Title], Field(min_length=1, max_length=8)]
    where: Annotated[Line, Field(max_length=120)] = ""


class AssemblyHeldIn(Given):
    present: Annotated[list[Id], Field(max_length=5000, description="Ids of members that were represented")]
    minutes: Prose = ""


class DecisionIn(Given):
    title: Line
    in_favour: Votes
    against: Votes = 0
    abstained: Votes = 0


class DecisionOut(Schema):
    id: int
    number: int
    title: str
    in_favour: int
    against: int
    abstained: int
    passed: bool


class AssemblyOut(Schema):
    id: int
    federation_id: int
    state: MeetingState
    date: date
    where: str
    agenda: list[str]
    minutes: str
    members: int
    needed: int
    present: int
    decisions: list[DecisionOut]


class ElectionIn(Given):
    """`method`: approval, ranking or equal_shares; greedy spends money and fills no seats."""

    title: Title
    member_ids: Ids
    method: Method = Method.APPROVAL
    seats: Annotated[int, Field(ge=1, le=100)]
    ties: Ties = Ties.LOT
    term_months: Annotated[int, Field(ge=1, le=120)] = 24


class ElectionOpenIn(Given):
    opens_at: datetime
    closes_at: datetime


class ElectionOut(Schema):
    """`result` is null until the count; fractions in it are texts. Of fewer than five ballots it says only what was chosen.

    `ballots` is null where there are fewer than five.
    """

    id: int
    federation_id: int
    title: str
    state: VoteState
    method: Method
    seats: int
    opens_at: datetime | None
    closes_at: datetime | None
    ballots: int | None
    result: dict | None


class SharedNeedOut(Schema):
    """Of a family's need the county; never a name, an address, a code of the need, or a word about a person.

    `asked` is what members took of it and its holder has not answered; who they are is not told.
    """

    id: int
    federation_id: int
    specification: SpecificationRef
    quantity: int
    left: int
    asked: int
    place: PlaceRef
    band: Band
    opened_date: date
    holder: OrganisationRef


class SharedNow(Schema):
    items: list[SharedNeedOut]


class SharedNeedsIn(Given):
    need_ids: Ids


class TakeIn(Given):
    capacity_id: Id
    quantity: Quantity = 1
    due_date: Day


class AnswerIn(Given):
    agree: bool


class TakingOut(Schema):
    """`commitment_id` once it became a promise."""

    id: int
    shared_id: int
    organisation: OrganisationRef
    quantity: int
    due_date: date
    state: TakingState
    commitment_id: int | None
