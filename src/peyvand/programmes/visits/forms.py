"""The forms of visits. That of the phone is one form for paper-like use, with and without scripts."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from peyvand.kernel.jalali import business_date
from peyvand.kernel.text import latin_digits
from peyvand.places.enums import FINE
from peyvand.places.models import Place
from peyvand.programmes.visits.actions import Heard
from peyvand.programmes.visits.contact_actions import NewContact
from peyvand.programmes.visits.enums import Moment, VisitState
from peyvand.programmes.visits.forms_as_data import Definition, in_language
from peyvand.programmes.visits.models import Visit
from peyvand.programmes.visits.rules import MOST_FAMILIES, SPOTS
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import below
from peyvand.web.fields import JalaliDateField, MobileField, QuantityField
from peyvand.web.forms import Form
from peyvand.web.lists import Filters
from peyvand.web.pages.choices import FoundPlace, KindField
from peyvand.web.pages.words import listed, named
from peyvand.web.templatetags.peyvand_format import jdate, number

HEARD_ROWS = 4
PHOTO_ROWS = 3
_PICTURE = {"accept": "image/jpeg,image/png,image/webp"}


def language() -> str:
    return "fa" if (get_language() or "fa").startswith("fa") else "en"


class DegreeField(forms.DecimalField):
    """Degrees in either digit set."""

    def __init__(self, **options: Any) -> None:
        attrs = {"inputmode": "decimal", "class": "short", "dir": "ltr", "autocomplete": "off"}
        super().__init__(required=False, widget=forms.TextInput(attrs=attrs), **options)

    def to_python(self, value: Any) -> Any:
        return super().to_python(latin_digits(value).replace("٫", ".") if isinstance(value, str) else value)


def position_fields() -> tuple[DegreeField, DegreeField]:
    """Latitude and longitude of a place."""
    lat = DegreeField(
        label=_("Latitude"), min_value=-90, max_value=90,
        help_text=_("Of the place, never of a home: it is rounded to about a kilometre before it is kept."),
    )  # fmt: skip
    return lat, DegreeField(label=_("Longitude"), min_value=-180, max_value=180)


def whole_position(form: Form, said: dict[str, Any]) -> dict[str, Any]:
    """What was said, with a position of one half refused."""
    if ("lat" in said and "lon" in said) and (said["lat"] is None) != (said["lon"] is None):
        form.add_error("lon", _("A position has a latitude and a longitude."))
    return said


def fine_places(by: Acting) -> QuerySet[Place]:
    """Where a visit leads: the neighbourhoods, villages and nomadic places of the actor's area, however large it is."""
    inside = below(by.place_path, "path")
    return (
        Place.objects.filter(inside, kind__in=FINE)
        .select_related("parent")
        .defer("boundary", "parent__boundary")
        .order_by("path")
    )


def given_place(text: str) -> int | str:
    """The place that an address names by its number."""
    return int(text) if text.isdecimal() and len(text) < 19 else ""


