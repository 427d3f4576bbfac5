"""The pages of votes: prepared, opened, the roll, papers, the count. What everyone may see stands in `public_views`."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from peyvand.kernel.codes import spoken
from peyvand.kernel.refusals import Refusal
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.programmes.assemblies import actions, queries
from peyvand.programmes.assemblies.enums import IdeaState
from peyvand.programmes.assemblies.forms import BallotForm, ExampleForm, OpenForm, ReasonForm, VoteForm, VoterForm
from peyvand.programmes.assemblies.words import money
from peyvand.scope.database import scope
from peyvand.scope.encryption import Protected
from peyvand.votes.actions import close_vote
from peyvand.votes.casting import enter_paper, set_aside_paper
from peyvand.votes.enums import Aside, BallotKind, VoteState, Way
from peyvand.votes.models import Vote, Voter
from peyvand.votes.pabulib import import_example
from peyvand.votes.permissions import may_vouch
from peyvand.votes.queries import like_on_roll, one_vote, options_of, roll_of, unsettled_papers
from peyvand.votes.roll import NewVoter, give_codes, give_paper, strike_voter, vouch_voters
from peyvand.votes.rules import LikeOnRoll, new_receipt
from peyvand.web import notices
from peyvand.web.lists import ListSpec, list_page
from peyvand.web.templatetags.peyvand_format import digits, jdatetime

SLUG = actions.SLUG
_SHEETS = 8  # papers on one print
_PAPER = (_("Number of the paper"), _("The sixteen digits printed on it; spaces and dashes do not matter"))


def new_vote(request: HttpRequest) -> HttpResponseBase:
    by = request.acting  # type: ignore[attr-defined]
    with scope(by):
        ideas = queries.ideas(by).filter(state__in=[IdeaState.TOLD, IdeaState.STUDIED]).order_by("-id")
        form = VoteForm(request.POST or None, by=by, ideas=ideas)
        if request.method != "POST" or not form.is_valid():
            return render(request, "assemblies/new_vote.html", {"form": form})
        said = form.cleaned_data
        keeper = Organisation.objects.get(pk=by.organisation_id)
        idea_ids = [one.pk for one in said["ideas"].order_by("pk")]
    try:
        vote = actions.prepare_assembly(
            title=said["title"], place=said["place"], organisation=keeper, rule=form.rule(), idea_ids=idea_ids, by=by,
            now=timezone.now(),
        )  # fmt: skip
    except Refusal as refusal:
        notices.refused(request, refusal)
        with scope(by):
            return render(request, "assemblies/new_vote.html", {"form": form}, status=409)
    notices.done(request, gettext("The vote is prepared. Put people on its roll, then open it."))
    return redirect(f"{SLUG}:vote", vote_id=vote.pk)


def _act(
    request: HttpRequest, of: int, done: str, act: Callable[..., object], to: str = "vote", /, **values: Any
) -> HttpResponseBase:
    """Do one act and lead on to a page of the vote `of`."""
    try:
        act(by=request.acting, now=timezone.now(), **values)  # type: ignore[attr-defined]
        notices.done(request, done)
    except Refusal as refusal:
        notices.refused(request, refusal)
    return redirect(f"{SLUG}:{to}", vote_id=of)


@require_POST
def open_now(request: HttpRequest, vote_id: int) -> HttpResponseBase:
    form = OpenForm(request.POST)
    if not form.is_valid():
        notices.warn(request, gettext("Write both days as year/month/day, such as 1405/9/1."))
        return redirect(f"{SLUG}:vote", vote_id=vote_id)
    opens, closes = form.times()
    done = gettext("The vote is open.")
    return _act(request, vote_id, done, actions.open_assembly, vote_id=vote_id, opens_at=opens, closes_at=closes)


@require_POST
def close(request: HttpRequest, vote_id: int) -> HttpResponseBase:
    done = gettext("The vote is closed. Enter the papers of the box, then count.")
    return _act(request, vote_id, done, close_vote, vote_id=vote_id)


@require_POST
def count(request: HttpRequest, vote_id: int) -> HttpResponseBase:
    return _act(request, vote_id, gettext("The vote is counted."), actions.count_assembly, vote_id=vote_id)


@require_POST
def call_off(request: HttpRequest, vote_id: int) -> HttpResponseBase:
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    done = gettext("The vote is called off.")
    return _act(request, vote_id, done, actions.call_off_assembly, vote_id=vote_id, reason=reason)


# The page writes the rows by hand, for each has its acts; the list only turns the pages.
ROLL = ListSpec(name="roll", title=_("The roll"), columns=(), default_sort="id", exports=False)


@require_GET
def roll(request: HttpRequest, vote_id: int) -> HttpResponseBase:
    """Names are shown to those who vouch in this vote: it is their work with each of them."""
    by = request.acting  # type: ignore[attr-defined]
    vote = one_vote(vote_id)
    refusal = may_vouch(by, vote)
    if refusal is not None:
        raise refusal
    return _roll_page(request, vote, VoterForm())


def _roll_page(
    request: HttpRequest, vote: Vote, form: VoterForm, like: Sequence[Voter] = (), status: int = 200
) -> HttpResponse:
    context = {"vote": vote, "page": list_page(request, ROLL, roll_of(vote)), "form": form, "ways": Way.choices}
    context |= {"going": vote.state in (VoteState.DRAFT, VoteState.OPEN), "is_open": vote.state == VoteState.OPEN}
    return render(request, "assemblies/roll.html", context | {"like": like}, status=status)


@require_POST
def add_voter(request: HttpRequest, vote_id: int) -> HttpResponseBase:
    form = VoterForm(request.POST)
    if not form.is_valid():
        notices.warn(request, gettext("Write the name of the one who may vote."))
        return redirect(f"{SLUG}:roll", vote_id=vote_id)
    by, said = request.acting, dict(form.cleaned_data)  # type: ignore[attr-defined]
    anyway, row = said.pop("anyway"), NewVoter(**said)
    try:
        vouch_voters(vote_id=vote_id, rows=[row], anyway=anyway, by=by, now=timezone.now())
    except LikeOnRoll:
        seen = request.POST.copy()
        seen["anyway"] = "on"
        with scope(by):
            like = like_on_roll(vote_id, [row])
            return _roll_page(request, one_vote(vote_id), VoterForm(seen), like, status=409)
    except Refusal as refusal:
        notices.refused(request, refusal)
    else:
        notices.done(request, gettext("On the roll."))
    return redirect(f"{SLUG}:roll", vote_id=vote_id)


@require_POST
def strike(request: HttpRequest, vote_id: int, voter_id: int) -> HttpResponseBase:
    return _act(request, vote_id, gettext("Taken off the roll."), strike_voter, "roll", voter_id=voter_id)


@require_POST
def paper(request: HttpRequest, vote_id: int, voter_id: int) -> HttpResponseBase:
    done = gettext("Marked: let them draw a paper from the pile.")
    return _act(request, vote_id, done, give_paper, "roll", voter_id=voter_id)


@require_POST
def codes(request: HttpRequest, vote_id: int) -> HttpResponseBase:
    """The codes stand on the page that answers, and nowhere after it."""
    by = request.acting  # type: ignore[attr-defined]
    ids = [int(one) for one in request.POST.getlist("voter") if one.isdecimal()]
    way = request.POST.get("way", "")
    try:
        given = give_codes(
            vote_id=vote_id, voter_ids=ids, way=Way(way) if way in Way.values else Way.HAND, by=by, now=timezone.now()
        )
    except Refusal as refusal:
        notices.refused(request, refusal)
        return redirect(f"{SLUG}:roll", vote_id=vote_id)
    with scope(by):
        vote = one_vote(vote_id)
        names = {one.pk: cast(Protected, one.name).reveal() for one in Voter.objects.filter(pk__in=given)}
        slips = [(names[pk], digits(spoken(code)), _text(request, vote, code)) for pk, code in given.items()]
        return render(request, "assemblies/codes.html", {"vote": vote, "slips": slips, "way": way})


def _text(request: HttpRequest, vote: Vote, code: str) -> str:
    address = request.build_absolute_uri(f"/programmes/{SLUG}/votes/{vote.pk}/ballot/")
    said = {"title": vote.title, "code": spoken(code), "until": jdatetime(vote.closes_at), "address": address}
    if vote.closes_at is None:
        return gettext("%(title)s: your one-time code is %(code)s. You vote at %(address)s") % said
    return gettext("%(title)s: your one-time code is %(code)s. You vote until %(until)s at %(address)s") % said


def papers(request: HttpRequest, vote_id: int) -> HttpResponseBase:
    by = request.acting  # type: ignore[attr-defined]
    with scope(by):
        vote = one_vote(vote_id)
        form = BallotForm(request.POST or None, vote=vote, options=options_of(vote), number=_PAPER)
        if request.method != "POST" or not form.is_valid():
            return _papers_page(request, vote, form)
    try:
        found = enter_paper(
            vote_id=vote_id, receipt=form.cleaned_data["number"], choice=form.choice(), by=by, now=timezone.now()
        )
    except Refusal as refusal:
        notices.refused(request, refusal)
        with scope(by):
            return _papers_page(request, vote, form, status=409)
    text = gettext("Both entries are the same: the paper counts.")
    waits = gettext("Entered. It counts once another person has entered the same.")
    differs = gettext("The two entries differ. Look at the paper together; whoever was wrong enters it again.")
    notices.done(request, text if found.agreed else differs if found.second is not None else waits)
    return redirect(f"{SLUG}:papers", vote_id=vote_id)


def _papers_page(request: HttpRequest, vote: Vote, form: BallotForm, status: int = 200) -> HttpResponse:
    open_ones = [(one.pk, digits(spoken(one.receipt)), one.second is not None) for one in unsettled_papers(vote)[:50]]
    context = {"vote": vote, "form": form, "open_ones": open_ones, "reasons": Aside.choices}
    return render(request, "assemblies/papers.html", context, status=status)


@require_POST
def set_aside(request: HttpRequest, vote_id: int, paper_id: int) -> HttpResponseBase:
    reason = request.POST.get("reason", "")
    if reason not in Aside.values:
        notices.warn(request, gettext("Say why the paper is not counted."))
        return redirect(f"{SLUG}:papers", vote_id=vote_id)
    done = gettext("The paper was set aside. Entered anew by two people it counts.")
    return _act(request, vote_id, done, set_aside_paper, "papers", paper_id=paper_id, reason=Aside(reason))


@require_GET
def sheets(request: HttpRequest, vote_id: int) -> HttpResponseBase:
    """Blank papers to print, each with a number drawn by chance that stands on the paper and on the slip the voter keeps."""
    vote = one_vote(vote_id)
    numbers = [digits(spoken(new_receipt())) for _sheet in range(_SHEETS)]
    options = [(one, money(vote, one.cost) if vote.budget else "") for one in options_of(vote)]
    context = {"vote": vote, "options": options, "numbers": numbers, "ranks": vote.kind == BallotKind.RANKS}
    return render(request, "assemblies/sheets.html", context)


def example(request: HttpRequest) -> HttpResponseBase:
    by = request.acting  # type: ignore[attr-defined]
    form = ExampleForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["file"].read(5_000_001).decode("utf-8", errors="replace")
        with scope(by):
            place = Place.objects.get(path=by.place_path)
            keeper = Organisation.objects.get(pk=by.organisation_id)
        try:
            vote = import_example(
                text=text,
                source=form.cleaned_data["source"],
                place=place,
                organisation=keeper,
                by=by,
                now=timezone.now(),
            )
        except Refusal as refusal:
            notices.refused(request, refusal)
        else:
            notices.done(request, gettext("The example was counted."))
            return redirect(f"{SLUG}:vote", vote_id=vote.pk)
    return render(request, "assemblies/example.html", {"form": form})
