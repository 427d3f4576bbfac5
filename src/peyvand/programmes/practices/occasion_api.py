"""Celebrations and handovers for programs: the same acts and lists as the pages."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Query, Schema

from peyvand.api.answers import Given, Page, PageQuery, act, page_of, reading, say
from peyvand.api.shapes import (
    Day,
    Id,
    Line,
    OrganisationRef,
    PlacePath,
    PlaceRef,
    Slug,
    SpecificationRef,
    Title,
    organisation_at,
    organisation_ref,
    place_at,
    place_ref,
    specification_ref,
    specifications_named,
)
from peyvand.extend.programme import ApiRoute
from peyvand.programmes.practices import celebration_actions, handover_actions, occasions
from peyvand.programmes.practices.enums import CelebrationState, HandoverStage
from peyvand.programmes.practices.models import Celebration, Handover
from peyvand.scope.acting import Acting


class CelebrationOut(Schema):
    """`story_id` once it is told; the needs themselves are not given."""

    id: int
    title: str
    venue: str
    held_date: date
    thanks: str
    state: CelebrationState
    guests: int | None
    story_id: int | None
    place: PlaceRef
    organisation: OrganisationRef


class CelebrationWhole(CelebrationOut):
    """With the kinds that were met, and the organisations whose deliveries were accepted for them."""

    kinds: list[SpecificationRef]
    givers: list[OrganisationRef]


class CelebrationIn(Given):
    title: Annotated[Title, Field(max_length=120)]
    venue: Title
    held_date: Day
    thanks: Annotated[str, Field(max_length=600)]
    place_path: PlacePath
    need_ids: Annotated[list[Id], Field(min_length=1, max_length=celebration_actions.MOST_NEEDS)]


class CelebrationHeldIn(Given):
    guests: Annotated[int, Field(ge=0, le=celebration_actions.MOST_GUESTS)]


class CelebrationToldIn(Given):
    story_id: Id


class HandoverStepOut(Schema):
    stage: HandoverStage
    since: date
    words: str


class HandoverOut(Schema):
    id: int
    specification: SpecificationRef
    place: PlaceRef
    organisation: OrganisationRef
    receiver: OrganisationRef
    stage: HandoverStage
    created_at: datetime


class HandoverWhole(HandoverOut):
    steps: list[HandoverStepOut]


class HandoverIn(Given):
    specification: Slug
    place_path: PlacePath
    receiver_id: Id
    words: Line


class HandoverWordsIn(Given):
    words: Line


class HandoverStageIn(HandoverWordsIn):
    since: Day


def _celebration(row: Celebration) -> dict[str, object]:
    return {
        "id": row.pk, "title": row.title, "venue": row.venue, "held_date": row.held_date, "thanks": row.thanks, "state": row.state,
        "guests": row.guests, "story_id": row.story_id, "place": place_ref(row.place),
        "organisation": organisation_ref(row.organisation),
    }  # fmt: skip


def celebrations_out(rows: Sequence[Celebration]) -> list[CelebrationOut]:
    return [CelebrationOut.model_validate(_celebration(row)) for row in rows]


def _whole_celebration(pk: int) -> CelebrationWhole:
    row = occasions.one_celebration(pk)
    about = occasions.thanked(row)
    kinds, givers = (
        [specification_ref(kind) for kind, _ in about.kinds],
        [organisation_ref(one) for one in about.givers],
    )
    return CelebrationWhole.model_validate(_celebration(row) | {"kinds": kinds, "givers": givers})


def _handover(row: Handover) -> dict[str, object]:
    return {
        "id": row.pk, "specification": specification_ref(row.specification), "place": place_ref(row.place),
        "organisation": organisation_ref(row.organisation), "receiver": organisation_ref(row.receiver), "stage": row.stage,
        "created_at": row.created_at,
    }  # fmt: skip


def handovers_out(rows: Sequence[Handover]) -> list[HandoverOut]:
    return [HandoverOut.model_validate(_handover(row)) for row in rows]


def _whole_handover(pk: int) -> HandoverWhole:
    steps = [
        HandoverStepOut(stage=HandoverStage(one.stage), since=one.since, words=one.words)
        for one in occasions.steps_of(pk)
    ]
    return HandoverWhole.model_validate(_handover(occasions.one_handover(pk)) | {"steps": steps})


def list_celebrations(request: HttpRequest, page: Query[PageQuery]) -> HttpResponse:
    with reading(request):
        return page_of(request, occasions.celebrations(), page, celebrations_out)


def get_celebration(request: HttpRequest, celebration_id: Path[Id]) -> HttpResponse:
    with reading(request):
        return say(_whole_celebration(celebration_id))


def call_celebration(request: HttpRequest, body: CelebrationIn) -> HttpResponse:
    """Of needs of your own office that were met, each celebrated once."""

    def run(by: Acting, now: datetime) -> CelebrationWhole:
        given = body.model_dump()
        place = place_at(given.pop("place_path"))
        return _whole_celebration(celebration_actions.call_celebration(**given, place=place, by=by, now=now).pk)

    return act(request, run, status=201)


def hold_celebration(request: HttpRequest, celebration_id: Path[Id], body: CelebrationHeldIn) -> HttpResponse:
    return act(
        request,
        lambda by, now: _whole_celebration(
            celebration_actions.hold_celebration(celebration_id=celebration_id, guests=body.guests, by=by, now=now).pk
        ),
    )


def tell_celebration(request: HttpRequest, celebration_id: Path[Id], body: CelebrationToldIn) -> HttpResponse:
    """By a published story that tells of a delivery to one of its needs."""

    return act(
        request,
        lambda by, now: _whole_celebration(
            celebration_actions.tell_celebration(
                celebration_id=celebration_id, story_id=body.story_id, by=by, now=now
            ).pk
        ),
    )


def call_off_celebration(request: HttpRequest, celebration_id: Path[Id]) -> HttpResponse:
    return act(
        request,
        lambda by, now: _whole_celebration(
            celebration_actions.call_off_celebration(celebration_id=celebration_id, by=by, now=now).pk
        ),
    )


def restore_celebration(request: HttpRequest, celebration_id: Path[Id]) -> HttpResponse:
    return act(
        request,
        lambda by, now: _whole_celebration(
            celebration_actions.restore_celebration(celebration_id=celebration_id, by=by, now=now).pk
        ),
    )


def list_handovers(request: HttpRequest, page: Query[PageQuery]) -> HttpResponse:
    with reading(request):
        return page_of(request, occasions.handovers(), page, handovers_out)


def get_handover(request: HttpRequest, handover_id: Path[Id]) -> HttpResponse:
    with reading(request):
        return say(_whole_handover(handover_id))


def propose_handover(request: HttpRequest, body: HandoverIn) -> HttpResponse:
    """From an office to people, in one place."""

    def run(by: Acting, now: datetime) -> HandoverWhole:
        kind = specifications_named([body.specification])[body.specification]
        receiver = organisation_at(body.receiver_id, "receiver_id")
        made = handover_actions.propose_handover(
            specification=kind, place=place_at(body.place_path), receiver=receiver, words=body.words, by=by, now=now
        )
        return _whole_handover(made.pk)

    return act(request, run, status=201)


def agree_handover(request: HttpRequest, handover_id: Path[Id], body: HandoverWordsIn) -> HttpResponse:
    """By those who take the service over."""

    return act(
        request,
        lambda by, now: _whole_handover(
            handover_actions.agree_handover(handover_id=handover_id, words=body.words, by=by, now=now).pk
        ),
    )


def advance_handover(request: HttpRequest, handover_id: Path[Id], body: HandoverStageIn) -> HttpResponse:
    """From "together" on, only after deliveries of the receiver were accepted."""

    return act(
        request,
        lambda by, now: _whole_handover(
            handover_actions.advance_handover(
                handover_id=handover_id, since=body.since, words=body.words, by=by, now=now
            ).pk
        ),
    )


def end_handover(request: HttpRequest, handover_id: Path[Id], body: HandoverWordsIn) -> HttpResponse:
    return act(
        request,
        lambda by, now: _whole_handover(
            handover_actions.end_handover(handover_id=handover_id, words=body.words, by=by, now=now).pk
        ),
    )


_C, _H = "/celebrations/{int:celebration_id}", "/handovers/{int:handover_id}"
OCCASION_ROUTES = (
    ApiRoute(
        "GET", "/celebrations", "celebrations", list_celebrations, Page[CelebrationOut], "Celebrations of met needs"
    ),
    ApiRoute("GET", _C, "celebration", get_celebration, CelebrationWhole, "One celebration, and who is thanked"),
    ApiRoute("POST", "/celebrations", "celebrate", call_celebration, {201: CelebrationWhole}, "Call a celebration"),
    ApiRoute("POST", f"{_C}/hold", "celebrate", hold_celebration, CelebrationWhole, "It took place"),
    ApiRoute("POST", f"{_C}/tell", "celebrate", tell_celebration, CelebrationWhole, "Link its story"),
    ApiRoute("POST", f"{_C}/call-off", "celebrate", call_off_celebration, CelebrationWhole, "Call it off"),
    ApiRoute("POST", f"{_C}/restore", "celebrate", restore_celebration, CelebrationWhole, "It takes place after all"),
    ApiRoute("GET", "/handovers", "handovers", list_handovers, Page[HandoverOut], "Services handed over to people"),
    ApiRoute("GET", _H, "handover", get_handover, HandoverWhole, "One handover with its stages"),
    ApiRoute("POST", "/handovers", "hand_over", propose_handover, {201: HandoverWhole}, "Propose a handover"),
    ApiRoute("POST", f"{_H}/agree", "hand_over", agree_handover, HandoverWhole, "Agree to take it over"),
    ApiRoute("POST", f"{_H}/advance", "hand_over", advance_handover, HandoverWhole, "The next stage is reached"),
    ApiRoute("POST", f"{_H}/end", "hand_over", end_handover, HandoverWhole, "Give the service back"),
)
