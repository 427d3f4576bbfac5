"""The forms of practices."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from peyvand.flow.story.enums import StoryState
from peyvand.flow.story.models import Story
from peyvand.people.enums import OrganisationKind
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.programmes.practices.actions import Form as Told
from peyvand.programmes.practices.actions import Result
from peyvand.programmes.practices.enums import EndingKind, PracticeState, SessionState
from peyvand.programmes.practices.models import HighSession, Practice
from peyvand.programmes.practices.rules import LEAST_SAID, LONGEST_SAID, MOST_SHOWN
from peyvand.resources.models import Specification
from peyvand.scope.acting import Acting
from peyvand.web.fields import JalaliDateField, QuantityField, TomanField
from peyvand.web.forms import Form
from peyvand.web.lists import Filters
from peyvand.web.pages.choices import KindField, PlaceField
from peyvand.web.pages.words import named

MOST_ITEMS = 5
_ROWS = range(1, MOST_ITEMS + 1)


def _long(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class FixedForm(Form):
    """The fixed form of a good practice, with what it takes in one place. Made inside the writer's scope."""

    title = forms.CharField(label=_("Name of the practice"), max_length=120)
    problem = forms.CharField(label=_("The problem"), max_length=600, widget=_long(3))
    steps = forms.CharField(
        label=_("The steps"), max_length=2200, widget=_long(6), help_text=_("Two to ten steps, one a line")
    )
    people = forms.CharField(label=_("Who carries it, and how many"), max_length=300, widget=_long(2))
    conditions = forms.CharField(
        label=_("Conditions"), max_length=400, widget=_long(2), help_text=_("Where it works, and where it does not")
    )
    cost = TomanField(label=_("Cost of the whole in one place"), least=0)
    cost_source = forms.CharField(
        label=_("Where the cost is known from"),
        max_length=160,
        help_text=_("Such as: invoices, an estimate of the office"),
    )

    def __init__(self, *args: Any, items: Sequence[tuple[Specification, int]] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        kinds = list(Specification.objects.filter(is_active=True).order_by("sort_key"))
        for number in _ROWS:
            kind, amount = items[number - 1] if number <= len(items) else (None, None)
            chosen = KindField(label=_("What it takes"), required=False, initial=kind, empty_label=_("Nothing more"))
            chosen.choices = [("", chosen.empty_label), *((one.pk, chosen.label_from_instance(one)) for one in kinds)]
            self.fields[f"kind_{number}"] = chosen
            self.fields[f"amount_{number}"] = QuantityField(
                label=_("How much"), required=False, initial=amount, most=10**6
            )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        kinds = []
        for number in _ROWS:
            kind, amount = said.get(f"kind_{number}"), said.get(f"amount_{number}")
            if kind and not amount:
                self.add_error(f"amount_{number}", _("Say how much of it."))
            if kind in kinds:
                self.add_error(f"kind_{number}", _("This kind stands above already."))
            kinds += [kind] if kind else []
        return said

    def told(self) -> Told:
        said = self.cleaned_data
        return Told(
            said["title"],
            said["problem"],
            said["steps"],
            said["people"],
            said["conditions"],
            said["cost"],
            said["cost_source"],
        )

    def items(self) -> list[tuple[Specification, int]]:
        said = self.cleaned_data
        return [(said[f"kind_{n}"], said[f"amount_{n}"]) for n in _ROWS if said.get(f"kind_{n}")]


class StoryField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Story) -> str:
        return obj.title


