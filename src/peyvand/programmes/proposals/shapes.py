"""What goes in and out of the routes of proposals. No answer names an author or a supporter."""

from datetime import date, datetime
from typing import Annotated

from ninja import Field, Schema

from peyvand.api.answers import Given
from peyvand.api.filters import Here
from peyvand.api.shapes import Day, Id, Ids, Line, OrganisationRef, PlaceRef, Prose, Title
from peyvand.programmes.proposals.enums import Decision, HappeningKind, ProposalState

Report = Annotated[str, Field(pattern="^(report|finish|give_up)$", examples=["report"])]


class ProposalOut(Schema):
    """`supporters` are different people, with those of the proposals joined to it; `merged_into` speaks for it. `unsent_days` are the
    working days since it was handed in, of one that was sent to no body yet; `promise_passed`: the day it was promised for is over."""

    id: int
    number: str
    title: str
    problem: str
    first_step: str
    evidence: str
    law: str
    cost: str
    owner: str
    session: str
    state: ProposalState
    late: bool
    place: PlaceRef
    organisation: OrganisationRef
    body: OrganisationRef | None
    written_at: datetime
    unsent_days: int | None
    answer_by: date | None
    promised_by: date | None
    promise_passed: bool
    theme_id: int | None
    merged_into: int | None
    supporters: int


class ProposalReceipt(ProposalOut):
    """`answer_days` working days from sending to the answer, as a body would have them today."""

    tracking_code: str
    answer_days: int


class ProposalIn(Given):
    """`anyway` says that it is another one than the like ones that exist; without it these are told by `proposals_like_ones`."""

    title: Title
    problem: Prose
    first_step: Prose
    evidence: Prose = ""
    law: Prose = ""
    cost: Prose = ""
    owner: Annotated[Line, Field(max_length=200)] = ""
    session: Annotated[Line, Field(max_length=160)] = ""
    anyway: bool = False


class ProposalFilters(Schema):
    state: ProposalState | None = None
    place: Here | None = None
    body_id: Id | None = None
    theme_id: Id | None = None
    merged_into_id: Annotated[Id | None, Field(description="Only those joined to this one directly")] = None
    unsent: Annotated[bool, Field(description="Only those sent to no body yet")] = False
    passed: Annotated[bool, Field(description="Only those whose promised day has passed")] = False
    late: Annotated[bool, Field(description="Only those whose answer is overdue")] = False
    waiting: Annotated[bool, Field(description="Only those your organisation has to answer")] = False


class LikeWord(Schema):
    word: str
    weight: float


class LikeOut(Schema):
    """`why` are the words in common; their weights are parts of the likeness."""

    proposal: ProposalOut
    likeness: float
    why: list[LikeWord]


class LikeOnes(Schema):
    items: list[LikeOut]


class ProposalReplyOut(Schema):
    """`own_words` are told to its author and to those who speak for the body; empty for everyone else."""

    answer_id: int
    decision: Decision
    text: str
    own_words: str
    until: date | None
    at: datetime


class HappeningOut(Schema):
    id: int
    proposal_id: int
    kind: HappeningKind
    at: datetime
    other_id: int | None
    text: str


class ProposalWhole(ProposalOut):
    """`supports`: whether the caller does."""

    reply: ProposalReplyOut | None
    supports: bool
    happenings: list[HappeningOut]


class ReasonIn(Given):
    reason: Line


class ProposalJoinIn(Given):
    into_id: Id
    reason: Line


class RouteIn(Given):
    proposal_ids: Ids
    body_id: Id


class RoutedOut(Schema):
    items: list[ProposalOut]


class OwnWordsIn(Given):
    proposal_id: Id
    words: Prose


class ProposalAnswerIn(Given):
    decision: Decision
    text: Prose
    until: Day | None = None
    own_words: Annotated[list[OwnWordsIn], Field(max_length=500)] = []


class ProposalAnswerOut(Schema):
    id: int
    decision: Decision
    text: str
    until: date | None
    proposal_ids: list[int]


class ProposalReportIn(Given):
    act: Report
    text: Prose


class ThemeOut(Schema):
    id: int
    title: str
    words: list[str]
    proposals: int


class ThemeAnswerOut(Schema):
    id: int
    body: OrganisationRef
    decision: Decision
    text: str
    until: date | None
    at: datetime


class ThemeWhole(ThemeOut):
    """`waiting` for the caller's organisation to answer, `unsent` for him to send to a body."""

    waiting: int
    unsent: int
    answers: list[ThemeAnswerOut]


class BodyOut(Schema):
    body_id: int
    name_fa: str
    name_en: str
    waiting: int
    overdue: int
    answered: int
    passed: int
    oldest: date | None


class Bodies(Schema):
    """`passed` counts promises whose day has passed; `unsent` what was sent to no body yet, the oldest of it `unsent_days` working days
    ago."""

    items: list[BodyOut]
    unsent: int
    unsent_days: int | None


class HolidayOut(Schema):
    id: int
    day: date
    is_closed: bool
    name: str
    source: str
    recorded_at: datetime


class HolidayIn(Given):
    day: Day
    is_closed: bool = True
    name: Title
    source: Title


class AnswerTermsOut(Schema):
    since: date
    answer_days: int
    source: str


class AnswerTermsIn(Given):
    since: Annotated[Day, Field(description="Today or later")]
    answer_days: Annotated[int, Field(ge=1, le=120, description="Working days")]
    source: Title
