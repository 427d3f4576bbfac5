"""Consultations for programs: the same acts and lists as the pages. Votes are told by groups alone."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Query, Schema

from peyvand.api.answers import Given, Page, PageQuery, act, page_of, reading, say
from peyvand.api.shapes import Day, Id, Ids, OrganisationRef, Prose, Title, organisation_ref
from peyvand.extend.programme import ApiRoute
from peyvand.programmes.proposals import consulting_actions, opinions
from peyvand.programmes.proposals.enums import Vote
from peyvand.programmes.proposals.models import Comment, Consultation, Statement, StatementVote
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import only

Sentence = Annotated[Title, Field(max_length=200)]


class ConsultationOut(Schema):
    id: int
    title: str
    organisation: OrganisationRef
    opens: date
    closes: date


class ParagraphOut(Schema):
    id: int
    number: int
    text: str


class StatementOut(Schema):
    """`own` is the caller's own vote: 1 agree, 0 pass, -1 disagree, null where he has not voted."""

    id: int
    text: str
    own: int | None


class SaidOut(Schema):
    """`said` 1 agree, -1 disagree; by `many` of `of` who voted on it."""

    text: str
    said: int
    many: int
    of: int


class GroupOut(Schema):
    people: int
    says: list[SaidOut]


class ConsultationWhole(ConsultationOut):
    """`groups` of at least five voters; `unites` what most of every group says; as counted at `counted_at`, every few minutes."""

    intro: str
    paragraphs: list[ParagraphOut]
    statements: list[StatementOut]
    voters: int
    groups: list[GroupOut]
    unites: list[SaidOut]
    counted_at: datetime | None


class ConsultationIn(Given):
    title: Title
    intro: Prose = ""
    paragraphs: Annotated[list[Prose], Field(min_length=1, max_length=200)]
    statements: Annotated[list[Sentence], Field(max_length=300)] = []
    opens: Day
    closes: Day


class CommentIn(Given):
    text: Annotated[Prose, Field(max_length=2000)]


class CommentOut(Schema):
    id: int
    paragraph_id: int
    text: str
    at: datetime
    answer: str
    answered_at: datetime | None


class CommentFilters(Schema):
    consultation_id: Id | None = None


class CommentAnswerIn(Given):
    comment_ids: Ids
    answer: Prose


class CommentsOut(Schema):
    items: list[CommentOut]


class StatementIn(Given):
    text: Sentence


class VoteIn(Given):
    vote: Annotated[int, Field(ge=-1, le=1, description="1 agree, 0 pass, -1 disagree")]


class VoteOut(Schema):
    statement_id: int
    vote: int


def _out(row: Consultation) -> dict[str, object]:
    return {
        "id": row.pk, "title": row.title, "organisation": organisation_ref(row.organisation), "opens": row.opens,
        "closes": row.closes,
    }  # fmt: skip


def _consultations_out(rows: Sequence[Consultation]) -> list[ConsultationOut]:
    return [ConsultationOut(**_out(row)) for row in rows]  # type: ignore[arg-type]


def list_consultations(request: HttpRequest, page: Query[PageQuery]) -> HttpResponse:
    with reading(request):
        return page_of(request, Consultation.objects.select_related("organisation"), page, _consultations_out)


def _whole(consultation_id: int, by: Acting) -> ConsultationWhole:
    row = only(Consultation.objects.select_related("organisation", "kept").filter(pk=consultation_id))
    statements = list(row.statements.order_by("pk"))
    held = opinions.held(getattr(row, "kept", None), statements)
    votes = StatementVote.objects.filter(statement__in=statements, account_id=by.account_id or -1)
    own = dict(votes.values_list("statement_id", "vote"))
    return ConsultationWhole(
        **_out(row), intro=row.intro,  # type: ignore[arg-type]
        paragraphs=[ParagraphOut(id=one.pk, number=one.number, text=one.text) for one in row.paragraphs.order_by("number")],
        statements=[_statement_out(one, own.get(one.pk)) for one in statements], voters=held.voters,
        groups=[GroupOut(people=group.people, says=[_said(one) for one in group.says]) for group in held.groups],
        unites=[_said(one) for one in held.unites], counted_at=held.counted_at,
    )  # fmt: skip


