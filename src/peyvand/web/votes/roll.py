"""The pages of those who vouch: the roll of a vote, its codes, and the papers of the box."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, cast
from urllib.parse import quote

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from peyvand.extend.programme import Route
from peyvand.kernel.codes import spoken
from peyvand.kernel.identifiers import clean, is_mobile
from peyvand.kernel.refusals import NotFound, NotPermitted, Refusal, require
from peyvand.scope.bulk import only
from peyvand.scope.database import scope
from peyvand.scope.encryption import Protected
from peyvand.votes.casting import enter_paper, set_aside_paper
from peyvand.votes.enums import Aside, BallotKind, VoteState, Way
from peyvand.votes.models import Vote, Voter
from peyvand.votes.permissions import may_vouch
from peyvand.votes.queries import like_on_roll, options_of, paper_of, roll_of, unsettled_papers, voter_of
from peyvand.votes.roll import NewVoter, give_codes, give_paper, strike_voter, vouch_voters
from peyvand.votes.rules import LikeOnRoll, new_receipt
from peyvand.web import notices
from peyvand.web.exports import export, exportable
from peyvand.web.lists import Column, ListSpec, list_page
from peyvand.web.pages.access import acting, refuse
from peyvand.web.templatetags.peyvand_format import digits, jdatetime
from peyvand.web.votes.forms import AsideForm, BallotForm, CodesForm, RollFilters, VoterForm
from peyvand.web.votes.words import money, spends

_SHEETS = 8  # papers on one print
_PAPER = (_("Number of the paper"), _("The sixteen digits printed on it; spaces and dashes do not matter"))
# The page writes the rows by hand, for each has its acts; the columns are those of the file.
_ROLL = ListSpec(
    name="roll",
    title=_("The roll"),
    columns=(
        Column("name", _("Name"), value=lambda row: cast(Protected, row.name).reveal()),
        Column("code", _("Code"), value=lambda row: row.get_code_way_display()),
        Column("voted", _("Voted"), value=lambda row: row.get_voted_display()),
    ),
    default_sort="id",
    filters=RollFilters,
)


def _aside_form(paper_id: int, number: str, asked: QueryDict | None = None) -> AsideForm:
    return AsideForm(asked, paper=number, auto_id=f"aside-{paper_id}-%s")


_NONE: Mapping[int, AsideForm] = MappingProxyType({})
_VOUCHED = _("Whoever may vote is vouched for by a facilitator or a trusted local.")


@dataclass(frozen=True)
class Slip:
    """`message`: the address at which a telephone writes the text to its owner's voter (RFC 5724), or nothing."""

    name: str
    code: str
    text: str
    message: str = ""


def _slip(voter: Voter, code: str, text: str, way: Way) -> Slip:
    name, known_by = cast(Protected, voter.name).reveal(), clean(cast(Protected, voter.known_by).reveal())
    number = known_by if is_mobile(known_by) else ""  # without one the telephone asks whom to write to
    return Slip(name, digits(spoken(code)), text, f"sms:{number}?body={quote(text)}" if way == Way.SMS else "")


