"""Endings, proposed words and sessions for programs."""

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
    Prose,
    Slug,
    Title,
    organisation_ref,
    place_at,
    place_ref,
    specifications_named,
)
from peyvand.extend.programme import ApiRoute
from peyvand.flow.story.enums import StoryState
from peyvand.flow.story.models import Story
from peyvand.programmes.practices import queries, session_actions, story_actions
from peyvand.programmes.practices.enums import EndingKind, NominationState, SessionState, WordsState
from peyvand.programmes.practices.models import HighSession, Nomination, ProposedWords, StoryEnding, StoryPhoto
from peyvand.programmes.practices.photo_api import StoryPhotoOut, photo_out
from peyvand.programmes.practices.rules import MOST_SHOWN
from peyvand.programmes.practices.ways import address_of, label_of
from peyvand.scope.acting import Acting


class StoryEndingOut(Schema):
    kind: EndingKind
    label: str
    address: str
    shown_count: int


class ProposedWordsOut(Schema):
    """Only the teller accepts; until then the story reads as it did."""

    id: int
    story_id: int
    state: WordsState
    title: str
    body: str
    invitation: str
    reason: str
    proposed_at: datetime
    answered_at: datetime | None


class StoryInHandOut(Schema):
    """`consents` is how many people shown have consented."""

    id: int
    title: str
    state: StoryState
    place: PlaceRef
    consents: int
    ending: StoryEndingOut | None
    words: list[ProposedWordsOut]
    photos: list[StoryPhotoOut]


class StoryLineOut(Schema):
    id: int
    title: str
    state: StoryState
    place: PlaceRef
    has_ending: bool
    has_words: bool


class StoryEndingIn(Given):
    """What a reader can do: give `specification` for an offer, `practice_id` for a copy, or the `address` of a page of this site."""

    kind: EndingKind
    shown_count: Annotated[int, Field(ge=0, le=MOST_SHOWN, description="How many people the story shows")]
    specification: Slug = ""
    practice_id: Id | None = None
    address: Annotated[str, Field(max_length=200)] = ""


class ProposedWordsIn(Given):
    title: Title
    body: Prose
    invitation: Annotated[str, Field(max_length=200)] = ""
    reason: Line


class WordsAnswerIn(Given):
    answer: Line = ""


class HighSessionOut(Schema):
    id: int
    title: str
    host: str
    held_date: date
    state: SessionState
    place: PlaceRef
    in_book: int


class HighSessionIn(Given):
    title: Title
    host: Annotated[Title, Field(description="Before whom it is held")]
    held_date: Day
    place_path: PlacePath


class NominationOut(Schema):
    id: int
    high_session_id: int
    practice_id: int
    title: str
    organisation: OrganisationRef
    reason: str
    state: NominationState
    answer: str


class NominationIn(Given):
    high_session_id: Id
    reason: Line


class NominationAnswerIn(Given):
    answer: Line


def _words_out(row: ProposedWords) -> ProposedWordsOut:
    return ProposedWordsOut(
        id=row.pk, story_id=row.story_id, state=WordsState(row.state), title=row.title, body=row.body,
        invitation=row.invitation, reason=row.reason, proposed_at=row.proposed_at, answered_at=row.answered_at,
    )  # fmt: skip


def _ending_out(row: StoryEnding) -> StoryEndingOut:
    return StoryEndingOut(
        kind=EndingKind(row.kind), label=label_of(row), address=address_of(row), shown_count=row.shown_count
    )


def _story_lines(rows: Sequence[Story]) -> list[StoryLineOut]:
    return [
        StoryLineOut(
            id=row.pk, title=row.title, state=StoryState(row.state), place=place_ref(row.place), has_ending=row.has_ending,  # type: ignore[attr-defined]
            has_words=row.has_words,  # type: ignore[attr-defined]
        )
        for row in rows
    ]  # fmt: skip


