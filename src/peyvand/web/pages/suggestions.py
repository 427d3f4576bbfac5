"""Answering what the matching proposes: one by one with its reasons, or all of one kind after a look at what that means."""

from typing import Any

from django import forms
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from peyvand.flow.commitment.enums import DeclineReason, Side, SuggestionState
from peyvand.flow.commitment.models import Commitment, Suggestion
from peyvand.flow.commitment.permissions import may_see_promises, sides
from peyvand.flow.commitment.queries import suggestions_of
from peyvand.kernel.refusals import NotFound, NotPermitted, Refusal
from peyvand.resources.models import Specification
from peyvand.scope.acting import Acting
from peyvand.scope.database import scope
from peyvand.web import bulk
from peyvand.web.exports import export, exportable
from peyvand.web.forms import Form
from peyvand.web.lists import Badge, Column, ListSpec, list_page
from peyvand.web.pages import first_steps
from peyvand.web.pages.access import address, open_to, refuse
from peyvand.web.pages.answer_forms import DueForm, ReasonForm
from peyvand.web.pages.choices import KindFilter, KindFilters
from peyvand.web.pages.matching import suggestion_reason
from peyvand.web.pages.promises import place_shown
from peyvand.web.pages.rows import in_place, with_county, with_giver
from peyvand.web.pages.words import named
from peyvand.web.templatetags.peyvand_format import quantity

_TONES = {
    SuggestionState.PROPOSED: "waiting",
    SuggestionState.ACCEPTED: "done",
    SuggestionState.ENDED: "stopped",
    SuggestionState.DECLINED: "stopped",
    SuggestionState.SUPERSEDED: "stopped",
}
_STATES = [
    ("proposed", _("Waiting for an answer")),
    ("accepted", _("Accepted")),
    ("declined", _("Declined")),
    ("all", _("All")),
]


class SuggestionFilters(KindFilters):
    lookups = {"kind": "specification"}
    state = forms.ChoiceField(label=_("State"), required=False, choices=_STATES)
    kind = KindFilter(label=_("Kind of help"), required=False, empty_label=_("All"))

    def narrow(self, rows: QuerySet) -> QuerySet:
        """Without a word about the state, what waits for an answer."""
        self.is_valid()
        state = self.cleaned_data.pop("state", "") or SuggestionState.PROPOSED
        narrowed = super().narrow(rows if state == "all" else rows.filter(state=state))
        self.cleaned_data["state"] = "" if state == SuggestionState.PROPOSED else state
        return narrowed


SPEC = ListSpec(
    name="suggestions",
    first_step=first_steps.suggestions,
    acts=bulk.offered_on("suggestions"),
    title=_("Suggestions of the matching"),
    columns=(
        Column("kind", _("Need"), lambda row: named(row.need.specification), link=lambda row: reverse("suggestion", args=[row.pk])),
        Column("quantity", _("Quantity"), lambda row: quantity(row.quantity, row.need.specification.unit), sort="quantity"),
        Column("county", _("County")),
        Column("asker", _("Who answers for the need")),
        Column("giver", _("Who could give")),
        Column("km", _("Distance"), kind="km"),
        Column("reason", _("Why"), suggestion_reason, sort="priority"),
        Column("state", _("State"), lambda row: Badge(row.get_state_display(), _TONES[SuggestionState(row.state)]), kind="badge"),
    ),
    default_sort="-priority",
    filters=SuggestionFilters,
    empty_title=_("No suggestion waits for an answer"),
    empty_text=_("The matching proposes who could help whom. Run it after new needs or new offers have come."),
)  # fmt: skip


def suggestions_seen(by: Acting) -> QuerySet[Suggestion]:
    rows = suggestions_of(by, timezone.now()).select_related("need__specification")
    return with_giver(with_county(rows))


def _of_run(request: HttpRequest, rows: QuerySet) -> QuerySet:
    run = request.GET.get("run", "")
    return rows.filter(run_id=int(run)) if run.isdecimal() and len(run) < 18 else rows


@exportable
@require_GET
@open_to(may_see_promises)
def suggestions(request: HttpRequest) -> HttpResponseBase:
    by: Acting = request.acting  # type: ignore[attr-defined]
    rows = _of_run(request, in_place(request, suggestions_seen(by)))
    if file := export(request, SPEC, rows):
        return file
    context = {
        "title": _("Suggestions of the matching"),
        "lead": _("Nothing is promised until a person of one side accepts and the other side agrees."),
        "page": list_page(request, SPEC, rows),
        "kinds": _waiting_by_kind(by),
        "crumbs": [(_("Matching"), reverse("matching"))],
    }
    return render(request, "web/pages/suggestions.html", context)


