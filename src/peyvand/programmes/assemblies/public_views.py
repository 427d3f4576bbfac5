"""What everyone may see and do without an account: the votes, their results and ballots, voting with a code, a receipt."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from peyvand.extend.switches import off_refusal
from peyvand.journal import pace
from peyvand.kernel.codes import spoken
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import NotFound, Refusal, require
from peyvand.programmes.assemblies import queries, words
from peyvand.programmes.assemblies.actions import SLUG
from peyvand.programmes.assemblies.forms import BallotForm, OpenForm, ReasonForm, ReceiptForm
from peyvand.programmes.assemblies.views import opened, study_facts
from peyvand.scope.acting import Acting
from peyvand.scope.database import scope
from peyvand.votes.casting import cast_by_code
from peyvand.votes.enums import VoteState
from peyvand.votes.models import Ballot, Vote
from peyvand.votes.pabulib import as_pabulib, counts_again
from peyvand.votes.permissions import KEEPERS, may_keep, may_vouch
from peyvand.votes.queries import ballots_shown, one_vote, options_of, unsettled_papers
from peyvand.votes.rules import FEWEST_SHOWN, read_receipt
from peyvand.web.lists import Badge, Column, ListSpec, list_page
from peyvand.web.pages.words import named
from peyvand.web.templatetags.peyvand_format import digits, jdatetime, number
from peyvand.web.templatetags.peyvand_format import refusal as said_of

_TONES = {
    VoteState.DRAFT: "waiting", VoteState.OPEN: "going", VoteState.CLOSED: "waiting", VoteState.COUNTED: "done",
    VoteState.CANCELLED: "stopped",
}  # fmt: skip
_CODE = (_("Your one-time code"), _("Twelve digits; spaces and dashes do not matter"))


def badge(vote: Vote) -> Badge:
    if vote.example:
        return Badge(gettext("Example from elsewhere"), "stopped")
    return Badge(vote.get_state_display(), _TONES[VoteState(vote.state)])


BOARD = ListSpec(
    name="votes",
    title=_("Votes of residents"),
    columns=(
        Column("title", _("Vote"), value="title", link=lambda row: reverse(f"{SLUG}:vote", args=[row.pk])),
        Column("place", _("Where"), value=lambda row: named(row.place)),
        Column("state", _("State"), value=badge, kind="badge"),
        Column("closes", _("Open until"), value="closes_at", kind="date"),
        Column("made", _("Prepared"), value="created_at", kind="date", sort="created_at"),
    ),
    default_sort="-created_at",
    exports=False,
    empty_title=_("No vote yet"),
    empty_text=_("When residents vote on what is done in their neighbourhood, it stands here."),
)


@require_GET
def board(request: HttpRequest) -> HttpResponseBase:
    by = request.acting  # type: ignore[attr-defined]
    context = {
        "page": list_page(request, BOARD, queries.seen_votes()),
        "may_prepare": by.role in KEEPERS and opened(by),
    }
    return render(request, "assemblies/board.html", context)


@require_GET
def one(request: HttpRequest, vote_id: int) -> HttpResponseBase:
    by = request.acting  # type: ignore[attr-defined]
    return render(request, "assemblies/vote.html", _one(one_vote(vote_id), by))


@require_GET
def read_study(request: HttpRequest, idea_id: int) -> HttpResponseBase:
    """A published study, without who told the idea and what he wrote."""
    idea = queries.one_idea(idea_id)
    study = getattr(idea, "study", None)
    if study is None or study.published_at is None:
        raise NotFound
    context = {"idea": idea, "study": study, "facts": [(_("Where"), named(idea.place)), *study_facts(study)]}
    return render(request, "assemblies/read.html", context)


def _one(vote: Vote, by: Acting) -> dict[str, Any]:
    options = options_of(vote)
    counted = vote.state == VoteState.COUNTED
    candidates = {one.option_id: one for one in queries.candidates_of(vote.pk)}
    ideas = {pk: one.idea_id for pk, one in candidates.items()}
    lines = words.result_lines(vote, options, ideas) if counted else []
    found = {
        "vote": vote,
        "badge": badge(vote),
        "facts": _facts(vote),
        "rule": words.rule_lines(vote),
        "options": [
            (one, words.money(vote, one.cost) if vote.budget else "", candidates.get(one.pk)) for one in options
        ],
        "lines": lines,
        "summary": words.summary(vote, lines) if counted else "",
        "bars": words.bars(vote, lines) if counted else [],
        "is_open": vote.state == VoteState.OPEN,
        "shown": counted and ballots_shown(vote),
        "receipt_form": ReceiptForm(),
    }
    return found | (_own(vote, by) if may_vouch(by, vote) is None and opened(by) and not vote.example else {})


def _own(vote: Vote, by: Acting) -> dict[str, Any]:
    keeps, state = may_keep(by, vote) is None, vote.state
    return {
        "may_vouch": True,
        "may_open": keeps and state == VoteState.DRAFT,
        "may_close": keeps and state == VoteState.OPEN and vote.closes_at is not None and timezone.now() >= vote.closes_at,
        "may_count": keeps and state == VoteState.CLOSED,
        "may_call_off": keeps and state in (VoteState.DRAFT, VoteState.OPEN, VoteState.CLOSED),
        "has_papers": state in (VoteState.OPEN, VoteState.CLOSED),
        "unsettled": unsettled_papers(vote).count(),
        "few_papers": state in (VoteState.OPEN, VoteState.CLOSED) and 0 < vote.marked_paper < FEWEST_SHOWN,
        "marks": [(_("Voted with a code"), number(vote.marked_code)), (_("Given a paper"), number(vote.marked_paper)),
                  (_("Papers entered twice alike"), number(vote.papers))],
        "open_form": OpenForm(),
        "reason_form": ReasonForm(),
    }  # fmt: skip


def _facts(vote: Vote) -> list[tuple[Any, str]]:
    facts = [(_("Where"), named(vote.place)), (_("Kept by"), named(vote.organisation))]
    if vote.example:
        return [(_("Where it comes from"), vote.source)]
    if vote.opens_at:
        facts += [(_("Open from"), jdatetime(vote.opens_at)), (_("Open until"), jdatetime(vote.closes_at))]
    if vote.aside:
        facts.append((_("Papers set aside"), number(vote.aside)))
    return facts


def too_many(request: HttpRequest) -> bool:
    who = pace.caller(request, request.acting.account_id)  # type: ignore[attr-defined]
    return not pace.allowed(what="vote code", who=who, most=settings.TRACKING_CALLS_A_MINUTE, now=timezone.now())


def ballot(request: HttpRequest, vote_id: int) -> HttpResponseBase:
    """With a one-time code, and no account. The receipt stands on the page that answers, and nowhere after it."""
    by = request.acting  # type: ignore[attr-defined]
    with scope(by):
        vote = one_vote(vote_id)
        require(off_refusal(SLUG, [(vote.place_path, vote.organisation_path)], business_date(timezone.now())))
        form = BallotForm(request.POST or None, vote=vote, options=options_of(vote), number=_CODE)
        if request.method == "POST" and too_many(request):
            form.add_error(None, _("Those were many tries in a short time. Wait a minute, then try again."))
            return _ballot_page(request, vote, form, status=429)
        if request.method != "POST" or not form.is_valid():
            return _ballot_page(request, vote, form)
    try:
        receipt = cast_by_code(
            vote_id=vote_id, code=form.cleaned_data["number"], choice=form.choice(), by=by, now=timezone.now()
        )
    except Refusal as refusal:
        form.add_error("number", said_of(refusal))
        with scope(by):
            return _ballot_page(request, vote, form, status=409)
    with scope(by):
        return render(request, "assemblies/receipt.html", {"vote": vote, "receipt": digits(spoken(receipt))})


def _ballot_page(request: HttpRequest, vote: Vote, form: BallotForm, status: int = 200) -> HttpResponse:
    return render(request, "assemblies/ballot.html", {"vote": vote, "form": form}, status=status)


@require_POST
def check_receipt(request: HttpRequest, vote_id: int) -> HttpResponseBase:
    """A POST, though it only reads: a number is not left in addresses and logs."""
    by = request.acting  # type: ignore[attr-defined]
    with scope(by):
        vote = one_vote(vote_id)
        form = ReceiptForm(request.POST)
        context = _one(vote, by)
        if form.is_valid():
            receipt = read_receipt(form.cleaned_data["receipt"]) or form.cleaned_data["receipt"].strip()
            found = Ballot.objects.filter(vote=vote, receipt=receipt).first() if ballots_shown(vote) else None
            titles = {option.number: option.title for option, _cost, _candidate in context["options"]}
            context["checked"] = [titles[row] for row in found.options] if found else None
            context["asked"] = digits(spoken(receipt)) if receipt.isdecimal() else receipt
        return render(request, "assemblies/vote.html", context | {"receipt_form": form})


@require_GET
def ballots(request: HttpRequest, vote_id: int) -> HttpResponseBase:
    """The Pabulib file: every ballot under the number of its receipt, and who won."""
    vote = one_vote(vote_id)
    if too_many(request):
        text = gettext("Those were many tries in a short time. Wait a minute, then try again.")
        return HttpResponse(text, status=429, content_type="text/plain; charset=utf-8")
    answer = HttpResponse(as_pabulib(vote), content_type="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="vote-{vote.pk}.pb"'
    return answer


@require_GET
def again(request: HttpRequest, vote_id: int) -> HttpResponseBase:
    """Count the published ballots anew, now, and say whether it gives the same."""
    by = request.acting  # type: ignore[attr-defined]
    vote = one_vote(vote_id)
    context = _one(vote, by)
    if context["shown"] and not too_many(request):
        context["same"] = counts_again(vote.pk)
        context["recounted"] = True
    return render(request, "assemblies/vote.html", context)
