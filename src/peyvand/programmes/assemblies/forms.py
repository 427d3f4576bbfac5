"""The forms of assemblies."""

from typing import Any

from django import forms
from django.db.models import Case, Value, When
from django.utils.translation import gettext_lazy as _

from peyvand.programmes.assemblies.enums import IdeaState
from peyvand.programmes.assemblies.models import Idea
from peyvand.programmes.assemblies.rules import ANNEX, PARTS, PITCH_MINUTES
from peyvand.programmes.assemblies.specifications import USED
from peyvand.scope.acting import Acting
from peyvand.votes.enums import BallotKind, Completion, Method, Ties, Utility
from peyvand.votes.rules import Rule
from peyvand.web.fields import JalaliDateField, QuantityField, TomanField
from peyvand.web.forms import Form
from peyvand.web.lists import Filters
from peyvand.web.pages.choices import KindField, PlaceField
from peyvand.web.pages.words import listed, named


class PitchForm(Form):
    """How long each idea is told: the same for all."""

    minutes = QuantityField(label=_("Minutes for each idea"), most=PITCH_MINUTES[1], initial=PITCH_MINUTES[0])


class IdeaFilters(Filters):
    searched = ("search_key", "place__search_key")
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *IdeaState.choices])


class IdeaForm(Form):
    place = PlaceField(label=_("Where"))
    title = forms.CharField(label=_("What should be done?"), max_length=160, help_text=_("In one short sentence"))
    text = forms.CharField(
        label=_("Why, and for whom"), widget=forms.Textarea, required=False, max_length=2000,
        help_text=_("Without the names of people"),
    )  # fmt: skip
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, by: Acting, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["place"].offer(by)  # type: ignore[attr-defined]


def _part(label: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=2000)


class StudyForm(Form):
    technical = _part(_("Technical: can it be built and kept up?"))
    money = _part(_("Money: what it costs and where that comes from"))
    law = _part(_("Law: permits and who must agree"))
    people = _part(_("People: who does it and who looks after it"))
    risk = _part(_("Risk: what can go wrong"))
    gains = _part(_("Justice annex: who gains"))
    left_out = _part(_("Justice annex: who is left out, and what is done for them"))
    cost = TomanField(label=_("Cost of the whole"), required=False)
    feasible = forms.BooleanField(label=_("It can be done"), required=False, initial=True)

    @property
    def parts(self) -> dict[str, str]:
        return {part: self.cleaned_data[part] for part in (*PARTS, *ANNEX)}


class _Ideas(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Idea) -> str:
        return listed(obj.title, named(obj.place), str(obj.get_state_display()))


class VoteForm(Form):
    """`ideas` are those that can be put to a vote."""

    title = forms.CharField(label=_("Name of the vote"), max_length=160)
    place = PlaceField(label=_("Whose vote it is"))
    ideas = _Ideas(
        label=_("Ideas to decide between"), queryset=Idea.objects.none(), widget=forms.CheckboxSelectMultiple,
        help_text=_("The newest 200 of your area that are neither joined nor decided; each lies in the place of the vote"),
    )  # fmt: skip
    method = forms.ChoiceField(label=_("How it is counted"), choices=Method.choices, widget=forms.RadioSelect)
    budget = TomanField(label=_("Money there is"), required=False, help_text=_("For the two ways that spend money"))
    seats = QuantityField(
        label=_("How many are chosen"), most=100, required=False, help_text=_("For the two ways without money")
    )
    utility = forms.ChoiceField(label=_("Equal shares: what a project is worth"), choices=Utility.choices)
    completion = forms.ChoiceField(
        label=_("Equal shares: money that is left"), choices=Completion.choices, initial=Completion.STEP_THEN_GREEDY
    )
    step = TomanField(
        label=_("Equal shares: one step"), required=False, help_text=_("What everyone's share is raised by")
    )
    threshold = QuantityField(
        label=_("Most votes: fewest votes of a project"), required=False, help_text=_("Empty: any number of votes")
    )
    skip = forms.BooleanField(
        label=_("Most votes: where one no longer fits, go on to the next that does"), required=False, initial=True
    )
    ties = forms.ChoiceField(label=_("Ties"), choices=Ties.choices)
    most_choices = QuantityField(
        label=_("Most that one may choose"), most=100, required=False, help_text=_("Empty: as many as one likes")
    )

    def __init__(self, *args: Any, by: Acting, ideas: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["place"].offer(by)  # type: ignore[attr-defined]
        self.fields["ideas"].queryset = ideas  # type: ignore[attr-defined]

    def rule(self) -> Rule:
        said = self.cleaned_data
        method = Method(said["method"])
        spends = method in (Method.EQUAL_SHARES, Method.GREEDY)
        budget = (said["budget"] or 0) if spends else 0
        return Rule(
            method=method, kind=BallotKind.RANKS if method == Method.RANKING else BallotKind.APPROVAL,
            utility=Utility(said["utility"]), completion=Completion(said["completion"]),
            step=said["step"] or max(1, budget // 1000), ties=Ties(said["ties"]), budget=budget,
            seats=0 if spends else said["seats"] or 0, most_choices=said["most_choices"] or 0,
            threshold=(said["threshold"] or 0) if method == Method.GREEDY else 0, skip=said["skip"],
        )  # fmt: skip


class ExampleForm(Form):
    file = forms.FileField(label=_("Pabulib file"), help_text=_("A text file with the ending .pb"))
    source = forms.CharField(label=_("Where it comes from"), max_length=200, help_text=_("Shown to everyone"))


class PlanLineForm(Form):
    """Any kind may be needed; those that plans of a neighbourhood most often ask for come first."""

    kind = KindField(label=_("What is needed"), empty_label="—")
    quantity = QuantityField(label=_("How much"), most=100_000, initial=1)
    due = JalaliDateField(label=_("By when"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, use_required_attribute=False, **options)
        own = [When(slug=one.slug, then=Value(place)) for place, one in enumerate(USED)]
        often = Case(*own, default=Value(len(USED)))
        kinds = self.fields["kind"].queryset.order_by(often, "pk")  # type: ignore[attr-defined]
        self.fields["kind"].queryset = kinds  # type: ignore[attr-defined]
