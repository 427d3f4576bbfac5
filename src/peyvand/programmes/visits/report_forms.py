"""The forms of reported places: that of the phone, and those of the officer who judges them."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from peyvand.places.enums import FINE
from peyvand.places.models import Place
from peyvand.programmes.visits import report_queries as queries
from peyvand.programmes.visits.enums import HeardFrom, ReportedKind, ReportState
from peyvand.programmes.visits.forms import position_fields, whole_position
from peyvand.programmes.visits.models import PlaceReport
from peyvand.programmes.visits.rules import MOST_HOUSEHOLDS
from peyvand.scope.acting import Acting
from peyvand.web.fields import QuantityField
from peyvand.web.forms import Form
from peyvand.web.lists import Filters
from peyvand.web.pages.choices import FoundPlace
from peyvand.web.pages.words import named


class ReportForm(Form):
    """A place that is in no list, as it is written down on the phone."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    owner = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(
        label=_("What do people call it?"), min_length=2, max_length=120,
        help_text=_("The name of the place, never of a family or a person"),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("What kind of place is it?"), choices=ReportedKind.choices)
    near = FoundPlace(
        label=_("Near which known place?"), empty_label=_("Choose the place"), help_text=_("The nearest one you know, or the county")
    )  # fmt: skip
    households = QuantityField(
        label=_("About how many households live there?"), required=False, most=MOST_HOUSEHOLDS,
        help_text=_("Leave it empty if nobody could say."),
    )  # fmt: skip
    heard_from = forms.ChoiceField(label=_("How do you know of it?"), choices=HeardFrom.choices)
    lat, lon = position_fields()
    note = forms.CharField(
        label=_("What else should be known?"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("How one gets there, what is missing. Write nobody’s name. Your organisation and the county’s officer read it."),
    )  # fmt: skip

    def __init__(self, *args: Any, by: Acting, **options: Any) -> None:
        options["initial"] = {"key": uuid4(), "owner": by.account_id}
        super().__init__(*args, **options)
        self.fields["near"].offer(queries.near_places(by))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        return whole_position(self, super().clean() or self.cleaned_data)


class AcceptForm(Form):
    name_fa = forms.CharField(label=_("Name in the list of places"), max_length=120)
    name_en = forms.CharField(
        label=_("Name in English"), max_length=120, required=False, widget=forms.TextInput(attrs={"dir": "ltr"})
    )
    parent = forms.TypedChoiceField(label=_("Lies in"), coerce=int)

    def __init__(self, *args: Any, report: PlaceReport, among: list[Place] | None = None, **options: Any) -> None:
        parents = queries.parents_for(report, among)
        usual = queries.usual_parent(report, parents)
        options["initial"] = {"name_fa": report.name, "parent": usual.pk if usual else ""}
        super().__init__(*args, **options)
        self.fields["parent"].choices = [(one.pk, named(one)) for one in parents]  # type: ignore[attr-defined]


class JoinForm(Form):
    place = FoundPlace(label=_("Known place"), empty_label=_("Choose the place"))

    def __init__(self, *args: Any, report: PlaceReport, among: list[Place] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        place: Any = self.fields["place"]
        if among is None:
            place.offer(queries.known_places(report).order_by("path"))
            return
        place.offer(queries.known_places(report).order_by("path"), is_written=False)
        fine = [one for one in among if one.kind in FINE]
        place.choices = [("", place.empty_label), *((one.pk, place.label_from_instance(one)) for one in fine)]


class AsideForm(Form):
    reason = forms.CharField(
        label=_("Why is it set aside?"), min_length=5, max_length=300,
        help_text=_("The one who reported it reads this. Write nobody’s name."),
    )  # fmt: skip


class ReportFilters(Filters):
    searched = ("name_key", "near__search_key")
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *ReportState.choices])
    kind = forms.ChoiceField(label=_("Kind of place"), required=False, choices=[("", _("All")), *ReportedKind.choices])
