"""The forms of assemblies."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from peyvand.programmes.assemblies.enums import IdeaState
from peyvand.programmes.assemblies.models import Idea
from peyvand.programmes.assemblies.rules import ANNEX, PARTS
from peyvand.programmes.assemblies.specifications import USED
from peyvand.resources.models import Specification
from peyvand.scope.acting import Acting
from peyvand.votes.enums import BallotKind, Completion, Method, Ties, Utility
from peyvand.votes.models import Option, Vote
from peyvand.votes.rules import Choice, Rule
from peyvand.web.fields import JalaliDateField, QuantityField, TomanField
from peyvand.web.forms import Form
from peyvand.web.lists import Filters
from peyvand.web.pages.choices import PlaceField
from peyvand.web.templatetags.peyvand_format import toman_text

_TEHRAN = ZoneInfo("Asia/Tehran")
_CODE = {"inputmode": "numeric", "autocomplete": "off", "dir": "ltr", "class": "short"}


class IdeaFilters(Filters):
    searched = ("search_key",)
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


class VoteForm(Form):
    """`ideas` are those that can be put to a vote."""

    title = forms.CharField(label=_("Name of the vote"), max_length=160)
    place = PlaceField(label=_("Whose vote it is"))
    ideas = forms.ModelMultipleChoiceField(
        label=_("Ideas to decide between"), queryset=Idea.objects.none(), widget=forms.CheckboxSelectMultiple
    )
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


class OpenForm(Form):
    opens = JalaliDateField(label=_("First day of the vote"))
    closes = JalaliDateField(label=_("Last day of the vote"))

    def times(self) -> tuple[datetime, datetime]:
        """From the first minute of the first day to the last of the last, in Tehran."""
        first = datetime.combine(self.cleaned_data["opens"], time.min, _TEHRAN)
        last = datetime.combine(self.cleaned_data["closes"], time.max, _TEHRAN)
        return first.astimezone(UTC), last.astimezone(UTC)


class ReasonForm(Form):
    reason = forms.CharField(label=_("Why is it called off?"), widget=forms.Textarea, max_length=300)


class VoterForm(Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    known_by = forms.CharField(
        label=_("Known by"), max_length=120, required=False,
        help_text=_("A mobile or national number, or the father's name: what tells two people of one name apart"),
    )  # fmt: skip
    trusted = forms.CharField(
        label=_("Trusted local who vouches"),
        max_length=120,
        required=False,
        help_text=_("Empty: you answer for it yourself"),
    )
    anyway = forms.BooleanField(required=False, widget=forms.HiddenInput)


class ReceiptForm(Form):
    receipt = forms.CharField(label=_("Number of the receipt"), max_length=40, widget=forms.TextInput(attrs=_CODE))


class ExampleForm(Form):
    file = forms.FileField(label=_("Pabulib file"), help_text=_("A text file with the ending .pb"))
    source = forms.CharField(label=_("Where it comes from"), max_length=200, help_text=_("Shown to everyone"))


class BallotForm(Form):
    """What one chooses; `number` is the one-time code of a voter or the number printed on a paper."""

    def __init__(self, *args: Any, vote: Vote, options: Sequence[Option], number: tuple[Any, Any], **more: Any) -> None:
        super().__init__(*args, **more)
        self.vote, self.options = vote, options
        label, hint = number
        self.fields["number"] = forms.CharField(
            label=label, help_text=hint, max_length=40, widget=forms.TextInput(attrs=_CODE)
        )
        if vote.kind == BallotKind.RANKS:
            places = [("", _("not named")), *((str(place), str(place)) for place in range(1, len(options) + 1))]
            for one in options:
                self.fields[f"place_{one.number}"] = forms.ChoiceField(
                    label=f"{one.number}. {one.title}", choices=places, required=False
                )
        else:
            self.fields["options"] = forms.MultipleChoiceField(
                label=_("Your choice"), required=False, widget=forms.CheckboxSelectMultiple,
                choices=[(str(one.number), _option_label(vote, one)) for one in options],
                help_text=_("Tick all you agree with"),
            )  # fmt: skip
        for name, field in self.fields.items():
            if name == "number":
                field.error_messages["required"] = _("The number is missing.")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if self.vote.kind == BallotKind.RANKS:
            places = [value for name, value in said.items() if name.startswith("place_") and value]
            if len(set(places)) < len(places):
                raise forms.ValidationError(_("Two options have the same place. Give each another."))
        elif self.vote.most_choices and len(said.get("options", [])) > self.vote.most_choices:
            raise forms.ValidationError(
                _("You may choose at most %(most)s."),
                params={"most": QuantityField().prepare_value(self.vote.most_choices)},
            )
        return said

    def choice(self) -> Choice:
        said = self.cleaned_data
        if self.vote.kind != BallotKind.RANKS:
            return Choice(tuple(sorted(int(one) for one in said["options"])))
        named = [(int(said[f"place_{one.number}"]), one.number) for one in self.options if said[f"place_{one.number}"]]
        return Choice(tuple(number for _place, number in sorted(named)))


def _option_label(vote: Vote, one: Option) -> str:
    return f"{one.title} — {toman_text(one.cost)}" if vote.budget else one.title


class PlanLineForm(Form):
    kind = forms.ChoiceField(label=_("What is needed"), choices=[])
    quantity = QuantityField(label=_("How much"), most=100_000, initial=1)
    due = JalaliDateField(label=_("By when"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fa = (get_language() or "fa") != "en"
        self.fields["kind"].choices = [(one.slug, one.name_fa if fa else one.name_en) for one in USED]  # type: ignore[attr-defined]

    def specification(self) -> Specification:
        return Specification.objects.get(slug=self.cleaned_data["kind"])
