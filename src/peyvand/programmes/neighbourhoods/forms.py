"""The forms of councils and boards. Each is made for one row (`of`), whose choices it offers."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from peyvand.kernel.jalali import business_date
from peyvand.people.models import Organisation
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.programmes.neighbourhoods.enums import (
    CONFLICTS,
    BoardRole,
    ClashCode,
    ClashState,
    CouncilState,
    Dimension,
    DoubleHelpState,
    ObjectiveState,
    ResolutionState,
    SeatRole,
    SessionState,
    VoiceState,
)
from peyvand.programmes.neighbourhoods.known import FOUR, NAME_SETS
from peyvand.programmes.neighbourhoods.models import Council, CouncilKind, Seat
from peyvand.programmes.neighbourhoods.session_actions import MOST_ITEMS, in_term
from peyvand.scope.acting import Acting
from peyvand.web import doing
from peyvand.web.fields import JalaliDateField, QuantityField
from peyvand.web.forms import Form
from peyvand.web.lists import Filters
from peyvand.web.pages.choices import FoundChoice, KindFilters, PlaceField, offer_organisations
from peyvand.web.pages.neighbourhoods import organisations_at
from peyvand.web.pages.words import named


def _fa() -> bool:
    return (get_language() or "fa").startswith("fa")


class ActForm(doing.ActForm):
    """Organisations may be named that are near the place of the row."""

    def __init__(self, *args: Any, place: Place, **options: Any) -> None:
        super().__init__(*args, place=place, **options)
        offer_organisations(self, organisations_at(place).order_by("sort_key", "pk"))


class WordsForm(ActForm):
    note = forms.CharField(label=_("In a sentence"), widget=forms.Textarea, max_length=300)


class OptionalWordsForm(ActForm):
    note = forms.CharField(label=_("In a sentence"), widget=forms.Textarea, max_length=300, required=False)


class LaterForm(WordsForm):
    due = JalaliDateField(label=_("New day"))
    field_order = ("due", "note")


class CouncilForm(Form):
    """Found a council: the kinds that stand at each place are checked by the act."""

    place = PlaceField(label=_("Place"))
    kind = forms.ChoiceField(label=_("Kind of council"))
    name_set = forms.ChoiceField(
        label=_("Committees"), required=False,
        help_text=_("Their names differ from province to province; take a published set, or add your own under kinds of councils."),
    )  # fmt: skip

    def __init__(self, *args: Any, by: Acting, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["place"].offer(by)  # type: ignore[attr-defined]
        kinds = list(CouncilKind.objects.order_by("pk"))
        self.fields["kind"].choices = [(one.pk, named(one)) for one in kinds if one.part_of_id is None]  # type: ignore[attr-defined]
        sets = dict.fromkeys(one.name_set for one in kinds if one.name_set)
        self.fields["name_set"].choices = [("", _("Without committees")), *((one, set_name(one)) for one in sets)]  # type: ignore[attr-defined]


def set_name(slug: str) -> str:
    names = NAME_SETS.get(slug)
    return slug if names is None else str(_("As in %(province)s")) % {"province": names[0] if _fa() else names[1]}


class CommitteesForm(ActForm):
    """A set of committees or one of them: what is not there yet."""

    which = forms.ChoiceField(label=_("Committees"))

    def prepare(self) -> None:
        standing = Council.objects.filter(part_of=self.of.pk, state=CouncilState.STANDING).values("kind_id")
        kinds = list(CouncilKind.objects.filter(part_of=self.of.kind_id).exclude(pk__in=standing).order_by("pk"))
        sets = dict.fromkeys(one.name_set for one in kinds if one.name_set)
        self.fields["which"].choices = [  # type: ignore[attr-defined]
            *((f"set:{one}", set_name(one)) for one in sets), *((f"kind:{one.slug}", named(one)) for one in kinds)
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        what, _sep, slug = said.get("which", "").partition(":")
        return said | {"name_set": slug if what == "set" else "", "kind": slug if what == "kind" else ""}


class SeatForm(ActForm):
    title = forms.CharField(
        label=_("Seat"), max_length=120, help_text=_("An office, not a name, such as: health house")
    )
    role = forms.ChoiceField(label=_("Role in the council"), choices=SeatRole.choices, initial=SeatRole.MEMBER)
    organisation = FoundChoice(label=_("Of the organisation"), required=False)
    since = JalaliDateField(label=_("Since"))
    holder = forms.CharField(
        label=_("Who sits on it"), max_length=120, required=False,
        help_text=_("Seen only by those who keep the council's papers; forgotten two years after the term."),
    )  # fmt: skip


class SinceForm(ActForm):
    since = JalaliDateField(label=_("Since"))


class _SeatField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Seat) -> str:
        return obj.title


class EndSeatForm(ActForm):
    seat = _SeatField(label=_("Seat"), queryset=Seat.objects.none())
    until = JalaliDateField(label=_("Last day of the term"))

    def prepare(self) -> None:
        self.fields["seat"].queryset = Seat.objects.filter(council=self.of, until__isnull=True).order_by("pk")  # type: ignore[attr-defined]


class SessionForm(ActForm):
    on = JalaliDateField(label=_("On which day"))
    where = forms.CharField(label=_("Where"), max_length=120, required=False)
    agenda = forms.CharField(
        label=_("Agenda"), widget=forms.Textarea, max_length=1400,
        help_text=_("One item a line, at most eight: the minutes are one page."),
    )  # fmt: skip

    def clean_agenda(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["agenda"].splitlines() if line.strip()]
        if not 1 <= len(lines) <= MOST_ITEMS or max(map(len, lines)) > 160:
            raise forms.ValidationError(_("Write one to eight items, each at most 160 letters."))
        return lines


class HoldForm(ActForm):
    def prepare(self) -> None:
        seats = Seat.objects.filter(in_term(self.of.date), council=self.of.council_id).order_by("pk")
        self.fields["present"] = _Present(label=_("Who was present"), queryset=seats, required=False)
        for item in self.of.items.order_by("position"):
            self.fields[f"said_{item.position}"] = forms.CharField(
                label=item.title,
                widget=forms.Textarea,
                max_length=500,
                required=False,
                help_text=_("What was said of it"),
            )
            self.fields[f"speaker_{item.position}"] = forms.CharField(
                label=_("Who spoke to “%(item)s”") % {"item": item.title}, max_length=120, required=False,
                help_text=_("An office, not a name, such as: health house"),
            )  # fmt: skip


class _Present(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Seat) -> str:
        return obj.title


class ResolveForm(ActForm):
    title = forms.CharField(label=_("What was resolved"), max_length=200)
    owner = FoundChoice(label=_("Who owes it"))
    due = JalaliDateField(label=_("By when"))


class VoiceForm(ActForm):
    title = forms.CharField(label=_("In one line"), max_length=160)
    body = forms.CharField(
        label=_("What the place says"), widget=forms.Textarea, max_length=1500,
        help_text=_("Name no family: what is sent up is read by others."),
    )  # fmt: skip


class AnswerForm(ActForm):
    words = forms.CharField(label=_("In your words"), widget=forms.Textarea, max_length=1500)


def _four() -> list[tuple[str, Any]]:
    return [("", "—"), *((slug, names[0] if _fa() else names[1]) for slug, names in FOUR.items())]


class LeadForm(ActForm):
    organisation = FoundChoice(label=_("Lead agency"))
    stands_for = forms.ChoiceField(label=_("One of the four agencies"), choices=_four, required=False)


class JoinForm(ActForm):
    role = forms.ChoiceField(label=_("As"), choices=[one for one in BoardRole.choices if one[0] != "lead"])
    stands_for = forms.ChoiceField(label=_("One of the four agencies"), choices=_four, required=False)


class TrustedForm(ActForm):
    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("Seen by your own organisation alone."))
    agreed = JalaliDateField(label=_("Agreed to it on"))


class ObjectiveForm(ActForm):
    title = forms.CharField(label=_("Objective"), max_length=160)
    dimension = forms.ChoiceField(label=_("Dimension"), choices=Dimension.choices)
    measure = forms.CharField(label=_("What is counted"), max_length=60, help_text=_("Such as: homes adapted"))
    target = QuantityField(label=_("How many"))
    due = JalaliDateField(label=_("By when"))


class ShareForm(ActForm):
    promised = QuantityField(label=_("What your organisation takes upon itself"))
    done = QuantityField(label=_("Done by now"), least=0)


class ObstacleForm(ActForm):
    title = forms.CharField(label=_("What stands in the way"), max_length=200, help_text=_("Name no family."))
    owner = FoundChoice(label=_("Who is to clear it"))


class HandForm(ActForm):
    owner = FoundChoice(label=_("To whom"))


class HandOwedForm(HandForm):
    note = forms.CharField(label=_("In a sentence"), widget=forms.Textarea, max_length=300)


class HandManyForm(Form):
    """Of many resolutions, anywhere in one's own area: any organisation may be named."""

    organisation = FoundChoice(label=_("To whom"))
    reason = forms.CharField(label=_("In a sentence"), max_length=100)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offer_organisations(self, Organisation.objects.filter(is_active=True).order_by("sort_key", "pk"))

    def usual(self) -> dict[str, Any]:
        """What the preview supposes until something is said: whoever it is, the same rows can be handed on."""
        first = Organisation.objects.filter(is_active=True).order_by("pk").values_list("pk", flat=True).first()
        return {"organisation": str(first or ""), "reason": str(self.fields["reason"].label)}


