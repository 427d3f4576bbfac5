"""The forms of the pages of needs."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext_lazy as _

from peyvand.flow.commitment.enums import CommitmentState
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.need.enums import Band, NeedState
from peyvand.flow.need.intake import Call
from peyvand.flow.need.rules import URGENCY
from peyvand.kernel.codes import read_code
from peyvand.kernel.jalali import add_months, business_date
from peyvand.kernel.priority import BANDS
from peyvand.kernel.slips import codes_like
from peyvand.kernel.text import latin_digits
from peyvand.people.permissions import may_keep_households
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.resources.models import Specification
from peyvand.scope.acting import Acting, Role
from peyvand.scope.bulk import below, in_area
from peyvand.scope.database import acting_now
from peyvand.web.fields import JalaliDateField, MobileField, QuantityField
from peyvand.web.forms import Form
from peyvand.web.lists import Filters
from peyvand.web.pages import access
from peyvand.web.pages.words import in_ones_language, named
from peyvand.web.search import starting

HOMES = (PlaceKind.NEIGHBOURHOOD, PlaceKind.SETTLEMENT, PlaceKind.NOMADIC)
_URGENCY = [(str(URGENCY[one]), one.label) for one in Band]


def named_with_parents(places: QuerySet[Place]) -> QuerySet[Place]:
    """For a choice: the names alone. Borders are many times as long, and come twice with every county."""
    return places.select_related("parent").only(
        "kind", "path", "sort_key", "name_fa", "name_en", "parent__name_fa", "parent__name_en"
    )


def homes(by: Acting | None) -> QuerySet[Place]:
    """Where people live, in the actor's own area."""
    places = named_with_parents(Place.objects.filter(kind__in=HOMES))
    return places.filter(in_area(by, "path")) if by else places.none()


# A choice of more than so many places is no help; outside a province a list is narrowed by its counties.
MOST_HOMES = 700
_OUTER = (PlaceKind.PROVINCE, PlaceKind.COUNTY)


def homes_or_counties(by: Acting | None) -> QuerySet[Place]:
    """What a list can be narrowed to: where people live in the actor's own area, or its provinces and counties where these are too many."""
    places = homes(by)
    if by is None:
        return places
    inside = Place.objects.filter(in_area(by, "path"))
    many = Exists(inside.filter(kind__in=HOMES).order_by()[MOST_HOMES : MOST_HOMES + 1])
    rows = inside.filter(Q(kind__in=HOMES) & ~many | Q(kind__in=_OUTER) & many)
    return named_with_parents(rows).order_by("path" if by.place_path.count("/") < 2 else "sort_key", "pk")


class NamedChoice(forms.ModelChoiceField):
    """Rows with a Persian and an English name, in the reader's language."""

    def label_from_instance(self, row: Any) -> str:
        return named(row)


class _NamesAlone(ModelChoiceIterator):
    """The options without their rows: a country has five hundred, and making the rows took a fifth of a list's page."""

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        yield "", self.field.empty_label
        names = ("name_fa", "name_en", "parent__name_fa", "parent__name_en")
        for pk, kind, name_fa, name_en, outer_fa, outer_en in self.queryset.values_list("pk", "kind", *names):
            name = in_ones_language(name_fa, name_en)
            outer = kind != PlaceKind.PROVINCE and outer_fa and in_ones_language(outer_fa, outer_en)
            yield pk, f"{name} — {outer}" if outer else name


class PlaceFilter(forms.ModelChoiceField):
    """A place of the reader's own area in a filter bar; it takes in what lies within it."""

    iterator = _NamesAlone

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=Place.objects.none(), required=False, empty_label=_("All"), **options)

    def offer(self, by: Acting | None) -> None:
        self.queryset = homes_or_counties(by)


def in_chosen(place: Place) -> Q:
    """The rows of a place that a filter names: of a home by its number, of what is larger by its range."""
    return Q(place=place) if place.kind in HOMES else below(place.path)


class PlaceChoice(forms.ModelChoiceField):
    def label_from_instance(self, place: Place) -> str:
        return f"{named(place)} — {named(place.parent)}" if place.parent else named(place)


def _late(today: date) -> QuerySet[Commitment]:
    return Commitment.objects.filter(state=CommitmentState.ACCEPTED, due_date__lt=today)


def late_promise(today: date) -> Exists:
    """Of one need: has it a late promise?"""
    return Exists(_late(today).filter(need=OuterRef("pk")))


def with_late_promise(today: date, by: Acting) -> Q:
    """Of many: late promises are fewer than needs, so in a part of the country they are found first (`DISTINCT` sees to it that not each
    need is asked); in the whole country the page is full long before all are read.
    """
    late = _late(today).values("need")
    if by.is_staff and by.place_path.count("/") > 1:
        late = late.filter(in_area(by)).distinct()
    return Q(pk__in=late)


def in_band(name: str) -> Q:
    bounds = dict(BANDS)
    above = min((bound for bound in bounds.values() if bound > bounds[name]), default=101)
    return Q(priority__gte=bounds[name], priority__lt=above)