class NewForm(FixedForm):
    place = PlaceField(label=_("Where it was done"))
    story = StoryField(queryset=None, label=_("The story that tells of it"), required=False, empty_label=_("None"))
    field_order = ("place", "story")

    def __init__(self, *args: Any, by: Acting, stories: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["place"].offer(by)  # type: ignore[attr-defined]
        self.fields["story"].queryset = stories  # type: ignore[attr-defined]


class CopyForm(Form):
    place = PlaceField(label=_("Your place"), help_text=_("The plan can be fitted to it before it begins"))

    def __init__(self, *args: Any, by: Acting, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["place"].offer(by)  # type: ignore[attr-defined]


class BeginForm(Form):
    begun_date = JalaliDateField(label=_("It begins on"))


class ResultForm(Form):
    result = forms.CharField(
        label=_("What came of it"),
        max_length=600,
        widget=_long(4),
        help_text=_("Name nobody; what failed belongs here too"),
    )
    people_reached = QuantityField(label=_("People reached"), least=0, most=10**7)
    result_source = forms.CharField(label=_("Who counted it, and how"), max_length=160)
    cost = TomanField(label=_("What it cost"), least=0)
    begun_date = JalaliDateField(label=_("It began on"))
    ended_date = JalaliDateField(label=_("It ended on"), required=False, help_text=_("Leave it empty while it goes on"))

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("begun_date", "ended_date"):
            self.fields[name].latest = today  # type: ignore[attr-defined]

    def told(self) -> Result:
        said = self.cleaned_data
        return Result(
            said["result"],
            said["people_reached"],
            said["result_source"],
            said["cost"],
            said["begun_date"],
            said["ended_date"],
        )


class SessionField(forms.ModelChoiceField):
    def label_from_instance(self, obj: HighSession) -> str:
        return f"{obj.title} · {obj.host}"


class NominateForm(Form):
    session = SessionField(queryset=None, label=_("High session"), empty_label=None)
    reason = forms.CharField(label=_("Why it should be heard"), max_length=300, widget=_long(3))

    def __init__(self, *args: Any, sessions: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["session"].queryset = sessions  # type: ignore[attr-defined]


class SessionForm(Form):
    title = forms.CharField(label=_("Name of the session"), max_length=160)
    host = forms.CharField(label=_("Before whom"), max_length=160, help_text=_("Such as: the governor"))
    held_date = JalaliDateField(label=_("Held on"))
    place = PlaceField(label=_("For which place"))

    def __init__(self, *args: Any, by: Acting, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["place"].offer(by)  # type: ignore[attr-defined]
        self.fields["held_date"].earliest = today  # type: ignore[attr-defined]


class AnswerForm(Form):
    answer = forms.CharField(label=_("Why it is not in the book"), max_length=300, widget=_long(2))


class PracticeField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Practice) -> str:
        return f"{obj.title} · {named(obj.place)}"


class EndingForm(Form):
    kind = forms.ChoiceField(
        label=_("What should the reader do?"), choices=EndingKind.choices, widget=forms.RadioSelect
    )
    specification = KindField(label=_("What to offer"), required=False, empty_label="—")
    practice = PracticeField(queryset=None, label=_("What to copy"), required=False, empty_label="—")
    address = forms.CharField(
        label=_("Page of this site"),
        required=False,
        max_length=200,
        help_text=_("Such as the page of a proposal to support; it begins with /"),
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )
    shown_count = QuantityField(
        label=_("How many people does the story show?"),
        least=0,
        most=MOST_SHOWN,
        help_text=_("In words or pictures, also without a name; each must have consented"),
    )

    def __init__(self, *args: Any, practices: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["practice"].queryset = practices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        wanted = {"offer": "specification", "copy": "practice", "page": "address"}.get(said.get("kind", ""), "")
        if wanted and not said.get(wanted):
            self.add_error(wanted, _("Say what exactly the reader is led to."))
        return said


class PhotoForm(Form):
    photo = forms.FileField(
        label=_("Picture"), widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=_("Where and with what it was taken is removed before it is kept."),
    )  # fmt: skip
    says = forms.CharField(
        label=_("The picture in words"), max_length=LONGEST_SAID, min_length=LEAST_SAID,
        help_text=_("For whoever cannot see it; write nobody's name"),
    )  # fmt: skip
    shown_count = QuantityField(
        label=_("How many people can be known on it?"), least=0, most=MOST_SHOWN,
        help_text=_("Each must have consented before the story is published; 0 where nobody can be known"),
    )  # fmt: skip


class WordsForm(Form):
    title = forms.CharField(label=_("Title"), max_length=160)
    body = forms.CharField(label=_("The words as they would read"), max_length=5000, widget=_long(10))
    invitation = forms.CharField(label=_("What a reader can do now"), max_length=200, required=False)
    reason = forms.CharField(label=_("Why, in a sentence to the teller"), max_length=300, widget=_long(2))


class StoryFilters(Filters):
    searched = ("place__search_key",)
    folded = ("title",)
    lookups = {"words": "has_words"}
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *StoryState.choices[:-1]]
    )  # fmt: skip
    words = forms.BooleanField(label=_("Only where a change is proposed"), required=False)


class SessionFilters(Filters):
    searched = ("place__search_key",)
    folded = ("title", "host")
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *SessionState.choices])


class PracticeFilters(Filters):
    searched = ("search_key",)
    lookups = {"kind": "organisation__kind", "province": "place_path__startswith"}
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *PracticeState.choices])
    kind = forms.ChoiceField(
        label=_("Done by"), required=False, choices=[("", _("People and state alike")), *OrganisationKind.choices]
    )
    province = forms.ChoiceField(
        label=_("Province"),
        required=False,
        choices=lambda: [
            ("", _("All")),
            *((one.path, named(one)) for one in Place.objects.filter(kind=PlaceKind.PROVINCE).order_by("path")),
        ],
    )
