"""Elections of boards for programs: the same acts and lists as the pages."""

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query

from peyvand.api.answers import Order, Page, PageQuery, act, page_of, reading, say
from peyvand.api.shapes import Id
from peyvand.api.votes import VoteRoutes
from peyvand.extend.programme import ApiRoute
from peyvand.kernel.refusals import BadValue
from peyvand.programmes.federations import election_actions, queries
from peyvand.programmes.federations.actions import SLUG
from peyvand.programmes.federations.forms import seats_rule
from peyvand.programmes.federations.shapes import ElectionIn, ElectionOpenIn, ElectionOut, MemberDeclineIn
from peyvand.scope.acting import Acting
from peyvand.votes.actions import call_off_vote, close_vote
from peyvand.votes.counting import ask_count
from peyvand.votes.enums import Method, VoteState
from peyvand.votes.models import Vote
from peyvand.votes.queries import ballots_shown, result_shown

NEWEST = Order("newest", ("-pk",))


def elections_out(rows: Sequence[Vote]) -> list[ElectionOut]:
    house = queries.houses_of(rows)
    return [
        ElectionOut(
            id=row.pk, federation_id=house[row.pk], title=row.title, state=VoteState(row.state), method=Method(row.method),
            seats=row.seats, opens_at=row.opens_at, closes_at=row.closes_at,
            ballots=row.counted if ballots_shown(row) else None, result=result_shown(row),
        )
        for row in rows
    ]  # fmt: skip


def _election(pk: int) -> ElectionOut:
    return elections_out([queries.one_election(pk)])[0]


def list_elections(request: HttpRequest, page: Query[PageQuery]) -> HttpResponse:
    with reading(request):
        return page_of(request, queries.election_votes(), page, elections_out, NEWEST)


def get_election(request: HttpRequest, vote_id: Path[Id]) -> HttpResponse:
    with reading(request):
        return say(_election(vote_id))


def prepare_election(request: HttpRequest, federation_id: Path[Id], body: ElectionIn) -> HttpResponse:
    """The roll follows from the members' representatives."""

    def run(by: Acting, now: datetime) -> ElectionOut:
        if body.method == Method.GREEDY:
            raise BadValue(field="method", reason="seats are filled by approval, ranking or equal shares")
        made = election_actions.prepare_election(
            federation_id=federation_id, title=body.title, rule=seats_rule(body.method, body.seats, body.ties),
            member_ids=body.member_ids, term_months=body.term_months, by=by, now=now,
        )  # fmt: skip
        return _election(made.pk)

    return act(request, run, status=201)


def open_election(request: HttpRequest, vote_id: Path[Id], body: ElectionOpenIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> ElectionOut:
        election_actions.open_election(
            vote_id=vote_id, opens_at=body.opens_at, closes_at=body.closes_at, by=by, now=now
        )
        return _election(vote_id)

    return act(request, run)


def close_election(request: HttpRequest, vote_id: Path[Id]) -> HttpResponse:
    def run(by: Acting, now: datetime) -> ElectionOut:
        queries.one_election(vote_id)
        return _election(close_vote(vote_id=vote_id, by=by, now=now).pk)

    return act(request, run)


def count_election(request: HttpRequest, vote_id: Path[Id]) -> HttpResponse:
    """Once it is counted, the members it chose form the board."""

    def run(by: Acting, now: datetime) -> ElectionOut:
        queries.one_election(vote_id)
        return _election(ask_count(vote_id=vote_id, by=by, now=now).pk)

    return act(request, run)


def call_off_election(request: HttpRequest, vote_id: Path[Id], body: MemberDeclineIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> ElectionOut:
        queries.one_election(vote_id)
        return _election(call_off_vote(vote_id=vote_id, reason=body.reason, by=by, now=now).pk)

    return act(request, run)


_ONE, _VOTE = "/federations/{int:federation_id}", "/elections/{int:vote_id}"
ELECTION_ROUTES = (
    ApiRoute("GET", "/elections", "federation", list_elections, Page[ElectionOut], "Elections of federations"),
    ApiRoute("GET", _VOTE, "federation", get_election, ElectionOut, "One election with its result"),
    ApiRoute(
        "POST", f"{_ONE}/elections", "act", prepare_election, {201: ElectionOut}, "Prepare an election of the board"
    ),
    ApiRoute(
        "POST", f"{_VOTE}/open", "decide", open_election, ElectionOut, "Open it between two times; its roll is fixed"
    ),
    ApiRoute("POST", f"{_VOTE}/close", "decide", close_election, ElectionOut, "Close it once its time is over"),
    ApiRoute("POST", f"{_VOTE}/count", "decide", count_election, ElectionOut, "Count it and seat the board"),
    ApiRoute("POST", f"{_VOTE}/call-off", "decide", call_off_election, ElectionOut, "End it without a count"),
    *VoteRoutes(slug=SLUG, votes=queries.election_votes, one=_VOTE, roll_is_set=True).routes(),
)
