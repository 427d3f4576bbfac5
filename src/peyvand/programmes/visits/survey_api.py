"""Surveys for programs: the forms in use, and households' answers."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, File, Path, Query, Schema, UploadedFile

from peyvand.api.answers import Given, Page, PageQuery, act, page_of, reading, say, the_one
from peyvand.api.shapes import Id, Word
from peyvand.extend.programme import ApiRoute
from peyvand.programmes.visits import queries, survey_actions, xlsform
from peyvand.programmes.visits.models import HouseholdAnswer, Survey
from peyvand.programmes.visits.views import folder
from peyvand.scope.acting import Acting


class VisitSurveyOut(Schema):
    id: int
    title: str
    version: int
    in_use: bool
    definition: dict[str, Any]


class VisitAnswerIn(Given):
    visit_id: Id
    answers: Annotated[
        dict[Word, str | int | float | list[Word]], Field(max_length=500, description="By question name")
    ]


class VisitAnswerOut(Schema):
    id: int
    visit_id: int
    survey_id: int
    people: int
    deprived: list[bool]


def surveys_out(rows: Sequence[Survey]) -> list[VisitSurveyOut]:
    return [
        VisitSurveyOut(id=row.pk, title=row.title, version=row.version, in_use=row.is_in_use, definition=row.definition)
        for row in rows
    ]


def list_visit_surveys(request: HttpRequest, page: Query[PageQuery]) -> HttpResponse:
    with reading(request) as by:
        return page_of(request, queries.surveys_for(by), page, surveys_out)


def get_visit_survey(request: HttpRequest, survey_id: Path[Id]) -> HttpResponse:
    with reading(request) as by:
        return say(surveys_out([the_one(queries.surveys_for(by), survey_id)])[0])


def upload_visit_survey(request: HttpRequest, workbook: File[UploadedFile]) -> HttpResponse:
    """An XLSForm of at most 1 MB; the first fault is the refusal, with its sheet, row and column."""
    data = workbook.read(xlsform.MOST_BYTES + 1)

    def run(by: Acting, now: datetime) -> VisitSurveyOut:
        definition = xlsform.read(data)
        survey = survey_actions.upload_survey(definition=definition, source_sha256=folder().store(data), by=by, now=now)
        return surveys_out([survey])[0]

    return act(request, run, status=201, sent=hashlib.sha256(data).hexdigest())


def record_visit_answer(request: HttpRequest, survey_id: Path[Id], body: VisitAnswerIn) -> HttpResponse:
    """One household's answers, without its name. The words are kept encrypted and never given out by the API."""

    def run(by: Acting, now: datetime) -> VisitAnswerOut:
        row = survey_actions.record_answer(
            row=survey_actions.NewAnswer(survey_id, body.answers, body.visit_id), by=by, now=now
        )
        return _answer(row)

    return act(request, run, status=201)


def _answer(row: HouseholdAnswer) -> VisitAnswerOut:
    return VisitAnswerOut(
        id=row.pk, visit_id=row.visit_id, survey_id=row.survey_id, people=row.people, deprived=row.deprived
    )


_SURVEYS = "/surveys"
_ANSWERS = f"{_SURVEYS}/{{int:survey_id}}/answers"
SURVEY_ROUTES = (
    ApiRoute("GET", _SURVEYS, "surveys", list_visit_surveys, Page[VisitSurveyOut], "Survey forms of your organisation"),
    ApiRoute("GET", f"{_SURVEYS}/{{int:survey_id}}", "survey", get_visit_survey, VisitSurveyOut, "One survey form"),
    ApiRoute("POST", _SURVEYS, "upload", upload_visit_survey, {201: VisitSurveyOut}, "Take a survey form (XLSForm) into use"),
    ApiRoute("POST", _ANSWERS, "field", record_visit_answer, {201: VisitAnswerOut}, "One household's answers"),
)  # fmt: skip
