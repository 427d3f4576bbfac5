"""The board of a place and the question "already served?" for programs."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Query, Schema

from peyvand.api.answers import Given, Order, Page, PageQuery, act, page_of, reading, say, today
from peyvand.api.shapes import (
    Day,
    Id,
    Line,
    OrganisationRef,
    PlaceRef,
    Quantity,
    Title,
    organisation_at,
    organisation_ref,
    place_ref,
)
from peyvand.extend.programme import ApiRoute
from peyvand.programmes.neighbourhoods import board_actions, board_queries, queries, served_actions
from peyvand.programmes.neighbourhoods.board_acts import own
from peyvand.programmes.neighbourhoods.board_models import DoubleHelp
from peyvand.programmes.neighbourhoods.enums import (
    BoardRole,
    BoardState,
    Dimension,
    DoubleHelpState,
    ObjectiveState,
    ObstacleState,
)
from peyvand.scope.acting import Acting

Four = Literal["", "behzisti", "emdad", "setad", "red_crescent"]


class BoardSeatOut(Schema):
    id: int
    organisation: OrganisationRef
    role: BoardRole
    state: BoardState
    stands_for: str
    since: date
    until: date | None


class ShareOut(Schema):
    organisation: OrganisationRef
    promised: int
    done: int


class ObjectiveOut(Schema):
    id: int
    title: str
    dimension: Dimension
    measure: str
    target: int
    due_date: date
    state: ObjectiveState
    shares: list[ShareOut]


class ObstacleOut(Schema):
    id: int
    title: str
    owner: OrganisationRef
    state: ObstacleState
    told_at: datetime
    cleared_at: datetime | None
    note: str


class AccompaniedOut(Schema):
    """`rate` from 0 to 1; null where nothing was declared, or (`withheld`) counted from fewer than five offers of another's."""

    organisation: OrganisationRef
    rate: float | None
    offers: int
    withheld: bool


class BoardOut(Schema):
    """`trusted_ids` are the local trusted persons your organisation knows; their names are not given out."""

    place: PlaceRef
    lead: OrganisationRef | None
    seats: list[BoardSeatOut]
    objectives: list[ObjectiveOut]
    obstacles: list[ObstacleOut]
    accompaniment: list[AccompaniedOut]
    trusted_ids: list[int]


class LeadIn(Given):
    organisation_id: Id
    stands_for: Four = ""


class JoinIn(Given):
    role: Literal["member", "guest"] = "member"
    stands_for: Four = ""


class BoardSeatMoveIn(Given):
    act: Literal["admit", "decline", "leave"]
    reason: Line = ""


class TrustedIn(Given):
    name: Title
    agreed_date: Day


class ObjectiveIn(Given):
    title: Title
    dimension: Dimension
    measure: Annotated[str, Field(min_length=1, max_length=60)]
    target: Quantity
    due_date: Day


class ObjectiveMoveIn(Given):
    act: Literal["drop", "take_up_again"]


class ShareIn(Given):
    promised: Quantity
    done: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


class ObstacleIn(Given):
    title: Title
    owner_id: Id


class ObstacleMoveIn(Given):
    act: Literal["clear", "hand", "tell_again"]
    note: Line = ""
    owner_id: Id | None = None


class ServedOut(Schema):
    already_served: bool


class DoubleHelpOut(Schema):
    need_id: int
    state: DoubleHelpState
    noticed_at: datetime


