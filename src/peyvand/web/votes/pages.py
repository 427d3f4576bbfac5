"""What everyone sees and does of a vote without an account, and how those who keep it lead it to its count.

A programme that holds votes makes one `VotePages` and puts its routes into the manifest.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from peyvand.extend.discovery import programme
from peyvand.extend.pages import writes_are_open
from peyvand.extend.programme import Route
from peyvand.extend.switches import off_refusal
from peyvand.journal import pace
from peyvand.kernel.codes import spoken
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import NotFound, Refusal, require
from peyvand.scope.acting import Acting
from peyvand.scope.database import scope
from peyvand.votes.actions import close_vote
from peyvand.votes.casting import cast_by_code
from peyvand.votes.counting import ask_count
from peyvand.votes.enums import CountStep, VoteState
from peyvand.votes.models import Ballot, Vote
from peyvand.votes.pabulib import as_pabulib, counts_again
from peyvand.votes.permissions import may_keep, may_vouch
from peyvand.votes.queries import ballots_shown, options_of, unsettled_papers
from peyvand.votes.rules import FEWEST_SHOWN, read_receipt
from peyvand.web.charts import Chart
from peyvand.web.forms import Form
from peyvand.web.lists import Badge, Column, ListSpec
from peyvand.web.pages import acts
from peyvand.web.pages.access import acting
from peyvand.web.pages.chart_files import file_of
from peyvand.web.pages.words import named
from peyvand.web.templatetags.peyvand_format import digits, jdatetime, number
from peyvand.web.templatetags.peyvand_format import refusal as said_of
from peyvand.web.votes import words
from peyvand.web.votes.forms import BallotForm, OpenForm, ReasonForm, ReceiptForm, VoteFilters
from peyvand.web.votes.roll import RollPages

_TONES = {
    VoteState.DRAFT: "waiting", VoteState.OPEN: "going", VoteState.CLOSED: "waiting", VoteState.COUNTING: "going",
    VoteState.COUNTED: "done", VoteState.CANCELLED: "stopped",
}  # fmt: skip
_CODE = (_("Your one-time code"), _("Twelve digits; spaces and dashes do not matter"))


def badge(vote: Vote) -> Badge:
    if vote.example:
        return Badge(gettext("Example from elsewhere"), "stopped")
    return Badge(vote.get_state_display(), _TONES[VoteState(vote.state)])


def board(slug: str, **words_: Any) -> ListSpec:
    """The list of a programme's votes; `title`, `empty_title` and `empty_text` are its own."""
    return ListSpec(
        name="votes",
        columns=(
            Column("title", _("Vote"), value="title", link=lambda row: reverse(f"{slug}:vote", args=[row.pk])),
            Column("place", _("Where"), value=lambda row: named(row.place)),
            Column("state", _("State"), value=badge, kind="badge"),
            Column("closes", _("Open until"), value="closes_at", kind="date"),
            Column("made", _("Prepared"), value="created_at", kind="date", sort="created_at"),
        ),
        default_sort="-created_at",
        filters=VoteFilters,
        **words_,
    )


@dataclass(frozen=True)
class About:
    """What a programme knows of the options of a vote, by their ids: a page of each, and what its template tells of it."""

    pages: Mapping[int, str] = field(default_factory=dict)
    told: Mapping[int, Any] = field(default_factory=dict)


def _nothing(vote: Vote) -> About:
    return About()


