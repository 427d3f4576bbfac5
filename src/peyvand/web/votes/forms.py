"""The forms of votes."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Case, Q, QuerySet, Value, When
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from peyvand.votes.enums import Aside, BallotKind, VoteState, Way
from peyvand.votes.models import Option, Vote
from peyvand.votes.queries import marks
from peyvand.votes.rules import Choice
from peyvand.web.fields import JalaliDateField, QuantityField
from peyvand.web.forms import Form
from peyvand.web.lists import Filters
from peyvand.web.templatetags.peyvand_format import toman_text

_TEHRAN = ZoneInfo("Asia/Tehran")
_CODE = {"inputmode": "numeric", "autocomplete": "off", "dir": "ltr", "class": "short"}


class VoteFilters(Filters):
    searched = ("place__search_key",)
    folded = ("title",)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *VoteState.choices])


class RollFilters(Filters):
    """Names are encrypted: one finds somebody by the whole name, or by the whole number he is known by."""

    searched = ("same_name", "same_number")
    q = forms.CharField(
        label=_("Whole name, or number"), required=False, max_length=100, widget=forms.SearchInput,
        help_text=_("Names on a roll are encrypted: a part of one finds nobody"),
    )  # fmt: skip
    stands = forms.ChoiceField(
        label=_("How it stands"), required=False,
        choices=[("", _("All")), ("none", _("Without a code")), ("code", _("Has a code, has not voted")), ("voted", _("Voted"))],
    )  # fmt: skip

    def narrow(self, rows: QuerySet) -> QuerySet:
        voted, code = When(~Q(voted=""), then=Value("voted")), When(~Q(code_way=""), then=Value("code"))
        return super().narrow(rows.alias(stands=Case(voted, code, default=Value("none"))))

    def search(self, rows: QuerySet, text: str) -> QuerySet:
        vote_id = rows.order_by().values_list("vote_id", flat=True).first() or 0
        asked = marks(vote_id, text, text)
        number = Q(same_number=asked.same_number) if asked.same_number else Q(pk__in=[])
        return rows.filter(Q(same_name=asked.same_name) | number)

    def similar(self, rows: QuerySet, text: str) -> QuerySet:
        """Of what is encrypted nobody knows what is like it."""
        return rows.none()


class OpenForm(Form):
    opens_at = JalaliDateField(label=_("First day of the vote"))
    closes_at = JalaliDateField(label=_("Last day of the vote"))

    def times(self) -> tuple[datetime, datetime]:
        """From the first minute of the first day to the last of the last, in Tehran."""
        first = datetime.combine(self.cleaned_data["opens_at"], time.min, _TEHRAN)
        last = datetime.combine(self.cleaned_data["closes_at"], time.max, _TEHRAN)
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


class CodesForm(Form):
    """Below the table of the roll, whose ticks belong to the form `codes`."""

    way = forms.ChoiceField(label=_("The code goes"), choices=Way.choices, widget=forms.Select(attrs={"form": "codes"}))


class AsideForm(Form):
    """Of one paper; its number tells it from those beside it."""

    reason = forms.ChoiceField(label=_("Why it is not counted"), choices=Aside.choices)

    def __init__(self, *args: Any, paper: str, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["reason"]
        field.label = format_html('{}<span class="visually-hidden">: {}</span>', field.label, paper)


class ReceiptForm(Form):
    receipt = forms.CharField(label=_("Number of the receipt"), max_length=40, widget=forms.TextInput(attrs=_CODE))


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
    return f"{one.title} — {toman_text(one.cost)}" if vote.budget and not vote.seats else one.title
