"""Stories: what came of it, told by those who did it, and what a reader can do next."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from peyvand.extend.ways import photos_of_story, picture_of_story, ways_of_story
from peyvand.flow.story import actions
from peyvand.flow.story.enums import StoryState
from peyvand.flow.story.models import Story
from peyvand.flow.story.permissions import may_edit_story, may_publish_story, may_tell_story
from peyvand.flow.story.queries import consented, kinds_told, published, tellable
from peyvand.flow.story.rules import LIFE
from peyvand.kernel.refusals import NotPermitted, Refusal, require
from peyvand.people.enums import ConsentPurpose
from peyvand.people.models import Consent
from peyvand.places.models import Place
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import in_area, only
from peyvand.scope.database import scope
from peyvand.web import bulk, notices
from peyvand.web.forms import Form
from peyvand.web.keyset import keyset
from peyvand.web.lists import Badge
from peyvand.web.pages import acts
from peyvand.web.pages.access import everyone, open_to, refuse
from peyvand.web.pages.choices import PlaceField
from peyvand.web.pages.rows import in_place, with_county
from peyvand.web.pages.words import named
from peyvand.web.templatetags.peyvand_format import jdate_short, quantity

PER_PAGE = 12
MOST_DELIVERIES = 200
TONES = {
    StoryState.DRAFT: "waiting",
    StoryState.SUBMITTED: "waiting",
    StoryState.PUBLISHED: "done",
    StoryState.WITHDRAWN: "stopped",
}


def badge(row: Story) -> Badge:
    return Badge(row.get_state_display(), TONES[StoryState(row.state)])


def with_kinds(rows: list[Story]) -> list[dict[str, Any]]:
    kinds = kinds_told([row.pk for row in rows])
    return [{"row": row, "kinds": kinds[row.pk], "badge": badge(row)} for row in rows]


@require_GET
@open_to(everyone)
def stories(request: HttpRequest) -> HttpResponse:
    by: Acting = request.acting  # type: ignore[attr-defined]
    ours = request.GET.get("tab") == "ours" and by.is_staff
    rows = Story.objects.filter(in_area(by)).exclude(state=StoryState.PUBLISHED) if ours else published()
    rows = in_place(request, rows.select_related("place", "organisation").defer("place__boundary"))
    page, older, newer = keyset(
        rows, "-created_at", PER_PAGE, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    here = reverse("stories")
    tabs = [
        {"label": _("Published"), "url": here, "current": not ours, "tally": None},
        {"label": _("Ours in the making"), "url": f"{here}?tab=ours", "current": ours, "tally": None},
    ]
    more = "tab=ours&" if ours else ""
    context = {
        "stories": with_kinds(page),
        "tabs": tabs if by.is_staff else [],
        "older_url": f"?{more}after={older}" if older else "",
        "newer_url": f"?{more}before={newer}" if newer else "",
        "may_tell": may_tell_story(by) is None,
        "ours": ours,
    }
    return render(request, "web/pages/stories.html", context)


_LABELS = {
    "submit_story": _("Send it for review"),
    "return_story": _("Give it back to the teller"),
    "publish_story": _("Publish it for everyone"),
}
_NEEDED = {"submit_story": may_edit_story, "return_story": may_publish_story, "publish_story": may_publish_story}


@require_GET
@open_to(everyone)
def story(request: HttpRequest, pk: int) -> HttpResponse:
    by: Acting = request.acting  # type: ignore[attr-defined]
    row = get_object_or_404(
        Story.objects.select_related("place", "organisation").annotate(consented=consented()), pk=pk
    )
    possible = LIFE.acts(row.state)
    may_withdraw = may_edit_story(by, row) is None or may_publish_story(by, row) is None
    shown = row.state == StoryState.PUBLISHED and row.consented  # type: ignore[attr-defined]
    picture = picture_of_story(pk) if shown else ""
    context = {
        "row": row,
        "badge": badge(row),
        "address": request.build_absolute_uri(reverse("story", args=[pk])),
        "picture": request.build_absolute_uri(picture) if picture else "",
        "kinds": kinds_told([pk])[pk],
        "acts": [
            (act, _LABELS[act]) for act in possible if act in _LABELS and _NEEDED[act](by, row) is None
        ],
        "may_withdraw": "withdraw_story" in possible and may_withdraw,
        "may_edit": row.state == StoryState.DRAFT and may_edit_story(by, row) is None,
        "ways": ways_of_story(by, pk),
        "photos": photos_of_story(pk),
        "crumbs": [(_("Stories"), reverse("stories"))],
    }  # fmt: skip
    return render(request, "web/pages/story.html", context)


@require_POST
@open_to(may_tell_story)
def story_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    if act not in (*_LABELS, "withdraw_story"):
        raise Http404
    return bulk.do_one(request, act, pk, to=reverse("story", args=[pk]))


class WordsForm(Form):
    title = forms.CharField(label=_("Title"), max_length=160)
    body = forms.CharField(
        label=_("What happened"),
        min_length=30,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("Name nobody who has not consented; no address, no number, no illness of a single person."),
    )
    invitation = forms.CharField(
        label=_("What a reader can do now"),
        required=False,
        max_length=200,
        help_text=_("Such as: three more families of this neighbourhood wait for the same"),
    )


class ConsentField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Consent) -> str:
        return f"{obj.person.given_name} {obj.person.family_name}"


class DeliveriesField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        kind = obj.commitment.need.specification
        return f"{named(kind)}: {quantity(obj.quantity, kind.unit)} · {jdate_short(obj.delivered_date)} · {obj.county}"


class StoryForm(WordsForm):
    """Made and checked inside the teller's scope: only what he may see can be told."""

    place = PlaceField(label=_("Where it happened"), help_text=_("As near as may be told; the county where in doubt"))
    deliveries = DeliveriesField(
        queryset=None, label=_("Accepted deliveries it tells of"), widget=forms.CheckboxSelectMultiple
    )
    consents = ConsentField(
        queryset=None,
        required=False,
        label=_("Who is shown, with their recorded consent"),
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = ("deliveries", "place", "title", "body", "consents", "invitation")

    def __init__(self, *args: Any, by: Acting, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["place"].offer(by)  # type: ignore[attr-defined]
        rows = with_county(tellable(self._chosen())).order_by("-pk")
        self.fields["deliveries"].queryset = rows  # type: ignore[attr-defined]
        consents = Consent.objects.filter(purpose=ConsentPurpose.TELL_STORY, withdrawn_at__isnull=True)
        self.fields["consents"].queryset = consents.select_related("person").order_by("-pk")  # type: ignore[attr-defined]
        if not consents.exists():
            del self.fields["consents"]

    def _chosen(self) -> list[int]:
        """Told already where the same form is sent twice; it is then answered as the first time."""
        given = self.data.getlist("deliveries") if hasattr(self.data, "getlist") else []
        return [int(text) for text in given[:MOST_DELIVERIES] if text.isdecimal()]


@require_http_methods(["GET", "POST"])
@open_to(may_tell_story)
def story_new(request: HttpRequest) -> HttpResponse:
    by: Acting = request.acting  # type: ignore[attr-defined]
    if request.method == "GET":
        place = Place.objects.filter(path=by.place_path).first()
        chosen = [text for text in request.GET.getlist("delivery") if text.isdecimal()]
        return _form_page(request, StoryForm(by=by, initial={"place": place, "deliveries": chosen}), _("Write a story"))
    with scope(by):
        form = StoryForm(request.POST, by=by)
        given = _given(form) if form.is_valid() else None
    if given:
        try:
            pk = acts.do(request, lambda: actions.write_story(**given, by=by, now=timezone.now()).pk)
        except NotPermitted as answer:
            refuse(form, answer, not_permitted="place")
        except Refusal as answer:
            refuse(form, answer, nothing_delivered="deliveries", consent_missing="consents")
        else:
            notices.done(request, gettext("The story is kept as a draft."))
            return redirect("story", pk)
    with scope(by):
        return _form_page(request, form, _("Write a story"))


def _given(form: StoryForm) -> dict[str, Any]:
    given = form.cleaned_data
    return {
        "title": given["title"], "body": given["body"], "invitation": given["invitation"], "place": given["place"],
        "delivery_ids": [one.pk for one in given["deliveries"]], "consent_ids": [one.pk for one in given.get("consents", ())],
    }  # fmt: skip


def _form_page(request: HttpRequest, form: Form, title: Any, pk: int | None = None) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "lead": _("A story makes help visible and invites more of it. It is tied to deliveries that were accepted."),
        "button": _("Keep it as a draft"),
        "back_url": reverse("story", args=[pk]) if pk else reverse("stories"),
        "crumbs": [(_("Stories"), reverse("stories"))],
    }
    return render(request, "web/pages/form.html", context)


@require_http_methods(["GET", "POST"])
@open_to(may_tell_story)
def story_edit(request: HttpRequest, pk: int) -> HttpResponse:
    by: Acting = request.acting  # type: ignore[attr-defined]
    with scope(by):
        row = only(Story.objects.filter(pk=pk))
    require(may_edit_story(by, row))
    initial = {"title": row.title, "body": row.body, "invitation": row.invitation}
    form = WordsForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            acts.do(
                request, lambda: actions.change_story(story_id=pk, **form.cleaned_data, by=by, now=timezone.now()).pk
            )
        except Refusal as answer:
            refuse(form, answer)
        else:
            notices.done(request, gettext("The words of the story are kept."))
            return redirect("story", pk)
    with scope(by):
        return _form_page(request, form, _("Change the words"), pk)
