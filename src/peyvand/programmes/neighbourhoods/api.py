"""Councils, resolutions and voices for programs: the same acts and lists as the pages."""

from collections.abc import Sequence
from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query

from peyvand.api.answers import Page, PageQuery, act, page_of, reading, say, today
from peyvand.api.filters import narrowed
from peyvand.api.programmes import ProgrammeFigures, figures_of
from peyvand.api.shapes import (
    Id,
    organisation_at,
    organisation_ref,
    place_at,
    place_ref,
)
from peyvand.extend.programme import ApiRoute
from peyvand.people.models import Organisation
from peyvand.programmes.neighbourhoods import (
    actions,
    queries,
    rules,
    session_actions,
    voice_actions,
)
from peyvand.programmes.neighbourhoods.actor_api import ACTOR_ROUTES
from peyvand.programmes.neighbourhoods.board_acts import own
from peyvand.programmes.neighbourhoods.board_api import BOARD_ROUTES
from peyvand.programmes.neighbourhoods.clash_api import CLASH_ROUTES
from peyvand.programmes.neighbourhoods.enums import CouncilState, SeatRole, SessionState, VoiceState
from peyvand.programmes.neighbourhoods.models import Council, CouncilKind, Session, Voice
from peyvand.programmes.neighbourhoods.resolution_api import RESOLUTION_ROUTES
from peyvand.programmes.neighbourhoods.shapes import (
    CommitteesIn,
    CommitteesOut,
    CouncilFilters,
    CouncilIn,
    CouncilItemOut,
    CouncilKindIn,
    CouncilKindOut,
    CouncilKindsTaken,
    CouncilMoveIn,
    CouncilOut,
    CouncilWhole,
    KnownSeatsIn,
    RungOut,
    SeatEndIn,
    SeatIn,
    SeatOut,
    SessionHeldIn,
    SessionIn,
    SessionMoveIn,
    SessionOut,
    VoiceFilters,
    VoiceIn,
    VoiceMoveIn,
    VoiceOut,
    VoiceWhole,
)
from peyvand.scope.acting import Acting


def kinds_out(rows: Sequence[CouncilKind]) -> list[CouncilKindOut]:
    names = dict(CouncilKind.objects.values_list("pk", "slug"))
    return [
        CouncilKindOut(
            id=row.pk, slug=row.slug, name_fa=row.name_fa, name_en=row.name_en, level=row.level, upper=names.get(row.upper_id or 0),
            part_of=names.get(row.part_of_id or 0), name_set=row.name_set, is_temporary=row.is_temporary,
            quorum_percent=row.quorum_percent, answer_days=row.answer_days, source=row.source,
        )
        for row in rows
    ]  # fmt: skip


def _council(row: Council) -> dict[str, object]:
    return {
        "id": row.pk, "kind": row.kind.slug, "name_fa": row.kind.name_fa, "name_en": row.kind.name_en, "place": place_ref(row.place),
        "organisation": organisation_ref(row.organisation), "state": CouncilState(row.state), "founded_at": row.founded_at,
        "dissolved_at": row.dissolved_at,
    }  # fmt: skip


def councils_out(rows: Sequence[Council]) -> list[CouncilOut]:
    return [CouncilOut.model_validate(_council(row)) for row in rows]


def council_whole(council_id: int) -> CouncilWhole:
    row = queries.one_council(council_id)
    seats = [
        SeatOut(id=one.pk, title=one.title, role=SeatRole(one.role), since=one.since, until=one.until)
        for one in row.seats.order_by("pk")
    ]
    ids = list(row.sessions.order_by("-date", "-pk").values_list("pk", flat=True)[:200])
    return CouncilWhole.model_validate(_council(row) | {"seats": seats, "session_ids": ids})


def session_out(session_id: int) -> SessionOut:
    row: Session = queries.one_session(session_id)
    return SessionOut(
        id=row.pk, council_id=row.council_id, state=SessionState(row.state), date=row.date, where=row.where, seats=row.seats,
        needed=row.needed, present=row.present,
        items=[
            CouncilItemOut(position=one.position, title=one.title, speaker=one.speaker, said=one.said)
            for one in row.items.order_by("position")
        ],
    )  # fmt: skip


def _voice(row: Voice, today: date) -> dict[str, object]:
    return {
        "id": row.pk, "council_id": row.council_id, "at_council_id": row.at_id, "title": row.title, "state": VoiceState(row.state),
        "late": rules.is_late(state=row.state, due=row.answer_by, today=today), "sent_at": row.sent_at, "answer_by": row.answer_by,
    }  # fmt: skip


def voices_out(rows: Sequence[Voice]) -> list[VoiceOut]:
    return [VoiceOut.model_validate(_voice(row, today())) for row in rows]