def board_out(place_id: int, by: Acting) -> BoardOut:
    place = queries.place_in_area(by, place_id)
    told = board_queries.board_of(place, today())
    return BoardOut(
        place=place_ref(place),
        lead=organisation_ref(told.lead.organisation) if told.lead else None,
        seats=[
            BoardSeatOut(
                id=one.pk, organisation=organisation_ref(one.organisation), role=BoardRole(one.role), state=BoardState(one.state),
                stands_for=one.stands_for, since=one.since, until=one.until,
            )
            for one in [*told.seats, *told.past]
        ],
        objectives=[
            ObjectiveOut(
                id=one.pk, title=one.title, dimension=Dimension(one.dimension), measure=one.measure, target=one.target,
                due_date=one.due_date, state=ObjectiveState(one.state),
                shares=[
                    ShareOut(organisation=organisation_ref(part.organisation), promised=part.promised, done=part.done)
                    for part in told.shares.get(one.pk, ())
                ],
            )
            for one in told.objectives
        ],
        obstacles=[
            ObstacleOut(
                id=one.pk, title=one.title, owner=organisation_ref(one.owner), state=ObstacleState(one.state), told_at=one.told_at,
                cleared_at=one.cleared_at, note=one.note,
            )
            for one in told.obstacles
        ],
        accompaniment=[
            AccompaniedOut(
                organisation=organisation_ref(one.organisation), rate=one.rate, offers=one.offers, withheld=one.withheld
            )
            for one in board_queries.accompaniment(by, place, told.seats)
        ],
        trusted_ids=[one.pk for one in told.trusted],
    )  # fmt: skip


def get_board(request: HttpRequest, place_id: Path[Id]) -> HttpResponse:
    with reading(request) as by:
        return say(board_out(place_id, by))


