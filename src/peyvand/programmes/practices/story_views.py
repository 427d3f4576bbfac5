"""Stories in the making: what each ends in, whether all who are shown consented, and words that an editor proposes."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from peyvand.flow.story.enums import StoryState
from peyvand.flow.story.models import Story
from peyvand.flow.story.permissions import may_edit_story
from peyvand.programmes.practices import permissions, queries, rules, story_actions
from peyvand.programmes.practices.actions import SLUG
from peyvand.programmes.practices.enums import EndingKind, PracticeState, WordsState
from peyvand.programmes.practices.forms import EndingForm, StoryFilters, WordsForm
from peyvand.programmes.practices.models import Practice, ProposedWords, StoryEnding, StoryPhoto
from peyvand.programmes.practices.pages import Asking, asked, is_open
from peyvand.programmes.practices.photo_actions import may_take_out
from peyvand.programmes.practices.ways import address_of, label_of
from peyvand.scope.bulk import in_area
from peyvand.web.exports import export, exportable
from peyvand.web.lists import Badge, Column, ListSpec, list_page
from peyvand.web.pages import acts
from peyvand.web.pages.access import acting
from peyvand.web.pages.words import named

_TONES = {WordsState.OPEN: "waiting", WordsState.ACCEPTED: "done", WordsState.DECLINED: "stopped"}


def of_story(story_id: int) -> str:
    return reverse(f"{SLUG}:story", args=[story_id])


def _ends(row: Any) -> Badge:
    return Badge(_("Ends in an act"), "done") if row.has_ending else Badge(_("Ends in nothing yet"), "waiting")


def _words(row: Any) -> Badge | None:
    return Badge(_("A change is proposed"), "going") if row.has_words else None


def crumbs() -> list[tuple[Any, str]]:
    return [(_("Practices"), reverse(f"{SLUG}:list")), (_("Stories in the making"), reverse(f"{SLUG}:stories"))]


LIST = ListSpec(
    name="practice-stories",
    title=_("Stories in the making"),
    columns=(
        Column("title", _("Story"), link=lambda row: of_story(row.pk)),
        Column("place", _("Where"), value=lambda row: named(row.place)),
        Column("state", _("State"), value=lambda row: row.get_state_display()),
        Column("ending", _("Ending"), value=_ends, kind="badge"),
        Column("words", _("Words"), value=_words, kind="badge"),
        Column("created", _("Day it was told"), value="created_at", kind="date", sort="created_at"),
    ),
    default_sort="-created_at",
    filters=StoryFilters,
    empty_title=_("No story here yet"),
    empty_text=_("A story is told of deliveries that were accepted; it is written under “Stories”."),
)


@exportable
@require_GET
def stories(request: HttpRequest) -> HttpResponseBase:
    by = acting(request)
    if (file := export(request, LIST, queries.stories_in_hand(by))) is not None:
        return file
    context = {"page": list_page(request, LIST, queries.stories_in_hand(by)), "crumbs": crumbs()[:1]}
    return render(request, "practices/stories.html", context)


@require_GET
def story(request: HttpRequest, story_id: int) -> HttpResponseBase:
    by = acting(request)
    row = queries.own_story(story_id, by)
    ending = StoryEnding.objects.select_related("specification", "practice").filter(story_id=story_id).first()
    words = list(ProposedWords.objects.filter(story_id=story_id).order_by("-pk")[:20])
    photos = list(StoryPhoto.objects.filter(story_id=story_id, removed_at__isnull=True).order_by("pk"))
    telling = by.membership_id == row.told_by_id
    opened = is_open(by)
    waits = any(one.state == WordsState.OPEN for one in words)
    unpublished = row.state in (StoryState.DRAFT, StoryState.SUBMITTED)
    context = {
        "row": row,
        "ending": (label_of(ending), address_of(ending)) if ending else None,
        "shown_count": ending.shown_count if ending else None,
        "given": queries.consents_given(story_id),
        "words": [
            {"row": one, "badge": Badge(one.get_state_display(), _TONES[WordsState(one.state)]),
             "may_answer": opened and telling and one.state == WordsState.OPEN}
            for one in words
        ],
        "may_end": opened and may_edit_story(by, row) is None,
        "photos": photos,
        "shown_in_all": rules.shown_in_all(ending.shown_count if ending else 0, [one.shown_count for one in photos]),
        "may_picture": opened and row.state == StoryState.DRAFT and may_edit_story(by, row) is None,
        "may_take_out": opened and may_take_out(by, row) is None,
        "may_propose": opened and not waits and unpublished and permissions.may_propose_words(by, row) is None,
        "crumbs": crumbs(),
    }  # fmt: skip
    return render(request, "practices/story.html", context)


@require_http_methods(["GET", "POST"])
def set_ending(request: HttpRequest, story_id: int) -> HttpResponseBase:
    by = acting(request)

    def make(data: Any) -> EndingForm:
        queries.own_story(story_id, by)
        ending = StoryEnding.objects.filter(story_id=story_id).first()
        initial = (
            {
                "kind": ending.kind, "specification": ending.specification_id, "practice": ending.practice_id,
                "address": ending.address, "shown_count": ending.shown_count,
            }
            if ending
            else {"shown_count": queries.consents_given(story_id)}
        )  # fmt: skip
        done = Practice.objects.filter(state=PracticeState.PUBLISHED).select_related("place").defer("place__boundary")
        near = done.filter(in_area(by)) | done.filter(story_id=story_id)
        return EndingForm(data, practices=near.order_by("title", "pk"), initial=initial)

    def run(form: EndingForm) -> int:
        said = form.cleaned_data
        story_actions.set_ending(
            story_id=story_id, kind=EndingKind(said["kind"]), shown_count=said["shown_count"],
            specification=said["specification"], practice_id=said["practice"].pk if said["practice"] else None,
            address=said["address"], by=by, now=timezone.now(),
        )  # fmt: skip
        return story_id

    page = Asking(
        _("What the story ends in"), _("Whoever has read it should be able to do something at once."), _("Keep it"),
        of_story(story_id), crumbs(),
    )  # fmt: skip
    done = (gettext("The ending is kept."), of_story(story_id))
    return asked(request, make, lambda: page, run, lambda pk: done)


@require_http_methods(["GET", "POST"])
def propose_words(request: HttpRequest, story_id: int) -> HttpResponseBase:
    by = acting(request)

    def make(data: Any) -> WordsForm:
        row: Story = queries.own_story(story_id, by)
        return WordsForm(data, initial={"title": row.title, "body": row.body, "invitation": row.invitation})

    def run(form: WordsForm) -> int:
        story_actions.propose_words(story_id=story_id, **form.cleaned_data, by=by, now=timezone.now())
        return story_id

    page = Asking(
        _("Propose other words"), _("The words belong to the teller: nothing changes until he accepts."), _("Propose it"),
        of_story(story_id), crumbs(),
    )  # fmt: skip
    done = (gettext("The teller sees your proposal and decides."), of_story(story_id))
    return asked(request, make, lambda: page, run, lambda pk: done)


@require_POST
def accept_words(request: HttpRequest, story_id: int, words_id: int) -> HttpResponseBase:
    return acts.act(
        request, lambda: story_actions.accept_words(words_id=words_id, by=acting(request), now=timezone.now()),
        gettext("These are your words now."), of_story(story_id),
    )  # fmt: skip


@require_POST
def decline_words(request: HttpRequest, story_id: int, words_id: int) -> HttpResponseBase:
    return acts.act(
        request, lambda: story_actions.decline_words(words_id=words_id, by=acting(request), now=timezone.now()),
        gettext("Your words stay as they are."), of_story(story_id),
    )  # fmt: skip
