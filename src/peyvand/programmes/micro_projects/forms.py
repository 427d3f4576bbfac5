"""The forms of micro-projects."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from peyvand.people.models import Household
from peyvand.programmes.micro_projects.enums import ProjectState, ReasonKind
from peyvand.programmes.micro_projects.rules import SUDDEN_DAYS
from peyvand.programmes.micro_projects.specifications import USED, in_language
from peyvand.web.fields import JalaliDateField, QuantityField, TomanField
from peyvand.web.forms import Form
from peyvand.web.lists import Filters


def _kinds() -> list[tuple[str, str]]:
    return [(one.slug, in_language(one, get_language() or "fa")) for one in USED]


class ProposalForm(Form):
    """`households` are those the reader may see; the family is named by the code of its file."""

    household = forms.CharField(
        label=_("Family file"), max_length=30, help_text=_("The code that stands on the family's file")
    )
    kind = forms.ChoiceField(label=_("What is needed"), choices=_kinds)
    quantity = QuantityField(label=_("How much"), most=1000, initial=1)
    reason_kind = forms.ChoiceField(label=_("What happened"), choices=ReasonKind.choices, widget=forms.RadioSelect)
    happened_date = JalaliDateField(label=_("On which day"))
    estimate = TomanField(label=_("Estimated cost of the whole"))
    note = forms.CharField(
        label=_("What should the approver know?"), widget=forms.Textarea, required=False, max_length=1000
    )

    def __init__(self, *args: Any, households: Any, today: date, ceiling_rial: int, **options: Any) -> None:
        super().__init__(*args, **options)
        self.households = households
        ceiling = self.fields["estimate"].prepare_value(ceiling_rial)
        self.fields["estimate"].help_text = _("At most %(ceiling)s toman") % {"ceiling": ceiling}
        self.fields["happened_date"].latest = today  # type: ignore[attr-defined]
        self.fields["happened_date"].help_text = _("Year/month/day; within the last %(days)s days") % {
            "days": QuantityField().prepare_value(SUDDEN_DAYS)
        }

    def clean_household(self) -> Household:
        code = self.cleaned_data["household"].strip()
        found = list(self.households.filter(code=code)[:2])
        if not found:
            raise forms.ValidationError(_("There is no family file with this code in your area."))
        if len(found) > 1:
            raise forms.ValidationError(_("Several organisations have a file with this code; ask your manager."))
        return found[0]


class ReturnForm(Form):
    reason = forms.CharField(label=_("What is missing?"), widget=forms.Textarea, max_length=300)


class AgainForm(Form):
    estimate = TomanField(label=_("Estimated cost of the whole"))


class TermsForm(Form):
    since = JalaliDateField(label=_("In force from"))
    ceiling = TomanField(label=_("Ceiling"))
    decide_days = QuantityField(label=_("Time to decide"), unit=_("business days"), most=30)
    deliver_days = QuantityField(label=_("Time to deliver"), unit=_("days after approval"), most=90)
    source = forms.CharField(label=_("Decided by"), help_text=_("Shown to everyone"), max_length=200)


class ProjectFilters(Filters):
    searched = ("need__specification__search_key", "need__place__search_key", "need__tracking_code")
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *ProjectState.choices])
    reason_kind = forms.ChoiceField(
        label=_("What happened"), required=False, choices=[("", _("All")), *ReasonKind.choices]
    )