class NewDayForm(Form):
    """The new day of many resolutions."""

    due_date = JalaliDateField(label=_("New day"))
    reason = forms.CharField(label=_("In a sentence"), max_length=100)

    def __init__(self, *args: Any, **options: Any) -> None:
        today = business_date(timezone.now())
        options.setdefault("initial", {"due_date": today + timedelta(days=14)})
        super().__init__(*args, **options)
        self.fields["due_date"].earliest = today  # type: ignore[attr-defined]

    def usual(self) -> dict[str, Any]:
        return {"due_date": self.initial["due_date"].isoformat(), "reason": str(self.fields["reason"].label)}


class AskServedForm(Form):
    code = forms.CharField(
        label=_("Tracking code of the need"), max_length=30, help_text=_("Of a need that your own organisation keeps")
    )


class KindForm(Form):
    slug = forms.SlugField(label=_("Short name in Latin letters"), max_length=40)
    name_fa = forms.CharField(label=_("Name in Persian"), max_length=120)
    name_en = forms.CharField(label=_("Name in English"), max_length=120)
    level = forms.ChoiceField(label=_("Where it stands"), choices=PlaceKind.choices, initial=PlaceKind.NEIGHBOURHOOD)
    upper = forms.ChoiceField(label=_("Where its voice goes"), required=False)
    part_of = forms.ChoiceField(label=_("A committee of"), required=False)
    name_set = forms.CharField(label=_("Set of committees"), max_length=40, required=False)
    is_temporary = forms.BooleanField(label=_("Stands for a time only"), required=False)
    chair_fa = forms.CharField(label=_("Chair, in Persian"), max_length=80, required=False)
    chair_en = forms.CharField(label=_("Chair, in English"), max_length=80, required=False)
    quorum_percent = QuantityField(
        label=_("Present must be more than"), unit=_("percent"), least=0, most=100, initial=50
    )
    answer_days = QuantityField(label=_("Time to answer a voice"), unit=_("business days"), most=120, initial=10)
    source = forms.CharField(label=_("Source"), max_length=200, help_text=_("Shown to everyone"))

    def __init__(self, *args: Any, kinds: QuerySet[CouncilKind], **options: Any) -> None:
        super().__init__(*args, **options)
        known = [("", "—"), *((one.slug, named(one)) for one in kinds)]
        for name in ("upper", "part_of"):
            self.fields[name].choices = known  # type: ignore[attr-defined]


