"""The pages of proposals: each reads, or calls one action and leads on."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from peyvand.journal import pace
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import NotFound, Refusal, require
from peyvand.programmes.proposals import actions, answering_actions, permissions, queries, rules
from peyvand.programmes.proposals.enums import OPEN, ProposalState
from peyvand.programmes.proposals.forms import (
    AnswerForm,
    MergeForm,
    ProposalForm,
    ReasonForm,
    ReportForm,
    RouteForm,
    name_of,
)
from peyvand.programmes.proposals.list_views import badge, is_late, is_open, promise_passed
from peyvand.programmes.proposals.models import Answer, Proposal
from peyvand.scope.acting import Acting
from peyvand.scope.database import scope
from peyvand.web import notices
from peyvand.web.forms import Form
from peyvand.web.pages import acts
from peyvand.web.pages.access import acting, refuse, today
from peyvand.web.pages.thread import Step
from peyvand.web.templatetags.peyvand_format import jdate, number

SLUG = actions.SLUG
MOST_JOINED = 50


def new_proposal(request: HttpRequest) -> HttpResponseBase:
    """The form; where like ones stand, the step in which one joins them or goes on."""
    by = acting(request)
    form = ProposalForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        with scope(by):
            return render(request, "proposals/new.html", {"form": form, "days": queries.terms_on(today())})
    said = form.cleaned_data
    row = actions.NewProposal(**{name: said[name] for name in said if name != "anyway"})
    try:
        made = acts.do(
            request,
            lambda: actions.write_proposal(row=row, anyway=said["anyway"], by=by, now=timezone.now()).pk,
        )
    except Refusal as refusal:
        return _not_yet(request, form, row, refusal)
    notices.done(request, gettext("Your proposal was handed in. This is its receipt."))
    return redirect(f"{SLUG}:receipt", proposal_id=made)


def _not_yet(request: HttpRequest, form: ProposalForm, row: actions.NewProposal, refusal: Refusal) -> HttpResponse:
    with scope(acting(request)):
        like = []
        if isinstance(refusal, rules.LikeOnesExist):
            like = queries.like_ones(row.text, least=queries.ASKED_AT)
            typed = request.POST.copy()
            typed["anyway"] = "on"
            form = ProposalForm(typed)
            form.is_valid()
        else:
            refuse(form, refusal)
        context = {"form": form, "like": like, "asked": bool(like), "days": queries.terms_on(today())}
        return render(request, "proposals/new.html", context, status=200 if like else 409)


@require_POST
def like_while_typing(request: HttpRequest) -> HttpResponseBase:
    """A part of the page: the like ones to what has been typed so far."""
    by = acting(request)
    who, most = pace.caller(request, by.account_id), settings.LIKE_ASKED_A_MINUTE
    text = " ".join(request.POST.get(name, "")[:2000] for name in ("title", "problem", "first_step"))
    with scope(by):
        if not pace.allowed(what="like proposals", who=who, most=most, now=timezone.now()):
            return HttpResponse(status=429)
        return render(request, "proposals/like.html", {"like": queries.like_ones(text), "asked": False})


def _thread(row: Proposal) -> list[Step]:
    state, late = ProposalState(row.state), is_late(row)
    answered = state not in (*OPEN, ProposalState.WITHDRAWN)
    stopped = state in (ProposalState.WITHDRAWN, ProposalState.REFUSED, ProposalState.NOT_DONE)
    routed = "done" if row.body_id or answered else "stopped" if stopped else "current"
    answering = "done" if answered else "stopped" if stopped else "ahead" if not row.body_id else ""
    doing = {ProposalState.DONE: "done", ProposalState.UNDER_WAY: "current", ProposalState.ANSWERED: "current"}
    return [
        Step(_("Handed in"), "done", jdate(row.written_at)),
        Step(_("Sent to a body"), routed, jdate(row.routed_date) if row.routed_date else ""),
        Step(
            _("Answered"), answering or ("late" if late else "current"), jdate(row.answer_by) if row.answer_by else ""
        ),
        Step(_("Carried out"), doing.get(state, "stopped" if stopped else "ahead")),
    ]


def _clock(row: Proposal, clock: rules.Calendar) -> dict[str, Any] | None:
    """The public clock: working days left, or gone by, until the answer; of what was sent to nobody yet, since it was handed in; of a
    promise, since its day has passed."""
    if row.merged_into_id is not None:
        return None
    if row.state == ProposalState.RECEIVED:
        handed_in = business_date(row.written_at)
        return {"of": "unsent", "days": clock.between(handed_in, today()), "day": handed_in}
    if row.state == ProposalState.ROUTED and row.answer_by is not None:
        left = clock.between(today(), row.answer_by)
        return {"of": "late" if left < 0 else "left", "days": abs(left), "day": row.answer_by}
    if row.promised_by is not None and promise_passed(row):
        return {"of": "passed", "days": clock.between(row.promised_by, today()), "day": row.promised_by}
    return None


def _facts(row: Proposal) -> list[tuple[Any, str]]:
    facts = [
        (_("Handed in by"), name_of(row.organisation)),
        (_("Where"), name_of(row.place)),
        (_("Body in charge"), name_of(row.body) if row.body else ""),
        (_("Who should do it"), row.owner),
        (_("Law or rule"), row.law),
        (_("Cost, and who could pay"), row.cost),
        (_("Meeting"), row.session and _of_meeting(row.session)),
    ]
    return [(name, value) for name, value in facts if value]


@require_GET
def one_proposal(request: HttpRequest, proposal_id: int) -> HttpResponseBase:
    return render(request, "proposals/one.html", _one(queries.one(proposal_id), acting(request)))


def _of_meeting(session: str) -> SafeString:
    """What else was handed in there."""
    return format_html('<a href="{}?{}">{}</a>', reverse(f"{SLUG}:list"), urlencode({"session": session}), session)


def _one(row: Proposal, by: Acting) -> dict[str, Any]:
    opened = is_open(by)
    alone = row.merged_into_id is None
    reply, beside = queries.reply_to(row), queries.beside(row, by)
    leads = opened and permissions.may_lead(by, row) is None
    acts_now = set(rules.LIFE.acts(row.state))
    speaks = opened and row.body_id is not None and permissions.may_answer(by, row.body_path) is None
    joined = list(row.merged.order_by("id")[: MOST_JOINED + 1])
    return {
        "row": row,
        "badge": badge(row),
        "thread": _thread(row),
        "facts": _facts(row),
        "clock": _clock(row, beside.clock),
        "joined": joined[:MOST_JOINED],
        "more_joined": len(joined) > MOST_JOINED,
        "reply": reply,
        "promise_passed": promise_passed(row),
        "own_words": beside.own_words,
        "asked": row.first_step,
        "happenings": list(row.happenings.select_related("organisation", "other").order_by("at", "id")),
        "is_author": bool(by.account_id) and row.author_id == by.account_id,
        "supports": beside.supports,
        "may_support": opened and permissions.may_write(by) is None and bool(by.account_id),
        "may_part": leads and not alone,
        "may_lead": leads and alone and row.state in OPEN,
        "may_answer": speaks and alone and row.state == ProposalState.ROUTED,
        "report_form": ReportForm() if speaks and reply and "finish" in acts_now else None,
        "withdraw_form": ReasonForm() if opened and permissions.may_withdraw(by, row) is None and row.state in OPEN else None,
    }  # fmt: skip


@require_GET
def receipt(request: HttpRequest, proposal_id: int) -> HttpResponseBase:
    """For its author: the number and code to keep, and what happens next."""
    row, by = queries.one(proposal_id), acting(request)
    if not by.account_id or row.author_id != by.account_id:
        raise NotFound
    return render(request, "proposals/receipt.html", {"row": row, "days": queries.terms_on(today())})


def to_one(proposal_id: int) -> str:
    return reverse(f"{SLUG}:one", args=[proposal_id])


@require_POST
def support(request: HttpRequest, proposal_id: int) -> HttpResponseBase:
    said = gettext("You support this proposal. You are told what becomes of it.")
    undo = reverse(f"{SLUG}:unsupport", args=[proposal_id])
    return _act(request, proposal_id, said, actions.support_proposal, undo=undo)


@require_POST
def unsupport(request: HttpRequest, proposal_id: int) -> HttpResponseBase:
    undo = reverse(f"{SLUG}:support", args=[proposal_id])
    return _act(request, proposal_id, gettext("You do not support it any more."), actions.withdraw_support, undo=undo)


def _act(
    request: HttpRequest, proposal_id: int, said: str, run: Callable[..., Any], *, undo: str = "", **values: Any
) -> HttpResponse:
    by = acting(request)
    return acts.act(
        request,
        lambda: run(proposal_id=proposal_id, by=by, now=timezone.now(), **values),
        said,
        to_one(proposal_id),
        undo=undo,
    )


@require_GET
def lead(request: HttpRequest, proposal_id: int) -> HttpResponseBase:
    """For the secretariat: send it to the body in charge, or join it to a like one."""
    page = _lead(request, proposal_id)
    if page["row"].merged_into_id is not None or page["row"].state not in OPEN:
        raise NotFound
    return render(request, "proposals/lead.html", page)


def _lead(request: HttpRequest, proposal_id: int) -> dict[str, Any]:
    row = queries.one(proposal_id)
    require(permissions.may_lead(acting(request), row))
    like = queries.like_ones(row.text, leave_out=[row.pk], least=0.3)
    return {"row": row, "like": like, "merge_form": MergeForm(), "route_form": RouteForm(initial={"body": row.body_id})}


@require_POST
def merge(request: HttpRequest, proposal_id: int) -> HttpResponseBase:
    by, form = acting(request), MergeForm(request.POST)
    with scope(by):
        form.is_valid()  # which reads the other one

    def run() -> None:
        into_id, reason = form.cleaned_data["into"].pk, form.cleaned_data["reason"]
        actions.merge_proposal(proposal_id=proposal_id, into_id=into_id, reason=reason, by=by, now=timezone.now())

    def again(status: int) -> HttpResponse:
        page = _lead(request, proposal_id) | {"merge_form": form}
        return render(request, "proposals/lead.html", page, status=status)

    said = gettext("Joined. Its author and supporters are told; nothing of it is lost.")
    undo = reverse(f"{SLUG}:part", args=[proposal_id])
    return acts.taken(request, form, run, said, to_one(proposal_id), again, undo=undo)


@require_POST
def part(request: HttpRequest, proposal_id: int) -> HttpResponseBase:
    said = gettext("It stands by itself again, with the supporters it has.")
    return _act(request, proposal_id, said, actions.part_proposal)


@require_POST
def withdraw(request: HttpRequest, proposal_id: int) -> HttpResponseBase:
    by, form = acting(request), ReasonForm(request.POST)

    def run() -> None:
        reason = form.cleaned_data["reason"]
        actions.withdraw_proposal(proposal_id=proposal_id, reason=reason, by=by, now=timezone.now())

    said = gettext("Withdrawn. It stays readable, with your reason.")
    return _taken(request, proposal_id, "withdraw_form", form, run, said)


def _taken(
    request: HttpRequest, proposal_id: int, name: str, form: Form, run: Callable[[], None], said: str
) -> HttpResponse:
    """What a form of the page of a proposal asks; `name` is where the page has it."""

    def again(status: int) -> HttpResponse:
        page = _one(queries.one(proposal_id), acting(request)) | {name: form}
        return render(request, "proposals/one.html", page, status=status)

    return acts.taken(request, form, run, said, to_one(proposal_id), again)


@require_POST
def route(request: HttpRequest, proposal_id: int) -> HttpResponseBase:
    by, form = acting(request), RouteForm(request.POST)
    with scope(by):
        form.is_valid()  # which reads the body

    def run() -> None:
        body_id = form.cleaned_data["body"].pk
        answering_actions.route_proposals(proposal_ids=[proposal_id], body_id=body_id, by=by, now=timezone.now())

    def again(status: int) -> HttpResponse:
        page = _lead(request, proposal_id) | {"route_form": form}
        return render(request, "proposals/lead.html", page, status=status)

    return acts.taken(request, form, run, gettext("Sent. The public clock runs."), to_one(proposal_id), again)


def answer(request: HttpRequest, proposal_id: int) -> HttpResponseBase:
    by = acting(request)
    with scope(by):
        row = queries.one(proposal_id)
        require(permissions.may_answer(by, row.body_path))
        ids = queries.with_joined([proposal_id])
        asked = list(Proposal.objects.filter(pk__in=ids, state__in=OPEN).order_by("pk"))

    def act(said: answering_actions.Said) -> Answer:
        return answering_actions.answer_proposal(proposal_id=proposal_id, said=said, by=by, now=timezone.now())

    return answering(request, asked, act, row.title, to_one(proposal_id))


def answering(
    request: HttpRequest, asked: list[Proposal], act: Callable[[answering_actions.Said], Answer], title: str, to: str
) -> HttpResponse:
    """The form of an answer, and giving it: to one proposal with those joined to it, or to a theme."""
    form = AnswerForm(request.POST or None, proposals=asked, today=today())

    def run() -> None:
        data = form.cleaned_data
        act(answering_actions.Said(data["decision"], data["text"], data["until"], form.own_words()))

    def again(status: int) -> HttpResponse:
        context = {"form": form, "asked": asked, "title": title, "back": to}
        return render(request, "proposals/answer.html", context, status=status)

    if request.method != "POST":
        with scope(acting(request)):
            return again(200)
    told = gettext("Answered: %(count)s proposals, each author in words for his own.")
    return acts.taken(request, form, run, told % {"count": number(len(asked))}, to, again)


@require_POST
def report(request: HttpRequest, answer_id: int) -> HttpResponseBase:
    by, form = acting(request), ReportForm(request.POST)
    with scope(by):
        found = Answer.objects.filter(pk=answer_id).first()
        first = found.replies.order_by("proposal_id").values_list("proposal_id", flat=True).first() if found else None
    if first is None:
        raise NotFound

    def run() -> None:
        said = form.cleaned_data
        answering_actions.report_answer(
            answer_id=answer_id, act=said["act"], text=said["text"], by=by, now=timezone.now()
        )

    return _taken(request, first, "report_form", form, run, gettext("Reported to all who had this answer."))