class PlanForm(Form):
    place = FoundPlace(label=_("Neighbourhood or settlement"), empty_label=_("Choose the place"))
    planned_date = JalaliDateField(label=_("On which day"))

    def __init__(self, *args: Any, by: Acting, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["place"].offer(fine_places(by))  # type: ignore[attr-defined]
        self.fields["planned_date"].earliest = today  # type: ignore[attr-defined]


class DayForm(Form):
    """The day of planned visits: of one, and of many at once."""

    due_date = JalaliDateField(label=_("On which day"))

    def __init__(self, *args: Any, **options: Any) -> None:
        today = business_date(timezone.now())
        options.setdefault("initial", {"due_date": today + timedelta(days=7)})
        super().__init__(*args, **options)
        self.fields["due_date"].earliest = today  # type: ignore[attr-defined]

    def usual(self) -> dict[str, Any]:
        """What the preview supposes until something is said."""
        return {"due_date": self.initial["due_date"].isoformat()}


class VisitForm(Form):
    """A visit as it is written down on the spot."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    owner = forms.IntegerField(widget=forms.HiddenInput)
    plan = forms.ModelChoiceField(
        label=_("Which planned visit?"), queryset=Visit.objects.none(), required=False, empty_label=_("None: it was not planned")
    )  # fmt: skip
    place = FoundPlace(label=_("Neighbourhood or settlement"), empty_label=_("Choose the place"))
    visited_date = JalaliDateField(label=_("Day of the visit"))
    families_met = QuantityField(label=_("How many families did you meet?"), least=0, most=MOST_FAMILIES)
    first_contacts = QuantityField(
        label=_("For how many was it the first contact?"), least=0, most=MOST_FAMILIES,
        help_text=_("Families whom nobody from an office or a charity had visited before"),
    )  # fmt: skip
    lat, lon = position_fields()
    note = forms.CharField(
        label=_("What did you see and hear?"), required=False, max_length=3000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Write nobody's name. It is kept encrypted, for those of your organisation who work here."),
    )  # fmt: skip

    def __init__(self, *args: Any, by: Acting, today: date, plans: Any, **options: Any) -> None:
        options["initial"] = {
            "key": uuid4(),
            "owner": by.account_id,
            "visited_date": today,
            **options.get("initial", {}),
        }
        super().__init__(*args, **options)
        self.fields["place"].offer(fine_places(by))  # type: ignore[attr-defined]
        self.fields["visited_date"].latest = today  # type: ignore[attr-defined]
        self.fields["plan"].queryset = plans  # type: ignore[attr-defined]
        self.fields["plan"].label_from_instance = _plan_label  # type: ignore[attr-defined]
        for row in range(1, HEARD_ROWS + 1):
            self.fields |= _heard_fields(row)
        kinds = list(self.fields["kind_1"].choices)  # type: ignore[attr-defined]
        for row in range(1, HEARD_ROWS + 1):  # the same kinds are read once for all rows
            self.fields[f"kind_{row}"].choices = kinds  # type: ignore[attr-defined]
        for row in range(1, PHOTO_ROWS + 1):
            self.fields[f"photo_{row}"] = forms.FileField(
                label=format_lazy(_("Picture {number}, of spot {number}"), number=number(row)), required=False,
                widget=forms.FileInput(attrs=_PICTURE), help_text=_("Without faces. Later a picture of the same spot stands beside it."),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        return whole_position(self, super().clean() or self.cleaned_data)

    def heard(self) -> tuple[Heard, ...]:
        said = self.cleaned_data
        rows = range(1, HEARD_ROWS + 1)
        return tuple(
            Heard(said[f"kind_{row}"], said[f"quantity_{row}"] or 1, said[f"words_{row}"])
            for row in rows
            if said[f"kind_{row}"]
        )

    def photos(self) -> Iterator[tuple[int, Any]]:
        for row in range(1, PHOTO_ROWS + 1):
            if self.cleaned_data[f"photo_{row}"]:
                yield row, self.cleaned_data[f"photo_{row}"]


def _plan_label(visit: Visit) -> str:
    return listed(named(visit.place), jdate(visit.planned_date))


def _heard_fields(row: int) -> dict[str, forms.Field]:
    shown = number(row)
    return {
        f"kind_{row}": KindField(
            label=format_lazy(_("Problem {number}: what is missing here?"), number=shown), required=False, empty_label="—"
        ),
        f"quantity_{row}": QuantityField(label=format_lazy(_("Problem {number}: how much?"), number=shown), required=False),
        f"words_{row}": forms.CharField(
            label=format_lazy(_("Problem {number}: in their own words"), number=shown), required=False, max_length=500
        ),
    }  # fmt: skip


class ActionForm(Form):
    words = forms.CharField(
        label=_("What was done?"), max_length=1000, min_length=10, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Write nobody's name."),
    )  # fmt: skip
    done_date = JalaliDateField(label=_("On which day"))

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["done_date"].latest = today  # type: ignore[attr-defined]


class PictureForm(Form):
    moment = forms.ChoiceField(label=_("From which moment?"), choices=Moment.choices, initial=Moment.AFTER)
    spot = QuantityField(label=_("Of which spot?"), most=SPOTS, initial=1)
    photo = forms.FileField(
        label=_("Picture"), widget=forms.FileInput(attrs=_PICTURE),
        help_text=_("Without faces. Where and with what it was taken is removed before it is kept."),
    )  # fmt: skip


class ContactForm(Form):
    """A family seen at a visit that has no file anywhere."""

    once = forms.CharField(widget=forms.HiddenInput, max_length=64)
    given_name = forms.CharField(label=_("Given name"), max_length=80)
    family_name = forms.CharField(label=_("Family name"), max_length=80)
    household_size = QuantityField(label=_("How many are they at home?"), most=40, initial=1)
    mobile = MobileField(label=_("Mobile number, if they want to give one"), required=False)
    kind = KindField(label=_("What do they need first?"), empty_label=_("Choose a kind of help"))
    quantity = QuantityField(label=_("How much?"), initial=1)
    note = forms.CharField(
        label=_("In their own words"),
        required=False,
        max_length=500,
        help_text=_("It is kept encrypted, with the need."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial.setdefault("once", str(uuid4()))

    def contact(self) -> NewContact:
        said = self.cleaned_data
        return NewContact(
            said["given_name"], said["family_name"], said["kind"], said["quantity"], said["household_size"], said["mobile"], said["note"]
        )  # fmt: skip

    def body(self) -> dict[str, str]:
        """What makes this press the same as another one."""
        return {name: str(getattr(value, "pk", value)) for name, value in self.cleaned_data.items() if name != "once"}


class TermsForm(Form):
    since = JalaliDateField(label=_("In force from"))
    goal = QuantityField(label=_("Goal of the year"), unit=_("places"))
    full_days = QuantityField(
        label=_("Days without a visit that count fully"), unit=pgettext_lazy("unit", "days"), least=30, most=3650
    )
    full_m0 = QuantityField(label=_("M0 of a survey that counts fully"), unit=_("hundredths"), most=100)
    source = forms.CharField(label=_("Decided by"), help_text=_("Shown to everyone"), max_length=200)


class UploadForm(Form):
    workbook = forms.FileField(
        label=_("XLSForm workbook"), widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        help_text=_("An XLSX file of at most 1 MB, as for ODK and Kobo; a sheet “deprivation” says how answers become the measure."),
    )  # fmt: skip


class VisitFilters(Filters):
    searched = ("place__search_key", "organisation__search_key")
    lookups = {"since": "visited_date__gte"}
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *VisitState.choices])
    since = JalaliDateField(label=_("Visited since"), required=False, help_text="")


class UnseenFilters(Filters):
    """By the name of the place or of what it lies in."""

    searched = ("search_key", "parent__search_key")
    lookups = {"come": "ever_come"}
    kind = forms.ChoiceField(
        label=_("Kind of place"), required=False, choices=[("", _("All")), *((one.value, one.label) for one in FINE)]
    )
    come = forms.ChoiceField(
        label=_("Has anybody come?"), required=False,
        choices=[("", _("All")), ("0", _("Nobody has come yet")), ("1", _("Visited before"))],
    )  # fmt: skip


class AnswerForm(Form):
    """One household's answers to a survey: the fields are the form's own, the rest is asked by `fit`."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    owner = forms.IntegerField(widget=forms.HiddenInput)
    visit = forms.RegexField(
        r"^(?:[0-9]{1,18}|[0-9a-f-]{36})$", label=_("At which visit?"), widget=forms.Select, empty_value=""
    )

    def __init__(
        self, *args: Any, definition: Definition, by: Acting, visits: list[tuple[str, str]], **options: Any
    ) -> None:
        options.setdefault("initial", {"key": uuid4(), "owner": by.account_id})
        super().__init__(*args, **options)
        self.definition = definition
        self.fields["visit"].widget.choices = [("", _("Choose the visit")), *visits]
        for question in definition.questions:
            if question["type"] != "note":
                self.fields[f"q_{question['name']}"] = _question(question)

    def answers(self) -> dict[str, Any]:
        said = {name.removeprefix("q_"): value for name, value in self.cleaned_data.items() if name.startswith("q_")}
        return {name: value for name, value in said.items() if value not in ("", [], None)}


def _question(question: dict[str, Any]) -> forms.Field:
    spoken = language()
    rules = {
        "data-question": question["name"],
        "data-kind": question["type"],
        "data-relevant": json.dumps(question["relevant"]),
        "data-constraint": json.dumps(question["constraint"]),
        "data-message": in_language(question["message"], spoken),
    } | ({"data-must": "yes"} if question["required"] else {})
    given: dict[str, Any] = {
        "label": in_language(question["labels"], spoken), "help_text": in_language(question["hint"], spoken), "required": False,
    }  # fmt: skip
    choices = [(one["name"], in_language(one["labels"], spoken)) for one in question["choices"]]
    if question["type"] == "select_one":
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect(attrs=rules), **given)
    if question["type"] == "select_multiple":
        return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple(attrs=rules), **given)
    modes = {"integer": "numeric", "decimal": "decimal"}
    attrs = {**rules, "inputmode": modes.get(question["type"], "text"), "autocomplete": "off"}
    return forms.CharField(max_length=300, widget=forms.TextInput(attrs=attrs), **given)