def _said(one: opinions.SaidBy) -> SaidOut:
    return SaidOut(text=one.text, said=one.said, many=one.many, of=one.of)


def _statement_out(row: Statement, own: int | None = None) -> StatementOut:
    return StatementOut(id=row.pk, text=row.text, own=own)


def get_consultation(request: HttpRequest, consultation_id: Path[Id]) -> HttpResponse:
    with reading(request) as by:
        return say(_whole(consultation_id, by))


def list_comments(request: HttpRequest, filters: Query[CommentFilters], page: Query[PageQuery]) -> HttpResponse:
    with reading(request):
        rows = Comment.objects.all()
        if filters.consultation_id is not None:
            rows = rows.filter(paragraph__consultation_id=filters.consultation_id)
        return page_of(request, rows, page, lambda found: [_comment_out(row) for row in found])


def _comment_out(row: Comment) -> CommentOut:
    return CommentOut(
        id=row.pk, paragraph_id=row.paragraph_id, text=row.text, at=row.at, answer=row.answer,
        answered_at=row.answered_at,
    )  # fmt: skip


def open_consultation(request: HttpRequest, body: ConsultationIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> ConsultationWhole:
        return _whole(consulting_actions.open_consultation(**body.model_dump(), by=by, now=now).pk, by)

    return act(request, run, status=201)


def comment_on(request: HttpRequest, paragraph_id: Path[Id], body: CommentIn) -> HttpResponse:
    return act(
        request,
        lambda by, now: _comment_out(
            consulting_actions.comment_on(paragraph_id=paragraph_id, text=body.text, by=by, now=now)
        ),
        status=201,
    )


def answer_comments(request: HttpRequest, body: CommentAnswerIn) -> HttpResponse:
    """One answer to comments that say the same."""

    def run(by: Acting, now: datetime) -> CommentsOut:
        rows = consulting_actions.answer_comments(comment_ids=body.comment_ids, answer=body.answer, by=by, now=now)
        return CommentsOut(items=[_comment_out(row) for row in rows])

    return act(request, run)


def add_statement(request: HttpRequest, consultation_id: Path[Id], body: StatementIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> StatementOut:
        return _statement_out(
            consulting_actions.add_statement(consultation_id=consultation_id, text=body.text, by=by, now=now)
        )

    return act(request, run, status=201)


def vote_on(request: HttpRequest, statement_id: Path[Id], body: VoteIn) -> HttpResponse:
    """Voting again, the last holds. Nobody else sees it."""

    def run(by: Acting, now: datetime) -> VoteOut:
        row = consulting_actions.vote_on(statement_id=statement_id, vote=Vote(body.vote), by=by, now=now)
        return VoteOut(statement_id=row.statement_id, vote=row.vote)

    return act(request, run)


_ONE = "/consultations/{int:consultation_id}"
CONSULTATION_ROUTES = (
    ApiRoute(
        "GET", "/consultations", "consultations", list_consultations, Page[ConsultationOut], "Drafts before everyone"
    ),
    ApiRoute(
        "GET", _ONE, "consultations", get_consultation, ConsultationWhole, "A draft, and what unites those who voted"
    ),
    ApiRoute("GET", "/comments", "consultations", list_comments, Page[CommentOut], "Comments on drafts"),
    ApiRoute(
        "POST",
        "/consultations",
        "new_consultation",
        open_consultation,
        {201: ConsultationWhole},
        "Put a draft before everyone",
    ),
    ApiRoute(
        "POST",
        "/paragraphs/{int:paragraph_id}/comments",
        "take_part",
        comment_on,
        {201: CommentOut},
        "Say something to a paragraph",
    ),
    ApiRoute("POST", "/comments/answer", "new_consultation", answer_comments, CommentsOut, "Answer comments"),
    ApiRoute("POST", f"{_ONE}/statements", "take_part", add_statement, {201: StatementOut}, "Add a statement"),
    ApiRoute("POST", "/statements/{int:statement_id}/vote", "take_part", vote_on, VoteOut, "Agree, disagree or pass"),
)