def _story(story_id: int, by: Acting) -> StoryInHandOut:
    row = queries.own_story(story_id, by)
    ending = StoryEnding.objects.select_related("specification", "practice").filter(story_id=story_id).first()
    words = ProposedWords.objects.filter(story_id=story_id).order_by("-pk")[:20]
    return StoryInHandOut(
        id=row.pk, title=row.title, state=StoryState(row.state), place=place_ref(row.place),
        consents=queries.consents_given(story_id), ending=_ending_out(ending) if ending else None,
        words=[_words_out(one) for one in words],
        photos=[photo_out(one) for one in StoryPhoto.objects.filter(story_id=story_id).order_by("pk")],
    )  # fmt: skip


def _sessions(rows: Sequence[HighSession]) -> list[HighSessionOut]:
    return [
        HighSessionOut(
            id=row.pk, title=row.title, host=row.host, held_date=row.held_date, state=SessionState(row.state),
            place=place_ref(row.place), in_book=row.in_book,  # type: ignore[attr-defined]
        )
        for row in rows
    ]  # fmt: skip


def _session(high_session_id: int) -> HighSessionOut:
    return _sessions([queries.one_session(high_session_id)])[0]


def _nominations(rows: Sequence[Nomination]) -> list[NominationOut]:
    return [
        NominationOut(
            id=row.pk, high_session_id=row.session_id, practice_id=row.practice_id, title=row.practice.title,
            organisation=organisation_ref(row.practice.organisation), reason=row.reason, state=NominationState(row.state),
            answer=row.answer,
        )
        for row in rows
    ]  # fmt: skip


def list_stories_in_hand(request: HttpRequest, page: Query[PageQuery]) -> HttpResponse:
    with reading(request) as by:
        return page_of(request, queries.stories_in_hand(by), page, _story_lines)


def get_story_in_hand(request: HttpRequest, story_id: Path[Id]) -> HttpResponse:
    with reading(request) as by:
        return say(_story(story_id, by))


