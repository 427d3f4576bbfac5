"""Representatives for programs: the same acts and reads as the pages."""

from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Schema

from peyvand.api.answers import Given, act, act_unkept, reading, say
from peyvand.api.shapes import Day, Id, Prose, Title
from peyvand.extend.programme import ApiRoute
from peyvand.programmes.proposals import speaking_actions as speaking
from peyvand.programmes.proposals import speaking_queries as queries
from peyvand.programmes.proposals.queries import one_theme
from peyvand.programmes.proposals.speaking_models import Candidate
from peyvand.programmes.proposals.speaking_rules import LEAST_SHOWN
from peyvand.programmes.proposals.speaking_views import name_of
from peyvand.scope.acting import Acting
from peyvand.web.pages.access import today


class ChoosingIn(Given):
    closes_date: Day
    seats: Annotated[int, Field(ge=1, le=3)] = 1
    term_months: Annotated[int, Field(ge=1, le=24)] = 12
    with_supporters: bool = False


class CandidateIn(Given):
    """`is_name_public`: everyone may read the name; otherwise the authors of the theme and the bodies in charge do."""

    name: Annotated[Title, Field(max_length=120)]
    text: Annotated[Prose, Field(max_length=500)]
    is_name_public: bool = False


class ThemeWordsIn(Given):
    session: Title
    on: Day
    text: Annotated[Prose, Field(max_length=3000)]


class ThemeCandidateOut(Schema):
    """`name` is a general word where you may not read it; `voices` are told from five on."""

    id: int
    name: str
    text: str
    voices: int | None
    since: date | None
    until: date | None


class ThemeWordsOut(Schema):
    id: int
    candidate_id: int
    session: str
    on: date
    text: str


class ThemeSpeakers(Schema):
    theme_id: int
    choosing_id: int | None
    closes_date: date | None
    standing: list[ThemeCandidateOut]
    speaking: list[ThemeCandidateOut]
    words: list[ThemeWordsOut]


class VoiceGiven(Schema):
    candidate_id: int


def _speakers(theme_id: int, by: Acting) -> ThemeSpeakers:
    told = queries.voices_of(one_theme(theme_id), by, today())

    def out(one: Candidate) -> ThemeCandidateOut:
        voices = one.voices if one.voices is not None and one.voices >= LEAST_SHOWN else None
        name = name_of(one.pk, told.names)
        return ThemeCandidateOut(id=one.pk, name=name, text=one.text, voices=voices, since=one.since, until=one.until)

    words = [
        ThemeWordsOut(id=one.pk, candidate_id=one.candidate_id, session=one.session, on=one.on, text=one.text)
        for one in told.words
    ]
    return ThemeSpeakers(
        theme_id=theme_id, choosing_id=told.choosing.pk if told.choosing else None,
        closes_date=told.choosing.closes_date if told.choosing else None, standing=[out(one) for one in told.standing],
        speaking=[out(one) for one in told.speaking], words=words,
    )  # fmt: skip


def get_theme_speakers(request: HttpRequest, theme_id: Path[Id]) -> HttpResponse:
    with reading(request) as by:
        return say(_speakers(theme_id, by))


def open_theme_choosing(request: HttpRequest, theme_id: Path[Id], body: ChoosingIn) -> HttpResponse:
    terms = speaking.ChoosingTerms(body.closes_date, body.seats, body.term_months, body.with_supporters)

    def run(by: Acting, now: datetime) -> ThemeSpeakers:
        speaking.open_choosing(theme_id=theme_id, terms=terms, by=by, now=now)
        return _speakers(theme_id, by)

    return act(request, run, status=201)


def stand_for_theme(request: HttpRequest, choosing_id: Path[Id], body: CandidateIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> ThemeSpeakers:
        made = speaking.stand(
            choosing_id=choosing_id, name=body.name, text=body.text, is_name_public=body.is_name_public, by=by, now=now
        )
        return _speakers(made.theme_id, by)

    return act(request, run, status=201)


def step_back_from_theme(request: HttpRequest, candidate_id: Path[Id]) -> HttpResponse:
    def run(by: Acting, now: datetime) -> ThemeSpeakers:
        return _speakers(speaking.step_back(candidate_id=candidate_id, by=by, now=now).theme_id, by)

    return act(request, run)


def give_theme_voice(request: HttpRequest, candidate_id: Path[Id]) -> HttpResponse:
    """Its answer is kept nowhere: whom somebody chose is his own."""

    def run(by: Acting, now: datetime) -> VoiceGiven:
        speaking.give_voice(candidate_id=candidate_id, by=by, now=now)
        return VoiceGiven(candidate_id=candidate_id)

    return act_unkept(request, run)


def speak_for_theme(request: HttpRequest, candidate_id: Path[Id], body: ThemeWordsIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> ThemeSpeakers:
        words = speaking.speak(
            candidate_id=candidate_id, session=body.session, on=body.on, text=body.text, by=by, now=now
        )
        return _speakers(words.theme_id, by)

    return act(request, run, status=201)


_THEME, _ONE = "/themes/{int:theme_id}", "/candidates/{int:candidate_id}"
SPEAKING_ROUTES = (
    ApiRoute("GET", f"{_THEME}/speakers", "themes", get_theme_speakers, ThemeSpeakers, "Who speaks for a theme"),
    ApiRoute(
        "POST", f"{_THEME}/choosing", "support", open_theme_choosing, {201: ThemeSpeakers}, "Let its authors choose"
    ),
    ApiRoute(
        "POST", "/choosings/{int:choosing_id}/candidates", "support", stand_for_theme, {201: ThemeSpeakers},
        "Stand for a theme you wrote for",
    ),
    ApiRoute("POST", f"{_ONE}/step-back", "support", step_back_from_theme, ThemeSpeakers, "Step back; your name is erased"),
    ApiRoute("POST", f"{_ONE}/voice", "support", give_theme_voice, VoiceGiven, "Give your voice, or give it to another"),
    ApiRoute("POST", f"{_ONE}/words", "support", speak_for_theme, {201: ThemeSpeakers}, "Bring its words to a session"),
)  # fmt: skip
