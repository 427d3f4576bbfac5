"""Proposals for programs: the same acts and lists as the pages. No answer names an author or a supporter."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Count as Counting
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query

from peyvand.api.answers import Count, Page, PageQuery, act, page_of, reading, say, today
from peyvand.api.filters import narrowed
from peyvand.api.programmes import ProgrammeFigures, figures_of
from peyvand.api.shapes import Id, Prose, organisation_ref, place_ref
from peyvand.api.throttle import PerMinute
from peyvand.extend.programme import ApiRoute
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import NotFound
from peyvand.programmes.proposals import actions, answering_actions, permissions, queries, rules, settling_actions
from peyvand.programmes.proposals.consulting_api import CONSULTATION_ROUTES
from peyvand.programmes.proposals.enums import Decision, HappeningKind, ProposalState
from peyvand.programmes.proposals.models import Answer, AnswerTerms, Happening, Holiday, Proposal, Theme
from peyvand.programmes.proposals.queries import one_theme
from peyvand.programmes.proposals.rules import Calendar
from peyvand.programmes.proposals.shapes import (
    AnswerTermsIn,
    AnswerTermsOut,
    Bodies,
    BodyOut,
    HappeningOut,
    HolidayIn,
    HolidayOut,
    LikeOnes,
    LikeOut,
    LikeWord,
    ProposalAnswerIn,
    ProposalAnswerOut,
    ProposalFilters,
    ProposalIn,
    ProposalJoinIn,
    ProposalOut,
    ProposalReceipt,
    ProposalReplyOut,
    ProposalReportIn,
    ProposalWhole,
    ReasonIn,
    RoutedOut,
    RouteIn,
    ThemeAnswerOut,
    ThemeOut,
    ThemeWhole,
)
from peyvand.programmes.proposals.speaking_api import SPEAKING_ROUTES
from peyvand.scope.acting import Acting


def _fields(row: Proposal, clock: Calendar) -> dict[str, object]:
    day = today()
    waits = row.state == ProposalState.RECEIVED and row.merged_into_id is None
    return {
        "id": row.pk, "number": row.shown_number, "title": row.title, "problem": row.problem, "first_step": row.first_step,
        "evidence": row.evidence, "law": row.law, "cost": row.cost, "owner": row.owner, "session": row.session,
        "state": ProposalState(row.state), "late": rules.is_overdue(state=row.state, answer_by=row.answer_by, today=day),
        "place": place_ref(row.place), "organisation": organisation_ref(row.organisation),
        "body": organisation_ref(row.body) if row.body else None, "written_at": row.written_at, "answer_by": row.answer_by,
        "unsent_days": clock.between(business_date(row.written_at), day) if waits else None, "promised_by": row.promised_by,
        "promise_passed": rules.is_promise_passed(state=row.state, promised_by=row.promised_by, today=day),
        "theme_id": row.theme_id, "merged_into": row.merged_into_id, "supporters": row.supporters,
    }  # fmt: skip


def proposals_out(rows: Iterable[Proposal]) -> list[ProposalOut]:
    clock = queries.calendar()
    return [ProposalOut(**_fields(row, clock)) for row in rows]  # type: ignore[arg-type]


def happening_out(row: Happening) -> HappeningOut:
    return HappeningOut(
        id=row.pk, proposal_id=row.proposal_id, kind=HappeningKind(row.kind), at=row.at, other_id=row.other_id,
        text=row.text,
    )  # fmt: skip


def _rows(filters: ProposalFilters, by: Acting) -> QuerySet[Proposal]:
    rows = narrowed(queries.proposals(), filters)
    if filters.late:
        rows = rows.filter(queries.overdue(today()), merged_into__isnull=True)
    if filters.passed:
        rows = rows.filter(queries.promise_passed(today()), merged_into__isnull=True)
    if filters.unsent:
        rows = rows.filter(pk__in=queries.unsent().values("pk"))
    return rows.filter(pk__in=queries.waiting_for(by).values("pk")) if filters.waiting else rows


def list_proposals(request: HttpRequest, filters: Query[ProposalFilters], page: Query[PageQuery]) -> HttpResponse:
    with reading(request) as by:
        return page_of(request, _rows(filters, by), page, proposals_out)


def count_proposals(request: HttpRequest, filters: Query[ProposalFilters]) -> HttpResponse:
    with reading(request) as by:
        return say(Count(count=_rows(filters, by).count()))


def get_proposal(request: HttpRequest, proposal_id: Path[Id]) -> HttpResponse:
    with reading(request) as by:
        row = queries.one(proposal_id)
        told, beside = queries.reply_to(row), queries.beside(row, by)
        reply = told and ProposalReplyOut(
            answer_id=told.answer_id, decision=Decision(told.answer.decision), text=told.answer.text,
            own_words=beside.own_words, until=told.answer.until, at=told.answer.at,
        )  # fmt: skip
        happenings = [happening_out(one) for one in row.happenings.order_by("at", "id")]
        values = _fields(row, beside.clock)
        return say(ProposalWhole(**values, reply=reply, supports=beside.supports, happenings=happenings))  # type: ignore[arg-type]


def get_receipt(request: HttpRequest, proposal_id: Path[Id]) -> HttpResponse:
    """To its author alone."""
    with reading(request) as by:
        row = queries.one(proposal_id)
        if permissions.may_withdraw(by, row) is not None:
            raise NotFound
        return say(_receipt(row))


def _receipt(row: Proposal) -> ProposalReceipt:
    days = queries.terms_on(today()).answer_days
    values = _fields(row, queries.calendar())
    return ProposalReceipt(**values, tracking_code=row.tracking_code, answer_days=days)  # type: ignore[arg-type]


# As while one types on the page, and counted with it: each call looks through all proposals.
_LIKE = PerMinute("like proposals", "LIKE_ASKED_A_MINUTE")


def like_proposals(request: HttpRequest, text: Query[Prose] = "") -> HttpResponse:
    with reading(request):
        _LIKE.slow_down(request)
        like = queries.like_ones(text)
        items = [
            LikeOut(
                proposal=proposal, likeness=one.likeness, why=[LikeWord(word=word.word, weight=word.weight) for word in one.why],
            )
            for one, proposal in zip(like, proposals_out(one.proposal for one in like), strict=True)
        ]  # fmt: skip
        return say(LikeOnes(items=items))


def write_proposal(request: HttpRequest, body: ProposalIn) -> HttpResponse:
    """Answers with the receipt. Like ones that exist are told first (`proposals_like_ones`)."""

    def run(by: Acting, now: datetime) -> ProposalReceipt:
        values = body.model_dump()
        anyway = values.pop("anyway")
        row = actions.write_proposal(row=actions.NewProposal(**values), anyway=anyway, by=by, now=now)
        return _receipt(queries.one(row.pk))

    return act(request, run, status=201)


def support_proposal(request: HttpRequest, proposal_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: _after(actions.support_proposal(proposal_id=proposal_id, by=by, now=now).pk))


def withdraw_support(request: HttpRequest, proposal_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: _after(actions.withdraw_support(proposal_id=proposal_id, by=by, now=now).pk))


def _after(proposal_id: int) -> ProposalOut:
    return proposals_out([queries.one(proposal_id)])[0]


def merge_proposal(request: HttpRequest, proposal_id: Path[Id], body: ProposalJoinIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> ProposalOut:
        actions.merge_proposal(proposal_id=proposal_id, into_id=body.into_id, reason=body.reason, by=by, now=now)
        return _after(proposal_id)

    return act(request, run)


def part_proposal(request: HttpRequest, proposal_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: _after(actions.part_proposal(proposal_id=proposal_id, by=by, now=now).child_id))


def withdraw_proposal(request: HttpRequest, proposal_id: Path[Id], body: ReasonIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> ProposalOut:
        return _after(actions.withdraw_proposal(proposal_id=proposal_id, reason=body.reason, by=by, now=now).pk)

    return act(request, run)


def route_proposals(request: HttpRequest, body: RouteIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> RoutedOut:
        rows = answering_actions.route_proposals(proposal_ids=body.proposal_ids, body_id=body.body_id, by=by, now=now)
        fresh = queries.proposals().filter(pk__in=[row.pk for row in rows]).order_by("pk")
        return RoutedOut(items=proposals_out(fresh))

    return act(request, run)


def _said(body: ProposalAnswerIn) -> answering_actions.Said:
    own = {one.proposal_id: one.words for one in body.own_words}
    return answering_actions.Said(body.decision, body.text, body.until, own)


def _answer_out(row: Answer) -> ProposalAnswerOut:
    ids = list(row.replies.order_by("proposal_id").values_list("proposal_id", flat=True))
    return ProposalAnswerOut(
        id=row.pk, decision=Decision(row.decision), text=row.text, until=row.until, proposal_ids=ids
    )


def answer_proposal(request: HttpRequest, proposal_id: Path[Id], body: ProposalAnswerIn) -> HttpResponse:
    """With all that were joined to it."""

    def run(by: Acting, now: datetime) -> ProposalAnswerOut:
        return _answer_out(answering_actions.answer_proposal(proposal_id=proposal_id, said=_said(body), by=by, now=now))

    return act(request, run, status=201)


def answer_theme(request: HttpRequest, theme_id: Path[Id], body: ProposalAnswerIn) -> HttpResponse:
    """To every proposal of the theme that waits for your organisation."""

    def run(by: Acting, now: datetime) -> ProposalAnswerOut:
        return _answer_out(answering_actions.answer_theme(theme_id=theme_id, said=_said(body), by=by, now=now))

    return act(request, run, status=201)


def report_answer(request: HttpRequest, answer_id: Path[Id], body: ProposalReportIn) -> HttpResponse:
    """What became of it: to all who had this answer."""

    def run(by: Acting, now: datetime) -> ProposalAnswerOut:
        return _answer_out(
            answering_actions.report_answer(answer_id=answer_id, act=body.act, text=body.text, by=by, now=now)
        )

    return act(request, run)


def list_news(request: HttpRequest, page: Query[PageQuery]) -> HttpResponse:
    with reading(request) as by:
        rows = queries.told_to(by)
        return page_of(request, rows, page, lambda rows: [happening_out(row) for row in rows])


def count_news(request: HttpRequest) -> HttpResponse:
    """What came since the caller marked all as read."""
    with reading(request) as by:
        return say(Count(count=queries.unread(by).count()))


def mark_news_read(request: HttpRequest) -> HttpResponse:
    return act(request, lambda by, now: Count(count=actions.mark_read(by=by, now=now)))


def _themes_out(rows: Sequence[Theme]) -> list[ThemeOut]:
    many = dict(Proposal.objects.filter(theme__in=rows).values_list("theme").annotate(many=Counting("id")).order_by())
    return [ThemeOut(id=row.pk, title=row.title, words=row.words, proposals=many.get(row.pk, 0)) for row in rows]


def list_themes(request: HttpRequest, page: Query[PageQuery]) -> HttpResponse:
    with reading(request):
        return page_of(request, Theme.objects.all(), page, _themes_out)


def get_theme(request: HttpRequest, theme_id: Path[Id]) -> HttpResponse:
    with reading(request) as by:
        row = one_theme(theme_id)
        standing = queries.glance(by, today(), Proposal.objects.filter(theme=row)).standing
        answers = Answer.objects.filter(theme=row).select_related("body").order_by("-at", "-id")
        told = [
            ThemeAnswerOut(
                id=one.pk, body=organisation_ref(one.body), decision=Decision(one.decision), text=one.text, until=one.until, at=one.at
            )
            for one in answers
        ]  # fmt: skip
        (whole,) = _themes_out([row])
        return say(ThemeWhole(**whole.model_dump(), waiting=standing.waiting, unsent=standing.unrouted, answers=told))


def list_bodies(request: HttpRequest) -> HttpResponse:
    with reading(request):
        day = today()
        items = [BodyOut(**vars(line)) for line in queries.by_body(day)]
        unsent = queries.unsent_now(queries.calendar(), day)
        return say(Bodies(items=items, unsent=unsent.many, unsent_days=unsent.oldest))


def _holiday_out(row: Holiday) -> HolidayOut:
    return HolidayOut(
        id=row.pk, day=row.day, is_closed=row.is_closed, name=row.name, source=row.source, recorded_at=row.recorded_at
    )


def list_holidays(request: HttpRequest, page: Query[PageQuery]) -> HttpResponse:
    with reading(request):
        return page_of(request, Holiday.objects.all(), page, lambda rows: [_holiday_out(row) for row in rows])


def record_holiday(request: HttpRequest, body: HolidayIn) -> HttpResponse:
    """Clocks that run are counted anew."""
    return act(
        request,
        lambda by, now: _holiday_out(settling_actions.record_holiday(**body.model_dump(), by=by, now=now)),
        status=201,
    )


def list_terms(request: HttpRequest, page: Query[PageQuery]) -> HttpResponse:
    with reading(request):
        return page_of(request, AnswerTerms.objects.all(), page, lambda rows: [_terms_out(row) for row in rows])


def _terms_out(row: AnswerTerms) -> AnswerTermsOut:
    return AnswerTermsOut(since=row.since, answer_days=row.answer_days, source=row.source)


def set_answer_terms(request: HttpRequest, body: AnswerTermsIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> AnswerTermsOut:
        return _terms_out(settling_actions.set_answer_terms(**body.model_dump(), by=by, now=now))

    return act(request, run, status=201)


_ONE = "/{int:proposal_id}"
API_ROUTES = (
    ApiRoute("GET", "", "list", list_proposals, Page[ProposalOut], "Proposals"),
    ApiRoute("GET", "/count", "list", count_proposals, Count, "How many proposals there are"),
    ApiRoute("GET", "/like", "list", like_proposals, LikeOnes, "Proposals like a text, and why"),
    ApiRoute("GET", "/news", "news", list_news, Page[HappeningOut], "What happened to proposals you wrote or support"),
    ApiRoute("GET", "/news/count", "news", count_news, Count, "How much of it you have not read"),
    ApiRoute("GET", "/themes/{int:theme_id}", "themes", get_theme, ThemeWhole, "A theme with its answers"),
    ApiRoute("GET", "/themes", "themes", list_themes, Page[ThemeOut], "Themes of proposals"),
    ApiRoute("GET", "/bodies", "bodies", list_bodies, Bodies, "What waits, is overdue and was answered, by body"),
    ApiRoute("GET", "/holidays", "calendar", list_holidays, Page[HolidayOut], "Holidays the office recorded"),
    ApiRoute("GET", "/terms", "calendar", list_terms, Page[AnswerTermsOut], "The days of the clock, as they were set"),
    ApiRoute("GET", f"{_ONE}/receipt", "news", get_receipt, ProposalReceipt, "The receipt of one's own proposal"),
    ApiRoute("GET", "/figures", "figures", figures_of(actions.SLUG), ProgrammeFigures, "Figures of proposals"),
    ApiRoute("GET", _ONE, "one", get_proposal, ProposalWhole, "One proposal with its answer and its history"),
    ApiRoute("POST", "", "new", write_proposal, {201: ProposalReceipt}, "Hand in a proposal"),
    ApiRoute("POST", f"{_ONE}/support", "support", support_proposal, ProposalOut, "Support a proposal"),
    ApiRoute("POST", f"{_ONE}/unsupport", "support", withdraw_support, ProposalOut, "Support it no longer"),
    ApiRoute("POST", f"{_ONE}/withdraw", "support", withdraw_proposal, ProposalOut, "Withdraw one's own proposal"),
    ApiRoute("POST", "/news/read", "support", mark_news_read, Count, "Mark all that was told as read"),
    ApiRoute("POST", f"{_ONE}/join", "lead", merge_proposal, ProposalOut, "Join it to a like one"),
    ApiRoute("POST", f"{_ONE}/part", "lead", part_proposal, ProposalOut, "Let it stand by itself again"),
    ApiRoute("POST", "/route", "lead", route_proposals, RoutedOut, "Send proposals to the body in charge"),
    ApiRoute("POST", f"{_ONE}/answer", "answer", answer_proposal, {201: ProposalAnswerOut}, "Answer a proposal"),
    ApiRoute(
        "POST", "/themes/{int:theme_id}/answer", "answer", answer_theme, {201: ProposalAnswerOut}, "Answer a theme"
    ),
    ApiRoute(
        "POST", "/answers/{int:answer_id}/report", "answer", report_answer, ProposalAnswerOut, "Tell what became of it"
    ),
    ApiRoute("POST", "/holidays", "settle", record_holiday, {201: HolidayOut}, "Record a day of the clock"),
    ApiRoute("POST", "/terms", "settle", set_answer_terms, {201: AnswerTermsOut}, "Set the working days to answer"),
    *CONSULTATION_ROUTES,
    *SPEAKING_ROUTES,
)