class NeedFilters(Filters):
    searched = ("tracking_code",)
    lookups = {"specification": "specification"}
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All")),
            ("draft", _("Waits for a vouch")),
            ("open", _("Open")),
            ("unpromised", _("Open, nothing promised")),
            ("closed", _("Closed")),
        ],
    )
    band = forms.ChoiceField(label=_("Priority"), required=False, choices=[("", _("All")), *Band.choices])
    specification = NamedChoice(
        label=_("What"),
        required=False,
        queryset=Specification.objects.filter(is_active=True),
        empty_label=_("All"),
    )
    place = PlaceFilter(label=_("Place"))
    late = forms.BooleanField(label=_("Only with a late promise"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["q"].label = _("Tracking code")
        self.fields["place"].offer(acting_now())  # type: ignore[attr-defined]

    def narrow(self, rows: QuerySet) -> QuerySet:
        self.is_valid()
        asked = self.cleaned_data
        state, band, late = asked.pop("state", ""), asked.pop("band", ""), asked.pop("late", False)
        place = asked.pop("place", None)
        rows = rows.filter(in_chosen(place)) if place else rows
        rows = super().narrow(rows) if self._narrow_simple(asked) else rows
        if state == "unpromised":
            rows = rows.filter(state=NeedState.OPEN, committed=0)
        elif state:
            rows = rows.filter(state=state)
        if band:
            rows = rows.filter(in_band(band))
        if late and (by := acting_now()):
            rows = rows.filter(with_late_promise(business_date(access.now()), by))
        self.cleaned_data |= {"state": state, "band": band, "late": late or "", "place": place}
        return rows

    def _narrow_simple(self, asked: dict[str, Any]) -> bool:
        return any(value not in (None, "") for value in asked.values())

    def search(self, rows: QuerySet, text: str) -> QuerySet:
        code = read_code(text)
        typed = "".join(sign for sign in latin_digits(text) if sign.isdecimal())
        if code:
            return rows.filter(tracking_code=code)
        return rows.filter(starting("tracking_code", typed)) if typed else rows.none()

    def similar(self, rows: QuerySet, text: str) -> QuerySet:
        """Codes one digit away: asked for one by one, so that the index answers behind row security."""
        typed = "".join(sign for sign in latin_digits(text) if sign.isdecimal())
        return rows.filter(tracking_code__in=codes_like(typed)) if read_code(text) is None else rows.none()


class CallForm(Form):
    """One form for a telephone call: a need in under a minute."""

    place = PlaceChoice(
        label=_("Neighbourhood"),
        required=False,
        queryset=Place.objects.none(),
        empty_label=_("Choose the neighbourhood"),
        help_text=_("May stay empty when you give the code of a family file."),
    )
    specification = NamedChoice(
        label=_("What is needed"),
        queryset=Specification.objects.filter(is_active=True),
        empty_label=_("Choose what is needed"),
    )
    quantity = QuantityField(label=_("How many"), initial=1)
    urgency = forms.ChoiceField(label=_("How urgent"), choices=_URGENCY, widget=forms.RadioSelect, required=False)
    household_code = forms.CharField(
        label=_("Code of the family file"),
        required=False,
        max_length=30,
        help_text=_(
            "For a family that has a file already. Leave empty for a new family or for the neighbourhood itself."
        ),
    )
    given_name = forms.CharField(label=_("Given name"), required=False, max_length=80)
    family_name = forms.CharField(label=_("Family name"), required=False, max_length=80)
    mobile = MobileField(label=_("Mobile number"), required=False)
    household_size = QuantityField(label=_("Members of the family"), required=False, most=30)
    due_date = JalaliDateField(label=_("Needed by"), required=False)
    note = forms.CharField(
        label=_("What else should the helper know?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept encrypted; every reading of it is recorded."),
    )
    once = forms.CharField(widget=forms.HiddenInput, max_length=60)

    field_order = ("specification", "quantity", "place", "urgency")
    NEW_FAMILY = ("given_name", "family_name", "mobile", "household_size")

    def __init__(self, *args: Any, by: Acting, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["place"].queryset = homes(by)  # type: ignore[attr-defined]
        today = business_date(access.now())
        self.fields["due_date"].earliest = today  # type: ignore[attr-defined]
        self.fields["due_date"].latest = add_months(today, settings.LONGEST_DUE_MONTHS)  # type: ignore[attr-defined]
        self.initial.setdefault("once", str(uuid4()))
        hidden: tuple[str, ...] = self.NEW_FAMILY if may_keep_households(by) else ()
        if by.role is Role.RESIDENT:
            hidden = ("place", "household_code", *self.NEW_FAMILY)
        for name in hidden:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or self.cleaned_data
        if bool(asked.get("given_name")) != bool(asked.get("family_name")):
            missing = "family_name" if asked.get("given_name") else "given_name"
            self.add_error(missing, _("Write both the given and the family name, or neither."))
        if asked.get("mobile") and not asked.get("given_name") and "given_name" not in self.errors:
            self.add_error("given_name", _("Whose number is it? Write the name of the head of the family."))
        if asked.get("household_code") and asked.get("given_name"):
            self.add_error("household_code", _("Give either the code of a file or the name of a new family, not both."))
        elif "place" in asked and not asked["place"] and not asked.get("household_code"):
            self.add_error("place", _("Choose the neighbourhood, or write the code of the family file."))
        return asked

    def call(self) -> Call:
        asked = self.cleaned_data
        file_code = asked.get("household_code", "")
        return Call(
            specification=asked["specification"],
            quantity=asked["quantity"],
            place=asked.get("place"),
            urgency=int(asked["urgency"]) if asked["urgency"] else None,
            due_date=asked["due_date"],
            note=asked["note"],
            household_code=read_code(file_code) or latin_digits(file_code).strip(),
            given_name=asked.get("given_name", ""),
            family_name=asked.get("family_name", ""),
            mobile=asked.get("mobile", ""),
            household_size=asked.get("household_size") or 1,
        )

    def body(self) -> dict[str, str]:
        """What was asked for, apart from the key."""
        return {name: str(getattr(value, "pk", value)) for name, value in self.cleaned_data.items() if name != "once"}


class PriorityForm(Form):
    priority = QuantityField(label=_("Priority you propose (0 to 100)"), least=0, most=100)
    reason = forms.CharField(
        label=_("Why"),
        min_length=10,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A sentence. Everyone who sees the priority reads it. It holds once a colleague has signed."),
    )
