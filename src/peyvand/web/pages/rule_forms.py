"""The forms of the rules of the match: what a need asks, what an offer brings, and what a kind of help asks of every giver."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from peyvand.flow.capacity.models import Capacity
from peyvand.flow.capacity.rules import Brought
from peyvand.flow.need.actions import LONGEST_KM
from peyvand.flow.need.models import Need
from peyvand.flow.need.rules import Asked
from peyvand.people.enums import Sex
from peyvand.resources.actions import KindRules
from peyvand.resources.enums import QualityKind
from peyvand.resources.models import Quality, Specification
from peyvand.web.fields import JalaliDateField, QuantityField
from peyvand.web.forms import Form
from peyvand.web.pages.words import named

_SEX = [("", _("A woman or a man")), *((one.value, one.label) for one in Sex)]


class Ticked(forms.MultipleChoiceField):
    """Some of a few named things, ticked."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=forms.CheckboxSelectMultiple, **options)


class _QualitiesForm(Form):
    """A box for each quality, under the kinds of them that the form asks for."""

    labels: dict[QualityKind, Any] = {}

    def __init__(self, *args: Any, chosen: Iterable[str] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        of_kind: dict[str, list[tuple[str, str]]] = {kind: [] for kind in self.labels}
        for one in Quality.objects.filter(kind__in=self.labels):
            of_kind[one.kind].append((one.slug, named(one)))
        had = set(chosen)
        for kind, choices in of_kind.items():
            if choices:
                self.fields[kind] = Ticked(label=self.labels[QualityKind(kind)], choices=choices)
                self.initial[kind] = [slug for slug, _name in choices if slug in had]
        self.order_fields([*of_kind, *self.fields])

    def qualities(self) -> tuple[str, ...]:
        return tuple(slug for kind in self.labels for slug in self.cleaned_data.get(kind, ()))


class AskedForm(_QualitiesForm):
    labels = {
        QualityKind.LANGUAGE: _("A language in which help can be given (one is enough)"),
        QualityKind.SKILL: _("Skills the helper needs"),
        QualityKind.LICENCE: _("Licences the helper needs"),
        QualityKind.ACCESS: _("What the place must have, where the person goes there"),
    }
    giver_sex = forms.ChoiceField(label=_("Who may give it"), choices=_SEX, required=False, widget=forms.RadioSelect)
    start_date = JalaliDateField(label=_("Not before"), required=False)
    most_km = QuantityField(label=_("How far the person can go"), unit=_("km"), most=LONGEST_KM, required=False)
    may_share = forms.BooleanField(
        label=_("Several givers may share it"),
        required=False,
        help_text=_("Untick it where all must come from one giver"),
    )

    @classmethod
    def of(cls, need: Need) -> "AskedForm":
        names = ("giver_sex", "start_date", "most_km", "may_share")
        return cls(chosen=need.asks, initial={name: getattr(need, name) for name in names})

    def asked(self) -> Asked:
        given = self.cleaned_data
        return Asked(self.qualities(), given["giver_sex"], given["start_date"], given["most_km"], given["may_share"])


class BroughtForm(_QualitiesForm):
    labels = {
        QualityKind.LANGUAGE: _("Languages in which help can be given"),
        QualityKind.SKILL: _("Skills that are there"),
        QualityKind.LICENCE: _("Licences that are there"),
        QualityKind.ACCESS: _("What the place has"),
    }
    giver_sex = forms.ChoiceField(
        label=_("Who gives it"), choices=_SEX, required=False, widget=forms.RadioSelect,
        help_text=_("Where women and men can both be sent, record one offer for each"),
    )  # fmt: skip
    most_a_week = QuantityField(
        label=_("At most so many taken on in a week"), required=False,
        help_text=_("All offers of this kind by the same giver together; the lowest number holds"),
    )  # fmt: skip

    @classmethod
    def of(cls, capacity: Capacity) -> "BroughtForm":
        return cls(
            chosen=capacity.brings, initial={"giver_sex": capacity.giver_sex, "most_a_week": capacity.most_a_week}
        )

    def brought(self) -> Brought:
        given = self.cleaned_data
        return Brought(self.qualities(), given["giver_sex"], given["most_a_week"])


class KindForm(_QualitiesForm):
    labels = {QualityKind.LICENCE: _("Licences that every giver of it needs")}
    same_sex = forms.BooleanField(label=_("Only given by somebody of the same sex as the person"), required=False)
    at_venue = forms.BooleanField(
        label=_("The person goes to the giver’s place"), required=False,
        help_text=_("Then the place must have what the person needs to get in"),
    )  # fmt: skip
    substitutes = Ticked(label=_("What may be given in its place"))

    def __init__(self, *args: Any, kind: Specification, rules: KindRules, **options: Any) -> None:
        given = {"same_sex": rules.same_sex, "at_venue": rules.at_venue, "substitutes": list(rules.substitutes)}
        super().__init__(*args, chosen=rules.licences, initial=given, **options)
        others = Specification.objects.filter(is_active=True, unit=kind.unit).exclude(pk=kind.pk)
        self.fields["substitutes"].choices = [(one.slug, named(one)) for one in others]  # type: ignore[attr-defined]

    def rules(self) -> KindRules:
        given = self.cleaned_data
        return KindRules(self.qualities(), given["same_sex"], given["at_venue"], tuple(given["substitutes"]))