@dataclass(frozen=True, kw_only=True)
class VotePages(RollPages):
    """The pages of the votes of the programme `slug`, whose routes carry the names used here.

    `votes()` are those of the programme that the open scope lets through. `open_vote` and `call_off` are its
    actions, each given `vote_id`, and what the core's own of that name asks; what follows from a count is its reaction to
    `vote.counted`. `about(vote)` is asked when the page of a vote
    is shown; `template` may say more of an option in its block `option`, from what was told of it.
    """

    open_vote: Callable[..., object]
    call_off: Callable[..., object]
    about: Callable[[Vote], About] = _nothing
    template: str = "web/votes/vote.html"

    def routes(self, prefix: str = "votes/") -> tuple[Route, ...]:
        """On behalf of the pages `vote`, `ballot`, `decide`, `roll` and `papers` of the programme."""
        one = f"{prefix}<int:vote_id>/"
        return (
            Route(one, "vote", require_GET(self.show)),
            Route(f"{one}ballot/", "ballot", self.ballot),
            Route(f"{one}ballots/", "vote", require_GET(self.ballots), "ballots"),
            Route(f"{one}result.png", "vote", require_GET(self.result_png), "result_png"),
            Route(f"{one}result.csv", "vote", require_GET(self.result_csv), "result_csv"),
            Route(f"{one}again/", "vote", require_GET(self.again), "again"),
            Route(f"{one}receipt/", "ballot", require_POST(self.check_receipt), "receipt"),
            Route(f"{one}open/", "decide", require_POST(self.open_now), "open"),
            Route(f"{one}close/", "decide", require_POST(self.close), "close"),
            Route(f"{one}count/", "decide", require_POST(self.count), "count"),
            Route(f"{one}call-off/", "decide", require_POST(self.end), "call_off"),
            *self.roll_routes(one),
        )

    def show(self, request: HttpRequest, vote_id: int) -> HttpResponseBase:
        return render(request, self.template, self._shown(self.one(vote_id), acting(request)))

    def _shown(self, vote: Vote, by: Acting) -> dict[str, Any]:
        options = options_of(vote)
        counted, counting = vote.state == VoteState.COUNTED, vote.state == VoteState.COUNTING
        about = self.about(vote)
        lines = words.result_lines(vote, options, about.pages) if counted else []
        found = {
            "pages": self, "vote": vote, "spends": words.spends(vote), "badge": badge(vote),
            "facts": _facts(vote), "rule": words.rule_lines(vote), "simply": words.simply(vote),
            "options": [(one, words.money(vote, one.cost) if words.spends(vote) else "", about.told.get(one.pk)) for one in options],
            "lines": lines, "summary": words.summary(vote, lines) if counted else "",
            "bars": words.bars(vote, lines) if counted else [], "is_open": vote.state == VoteState.OPEN,
            "counting": _progress(vote) if counting else None, "shown": counted and ballots_shown(vote), "receipt_form": ReceiptForm(),
        }  # fmt: skip
        keeps = may_vouch(by, vote) is None and self.opened(by) and not vote.example
        return found | (_kept(vote, by) if keeps else {})

    def opened(self, by: Acting) -> bool:
        return writes_are_open(programme(self.slug), by, timezone.now())

    def ballot(self, request: HttpRequest, vote_id: int) -> HttpResponseBase:
        """With a one-time code, and no account. The receipt stands on the page that answers, and nowhere after it."""
        by = acting(request)
        with scope(by):
            vote = self.one(vote_id)
            require(off_refusal(self.slug, [(vote.place_path, vote.organisation_path)], business_date(timezone.now())))
            form = BallotForm(request.POST or None, vote=vote, options=options_of(vote), number=_CODE)
            if request.method == "POST" and too_many(request):
                form.add_error(None, _("Those were many tries in a short time. Wait a minute, then try again."))
                return self._ballot_page(request, vote, form, status=429)
            if request.method != "POST" or not form.is_valid():
                return self._ballot_page(request, vote, form)
        try:
            receipt = cast_by_code(
                vote_id=vote_id, code=form.cleaned_data["number"], choice=form.choice(), by=by, now=timezone.now()
            )
        except Refusal as refusal:
            form.add_error("number", said_of(refusal))
            with scope(by):
                return self._ballot_page(request, vote, form, status=409)
        with scope(by):
            context = {"pages": self, "vote": vote, "receipt": digits(spoken(receipt))}
            return render(request, "web/votes/receipt.html", context)

    def _ballot_page(self, request: HttpRequest, vote: Vote, form: BallotForm, status: int = 200) -> HttpResponse:
        return render(request, "web/votes/ballot.html", {"pages": self, "vote": vote, "form": form}, status=status)

    def check_receipt(self, request: HttpRequest, vote_id: int) -> HttpResponseBase:
        """A POST, though it only reads: a number is not left in addresses and logs."""
        by = acting(request)
        with scope(by):
            vote = self.one(vote_id)
            form = ReceiptForm(request.POST)
            context = self._shown(vote, by)
            if form.is_valid():
                receipt = read_receipt(form.cleaned_data["receipt"]) or form.cleaned_data["receipt"].strip()
                found = Ballot.objects.filter(vote=vote, receipt=receipt).first() if ballots_shown(vote) else None
                titles = {option.number: option.title for option, _cost, _told in context["options"]}
                context["checked"] = [titles[row] for row in found.options] if found else None
                context["asked"] = digits(spoken(receipt)) if receipt.isdecimal() else receipt
            return render(request, self.template, context | {"receipt_form": form})

    def ballots(self, request: HttpRequest, vote_id: int) -> HttpResponseBase:
        """The Pabulib file: every ballot under the number of its receipt, and who won."""
        vote = self.one(vote_id)
        if too_many(request):
            text = gettext("Those were many tries in a short time. Wait a minute, then try again.")
            return HttpResponse(text, status=429, content_type="text/plain; charset=utf-8")
        answer = HttpResponse(as_pabulib(vote), content_type="text/plain; charset=utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="vote-{vote.pk}.pb"'
        return answer

    def result_png(self, request: HttpRequest, vote_id: int) -> HttpResponse:
        return file_of(request, self._chart(vote_id), "png")

    def result_csv(self, request: HttpRequest, vote_id: int) -> HttpResponse:
        return file_of(request, self._chart(vote_id), "csv")

    def _chart(self, vote_id: int) -> Chart:
        """Raises `NotFound` where nothing was counted, or of too few ballots to show how many each option had."""
        vote = self.one(vote_id)
        lines = words.result_lines(vote, options_of(vote), {}) if vote.state == VoteState.COUNTED else []
        if not words.bars(vote, lines):
            raise NotFound
        return words.result_chart(vote, lines)

    def again(self, request: HttpRequest, vote_id: int) -> HttpResponseBase:
        """Count the published ballots anew, now, and say whether it gives the same."""
        vote = self.one(vote_id)
        context = self._shown(vote, acting(request))
        if context["shown"] and not too_many(request):
            context["same"] = counts_again(vote.pk)
            context["recounted"] = True
        return render(request, self.template, context)

    def open_now(self, request: HttpRequest, vote_id: int) -> HttpResponseBase:
        form = OpenForm(request.POST)

        def run() -> None:
            opens, closes = form.times()
            self.open_vote(vote_id=vote_id, opens_at=opens, closes_at=closes, by=acting(request), now=timezone.now())

        return self._taken(request, vote_id, "open_form", form, run, gettext("The vote is open."))

    def _taken(
        self, request: HttpRequest, vote_id: int, name: str, form: Form, run: Callable[[], None], done: str
    ) -> HttpResponseBase:
        """What a form of the page of a vote asks; `name` is where the page has it."""
        by = acting(request)
        with scope(by):
            self.one(vote_id)

        def again(status: int) -> HttpResponse:
            page = self._shown(self.one(vote_id), by) | {name: form}
            return render(request, self.template, page, status=status)

        return acts.taken(request, form, run, done, reverse(f"{self.slug}:vote", args=[vote_id]), again)

    def close(self, request: HttpRequest, vote_id: int) -> HttpResponseBase:
        done = gettext("The vote is closed. Enter the papers of the box, then count.")
        return self.act(request, vote_id, done, close_vote)

    def count(self, request: HttpRequest, vote_id: int) -> HttpResponseBase:
        return self.act(request, vote_id, gettext("The ballots are being counted."), ask_count)

    def end(self, request: HttpRequest, vote_id: int) -> HttpResponseBase:
        form = ReasonForm(request.POST)

        def run() -> None:
            reason = form.cleaned_data["reason"]
            self.call_off(vote_id=vote_id, reason=reason, by=acting(request), now=timezone.now())

        return self._taken(request, vote_id, "reason_form", form, run, gettext("The vote is called off."))


def _kept(vote: Vote, by: Acting) -> dict[str, Any]:
    """What those who keep the vote see and can do."""
    keeps, state = may_keep(by, vote) is None, vote.state
    return {
        "may_vouch": True,
        "may_open": keeps and state == VoteState.DRAFT,
        "may_close": keeps and state == VoteState.OPEN and vote.closes_at is not None and timezone.now() >= vote.closes_at,
        "may_count": keeps and state == VoteState.CLOSED,
        "may_call_off": keeps and state in (VoteState.DRAFT, VoteState.OPEN, VoteState.CLOSED),
        "count_failed": vote.count_failed,
        "has_papers": state in (VoteState.OPEN, VoteState.CLOSED),
        "unsettled": unsettled_papers(vote).count(),
        "few_papers": state in (VoteState.OPEN, VoteState.CLOSED) and 0 < vote.marked_paper < FEWEST_SHOWN,
        "marks": [(_("Voted with a code"), number(vote.marked_code)), (_("Given a paper"), number(vote.marked_paper)),
                  (_("Papers entered twice alike"), number(vote.papers))],
        "open_form": OpenForm(),
        "reason_form": ReasonForm(),
    }  # fmt: skip


def _progress(vote: Vote) -> tuple[int, str]:
    """How far a count is, in hundredths of its way as it was measured, and in words. Not how many ballots there are."""
    if not vote.count_step:
        return 0, gettext("The count waits for its turn.")
    all_of_them = max(1, vote.sealed)
    done = {
        CountStep.READING: 40 * min(vote.count_read, all_of_them) // all_of_them,
        CountStep.TALLYING: 40,
        CountStep.WRITING: 50,
    }
    return done[CountStep(vote.count_step)], str(vote.get_count_step_display())


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
    who = pace.caller(request, acting(request).account_id)
    return not pace.allowed(what="vote code", who=who, most=settings.TRACKING_CALLS_A_MINUTE, now=timezone.now())