def voice_whole(voice_id: int) -> VoiceWhole:
    row = queries.one_voice(voice_id)
    rungs = [
        RungOut(
            council_id=one.council_id, arrived_at=one.arrived_at, answer_by=one.answer_by, left_at=one.left_at,
            passed_on=one.passed_on, answer=one.answer,
        )
        for one in row.rungs.order_by("pk")
    ]  # fmt: skip
    return VoiceWhole.model_validate(
        _voice(row, today()) | {"body": row.body, "rungs": rungs, "heard": row.hearings.count()}
    )


def list_council_kinds(request: HttpRequest, page: Query[PageQuery]) -> HttpResponse:
    with reading(request):
        return page_of(request, CouncilKind.objects.all(), page, kinds_out)


def take_known_kinds(request: HttpRequest) -> HttpResponse:
    """Adds those that published sources tell and that are missing; gives how many kinds there are then."""

    def run(by: Acting, now: datetime) -> CouncilKindsTaken:
        return CouncilKindsTaken(taken=actions.take_known_kinds(by=by, now=now))

    return act(request, run)


def set_council_kind(request: HttpRequest, body: CouncilKindIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> CouncilKindOut:
        return kinds_out([actions.set_kind(row=actions.NewKind(**body.model_dump()), by=by, now=now)])[0]

    return act(request, run)


def list_councils(request: HttpRequest, filters: Query[CouncilFilters], page: Query[PageQuery]) -> HttpResponse:
    with reading(request) as by:
        return page_of(request, narrowed(queries.councils(by), filters), page, councils_out)


def get_council(request: HttpRequest, council_id: Path[Id]) -> HttpResponse:
    with reading(request):
        return say(council_whole(council_id))


def found_council(request: HttpRequest, body: CouncilIn) -> HttpResponse:
    """Its papers are kept by your organisation."""

    def run(by: Acting, now: datetime) -> CouncilWhole:
        kind = CouncilKind.objects.filter(slug=body.kind).values_list("pk", flat=True).first() or 0
        row = actions.found_council(
            kind_id=kind, place=place_at(body.place_path), organisation=own(by), name_set=body.name_set, by=by, now=now
        )
        return council_whole(row.pk)

    return act(request, run, status=201)


def move_council(request: HttpRequest, council_id: Path[Id], body: CouncilMoveIn) -> HttpResponse:
    return act(
        request,
        lambda by, now: council_whole(
            actions.dissolve_or_revive(council_id=council_id, act=body.act, by=by, now=now).pk
        ),
    )


def add_committees(request: HttpRequest, council_id: Path[Id], body: CommitteesIn) -> HttpResponse:
    """Gives those that were added, or stand again."""

    def run(by: Acting, now: datetime) -> CommitteesOut:
        added = actions.add_committees(council_id=council_id, name_set=body.name_set, kind=body.kind, by=by, now=now)
        rows = list(queries.councils(by).filter(pk__in=[one.pk for one in added]).order_by("pk"))
        return CommitteesOut(items=councils_out(rows))

    return act(request, run, status=201)


def add_seat(request: HttpRequest, council_id: Path[Id], body: SeatIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> CouncilWhole:
        organisation: Organisation | None = None
        if body.organisation_id is not None:
            organisation = organisation_at(body.organisation_id, "organisation_id")
        actions.add_seat(
            council_id=council_id, title=body.title, role=body.role, since=body.since, holder=body.holder, organisation=organisation,
            by=by, now=now,
        )  # fmt: skip
        return council_whole(council_id)

    return act(request, run, status=201)


def seat_known(request: HttpRequest, council_id: Path[Id], body: KnownSeatsIn) -> HttpResponse:
    """On a council whose seats published sources tell."""

    def run(by: Acting, now: datetime) -> CouncilWhole:
        actions.seat_known(council_id=council_id, since=body.since, by=by, now=now)
        return council_whole(council_id)

    return act(request, run, status=201)


def end_seat(request: HttpRequest, council_id: Path[Id], body: SeatEndIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> CouncilWhole:
        actions.end_seat(council_id=council_id, seat_id=body.seat_id, until=body.until, by=by, now=now)
        return council_whole(council_id)

    return act(request, run)


def call_session(request: HttpRequest, council_id: Path[Id], body: SessionIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> SessionOut:
        row = session_actions.call_session(
            council_id=council_id, on=body.on, agenda=body.agenda, where=body.where, by=by, now=now
        )
        return session_out(row.pk)

    return act(request, run, status=201)


def get_session(request: HttpRequest, session_id: Path[Id]) -> HttpResponse:
    with reading(request):
        return say(session_out(session_id))


def hold_session(request: HttpRequest, session_id: Path[Id], body: SessionHeldIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> SessionOut:
        said, speakers = (dict(enumerate(words, start=1)) for words in (body.said, body.speakers))
        session_actions.hold_session(
            session_id=session_id, present=body.present, said=said, speakers=speakers, by=by, now=now
        )
        return session_out(session_id)

    return act(request, run)


def move_session(request: HttpRequest, session_id: Path[Id], body: SessionMoveIn) -> HttpResponse:
    return act(
        request,
        lambda by, now: session_out(
            session_actions.move_session(session_id=session_id, act=body.act, by=by, now=now).pk
        ),
    )


def send_voice(request: HttpRequest, council_id: Path[Id], body: VoiceIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> VoiceWhole:
        row = voice_actions.send_voice(council_id=council_id, title=body.title, body=body.body, by=by, now=now)
        return voice_whole(row.pk)

    return act(request, run, status=201)


def list_voices(request: HttpRequest, filters: Query[VoiceFilters], page: Query[PageQuery]) -> HttpResponse:
    with reading(request) as by:
        rows = narrowed(queries.voices(by), filters)
        rows = rows.filter(queries.late_voices(today())) if filters.late else rows
        return page_of(request, rows, page, voices_out)


def get_voice(request: HttpRequest, voice_id: Path[Id]) -> HttpResponse:
    with reading(request):
        return say(voice_whole(voice_id))


def hear_voice(request: HttpRequest, voice_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: voice_whole(voice_actions.hear_voice(voice_id=voice_id, by=by, now=now).pk))


def move_voice(request: HttpRequest, voice_id: Path[Id], body: VoiceMoveIn) -> HttpResponse:
    return act(
        request,
        lambda by, now: voice_whole(
            voice_actions.move_voice(voice_id=voice_id, act=body.act, words=body.words, by=by, now=now).pk
        ),
    )


_C, _S, _V = "/councils", "/sessions/{int:session_id}", "/voices"
_ONE = f"{_C}/{{int:council_id}}"
API_ROUTES = (
    ApiRoute(
        "GET", "/kinds", "kinds", list_council_kinds, Page[CouncilKindOut], "Kinds of councils, with their sources"
    ),
    ApiRoute("POST", "/kinds", "kinds", set_council_kind, CouncilKindOut, "Add a kind of council or change one"),
    ApiRoute("POST", "/kinds/known", "kinds", take_known_kinds, CouncilKindsTaken, "Take over the published kinds"),
    ApiRoute("GET", _C, "home", list_councils, Page[CouncilOut], "Councils of your area"),
    ApiRoute("POST", _C, "found", found_council, {201: CouncilWhole}, "Found a council at a place"),
    ApiRoute("GET", _ONE, "council", get_council, CouncilWhole, "One council with its seats"),
    ApiRoute("POST", f"{_ONE}/moves", "council_act", move_council, CouncilWhole, "Dissolve a council or revive it"),
    ApiRoute(
        "POST", f"{_ONE}/committees", "council_act", add_committees, {201: CommitteesOut}, "Add committees to a council"
    ),
    ApiRoute("POST", f"{_ONE}/seats", "council_act", add_seat, {201: CouncilWhole}, "Add a seat"),
    ApiRoute(
        "POST",
        f"{_ONE}/known-seats",
        "council_act",
        seat_known,
        {201: CouncilWhole},
        "Add the seats of the governor's office",
    ),
    ApiRoute("POST", f"{_ONE}/ended-seats", "council_act", end_seat, CouncilWhole, "End the term of a seat"),
    ApiRoute("POST", f"{_ONE}/sessions", "council_act", call_session, {201: SessionOut}, "Call a session"),
    ApiRoute("POST", f"{_ONE}/voices", "council_act", send_voice, {201: VoiceWhole}, "Send something up the ladder"),
    ApiRoute("GET", _S, "session", get_session, SessionOut, "One session"),
    ApiRoute("POST", f"{_S}/held", "council_act", hold_session, SessionOut, "Record who was present and what was said"),
    ApiRoute(
        "POST", f"{_S}/moves", "council_act", move_session, SessionOut, "Close the minutes, cancel it, or undo that"
    ),
    ApiRoute("GET", _V, "voices", list_voices, Page[VoiceOut], "What was sent up in your area"),
    ApiRoute("GET", f"{_V}/{{int:voice_id}}", "voice", get_voice, VoiceWhole, "One voice with its way up"),
    ApiRoute("POST", f"{_V}/{{int:voice_id}}/heard", "council_act", hear_voice, VoiceWhole, "Say that you heard it"),
    ApiRoute(
        "POST", f"{_V}/{{int:voice_id}}/moves", "council_act", move_voice, VoiceWhole, "Answer, pass on, settle ..."
    ),
    ApiRoute(
        "GET", "/figures", "figures", figures_of(actions.SLUG), ProgrammeFigures, "Figures of councils and boards"
    ),
    *BOARD_ROUTES,
    *CLASH_ROUTES,
    *ACTOR_ROUTES,
    *RESOLUTION_ROUTES,
)