def set_lead(request: HttpRequest, place_id: Path[Id], body: LeadIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> BoardOut:
        board_actions.set_lead(
            place=queries.place_in_area(by, place_id), organisation=organisation_at(body.organisation_id, "organisation_id"),
            stands_for=body.stands_for, by=by, now=now,
        )  # fmt: skip
        return board_out(place_id, by)

    return act(request, run)


def ask_to_join(request: HttpRequest, place_id: Path[Id], body: JoinIn) -> HttpResponse:
    """For your own organisation."""

    def run(by: Acting, now: datetime) -> BoardOut:
        board_actions.ask_to_join(
            place=queries.place_in_area(by, place_id), organisation=own(by), role=BoardRole(body.role), stands_for=body.stands_for,
            by=by, now=now,
        )  # fmt: skip
        return board_out(place_id, by)

    return act(request, run, status=201)


def move_board_seat(request: HttpRequest, board_seat_id: Path[Id], body: BoardSeatMoveIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> BoardOut:
        seat = board_actions.move_seat(seat_id=board_seat_id, act=body.act, reason=body.reason, by=by, now=now)
        return board_out(seat.place_id, by)

    return act(request, run)


def add_trusted(request: HttpRequest, place_id: Path[Id], body: TrustedIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> BoardOut:
        place = queries.place_in_area(by, place_id)
        board_actions.add_trusted(
            place=place, organisation=own(by), name=body.name, agreed=body.agreed_date, by=by, now=now
        )
        return board_out(place_id, by)

    return act(request, run, status=201)


def end_trusted(request: HttpRequest, trusted_id: Path[Id]) -> HttpResponse:
    def run(by: Acting, now: datetime) -> TrustedEnded:
        board_actions.end_trusted(trusted_id=trusted_id, by=by, now=now)
        return TrustedEnded(id=trusted_id)

    return act(request, run)


class TrustedEnded(Schema):
    id: int


def set_objective(request: HttpRequest, place_id: Path[Id], body: ObjectiveIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> BoardOut:
        board_actions.set_objective(
            place=queries.place_in_area(by, place_id), organisation=own(by), title=body.title, dimension=body.dimension,
            measure=body.measure, target=body.target, due=body.due_date, by=by, now=now,
        )  # fmt: skip
        return board_out(place_id, by)

    return act(request, run, status=201)


def take_share(request: HttpRequest, objective_id: Path[Id], body: ShareIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> BoardOut:
        share = board_actions.take_share(
            objective_id=objective_id, organisation=own(by), promised=body.promised, done=body.done, by=by, now=now
        )
        return board_out(share.objective.place_id, by)

    return act(request, run)


def move_objective(request: HttpRequest, objective_id: Path[Id], body: ObjectiveMoveIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> BoardOut:
        row = board_actions.move_objective(objective_id=objective_id, act=body.act, by=by, now=now)
        return board_out(row.place_id, by)

    return act(request, run)


def tell_obstacle(request: HttpRequest, place_id: Path[Id], body: ObstacleIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> BoardOut:
        board_actions.tell_obstacle(
            place=queries.place_in_area(by, place_id), title=body.title, owner=organisation_at(body.owner_id, "owner_id"),
            by=by, now=now,
        )  # fmt: skip
        return board_out(place_id, by)

    return act(request, run, status=201)


def move_obstacle(request: HttpRequest, obstacle_id: Path[Id], body: ObstacleMoveIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> BoardOut:
        owner = organisation_at(body.owner_id, "owner_id") if body.owner_id is not None else None
        row = board_actions.move_obstacle(
            obstacle_id=obstacle_id, act=body.act, note=body.note, owner=owner, by=by, now=now
        )
        return board_out(row.place_id, by)

    return act(request, run)


def double_help_out(rows: Sequence[DoubleHelp]) -> list[DoubleHelpOut]:
    return [DoubleHelpOut(need_id=row.pk, state=DoubleHelpState(row.state), noticed_at=row.noticed_at) for row in rows]


def list_double_help(request: HttpRequest, page: Query[PageQuery]) -> HttpResponse:
    with reading(request) as by:
        return page_of(request, queries.double_help(by), page, double_help_out, Order("newest", ("-need_id",)))


def ask_served(request: HttpRequest, need_id: Path[Id]) -> HttpResponse:
    """One word about a need of your own organisation. Written into the journal, and at most five a minute."""
    return act(
        request,
        lambda by, now: ServedOut(already_served=served_actions.ask_served(need_id=need_id, by=by, now=now)),
    )


def mark_double_help_seen(request: HttpRequest, need_id: Path[Id]) -> HttpResponse:
    return act(
        request,
        lambda by, now: double_help_out([served_actions.mark_seen(need_id=need_id, by=by, now=now)])[0],
    )


_B = "/boards/{int:place_id}"
BOARD_ROUTES = (
    ApiRoute("GET", _B, "board", get_board, BoardOut, "The shared board of a place"),
    ApiRoute("POST", f"{_B}/lead", "board_act", set_lead, BoardOut, "Name the lead agency from today on"),
    ApiRoute("POST", f"{_B}/seats", "board_act", ask_to_join, {201: BoardOut}, "Ask for a place on the board"),
    ApiRoute("POST", f"{_B}/trusted", "board_act", add_trusted, {201: BoardOut}, "Add a local trusted person"),
    ApiRoute("POST", f"{_B}/objectives", "board_act", set_objective, {201: BoardOut}, "Set a shared objective"),
    ApiRoute("POST", f"{_B}/obstacles", "board_act", tell_obstacle, {201: BoardOut}, "Tell an obstacle"),
    ApiRoute(
        "POST",
        "/board-seats/{int:board_seat_id}/moves",
        "board_act",
        move_board_seat,
        BoardOut,
        "Admit, decline or leave",
    ),
    ApiRoute("POST", "/objectives/{int:objective_id}/shares", "board_act", take_share, BoardOut, "Record your share"),
    ApiRoute(
        "POST",
        "/objectives/{int:objective_id}/moves",
        "board_act",
        move_objective,
        BoardOut,
        "Drop it or take it up again",
    ),
    ApiRoute(
        "POST",
        "/obstacles/{int:obstacle_id}/moves",
        "board_act",
        move_obstacle,
        BoardOut,
        "Clear it, hand it on, tell it again",
    ),
    ApiRoute(
        "POST", "/trusted/{int:trusted_id}/ended", "board_act", end_trusted, TrustedEnded, "Take a name off the list"
    ),
    ApiRoute("GET", "/double-help", "served", list_double_help, Page[DoubleHelpOut], "Alarms about needs you keep"),
    ApiRoute("POST", "/served/{int:need_id}", "ask", ask_served, ServedOut, "Already served by another agency?"),
    ApiRoute(
        "POST", "/served/{int:need_id}/seen", "ask", mark_double_help_seen, DoubleHelpOut, "Mark an alarm as read"
    ),
)