@dataclass(frozen=True, kw_only=True)
class RollPages:
    """`roll_is_set`: who stands on the roll follows from the programme's own rows, so nobody is added or struck by hand."""

    slug: str
    votes: Callable[[], QuerySet[Vote]] = field(repr=False)
    roll_is_set: bool = False
    empty_roll: Any = _VOUCHED

    def roll_routes(self, one: str) -> tuple[Route, ...]:
        by_hand = (
            Route(f"{one}roll/add/", "roll", self.add_voter, "add_voter"),
            Route(f"{one}roll/<int:voter_id>/strike/", "roll", require_POST(self.strike), "strike"),
        )
        return (
            Route(f"{one}roll/", "roll", exportable(require_GET(self.roll))),
            *(() if self.roll_is_set else by_hand),
            Route(f"{one}roll/codes/", "roll", self.codes, "codes"),
            Route(f"{one}roll/<int:voter_id>/paper/", "roll", require_POST(self.paper), "paper"),
            Route(f"{one}papers/", "papers", self.papers),
            Route(f"{one}papers/<int:paper_id>/aside/", "papers", require_POST(self.set_aside), "aside"),
            Route(f"{one}papers/print/", "papers", require_GET(self.sheets), "sheets"),
        )

    def one(self, vote_id: int) -> Vote:
        """Raises `NotFound` where it is none of the programme's, or lies outside the scope."""
        return only(self.votes().select_related("place", "organisation").filter(pk=vote_id))

    def act(
        self, request: HttpRequest, vote_id: int, done: str, act: Callable[..., object], to: str = "vote", **values: Any
    ) -> HttpResponseBase:
        """Do one act, on the vote or on what `values` name, and lead on to a page of the vote."""
        by = acting(request)
        with scope(by):
            vote = self.one(vote_id)
            if "voter_id" in values:
                voter_of(vote, values["voter_id"])
        try:
            act(by=by, now=timezone.now(), **(values if "voter_id" in values else {"vote_id": vote_id} | values))
            notices.done(request, done)
        except NotFound:
            raise  # somebody of a roll out of sight is answered as nobody is
        except Refusal as refusal:
            notices.refused(request, refusal)
        return redirect(f"{self.slug}:{to}", vote_id=vote_id)

    def roll(self, request: HttpRequest, vote_id: int) -> HttpResponseBase:
        """Names are shown to those who vouch in this vote: it is their work with each of them."""
        vote = self.one(vote_id)
        require(may_vouch(acting(request), vote))
        if (file := export(request, _ROLL, roll_of(vote))) is not None:
            return file
        return self._roll_page(request, vote, VoterForm())

    def _roll_page(
        self, request: HttpRequest, vote: Vote, form: VoterForm, like: Sequence[Voter] = (), status: int = 200,
        codes: CodesForm | None = None, ticked: Sequence[int] = (),
    ) -> HttpResponse:  # fmt: skip
        page = list_page(request, _ROLL, roll_of(vote))
        context = {"pages": self, "vote": vote, "page": page, "form": form, "like": like}
        context |= {"codes_form": codes or CodesForm(), "ticked": ticked}
        context |= {"going": vote.state in (VoteState.DRAFT, VoteState.OPEN), "is_open": vote.state == VoteState.OPEN}
        return render(request, "web/votes/roll.html", context, status=status)

    def _to_roll(self, request: HttpRequest, vote_id: int) -> HttpResponseBase:
        """The filters and pages below a form with an error lead to the address of the form."""
        return redirect(f"{reverse(f'{self.slug}:roll', args=[vote_id])}?{request.GET.urlencode()}")

    def add_voter(self, request: HttpRequest, vote_id: int) -> HttpResponseBase:
        if request.method != "POST":
            return self._to_roll(request, vote_id)
        by, form = acting(request), VoterForm(request.POST)
        with scope(by):
            vote = self.one(vote_id)
            if not form.is_valid():
                require(may_vouch(by, vote))
                return self._roll_page(request, vote, form, status=422)
        said = dict(form.cleaned_data)
        anyway, row = said.pop("anyway"), NewVoter(**said)
        try:
            vouch_voters(vote_id=vote_id, rows=[row], anyway=anyway, by=by, now=timezone.now())
        except LikeOnRoll:
            seen = request.POST.copy()
            seen["anyway"] = "on"
            with scope(by):
                like = like_on_roll(vote_id, [row])
                return self._roll_page(request, self.one(vote_id), VoterForm(seen), like, status=409)
        except (NotFound, NotPermitted):
            raise
        except Refusal as refusal:
            refuse(form, refusal)
            with scope(by):
                return self._roll_page(request, self.one(vote_id), form, status=409)
        notices.done(request, gettext("On the roll."))
        return redirect(f"{self.slug}:roll", vote_id=vote_id)

    def strike(self, request: HttpRequest, vote_id: int, voter_id: int) -> HttpResponseBase:
        return self.act(request, vote_id, gettext("Taken off the roll."), strike_voter, "roll", voter_id=voter_id)

    def paper(self, request: HttpRequest, vote_id: int, voter_id: int) -> HttpResponseBase:
        done = gettext("Marked: let them draw a paper from the pile.")
        return self.act(request, vote_id, done, give_paper, "roll", voter_id=voter_id)

    def codes(self, request: HttpRequest, vote_id: int) -> HttpResponseBase:
        """The codes stand on the page that answers, and nowhere after it."""
        if request.method != "POST":
            return self._to_roll(request, vote_id)
        by, form = acting(request), CodesForm(request.POST)
        ids = [int(one) for one in request.POST.getlist("voter") if one.isdecimal()]
        with scope(by):
            vote = self.one(vote_id)
        if not ids:
            form.add_error(None, gettext("Tick in the table who gets a new code."))
        given: dict[int, str] = {}
        status = 422
        if form.is_valid():
            way = Way(form.cleaned_data["way"])
            try:
                given = give_codes(vote_id=vote_id, voter_ids=ids, way=way, by=by, now=timezone.now())
            except (NotFound, NotPermitted):
                raise
            except Refusal as refusal:
                refuse(form, refusal)
                status = 409
        with scope(by):
            if not given:
                require(may_vouch(by, vote))
                return self._roll_page(request, vote, VoterForm(), status=status, codes=form, ticked=ids)
            voters = Voter.objects.in_bulk(given)
            slips = [_slip(voters[pk], code, self._text(request, vote, code), way) for pk, code in given.items()]
            return render(request, "web/votes/codes.html", {"pages": self, "vote": vote, "slips": slips})

    def _text(self, request: HttpRequest, vote: Vote, code: str) -> str:
        address = request.build_absolute_uri(reverse(f"{self.slug}:ballot", args=[vote.pk]))
        said = {"title": vote.title, "code": spoken(code), "until": jdatetime(vote.closes_at), "address": address}
        if vote.closes_at is None:
            return gettext("%(title)s: your one-time code is %(code)s. You vote at %(address)s") % said
        return gettext("%(title)s: your one-time code is %(code)s. You vote until %(until)s at %(address)s") % said

    def papers(self, request: HttpRequest, vote_id: int) -> HttpResponseBase:
        by = acting(request)
        with scope(by):
            vote = self.one(vote_id)
            form = BallotForm(request.POST or None, vote=vote, options=options_of(vote), number=_PAPER)
            if request.method != "POST" or not form.is_valid():
                return self._papers_page(request, vote, form)
        try:
            found = enter_paper(
                vote_id=vote_id, receipt=form.cleaned_data["number"], choice=form.choice(), by=by, now=timezone.now()
            )
        except Refusal as refusal:
            with scope(by):
                refuse(form, refusal)
                return self._papers_page(request, vote, form, status=409)
        text = gettext("Both entries are the same: the paper counts.")
        waits = gettext("Entered. It counts once another person has entered the same.")
        differs = gettext("The two entries differ. Look at the paper together; whoever was wrong enters it again.")
        notices.done(request, text if found.agreed else differs if found.second is not None else waits)
        return redirect(f"{self.slug}:papers", vote_id=vote_id)

    def _papers_page(
        self,
        request: HttpRequest,
        vote: Vote,
        form: BallotForm,
        status: int = 200,
        asides: Mapping[int, AsideForm] = _NONE,
    ) -> HttpResponse:
        """`asides` are forms of papers that could not be taken."""
        open_ones = []
        for one in unsettled_papers(vote)[:50]:
            number = digits(spoken(one.receipt))
            aside = asides.get(one.pk) or _aside_form(one.pk, number)
            open_ones.append((one.pk, number, one.second is not None, aside))
        context = {"pages": self, "vote": vote, "form": form, "open_ones": open_ones}
        return render(request, "web/votes/papers.html", context, status=status)

    def set_aside(self, request: HttpRequest, vote_id: int, paper_id: int) -> HttpResponseBase:
        by, status = acting(request), 422
        with scope(by):
            vote = self.one(vote_id)
            form = _aside_form(paper_id, digits(spoken(paper_of(vote, paper_id).receipt)), request.POST)
        if form.is_valid():
            try:
                set_aside_paper(paper_id=paper_id, reason=Aside(form.cleaned_data["reason"]), by=by, now=timezone.now())
                notices.done(request, gettext("The paper was set aside. Entered anew by two people it counts."))
                return redirect(f"{self.slug}:papers", vote_id=vote_id)
            except NotPermitted as refusal:
                refuse(form, refusal, not_permitted="reason")
                status = 403
            except NotFound:
                raise
            except Refusal as refusal:  # it is settled meanwhile: its form stands there no more
                notices.refused(request, refusal)
                return redirect(f"{self.slug}:papers", vote_id=vote_id)
        with scope(by):
            ballot = BallotForm(vote=vote, options=options_of(vote), number=_PAPER)
            return self._papers_page(request, vote, ballot, status, {paper_id: form})

    def sheets(self, request: HttpRequest, vote_id: int) -> HttpResponseBase:
        """Blank papers to print, each with a number drawn by chance that stands on the paper and on the slip the voter keeps."""
        vote = self.one(vote_id)
        numbers = [digits(spoken(new_receipt())) for _sheet in range(_SHEETS)]
        options = [(one, money(vote, one.cost) if spends(vote) else "") for one in options_of(vote)]
        context = {
            "pages": self,
            "vote": vote,
            "options": options,
            "numbers": numbers,
            "ranks": vote.kind == BallotKind.RANKS,
        }
        return render(request, "web/votes/sheets.html", context)
