"""Votes for programs, for every programme that holds some: a ballot with a code, the roll, papers entered twice, the check.

What ties a person or an hour to a ballot is kept nowhere: the answers of these routes are stored under no idempotency key.
Names are never given to programs; an entry of the roll is told by its number.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Query, Schema

from peyvand.api.answers import Given, Order, Page, PageQuery, act, act_unkept, page_of, reading, say
from peyvand.api.shapes import Id, Ids, Line, Title, Word
from peyvand.api.throttle import PerMinute
from peyvand.extend.programme import ApiRoute
from peyvand.extend.switches import off_refusal
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import NotFound, require
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import only
from peyvand.votes.casting import cast_by_code, enter_paper, set_aside_paper
from peyvand.votes.enums import Aside, Voted, Way
from peyvand.votes.models import Paper, Vote, Voter
from peyvand.votes.pabulib import as_pabulib, counts_again
from peyvand.votes.permissions import may_vouch
from peyvand.votes.queries import ballots_shown, paper_of, roll_of, unsettled_papers, voter_of
from peyvand.votes.roll import NewVoter, give_codes, give_paper, strike_voter, vouch_voters
from peyvand.votes.rules import Choice

_OLDEST = Order("oldest", ("id",))
Numbers = Annotated[list[Annotated[int, Field(ge=1, le=32767)]], Field(max_length=500)]
Points = Annotated[list[Annotated[int, Field(ge=1, le=2**31 - 1)]], Field(max_length=500)]


class ChoiceIn(Given):
    options: Annotated[Numbers, Field(description="Numbers of options; in a ranking the best first")]
    points: Annotated[Points, Field(description="Beside each option, only where the vote asks for points")] = []


class BallotIn(ChoiceIn):
    code: Annotated[Word, Field(description="The voter's one-time code: twelve digits of either kind")]


class ReceiptOut(Schema):
    receipt: Annotated[str, Field(description="Told now and never again; after the count the ballot is found under it")]


class RollEntryIn(Given):
    name: Title
    known_by: Annotated[Line, Field(description="A number, or the father's name")] = ""
    trusted: Annotated[Line, Field(description="The trusted local who vouches; empty: the caller does")] = ""


class RollIn(Given):
    rows: Annotated[list[RollEntryIn], Field(min_length=1, max_length=500)]
    anyway: Annotated[bool, Field(description="Somebody looked: a like entry is somebody else")] = False


class RollEntryOut(Schema):
    """An entry of the roll, without the name."""

    id: int
    code_way: str
    voted: Voted


class RollOut(Schema):
    items: list[RollEntryOut]


class CodesIn(Given):
    voter_ids: Ids
    way: Way = Way.HAND


class CodeOut(Schema):
    voter_id: int
    code: str


class CodesOut(Schema):
    """Told now and never again."""

    items: list[CodeOut]


class PaperIn(ChoiceIn):
    receipt: Annotated[Word, Field(description="The sixteen digits printed on the paper")]


class PaperOut(Schema):
    """`differs`: two people entered it, and not the same."""

    id: int
    agreed: bool
    differs: bool


class AsideIn(Given):
    reason: Aside


class VoteBallotsOut(Schema):
    pabulib: Annotated[str, Field(description="Rule, options and every ballot under its receipt, as a Pabulib file")]


class CountedAgainOut(Schema):
    same: Annotated[bool, Field(description="The published ballots, counted anew now, give the published result")]


class StruckOut(Schema):
    id: int


def _entry(row: Voter) -> RollEntryOut:
    return RollEntryOut(id=row.pk, code_way=row.code_way, voted=Voted(row.voted))


def _paper(row: Paper) -> PaperOut:
    return PaperOut(id=row.pk, agreed=row.agreed, differs=row.second is not None and not row.agreed)


# As on the page, and counted with it: codes and ballots are not to be guessed at or drained.
_CODES = PerMinute("vote code", "TRACKING_CALLS_A_MINUTE")


@dataclass(frozen=True, kw_only=True)
class VoteRoutes:
    """The routes of the votes of the programme `slug`, on behalf of its pages `ballot`, `vote`, `roll` and `papers`.

    `votes()` are those of the programme that the open scope lets through; `one` is where one of them stands (with
    `{int:vote_id}`). `roll_is_set` as for the pages.
    """

    slug: str
    votes: Callable[[], QuerySet[Vote]] = field(repr=False)
    one: str
    roll_is_set: bool = False

    def routes(self) -> tuple[ApiRoute, ...]:
        one, entry = self.one, f"{self.one}/roll/{{int:voter_id}}"
        by_hand = (
            ApiRoute("POST", f"{one}/roll", "roll", self.add_to_roll, {201: RollOut}, "Vouch for people: put them on the roll"),
            ApiRoute("POST", f"{entry}/strike", "roll", self.strike_from_roll, StruckOut, "Take off who was entered by mistake"),
        )  # fmt: skip
        return (
            ApiRoute("POST", f"{one}/cast", "ballot", self.cast_ballot, {201: ReceiptOut}, "Vote with a one-time code"),
            ApiRoute("GET", f"{one}/ballots", "vote", self.get_ballots, VoteBallotsOut, "All counted ballots, with the rule"),
            ApiRoute("GET", f"{one}/again", "vote", self.count_again, CountedAgainOut, "Count the published ballots anew"),
            ApiRoute("GET", f"{one}/roll", "vote", self.list_roll, Page[RollEntryOut], "The roll, without names"),
            *(() if self.roll_is_set else by_hand),
            ApiRoute("POST", f"{one}/codes", "roll", self.give_vote_codes, CodesOut, "Fresh one-time codes, told once"),
            ApiRoute("POST", f"{entry}/paper", "roll", self.give_vote_paper, RollEntryOut, "Mark who takes a paper"),
            ApiRoute("GET", f"{one}/papers", "vote", self.list_papers, Page[PaperOut], "Papers that are not settled"),
            ApiRoute("POST", f"{one}/papers", "papers", self.enter_vote_paper, PaperOut, "Enter what a paper says"),
            ApiRoute(
                "POST", f"{one}/papers/{{int:paper_id}}/aside", "papers", self.set_paper_aside, StruckOut,
                "Take a paper that cannot be settled out of the count",
            ),
        )  # fmt: skip

    def _vote(self, vote_id: int) -> Vote:
        """Raises `NotFound` where it is none of the programme's, or lies outside the scope."""
        return only(self.votes().select_related("place").filter(pk=vote_id))

    def _kept(self, vote_id: int, by: Acting) -> Vote:
        """One in which the caller vouches; for others its roll and papers are not there."""
        vote = self._vote(vote_id)
        if may_vouch(by, vote) is not None:
            raise NotFound
        return vote

    def cast_ballot(self, request: HttpRequest, vote_id: Path[Id], body: BallotIn) -> HttpResponse:
        """Sent twice it is counted once. Who calls is not kept with it: a program may send what voters type."""
        _CODES.slow_down(request)

        def run(by: Acting, now: datetime) -> ReceiptOut:
            vote = self._vote(vote_id)
            require(off_refusal(self.slug, [(vote.place_path, vote.organisation_path)], business_date(now)))
            choice = Choice(tuple(body.options), tuple(body.points))
            return ReceiptOut(receipt=cast_by_code(vote_id=vote_id, code=body.code, choice=choice, by=by, now=now))

        return act_unkept(request, run, status=201)

    def get_ballots(self, request: HttpRequest, vote_id: Path[Id]) -> HttpResponse:
        """From five ballots on."""
        with reading(request):
            vote = self._vote(vote_id)
            _CODES.slow_down(request)
            return say(VoteBallotsOut(pabulib=as_pabulib(vote)))

    def count_again(self, request: HttpRequest, vote_id: Path[Id]) -> HttpResponse:
        """From five ballots on."""
        with reading(request):
            vote = self._vote(vote_id)
            if vote.result is None or not ballots_shown(vote):
                raise NotFound
            _CODES.slow_down(request)
            return say(CountedAgainOut(same=counts_again(vote.pk)))

    def list_roll(self, request: HttpRequest, vote_id: Path[Id], page: Query[PageQuery]) -> HttpResponse:
        with reading(request) as by:
            rows = roll_of(self._kept(vote_id, by))
            return page_of(request, rows, page, lambda found: [_entry(row) for row in found], _OLDEST)

    def add_to_roll(self, request: HttpRequest, vote_id: Path[Id], body: RollIn) -> HttpResponse:
        """All or none, in the order given. Refused with `like_on_roll` where a name or a number stands there already."""

        def run(by: Acting, now: datetime) -> RollOut:
            self._vote(vote_id)
            rows = [NewVoter(**one.dict()) for one in body.rows]
            made = vouch_voters(vote_id=vote_id, rows=rows, anyway=body.anyway, by=by, now=now)
            return RollOut(items=[_entry(row) for row in made])

        return act(request, run, status=201)

    def strike_from_roll(self, request: HttpRequest, vote_id: Path[Id], voter_id: Path[Id]) -> HttpResponse:
        def run(by: Acting, now: datetime) -> StruckOut:
            voter_of(self._vote(vote_id), voter_id)
            strike_voter(voter_id=voter_id, by=by, now=now)
            return StruckOut(id=voter_id)

        return act(request, run)

    def give_vote_codes(self, request: HttpRequest, vote_id: Path[Id], body: CodesIn) -> HttpResponse:
        """An earlier code of somebody ends."""

        def run(by: Acting, now: datetime) -> CodesOut:
            self._vote(vote_id)
            codes = give_codes(vote_id=vote_id, voter_ids=body.voter_ids, way=body.way, by=by, now=now)
            return CodesOut(items=[CodeOut(voter_id=pk, code=code) for pk, code in codes.items()])

        return act_unkept(request, run)

    def give_vote_paper(self, request: HttpRequest, vote_id: Path[Id], voter_id: Path[Id]) -> HttpResponse:
        """The code of whoever takes a paper ends."""

        def run(by: Acting, now: datetime) -> RollEntryOut:
            voter_of(self._vote(vote_id), voter_id)
            return _entry(give_paper(voter_id=voter_id, by=by, now=now))

        return act_unkept(request, run)

    def list_papers(self, request: HttpRequest, vote_id: Path[Id], page: Query[PageQuery]) -> HttpResponse:
        with reading(request) as by:
            rows = unsettled_papers(self._kept(vote_id, by))
            return page_of(request, rows, page, lambda found: [_paper(row) for row in found], _OLDEST)

    def enter_vote_paper(self, request: HttpRequest, vote_id: Path[Id], body: PaperIn) -> HttpResponse:
        """It counts once two people entered the same."""

        def run(by: Acting, now: datetime) -> PaperOut:
            self._vote(vote_id)
            choice = Choice(tuple(body.options), tuple(body.points))
            return _paper(enter_paper(vote_id=vote_id, receipt=body.receipt, choice=choice, by=by, now=now))

        return act_unkept(request, run)

    def set_paper_aside(
        self, request: HttpRequest, vote_id: Path[Id], paper_id: Path[Id], body: AsideIn
    ) -> HttpResponse:
        """By somebody beside the one who entered it."""

        def run(by: Acting, now: datetime) -> StruckOut:
            paper_of(self._vote(vote_id), paper_id)
            set_aside_paper(paper_id=paper_id, reason=body.reason, by=by, now=now)
            return StruckOut(id=paper_id)

        return act(request, run)