class CouncilFilters(Filters):
    searched = ("place__search_key", "organisation__search_key")
    folded = ("kind__name_fa",)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *CouncilState.choices])


class ObstacleFilters(Filters):
    searched = ("place__search_key", "owner__search_key")
    folded = ("title",)


def _codes_of(kind: str) -> list[str]:
    return [one.value for one in ClashCode if (one in CONFLICTS) == (kind == "conflict")]


class ClashFilters(Filters):
    searched = ("place__search_key", "organisation__search_key", "other_organisation__search_key")
    lookups = {"kind": "code__in"}
    kind = forms.TypedChoiceField(
        label=_("Overlap or conflict"), required=False, coerce=_codes_of, empty_value=None,
        choices=[("", _("All")), ("overlap", _("Overlap")), ("conflict", _("Conflict"))],
    )  # fmt: skip
    code = forms.ChoiceField(label=_("By which rule"), required=False, choices=[("", _("All")), *ClashCode.choices])
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *ClashState.choices])


class BoardFilters(Filters):
    searched = ("place__search_key", "organisation__search_key")


class ObjectiveFilters(Filters):
    searched = ("place__search_key",)
    folded = ("title",)
    dimension = forms.ChoiceField(label=_("Dimension"), required=False, choices=[("", _("All")), *Dimension.choices])
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *ObjectiveState.choices])


class SessionFilters(Filters):
    searched = ("council__place__search_key",)
    folded = ("council__kind__name_fa",)
    lookups = {"since": "date__gte"}
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *SessionState.choices])
    since = JalaliDateField(label=_("Since"), required=False, help_text="")


class AlarmFilters(KindFilters):
    of_kind = "need__specification"
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *DoubleHelpState.choices])


class ResolutionFilters(Filters):
    searched = ("owner__search_key", "council__place__search_key")
    folded = ("title",)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *ResolutionState.choices])


class VoiceFilters(Filters):
    searched = ("council__place__search_key",)
    folded = ("title",)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *VoiceState.choices])
