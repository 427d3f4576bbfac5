"""The forms of proposals and consultations."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from peyvand.engines.themes import stems
from peyvand.kernel.text import latin_digits, search_key
from peyvand.people.enums import OrganisationKind
from peyvand.people.models import Organisation
from peyvand.programmes.proposals.enums import Decision, ProposalState
from peyvand.programmes.proposals.models import Proposal
from peyvand.web.fields import JalaliDateField, QuantityField
from peyvand.web.forms import Form
from peyvand.web.lists import Filters
from peyvand.web.templatetags.peyvand_format import digits

# Those a proposal is sent to from the pages; a program may name any organisation.
BODIES = (OrganisationKind.AGENCY, OrganisationKind.BANK, OrganisationKind.FUND, OrganisationKind.UNIVERSITY)
# Own words are asked for so many proposals; the others get the answer with what they asked for.
MOST_OWN_WORDS = 20
_NUMBER = re.compile(r"([0-9]{4})[-/]([0-9]{1,6})")


def name_of(row: Any) -> str:
    return str(row.name_fa if (get_language() or "fa").startswith("fa") or not row.name_en else row.name_en)


def _long(rows: int, **options: Any) -> forms.CharField:
    return forms.CharField(widget=forms.Textarea(attrs={"rows": rows}), max_length=5000, **options)


class ProposalForm(Form):
    title = forms.CharField(label=_("What do you propose, in one line?"), max_length=160)
    problem = _long(4, label=_("Which problem does it solve?"), help_text=_("Everyone can read this: write no names."))
    first_step = _long(2, label=_("What is the first step?"))
    evidence = _long(3, label=_("What shows that it is so?"), required=False)
    law = _long(2, label=_("Which law or rule is it about?"), required=False)
    cost = _long(2, label=_("What does it cost, and who could pay?"), required=False)
    owner = forms.CharField(label=_("Who should do it?"), max_length=200, required=False)
    session = forms.CharField(label=_("At which meeting was it handed in?"), max_length=160, required=False)
    anyway = forms.BooleanField(required=False, widget=forms.HiddenInput)


class ReasonForm(Form):
    reason = forms.CharField(
        label=_("Why?"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=300,
        help_text=_("Everyone can read this."),
    )


class MergeForm(ReasonForm):
    into = forms.CharField(
        label=_("Number of the proposal it is joined to"),
        max_length=12,
        help_text=_("Year and number, such as 1405-12"),
    )
    field_order = ["into", "reason"]

    def clean_into(self) -> Proposal:
        parts = latin_digits(self.cleaned_data["into"]).replace("/", "-").split("-")
        if len(parts) == 2 and all(part.strip().isdecimal() for part in parts):
            found = Proposal.objects.filter(year=int(parts[0]), number=int(parts[1])).first()
            if found is not None:
                return found
        raise forms.ValidationError(_("There is no proposal with this number."))


class RouteForm(Form):
    body = forms.ModelChoiceField(label=_("Body in charge"), queryset=Organisation.objects.none(), empty_label="")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        rows = Organisation.objects.filter(kind__in=BODIES, is_active=True).order_by("sort_key", "id")
        field = self.fields["body"]
        field.queryset = rows  # type: ignore[attr-defined]
        field.label_from_instance = name_of  # type: ignore[attr-defined]


class AnswerForm(Form):
    """`proposals` are those it goes to: for the first of them, words for each author alone."""

    decision = forms.ChoiceField(label=_("Answer"), choices=Decision.choices, widget=forms.RadioSelect)
    text = _long(5, label=_("The answer, with its reasons"), help_text=_("Everyone can read this."))
    until = JalaliDateField(label=_("By when is it carried out?"), required=False)

    def __init__(self, *args: Any, proposals: Sequence[Proposal], today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["until"].earliest = today  # type: ignore[attr-defined]
        for one in proposals[:MOST_OWN_WORDS]:
            label = _("In words for “%(title)s” (%(number)s)") % {
                "title": one.title, "number": digits(one.shown_number),
            }  # fmt: skip
            self.fields[f"own_{one.pk}"] = _long(
                2, label=label, required=False, help_text=_("Its author alone reads this.")
            )

    def own_words(self) -> dict[int, str]:
        said = {name.removeprefix("own_"): value for name, value in self.cleaned_data.items() if name[:4] == "own_"}
        return {int(pk): words for pk, words in said.items() if words}


class ReportForm(Form):
    act = forms.ChoiceField(
        label=_("How does it stand?"),
        choices=[("report", _("It goes on")), ("finish", _("It is carried out")), ("give_up", _("It is given up"))],
        widget=forms.RadioSelect,
    )
    text = _long(3, label=_("What was done, or why not"), help_text=_("Everyone can read this."))


class HolidayForm(Form):
    day = JalaliDateField(label=_("Day"))
    is_closed = forms.TypedChoiceField(
        label=_("On this day"), choices=[("1", _("Offices are closed")), ("0", _("Offices are open"))],
        coerce=lambda value: value == "1", initial="1",
    )  # fmt: skip
    name = forms.CharField(label=_("Name or occasion"), max_length=160)
    source = forms.CharField(label=_("Who declared it, and when"), max_length=200, help_text=_("Shown to everyone"))


class AnswerTermsForm(Form):
    since = JalaliDateField(label=_("In force from"))
    answer_days = QuantityField(label=_("Time to answer"), unit=_("working days"), most=120)
    source = forms.CharField(label=_("Decided by"), help_text=_("Shown to everyone"), max_length=200)


class ConsultationForm(Form):
    title = forms.CharField(label=_("Title of the draft"), max_length=160)
    intro = _long(3, label=_("What is it about?"), required=False)
    draft = forms.CharField(
        label=_("The draft"), widget=forms.Textarea(attrs={"rows": 12}), max_length=200_000,
        help_text=_("An empty line begins a new paragraph; each can be commented on."),
    )  # fmt: skip
    statements = forms.CharField(
        label=_("Statements to begin with"), widget=forms.Textarea(attrs={"rows": 4}), required=False,
        help_text=_("One a line; everyone may agree, disagree or pass, and add others."),
    )  # fmt: skip
    opens = JalaliDateField(label=_("First day"))
    closes = JalaliDateField(label=_("Last day"))

    def paragraphs(self) -> list[str]:
        return [part.strip() for part in self.cleaned_data["draft"].replace("\r", "").split("\n\n") if part.strip()]


class CommentForm(Form):
    text = forms.CharField(
        label=_("Your comment"), widget=forms.Textarea(attrs={"rows": 2}), max_length=2000,
        help_text=_("Everyone can read this: write no names."),
    )  # fmt: skip


class StatementForm(Form):
    text = forms.CharField(
        label=_("Your statement"), max_length=200, help_text=_("One sentence that others can agree with")
    )


class CommentAnswerForm(Form):
    answer = _long(2, label=_("Answer to the ticked comments"))


class ThemeFilters(Filters):
    folded = ("title",)
    lookups = {"open": "waiting__gte"}
    open = forms.BooleanField(label=_("Only with proposals that wait for an answer"), required=False)


class ConsultationFilters(Filters):
    searched = ("organisation__search_key",)
    folded = ("title",)
    since = JalaliDateField(label=_("Open on or after"), required=False, help_text="")
    lookups = {"since": "closes__gte"}


class ProposalFilters(Filters):
    """A search goes by the number, by the title, and by words of the whole text, whatever their ending."""

    folded = ("title",)
    lookups = {"session": "session__icontains"}
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *ProposalState.choices])
    body = forms.ModelChoiceField(
        label=_("Body in charge"), queryset=Organisation.objects.none(), required=False, empty_label=_("All")
    )
    session = forms.CharField(label=_("Handed in at the meeting"), required=False, max_length=160)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["body"]
        field.queryset = bodies_in_charge()  # type: ignore[attr-defined]
        field.label_from_instance = name_of  # type: ignore[attr-defined]

    def search(self, rows: QuerySet, text: str) -> QuerySet:
        if number := _NUMBER.fullmatch(search_key(text)):
            return rows.filter(year=int(number[1]), number=int(number[2]))
        written = super().search(rows, text).order_by().values("pk")
        words = stems(text)
        return rows.filter(Q(pk__in=written) | Q(words__contains=words)) if words else rows.filter(pk__in=written)


def bodies_in_charge() -> QuerySet[Organisation]:
    asked = Proposal.objects.filter(body__isnull=False).values("body").distinct()
    return Organisation.objects.filter(pk__in=asked).order_by("sort_key", "id")
