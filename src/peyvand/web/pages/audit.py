"""The journal, and looks from outside."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from peyvand.journal.models import Event
from peyvand.journal.queries import seal_state
from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.people.enums import MemberRole
from peyvand.people.looks import take_look
from peyvand.people.models import Look, Organisation
from peyvand.people.permissions import may_search_journal, may_take_look
from peyvand.scope.acting import Acting, Role
from peyvand.scope.bulk import in_area
from peyvand.scope.database import scope
from peyvand.web import notices
from peyvand.web.exports import export, exportable
from peyvand.web.fields import JalaliDateField, QuantityField
from peyvand.web.forms import Form
from peyvand.web.lists import Column, Filters, ListSpec, list_page
from peyvand.web.pages.access import acting, now, open_to, refuse
from peyvand.web.pages.act_words import act_in_words, all_acts, all_kinds, kind_in_words
from peyvand.web.pages.choices import FoundChoice


class JournalFilters(Filters):
    lookups = {"act": "act", "kind": "subject_kind", "number": "subject_id", "since": "at__date__gte"}
    act = forms.ChoiceField(label=gettext_lazy("Act"), required=False, choices=lambda: [("", _("All")), *all_acts()])
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False, choices=lambda: [("", _("All")), *all_kinds()])
    number = QuantityField(label=gettext_lazy("Number of the row"), required=False)
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), required=False, choices=[("", gettext_lazy("All")), *MemberRole.choices]
    )
    since = JalaliDateField(label=gettext_lazy("Since"), required=False, help_text="")


def _role(event: Event) -> str:
    return str({"system": _("The site itself"), **dict(MemberRole.choices)}.get(event.role, event.role))


SPEC = ListSpec(
    name="journal",
    title=gettext_lazy("Journal"),
    columns=(
        Column("at", gettext_lazy("When"), kind="time", sort="at"),
        Column("act", gettext_lazy("Act"), value=lambda event: act_in_words(event.act)),
        Column("kind", gettext_lazy("Kind"), value=lambda event: kind_in_words(event.subject_kind)),
        Column("subject", gettext_lazy("Number of the row"), value="subject_id", kind="code"),
        Column("rows", gettext_lazy("Rows"), value=lambda event: len(event.data.get("rows", ())) or 1, kind="number"),
        Column("role", gettext_lazy("Role"), value=_role),
        Column("account", gettext_lazy("Number of the account"), value="account_id", kind="code"),
    ),
    default_sort="-at",
    filters=JournalFilters,
    empty_title=gettext_lazy("Nothing was recorded here yet"),
)


class LookForm(Form):
    organisation = FoundChoice(label=gettext_lazy("Organisation"), empty_label=gettext_lazy("Choose the organisation"))
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("A sentence; the organisation reads it."),
    )

    def __init__(self, *args: Any, by: Acting, **options: Any) -> None:
        super().__init__(*args, **options)
        own = Organisation.objects.filter(in_area(by, "place__path"), is_active=True)
        self.fields["organisation"].offer(own)  # type: ignore[attr-defined]


def _page(request: HttpRequest, form: LookForm | None) -> HttpResponseBase:
    by = acting(request)
    rows = Event.objects.filter(in_area(by))
    auditor = by.role is Role.AUDITOR
    looks = Look.objects.select_related("organisation").order_by("-since")
    context = {
        "page": list_page(request, SPEC, rows),
        "auditor": auditor,
        "looks": list(looks.filter(membership_id=by.membership_id)[:10]) if auditor else [],
        "form": (form or LookForm(by=by)) if auditor else None,
        "seals": seal_state() if auditor else None,
        "now": now(),
    }
    return export(request, SPEC, rows) or render(request, "web/pages/journal.html", context)


@exportable
@require_safe
@open_to(may_search_journal)
def journal(request: HttpRequest) -> HttpResponseBase:
    return _page(request, None)


@require_POST
@open_to(may_take_look)
def look(request: HttpRequest) -> HttpResponseBase:
    """Open one organisation's rows for a day; it is told."""
    by = acting(request)
    with scope(by):
        form = LookForm(request.POST, by=by)
        valid = form.is_valid()
    if valid:
        try:
            take_look(by=by, now=now(), **form.cleaned_data)
        except NotPermitted:
            raise
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            notices.done(request, _("The look is open for a day, and the organisation was told."))
            return redirect("journal")
    with scope(by):
        return _page(request, form)
