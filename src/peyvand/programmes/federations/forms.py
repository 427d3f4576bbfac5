"""The forms of federations. Each is made for one row (`of`), whose choices it offers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from peyvand.flow.capacity.models import Capacity
from peyvand.flow.need.enums import Band
from peyvand.flow.need.models import Need
from peyvand.kernel.codes import spoken
from peyvand.people.models import Organisation
from peyvand.programmes.federations import queries
from peyvand.programmes.federations.enums import TakingState
from peyvand.programmes.federations.models import Decision, Federation, Member
from peyvand.programmes.federations.rules import MOST_ITEMS
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import below
from peyvand.votes.enums import BallotKind, Completion, Method, Ties
from peyvand.votes.rules import Rule
from peyvand.web.doing import ActForm
from peyvand.web.fields import JalaliDateField, QuantityField
from peyvand.web.forms import Form
from peyvand.web.lists import Filters
from peyvand.web.pages.choices import KindFilters
from peyvand.web.pages.words import listed, named
from peyvand.web.templatetags.peyvand_format import digits, number, quantity

_OFFERED = 200
# The three ways to fill seats: by yes, by order, and by equal shares, each seat paid for by those it stands for.
_WAYS = (Method.APPROVAL, Method.RANKING, Method.EQUAL_SHARES)


class FederationFilters(Filters):
    searched = ("organisation__search_key", "place__search_key")


class TakingFilters(KindFilters):
    of_kind = "shared__specification"
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *TakingState.choices])


class SharedFilters(KindFilters):
    band = forms.ChoiceField(label=_("Priority"), required=False, choices=[("", _("All")), *Band.choices])
    lookups = {"asked": "asked__gt"}
    asked = forms.ChoiceField(
        label=_("Taken by a member"), required=False, choices=[("", _("All")), ("0", _("Taken, waiting for an answer"))]
    )  # fmt: skip


class Named(forms.ModelChoiceField):
    """Rows that are named through an organisation of theirs."""

    def label_from_instance(self, obj: Any) -> str:
        return named(getattr(obj, "organisation", obj))


class _Members(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Member) -> str:
        return named(obj.organisation)


class _Needs(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Need) -> str:
        left = quantity(obj.quantity - obj.committed, obj.specification.unit)
        return listed(named(obj.specification), left, named(obj.place), digits(spoken(obj.tracking_code)))


class _Offers(forms.ModelChoiceField):
    def label_from_instance(self, obj: Capacity) -> str:
        left = quantity(obj.quantity - obj.committed, obj.specification.unit)
        return listed(named(obj.specification), left, named(obj.place), digits(spoken(obj.tracking_code)))


class _Decisions(forms.ModelChoiceField):
    def label_from_instance(self, obj: Decision) -> str:
        return f"{number(obj.number)}. {obj.title}"


def _quorum() -> QuantityField:
    return QuantityField(
        label=_("Quorum, percent of the members"), least=0, most=99, initial=50,
        help_text=_("More than this part of the members has to be present. It is a setting of the federation."),
    )  # fmt: skip


class FoundForm(Form):
    organisation = Named(label=_("Which organisation is the federation?"), queryset=Organisation.objects.none())
    quorum = _quorum()

    def __init__(self, *args: Any, by: Acting, **options: Any) -> None:
        super().__init__(*args, **options)
        own = Organisation.objects.filter(below(by.organisation_path, "path"), below(by.place_path, "place__path"))
        free = own.exclude(pk__in=Federation.objects.values("pk")).order_by("sort_key")
        self.fields["organisation"].queryset = free  # type: ignore[attr-defined]


class QuorumForm(ActForm):
    quorum = _quorum()


class ReasonForm(ActForm):
    reason = forms.CharField(label=_("Why? The organisation reads it"), widget=forms.Textarea, max_length=300)


class ExcludeForm(ActForm):
    decision = _Decisions(label=_("By which decision of the assembly"), queryset=Decision.objects.none())

    def prepare(self) -> None:
        self.fields["decision"].queryset = queries.passed(self.of.federation_id)  # type: ignore[attr-defined]


class RepresentativeForm(ActForm):
    name = forms.CharField(
        label=_("Name of the representative"), max_length=120,
        help_text=_("Seen by your organisation and by those who keep the roll; forgotten two years after the term."),
    )  # fmt: skip


class MeetingForm(ActForm):
    on = JalaliDateField(label=_("On which day"))
    where = forms.CharField(label=_("Where"), max_length=120, required=False)
    agenda = forms.CharField(
        label=_("Agenda"), widget=forms.Textarea, max_length=1400, help_text=_("One item a line, at most eight.")
    )

    def clean_agenda(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["agenda"].splitlines() if line.strip()]
        if not 1 <= len(lines) <= MOST_ITEMS or max(map(len, lines)) > 160:
            raise forms.ValidationError(_("Write one to eight items, each at most 160 letters."))
        return lines


class HoldForm(ActForm):
    present = _Members(label=_("Which members were represented"), queryset=Member.objects.none(), required=False)
    minutes = forms.CharField(label=_("What was said"), widget=forms.Textarea, max_length=3000, required=False)

    def prepare(self) -> None:
        rows = queries.members_on(self.of.federation_id, self.of.date)
        self.fields["present"].queryset = rows  # type: ignore[attr-defined]


class DecideForm(ActForm):
    title = forms.CharField(label=_("What was decided on"), max_length=300)
    in_favour = QuantityField(label=_("In favour"), least=0)
    against = QuantityField(label=_("Against"), least=0, initial=0)
    abstained = QuantityField(label=_("Abstained"), least=0, initial=0)


class ElectionForm(ActForm):
    title = forms.CharField(label=_("Name of the election"), max_length=160)
    members = _Members(label=_("Members that stand for the board"), queryset=Member.objects.none())
    method = forms.ChoiceField(
        label=_("How it is counted"), choices=[(one.value, one.label) for one in _WAYS], widget=forms.RadioSelect,
        initial=Method.APPROVAL,
    )  # fmt: skip
    seats = QuantityField(label=_("How many seats"), most=100)
    ties = forms.ChoiceField(label=_("Ties"), choices=[one for one in Ties.choices if one[0] != Ties.CHEAPER])
    term = QuantityField(label=_("Term in months"), most=120, initial=24)

    def prepare(self) -> None:
        self.fields["members"].queryset = queries.current(self.of.pk)  # type: ignore[attr-defined]


def seats_rule(method: Method, seats: int, ties: Ties) -> Rule:
    """The rule by which so many seats are filled. By equal shares every seat costs one, and together there is one for each."""
    shares = method == Method.EQUAL_SHARES
    return Rule(
        method=method, kind=BallotKind.RANKS if method == Method.RANKING else BallotKind.APPROVAL, seats=seats, ties=ties,
        budget=seats if shares else 0, completion=Completion.GREEDY, step=1,
    )  # fmt: skip


class ShareForm(Form):
    federation = Named(label=_("With the members of"), queryset=Federation.objects.none())
    needs = _Needs(label=_("Which needs of yours"), queryset=Need.objects.none())

    def __init__(self, *args: Any, by: Acting, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["federation"].queryset = queries.federations_of(by)  # type: ignore[attr-defined]
        first = queries.shareable(by).values("pk")[:_OFFERED]
        rows = Need.objects.filter(pk__in=first).select_related("specification", "place").order_by("-priority", "pk")
        self.fields["needs"].queryset = rows  # type: ignore[attr-defined]
        if queries.shareable(by)[_OFFERED : _OFFERED + 1].exists():
            most = {"most": number(_OFFERED)}
            self.fields["needs"].help_text = (
                _("The %(most)s most urgent stand here; once these are shared, the next follow.") % most
            )


class TakeForm(ActForm):
    capacity = _Offers(
        label=_("From which offer of yours"), queryset=Capacity.objects.none(),
        help_text=_("Is there none of this kind? Record what you offer first; it stands in your offers then."),
    )  # fmt: skip
    quantity = QuantityField(label=_("How much"))
    due = JalaliDateField(label=_("By when"))

    def prepare(self) -> None:
        self.fields["capacity"].queryset = queries.offers_for(self.by, self.of)  # type: ignore[attr-defined]
        if self.of.asked:
            said = {"taken": quantity(self.of.asked, self.of.specification.unit)}
            self.fields["quantity"].help_text = (
                _("%(taken)s of it are taken already and wait for the holder's answer.") % said
            )