def set_ending(request: HttpRequest, story_id: Path[Id], body: StoryEndingIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> StoryInHandOut:
        kind = specifications_named([body.specification])[body.specification] if body.specification else None
        story_actions.set_ending(
            story_id=story_id, kind=body.kind, shown_count=body.shown_count, specification=kind,
            practice_id=body.practice_id, address=body.address, by=by, now=now,
        )  # fmt: skip
        return _story(story_id, by)

    return act(request, run)


def propose_words(request: HttpRequest, story_id: Path[Id], body: ProposedWordsIn) -> HttpResponse:
    return act(
        request,
        lambda by, now: _words_out(story_actions.propose_words(story_id=story_id, **body.model_dump(), by=by, now=now)),
        status=201,
    )


def accept_words(request: HttpRequest, words_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: _words_out(story_actions.accept_words(words_id=words_id, by=by, now=now)))


def decline_words(request: HttpRequest, words_id: Path[Id], body: WordsAnswerIn) -> HttpResponse:
    return act(
        request,
        lambda by, now: _words_out(story_actions.decline_words(words_id=words_id, answer=body.answer, by=by, now=now)),
    )


def list_sessions(request: HttpRequest, page: Query[PageQuery]) -> HttpResponse:
    with reading(request):
        return page_of(request, queries.sessions(), page, _sessions)


def get_session(request: HttpRequest, high_session_id: Path[Id]) -> HttpResponse:
    with reading(request):
        return say(_session(high_session_id))


def list_nominations(request: HttpRequest, high_session_id: Path[Id], page: Query[PageQuery]) -> HttpResponse:
    with reading(request):
        queries.one_session(high_session_id)
        return page_of(request, queries.nominations_of(high_session_id), page, _nominations)


def call_session(request: HttpRequest, body: HighSessionIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> HighSessionOut:
        session = session_actions.call_session(
            title=body.title, host=body.host, held_date=body.held_date, place=place_at(body.place_path), by=by, now=now
        )
        return _session(session.pk)

    return act(request, run, status=201)


def close_session(request: HttpRequest, high_session_id: Path[Id]) -> HttpResponse:
    return act(
        request,
        lambda by, now: _session(session_actions.close_session(high_session_id=high_session_id, by=by, now=now).pk),
    )


def reopen_session(request: HttpRequest, high_session_id: Path[Id]) -> HttpResponse:
    return act(
        request,
        lambda by, now: _session(session_actions.reopen_session(high_session_id=high_session_id, by=by, now=now).pk),
    )


def nominate(request: HttpRequest, practice_id: Path[Id], body: NominationIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> NominationOut:
        made = session_actions.nominate(
            practice_id=practice_id, high_session_id=body.high_session_id, reason=body.reason, by=by, now=now
        )
        return _nominations([made])[0]

    return act(request, run, status=201)


def accept_nomination(request: HttpRequest, nomination_id: Path[Id]) -> HttpResponse:
    def run(by: Acting, now: datetime) -> NominationOut:
        return _nominations([session_actions.accept_nomination(nomination_id=nomination_id, by=by, now=now)])[0]

    return act(request, run)


def decline_nomination(request: HttpRequest, nomination_id: Path[Id], body: NominationAnswerIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> NominationOut:
        answer = body.answer
        row = session_actions.decline_nomination(nomination_id=nomination_id, answer=answer, by=by, now=now)
        return _nominations([row])[0]

    return act(request, run)


def undecide_nomination(request: HttpRequest, nomination_id: Path[Id]) -> HttpResponse:
    def run(by: Acting, now: datetime) -> NominationOut:
        return _nominations([session_actions.undecide_nomination(nomination_id=nomination_id, by=by, now=now)])[0]

    return act(request, run)


_STORY, _WORDS = "/stories/{int:story_id}", "/words/{int:words_id}"
_SESSION, _NOMINATION = "/sessions/{int:high_session_id}", "/nominations/{int:nomination_id}"
STORY_ROUTES = (
    ApiRoute("GET", "/stories", "stories", list_stories_in_hand, Page[StoryLineOut], "Your stories in the making"),
    ApiRoute(
        "GET", _STORY, "story", get_story_in_hand, StoryInHandOut, "What a story still lacks, and words proposed for it"
    ),
    ApiRoute("POST", f"{_STORY}/ending", "ending", set_ending, StoryInHandOut, "Say what a story ends in"),
    ApiRoute(
        "POST",
        f"{_STORY}/words",
        "propose_words",
        propose_words,
        {201: ProposedWordsOut},
        "Propose other words to the teller",
    ),
    ApiRoute(
        "POST", f"{_WORDS}/accept", "answer_words", accept_words, ProposedWordsOut, "Make the proposed words one's own"
    ),
    ApiRoute("POST", f"{_WORDS}/decline", "answer_words", decline_words, ProposedWordsOut, "Keep one's own words"),
)
SESSION_ROUTES = (
    ApiRoute("GET", "/sessions", "sessions", list_sessions, Page[HighSessionOut], "High sessions"),
    ApiRoute("GET", _SESSION, "session", get_session, HighSessionOut, "One high session"),
    ApiRoute(
        "GET",
        f"{_SESSION}/nominations",
        "session",
        list_nominations,
        Page[NominationOut],
        "What was nominated to a session",
    ),
    ApiRoute("POST", "/sessions", "session_new", call_session, {201: HighSessionOut}, "Call a high session"),
    ApiRoute("POST", f"{_SESSION}/close", "close", close_session, HighSessionOut, "Close the book"),
    ApiRoute("POST", f"{_SESSION}/reopen", "close", reopen_session, HighSessionOut, "Open the book again"),
    ApiRoute(
        "POST",
        "/{int:practice_id}/nominate",
        "nominate",
        nominate,
        {201: NominationOut},
        "Nominate a practice to a session",
    ),
    ApiRoute("POST", f"{_NOMINATION}/accept", "decide", accept_nomination, NominationOut, "Put it into the book"),
    ApiRoute("POST", f"{_NOMINATION}/decline", "decide", decline_nomination, NominationOut, "Leave it out, saying why"),
    ApiRoute("POST", f"{_NOMINATION}/undecide", "decide", undecide_nomination, NominationOut, "Take a decision back"),
)
