"""Agreements between two organisations: the list, and recording one that was signed."""

from typing import Any

from django import forms
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from peyvand.flow.commitment.actions import sign_agreement
from peyvand.flow.commitment.models import Agreement
from peyvand.flow.commitment.permissions import may_see_promises
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.resources.models import Specification
from peyvand.scope.acting import Acting
from peyvand.scope.database import scope
from peyvand.web import notices
from peyvand.web.exports import export, exportable
from peyvand.web.fields import JalaliDateField
from peyvand.web.forms import Form
from peyvand.web.lists import Column, ListSpec, list_page
from peyvand.web.pages import acts
from peyvand.web.pages.access import open_to, refuse
from peyvand.web.pages.choices import FoundChoice, offer_organisations
from peyvand.web.pages.words import named
from peyvand.web.templatetags.peyvand_format import quantity

SPEC = ListSpec(
    name="agreements",
    title=_("Agreements"),
    columns=(
        Column("title", _("Agreement")),
        Column("giver", _("Who gives"), lambda row: named(row.giver)),
        Column("asker", _("Who answers for the need"), lambda row: named(row.asker)),
        Column("signed_date", _("Signed"), kind="date", sort="signed_date"),
        Column("end_date", _("Until"), kind="date"),
        Column("promises", _("Promises under it"), kind="number"),
    ),
    default_sort="-signed_date",
    empty_title=_("No agreement is recorded yet"),
    empty_text=_("An agreement groups promises between two organisations, with duties on both sides."),
)


def agreements_seen() -> QuerySet[Agreement]:
    return Agreement.objects.select_related("giver", "asker").annotate(promises=Count("commitments"))


@exportable
@require_GET
@open_to(may_see_promises)
def agreements(request: HttpRequest) -> HttpResponseBase:
    rows = agreements_seen()
    if file := export(request, SPEC, rows):
        return file
    by: Acting = request.acting  # type: ignore[attr-defined]
    context = {
        "title": _("Agreements"),
        "page": list_page(request, SPEC, rows),
        "links": [(_("Record an agreement"), reverse("agreement_new"))] if by.is_staff else [],
        "crumbs": [(_("Promises"), reverse("promises"))],
    }
    return render(request, "web/pages/list.html", context)


_LINES = {"attrs": {"rows": 3}}


class AgreementForm(Form):
    title = forms.CharField(label=_("What it is about"), max_length=160)
    giver = FoundChoice(label=_("Who gives"), empty_label=_("Choose an organisation"))
    asker = FoundChoice(label=_("Who answers for the needs"), empty_label=_("Choose an organisation"))
    signed_date = JalaliDateField(label=_("Signed on"))
    end_date = JalaliDateField(label=_("Until"), required=False)
    giver_duties = forms.CharField(
        label=_("Duties of the one who gives"), required=False, widget=forms.Textarea(**_LINES)
    )
    asker_duties = forms.CharField(
        label=_("Duties of the one who asks"), required=False, widget=forms.Textarea(**_LINES)
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offer_organisations(self, Organisation.objects.filter(is_active=True).order_by("sort_key", "pk"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("giver") and given.get("giver") == given.get("asker"):
            self.add_error("asker", _("An agreement has two different sides."))
        return given


def _initial(request: HttpRequest, by: Acting) -> dict[str, Any]:
    """What the form begins with: of what lacks somewhere (`kind`, `place`, `quantity`) the words, with the reader as asker."""
    signed = {"signed_date": business_date(timezone.now())}
    wanted = {name: request.GET.get(name, "") for name in ("kind", "place", "quantity")}
    if not (wanted["kind"].isdecimal() and wanted["place"].isdecimal()):
        return signed | {"giver": by.organisation_id}
    with scope(by):
        kind = Specification.objects.filter(pk=wanted["kind"]).first()
        place = Place.objects.filter(pk=wanted["place"]).defer("boundary").first()
    if kind is None or place is None:
        return signed | {"giver": by.organisation_id}
    names = {"kind": named(kind), "place": named(place)}
    asked = wanted["quantity"]
    amount = quantity(int(asked), kind.unit) if asked.isdecimal() else gettext("As much as possible")
    duties = gettext("%(amount)s of “%(kind)s” for needs in %(place)s") % (names | {"amount": amount})
    return signed | {
        "title": gettext("%(kind)s for %(place)s") % names,
        "asker": by.organisation_id,
        "giver_duties": duties,
    }


@require_http_methods(["GET", "POST"])
@open_to(may_see_promises)
def agreement_new(request: HttpRequest) -> HttpResponse:
    by: Acting = request.acting  # type: ignore[attr-defined]
    if not by.is_staff:
        raise NotPermitted(reason="an agreement is recorded by one of its two sides")
    posted, initial = request.method == "POST", _initial(request, by)
    with scope(by):
        form = AgreementForm(request.POST if posted else None, initial=initial)
        is_good = posted and form.is_valid()
    if is_good:
        try:
            acts.do(request, lambda: sign_agreement(**form.cleaned_data, by=by, now=timezone.now()).pk)
        except Refusal as answer:
            refuse(form, answer, not_permitted="asker")
        else:
            notices.done(request, gettext("The agreement is recorded."))
            return redirect("agreements")
    context = {
        "form": form,
        "title": _("Record an agreement"),
        "button": _("Record it"),
        "back_url": reverse("agreements"),
        "crumbs": [(_("Promises"), reverse("promises")), (_("Agreements"), reverse("agreements"))],
    }
    with scope(by):
        return render(request, "web/pages/form.html", context)
