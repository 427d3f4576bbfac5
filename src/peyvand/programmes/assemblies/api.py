"""Assemblies for programs: the same acts and lists as the pages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Query, Schema

from peyvand.api.answers import Count, Given, Order, Page, PageQuery, act, page_of, reading, say
from peyvand.api.filters import Here, narrowed
from peyvand.api.programmes import ProgrammeFigures, figures_of
from peyvand.api.shapes import (
    Day,
    Id,
    Ids,
    Line,
    OrganisationRef,
    PlacePath,
    PlaceRef,
    Prose,
    Quantity,
    Slug,
    Title,
    organisation_at,
    organisation_ref,
    place_at,
    place_ref,
    specifications_named,
)
from peyvand.api.votes import VoteRoutes
from peyvand.extend.programme import ApiRoute
from peyvand.programmes.assemblies import actions, queries
from peyvand.programmes.assemblies.enums import IdeaState
from peyvand.programmes.assemblies.models import Idea
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import only
from peyvand.votes.actions import close_vote
from peyvand.votes.counting import ask_count
from peyvand.votes.enums import BallotKind, Completion, Method, Ties, Utility, VoteState
from peyvand.votes.models import Vote
from peyvand.votes.queries import ballots_shown, result_shown
from peyvand.votes.rules import Rule

NEWEST = Order("newest", ("-id",))
Rial = Annotated[int, Field(ge=0, le=2**53, description="Whole rial", examples=[200000000])]


class IdeaOut(Schema):
    id: int
    title: str
    state: IdeaState
    place: PlaceRef
    organisation: OrganisationRef
    joined_to_id: int | None
    told_at: datetime


class IdeaIn(Given):
    title: Title
    text: Prose = ""
    place: PlacePath


class IdeaJoinIn(Given):
    to_id: Id


class StudyIn(Given):
    technical: Prose = ""
    money: Prose = ""
    law: Prose = ""
    people: Prose = ""
    risk: Prose = ""
    gains: Annotated[Prose, Field(description="Justice annex: who gains")] = ""
    left_out: Annotated[Prose, Field(description="Justice annex: who is left out")] = ""
    cost_rial: Rial = 0
    feasible: bool = True


class PlanLineIn(Given):
    specification: Slug
    quantity: Quantity = 1
    due_date: Day | None = None


class PlanIn(Given):
    lines: Annotated[list[PlanLineIn], Field(min_length=1, max_length=20)]


class ResidentVoteOut(Schema):
    """`result` is null until the count; fractions in it are texts. Of fewer than five ballots it says only what was chosen.

    `ballots` is null where there are fewer than five.
    """

    id: int
    title: str
    state: VoteState
    place: PlaceRef
    method: Method
    budget_rial: int
    seats: int
    opens_at: datetime | None
    closes_at: datetime | None
    ballots: int | None
    result: dict | None


class ResidentVoteIn(Given):
    title: Title
    place: PlacePath
    idea_ids: Ids
    method: Method = Method.EQUAL_SHARES
    budget_rial: Rial = 0
    seats: Annotated[int, Field(ge=0, le=100)] = 0
    utility: Utility = Utility.COST
    completion: Completion = Completion.STEP_THEN_GREEDY
    step_rial: Annotated[int, Field(ge=1, le=2**53)] = 500_000
    ties: Ties = Ties.CHEAPER
    most_choices: Annotated[int, Field(ge=0, le=100)] = 0
    threshold: Annotated[int, Field(ge=0, le=2**31 - 1, description="Most votes: fewest votes of a project")] = 0
    skip: Annotated[bool, Field(description="Most votes: go on to the next project that still fits")] = True


class OpenIn(Given):
    opens_at: datetime
    closes_at: datetime


class CallOffIn(Given):
    reason: Line


class IdeaFilters(Schema):
    state: IdeaState | None = None
    place: Here | None = None


def ideas_out(rows: Sequence[Idea]) -> list[IdeaOut]:
    return [
        IdeaOut(
            id=row.pk, title=row.title, state=IdeaState(row.state), place=place_ref(row.place),
            organisation=organisation_ref(row.organisation), joined_to_id=row.joined_to_id, told_at=row.told_at,
        )
        for row in rows
    ]  # fmt: skip


def _idea(pk: int) -> IdeaOut:
    return ideas_out([queries.one_idea(pk)])[0]


def vote_out(vote: Vote) -> ResidentVoteOut:
    return ResidentVoteOut(
        id=vote.pk, title=vote.title, state=VoteState(vote.state), place=place_ref(vote.place), method=Method(vote.method),
        budget_rial=vote.budget, seats=vote.seats, opens_at=vote.opens_at, closes_at=vote.closes_at,
        ballots=vote.counted if ballots_shown(vote) else None, result=result_shown(vote),
    )  # fmt: skip


def _vote(pk: int) -> ResidentVoteOut:
    found = only(queries.seen_votes().filter(pk=pk))
    return vote_out(found)


def list_ideas(request: HttpRequest, filters: Query[IdeaFilters], page: Query[PageQuery]) -> HttpResponse:
    with reading(request) as by:
        return page_of(request, narrowed(queries.ideas(by), filters), page, ideas_out, NEWEST)


def count_ideas(request: HttpRequest, filters: Query[IdeaFilters]) -> HttpResponse:
    with reading(request) as by:
        return say(Count(count=narrowed(queries.ideas(by), filters).count()))


def get_idea(request: HttpRequest, idea_id: Path[Id]) -> HttpResponse:
    with reading(request):
        return say(_idea(idea_id))


def tell_idea(request: HttpRequest, body: IdeaIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> IdeaOut:
        house = organisation_at(by.organisation_id, "organisation")
        idea = actions.tell_idea(
            title=body.title, text=body.text, place=place_at(body.place), organisation=house, by=by, now=now
        )
        return _idea(idea.pk)

    return act(request, run, status=201)


def join_idea(request: HttpRequest, idea_id: Path[Id], body: IdeaJoinIn) -> HttpResponse:
    return act(
        request,
        lambda by, now: _idea(actions.join_idea(idea_id=idea_id, to_id=body.to_id, by=by, now=now).pk),
    )


def part_idea(request: HttpRequest, idea_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: _idea(actions.part_idea(idea_id=idea_id, by=by, now=now).pk))


def write_study(request: HttpRequest, idea_id: Path[Id], body: StudyIn) -> HttpResponse:
    parts = body.dict(exclude={"cost_rial", "feasible"})
    findings = actions.Findings(parts, body.cost_rial, body.feasible)
    return act(
        request,
        lambda by, now: _idea(actions.write_study(idea_id=idea_id, findings=findings, by=by, now=now).pk),
    )


def publish_study(request: HttpRequest, idea_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: _idea(actions.publish_study(idea_id=idea_id, by=by, now=now).pk))


def plan_idea(request: HttpRequest, idea_id: Path[Id], body: PlanIn) -> HttpResponse:
    """Opens the needs of the plan for the neighbourhood."""

    def run(by: Acting, now: datetime) -> IdeaOut:
        kinds = specifications_named({one.specification for one in body.lines})
        lines = [actions.PlanLine(kinds[one.specification], one.quantity, one.due_date) for one in body.lines]
        actions.plan_idea(idea_id=idea_id, lines=lines, by=by, now=now)
        return _idea(idea_id)

    return act(request, run)


def list_resident_votes(request: HttpRequest, page: Query[PageQuery]) -> HttpResponse:
    with reading(request):
        return page_of(request, queries.seen_votes(), page, lambda rows: [vote_out(row) for row in rows], NEWEST)


def get_resident_vote(request: HttpRequest, vote_id: Path[Id]) -> HttpResponse:
    with reading(request):
        return say(_vote(vote_id))


def prepare_assembly(request: HttpRequest, body: ResidentVoteIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> ResidentVoteOut:
        house = organisation_at(by.organisation_id, "organisation")
        spends = body.method in (Method.EQUAL_SHARES, Method.GREEDY)
        rule = Rule(
            method=body.method, kind=BallotKind.RANKS if body.method == Method.RANKING else BallotKind.APPROVAL,
            utility=body.utility, completion=body.completion, step=body.step_rial, ties=body.ties,
            budget=body.budget_rial if spends else 0, seats=0 if spends else body.seats, most_choices=body.most_choices,
            threshold=body.threshold if body.method == Method.GREEDY else 0, skip=body.skip,
        )  # fmt: skip
        vote = actions.prepare_assembly(
            title=body.title,
            place=place_at(body.place),
            organisation=house,
            rule=rule,
            idea_ids=body.idea_ids,
            by=by,
            now=now,
        )
        return _vote(vote.pk)

    return act(request, run, status=201)


def open_assembly(request: HttpRequest, vote_id: Path[Id], body: OpenIn) -> HttpResponse:
    """Refused until the study of each option is published."""

    def run(by: Acting, now: datetime) -> ResidentVoteOut:
        actions.open_assembly(vote_id=vote_id, opens_at=body.opens_at, closes_at=body.closes_at, by=by, now=now)
        return _vote(vote_id)

    return act(request, run)


def close_resident_vote(request: HttpRequest, vote_id: Path[Id]) -> HttpResponse:
    """From the time on that was announced. Papers of the box are still entered."""
    return act(request, lambda by, now: _vote(close_vote(vote_id=vote_id, by=by, now=now).pk))


def count_assembly(request: HttpRequest, vote_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: _vote(ask_count(vote_id=vote_id, by=by, now=now).pk))


def call_off_assembly(request: HttpRequest, vote_id: Path[Id], body: CallOffIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> ResidentVoteOut:
        actions.call_off_assembly(vote_id=vote_id, reason=body.reason, by=by, now=now)
        return _vote(vote_id)

    return act(request, run)


_IDEA, _VOTE = "/ideas/{int:idea_id}", "/votes/{int:vote_id}"
API_ROUTES = (
    ApiRoute("GET", "/ideas", "list", list_ideas, Page[IdeaOut], "Ideas you may see"),
    ApiRoute("GET", "/ideas/count", "list", count_ideas, Count, "How many ideas you may see"),
    ApiRoute("GET", _IDEA, "idea", get_idea, IdeaOut, "One idea"),
    ApiRoute("POST", "/ideas", "new", tell_idea, {201: IdeaOut}, "Write down an idea of residents"),
    ApiRoute("POST", f"{_IDEA}/join", "work", join_idea, IdeaOut, "Join it to a like one of the same place"),
    ApiRoute("POST", f"{_IDEA}/part", "work", part_idea, IdeaOut, "Take it out of the one it was joined to"),
    ApiRoute("POST", f"{_IDEA}/study", "work", write_study, IdeaOut, "Keep what its feasibility study found so far"),
    ApiRoute("POST", f"{_IDEA}/publish", "decide", publish_study, IdeaOut, "Publish its study, for good"),
    ApiRoute("POST", f"{_IDEA}/plan", "decide", plan_idea, IdeaOut, "Open the needs of its plan"),
    ApiRoute(
        "GET", "/figures", "figures", figures_of(actions.SLUG), ProgrammeFigures, "What assemblies promise, counted"
    ),
    ApiRoute("GET", "/votes", "board", list_resident_votes, Page[ResidentVoteOut], "Votes of residents"),
    ApiRoute("GET", _VOTE, "vote", get_resident_vote, ResidentVoteOut, "One vote with its result"),
    ApiRoute("POST", "/votes", "decide", prepare_assembly, {201: ResidentVoteOut}, "Prepare a vote between ideas"),
    ApiRoute("POST", f"{_VOTE}/open", "decide", open_assembly, ResidentVoteOut, "Open the vote between two times"),
    ApiRoute("POST", f"{_VOTE}/close", "decide", close_resident_vote, ResidentVoteOut, "Take no more ballots"),
    ApiRoute("POST", f"{_VOTE}/count", "decide", count_assembly, ResidentVoteOut, "Count a vote that was closed"),
    ApiRoute("POST", f"{_VOTE}/call-off", "decide", call_off_assembly, ResidentVoteOut, "End it without a count"),
    *VoteRoutes(slug=actions.SLUG, votes=queries.seen_votes, one=_VOTE).routes(),
)
