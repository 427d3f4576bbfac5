"""The pages of votes of residents: their list, a new one, an example, a published study. The rest is `VotePages`."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from peyvand.kernel.refusals import NotFound, Refusal
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.programmes.assemblies import actions, queries, rules
from peyvand.programmes.assemblies.forms import ExampleForm, PitchForm, VoteForm
from peyvand.programmes.assemblies.views import opened, study_facts
from peyvand.scope.bulk import only
from peyvand.scope.database import scope
from peyvand.votes.models import Vote
from peyvand.votes.pabulib import import_example
from peyvand.votes.permissions import KEEPERS
from peyvand.web import notices
from peyvand.web.exports import export, exportable
from peyvand.web.lists import list_page
from peyvand.web.pages.access import refuse
from peyvand.web.pages.words import named
from peyvand.web.programmes import first_step, one_of
from peyvand.web.votes.pages import About, VotePages, board

SLUG = actions.SLUG

BOARD = board(
    SLUG,
    title=_("Votes of residents"),
    empty_title=_("No vote yet"),
    empty_text=_("When residents vote on what is done in their neighbourhood, it stands here."),
    first_step=first_step(
        SLUG, (one_of(*KEEPERS), _("Prepare a vote"), "new_vote"),
        else_=_("Votes are prepared by managers, field leaders and officers."),
    ),
)  # fmt: skip


def _about(vote: Vote) -> About:
    """Of each option the idea, with its study."""
    candidates = queries.candidates_of(vote.pk)
    pages = {one.option_id: reverse(f"{SLUG}:read", args=[one.idea_id]) for one in candidates}
    return About(pages, {one.option_id: one for one in candidates})


PAGES = VotePages(
    slug=SLUG, votes=queries.seen_votes, open_vote=actions.open_assembly, call_off=actions.call_off_assembly,
    about=_about, template="assemblies/vote.html",
)  # fmt: skip


@exportable
@require_GET
def all_votes(request: HttpRequest) -> HttpResponseBase:
    by = request.acting  # type: ignore[attr-defined]
    if (file := export(request, BOARD, queries.seen_votes())) is not None:
        return file
    page = list_page(request, BOARD, queries.seen_votes())
    return render(request, "assemblies/board.html", {"page": page, "may_prepare": by.role in KEEPERS and opened(by)})


@require_GET
def read_study(request: HttpRequest, idea_id: int) -> HttpResponseBase:
    """A published study, without who told the idea and what he wrote."""
    idea = queries.one_idea(idea_id)
    study = getattr(idea, "study", None)
    if study is None or study.published_at is None:
        raise NotFound
    context = {"idea": idea, "study": study, "facts": [(_("Where"), named(idea.place)), *study_facts(study)]}
    return render(request, "assemblies/read.html", context)


@require_GET
def pitches(request: HttpRequest, vote_id: int) -> HttpResponseBase:
    """The ideas of a vote told one after the other by their own people, each in the same short time, in an order drawn by lot."""
    vote = only(queries.seen_votes().filter(pk=vote_id, example=False))
    form = PitchForm(request.GET if "minutes" in request.GET else None)
    minutes = form.cleaned_data["minutes"] if form.is_valid() else rules.PITCH_MINUTES[0]
    ideas = {one.option.number: one.idea for one in queries.candidates_of(vote.pk)}
    turns = [
        {"idea": ideas[number], "from": turn * minutes, "until": (turn + 1) * minutes}
        for turn, number in enumerate(rules.pitch_order(ideas, vote.lot))
    ]
    context = {"vote": vote, "form": form, "minutes": minutes, "turns": turns, "drawn": bool(vote.lot)}
    return render(request, "assemblies/pitches.html", context)


def new_vote(request: HttpRequest) -> HttpResponseBase:
    by = request.acting  # type: ignore[attr-defined]
    with scope(by):
        form = VoteForm(request.POST or None, by=by, ideas=queries.ideas_to_vote_on(by))
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
        with scope(by):
            refuse(form, refusal)
            return render(request, "assemblies/new_vote.html", {"form": form}, status=409)
    notices.done(request, gettext("The vote is prepared. Put people on its roll, then open it."))
    return redirect(f"{SLUG}:vote", vote_id=vote.pk)


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
            refuse(form, refusal, **{refusal.code: "file"})
        else:
            notices.done(request, gettext("The example was counted."))
            return redirect(f"{SLUG}:vote", vote_id=vote.pk)
    return render(request, "assemblies/example.html", {"form": form})
