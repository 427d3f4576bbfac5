"""The forms of celebrations and handovers."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from peyvand.flow.need.models import Need
from peyvand.flow.story.models import Story
from peyvand.people.models import Organisation
from peyvand.programmes.practices import occasions
from peyvand.programmes.practices.enums import CelebrationState, HandoverStage
from peyvand.programmes.practices.handover_actions import NOT_PEOPLE
from peyvand.scope.acting import Acting
from peyvand.web.doing import ActForm
from peyvand.web.fields import JalaliDateField, QuantityField
from peyvand.web.forms import Form
from peyvand.web.lists import Filters
from peyvand.web.pages.choices import FoundChoice, KindField, PlaceField
from peyvand.web.pages.words import listed, named
from peyvand.web.templatetags.peyvand_format import jdate_short, quantity


def _long(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class _MetNeeds(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Need) -> str:
        amount = quantity(obj.quantity, obj.specification.unit)
        return listed(named(obj.specification), amount, named(obj.place), jdate_short(obj.closed_at))


class CelebrationForm(Form):
    title = forms.CharField(label=_("Name of the celebration"), max_length=120)
    needs = _MetNeeds(queryset=None, label=_("Needs that were met"), help_text=_("The last 100 of your office"))
    place = PlaceField(label=_("For which place"))
    venue = forms.CharField(label=_("Venue"), max_length=160, help_text=_("Such as: the hall of the school"))
    held_date = JalaliDateField(label=_("Held on"))
    thanks = forms.CharField(
        label=_("Words of thanks"), max_length=600, widget=_long(3),
        help_text=_("They stand above those who gave. Name nobody who was helped: nobody has to come and be shown."),
    )  # fmt: skip

    def __init__(self, *args: Any, by: Acting, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["place"].offer(by)  # type: ignore[attr-defined]
        self.fields["needs"].queryset = occasions.needs_to_celebrate(by)  # type: ignore[attr-defined]
        self.fields["held_date"].earliest = today  # type: ignore[attr-defined]


class HeldForm(ActForm):
    guests = QuantityField(label=_("How many came"), least=0, most=100_000)


class _Stories(forms.ModelChoiceField):
    def label_from_instance(self, obj: Story) -> str:
        return listed(obj.title, named(obj.place))


class ToldForm(ActForm):
    story = _Stories(queryset=None, label=_("Its story"), empty_label=None)

    def prepare(self) -> None:
        self.fields["story"].queryset = occasions.stories_of(self.of)  # type: ignore[attr-defined]


class HandoverForm(Form):
    specification = KindField(label=_("Which service"))
    place = PlaceField(label=_("Where"))
    receiver = FoundChoice(label=_("Who takes it over"))
    words = forms.CharField(label=_("What is handed over, and how"), max_length=300, widget=_long(3))

    def __init__(self, *args: Any, by: Acting, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["place"].offer(by)  # type: ignore[attr-defined]
        people = Organisation.objects.exclude(kind__in=NOT_PEOPLE).exclude(pk=by.organisation_id)
        self.fields["receiver"].offer(people.order_by("sort_key", "pk"))  # type: ignore[attr-defined]


class WordsForm(ActForm):
    words = forms.CharField(label=_("In a sentence, for everyone to read"), max_length=300, widget=_long(3))


class StageForm(WordsForm):
    since = JalaliDateField(label=_("Since when"))
    field_order = ("since", "words")


class CelebrationFilters(Filters):
    searched = ("place__search_key",)
    folded = ("title",)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *CelebrationState.choices])


class HandoverFilters(Filters):
    searched = ("specification__search_key", "place__search_key")
    stage = forms.ChoiceField(label=_("Stage"), required=False, choices=[("", _("All")), *HandoverStage.choices])