def _waiting_by_kind(by: Acting) -> list[dict[str, Any]]:
    """How many suggestions of each kind wait for an answer that this actor may give."""
    if not by.is_staff:
        return []
    rows = suggestions_of(by, timezone.now()).filter(state=SuggestionState.PROPOSED).order_by()
    by_kind = rows.values("specification").annotate(n=Count("pk"))
    kinds = Specification.objects.in_bulk()
    return [
        {
            "name": named(kinds[row["specification"]]),
            "n": row["n"],
            "address": f"{reverse('suggestions')}?kind={row['specification']}",
        }
        for row in sorted(by_kind, key=lambda row: -row["n"])
    ]


def _one(pk: int, by: Acting) -> Suggestion:
    rows = with_giver(with_county(Suggestion.objects.select_related("need__specification", "need__place")))
    return get_object_or_404(rows, pk=pk)


def _page(request: HttpRequest, row: Suggestion, accept: Form, decline: Form) -> HttpResponse:
    by: Acting = request.acting  # type: ignore[attr-defined]
    on, kind = sides(by, row), row.need.specification
    promise = Commitment.objects.filter(suggestion=row).first()
    facts = [
        (_("Who could give"), row.giver),  # type: ignore[attr-defined]
        (_("Who answers for the need"), row.asker),  # type: ignore[attr-defined]
        (_("Place of the need"), named(place_shown(row.need, Side.ASKER in on))),
        (_("Quantity"), quantity(row.quantity, kind.unit)),
        (_("Why"), suggestion_reason(row)),
    ]
    if row.need.together is not None:
        facts.append((_("Goes together"), _("With other needs: all of them are served, or none")))
    if row.decline_reason:
        facts.append((_("Why it was declined"), row.get_decline_reason_display()))
    context = {
        "row": row,
        "title": gettext("Suggestion: %(quantity)s, %(kind)s") % {"quantity": quantity(row.quantity, kind.unit), "kind": named(kind)},
        "badge": Badge(row.get_state_display(), _TONES[SuggestionState(row.state)]),
        "facts": facts,
        "can_answer": bool(on) and row.state == SuggestionState.PROPOSED,
        "accept_form": accept,
        "decline_form": decline,
        "need_url": address("need", row.need_id) if Side.ASKER in on else "",
        "capacity_url": reverse("capacity", args=[row.capacity_id]) if Side.GIVER in on else "",
        "promise_url": reverse("promise", args=[promise.pk]) if promise else "",
        "crumbs": [(_("Matching"), reverse("matching")), (_("Suggestions"), reverse("suggestions"))],
    }  # fmt: skip
    return render(request, "web/pages/suggestion.html", context)


@require_GET
@open_to(may_see_promises)
def suggestion(request: HttpRequest, pk: int) -> HttpResponse:
    by: Acting = request.acting  # type: ignore[attr-defined]
    return _page(request, _one(pk, by), DueForm(), ReasonForm(reasons=DeclineReason, prefix="no"))


@require_POST
@open_to(may_see_promises)
def suggestion_accept(request: HttpRequest, pk: int) -> HttpResponse:
    by: Acting = request.acting  # type: ignore[attr-defined]
    form = DueForm(request.POST)
    if form.is_valid():
        due = form.cleaned_data["due_date"].isoformat()
        try:
            made = bulk.done(request, "accept_suggestions", [pk], to=reverse("suggestion", args=[pk]), due_date=due)
            return redirect("promise", made.marks[0][1]) if made.marks else redirect("suggestion", pk)
        except (NotFound, NotPermitted):
            raise
        except Refusal as answer:
            refuse(form, answer, due_in_past="due_date", due_too_far="due_date")
    with scope(by):
        return _page(request, _one(pk, by), form, ReasonForm(reasons=DeclineReason, prefix="no"))


@require_POST
@open_to(may_see_promises)
def suggestion_decline(request: HttpRequest, pk: int) -> HttpResponse:
    by: Acting = request.acting  # type: ignore[attr-defined]
    form = ReasonForm(request.POST, reasons=DeclineReason, prefix="no")
    if form.is_valid():
        return bulk.do_one(
            request, "decline_suggestions", pk, to=reverse("suggestions"), reason=form.cleaned_data["reason"]
        )
    with scope(by):
        return _page(request, _one(pk, by), DueForm(), form)
