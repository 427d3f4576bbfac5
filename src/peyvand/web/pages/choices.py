"""Choices of places, kinds and organisations in forms, named in the reader's language."""

from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from peyvand.kernel.text import latin_digits, search_key
from peyvand.people.models import Organisation
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.resources.models import Specification
from peyvand.scope.acting import NOWHERE, Acting
from peyvand.scope.bulk import below
from peyvand.web.lists import Filters
from peyvand.web.pages.words import named
from peyvand.web.search import like_written, written
from peyvand.web.templatetags.peyvand_format import unit

# A select box is a fair choice up to about this many rows; above, the finest places are left to narrower roles.
MOST_PLACES = 700
MOST_NAMES = 500
MOST_FITTING = 30  # so many names are offered to somebody who wrote a part of one


def places_of(acting: Acting) -> QuerySet[Place]:
    """The places of the actor's area that a choice can hold, from the outermost down."""
    if acting.place_path == NOWHERE:
        return Place.objects.none()
    inside = Place.objects.filter(below(acting.place_path, "path")).defer("boundary").order_by("path")
    if inside[: MOST_PLACES + 1].count() > MOST_PLACES:
        inside = inside.filter(kind__in=[PlaceKind.COUNTRY, PlaceKind.PROVINCE, PlaceKind.COUNTY])
    return inside


class PlaceField(forms.ModelChoiceField):
    """One of the places of the actor's area; deeper places stand further in."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("empty_label", None)
        super().__init__(queryset=Place.objects.none(), **options)
        self.depth = 0

    def offer(self, acting: Acting) -> None:
        self.queryset = places_of(acting)
        self.depth = acting.place_path.count("/")

    def offer_read(self, acting: Acting, rows: list[Place]) -> None:
        """Offer all the places of the actor's area, which were read already."""
        self.queryset = Place.objects.filter(below(acting.place_path, "path"))
        self.depth = acting.place_path.count("/")
        self.choices = [(row.pk, self.label_from_instance(row)) for row in rows]

    def label_from_instance(self, obj: Place) -> str:
        return "– " * (obj.path.count("/") - self.depth) + named(obj)


class FoundChoice(forms.ModelChoiceField):
    """A named row: chosen from a list while they are few, found by a part of its name where no select box could hold them.

    Where several names fit what was written, the field becomes a choice among these.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=options.pop("queryset", Organisation.objects.none()), **options)
        self.is_written = False

    def offer(self, rows: QuerySet, *, is_written: bool | None = None) -> None:
        """`is_written` where it is known whether they are too many for a select box; asked otherwise."""
        self.queryset = rows
        self.is_written = rows.order_by()[MOST_NAMES : MOST_NAMES + 1].exists() if is_written is None else is_written
        if self.is_written:
            self.widget = forms.TextInput(attrs={"autocomplete": "off"})
            self.help_text = _("Write its name or a part of it; where several fit, you choose among them.")

    def label_from_instance(self, row: Any) -> str:
        return named(row)

    def prepare_value(self, value: Any) -> Any:
        row = value
        if self.is_written and isinstance(value, int):
            row = self._rows().filter(pk=value).first()
        return (
            self.label_from_instance(row)
            if self.is_written and isinstance(row, Model)
            else super().prepare_value(value)
        )

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        if not (self.is_written and text) or latin_digits(text).isdecimal():
            return super().to_python(latin_digits(text) if text else value)
        return self._found(text)

    def _found(self, text: str) -> Any:
        by_name, keys = self._rows().order_by("sort_key", "pk"), ("search_key",)
        for rows in (by_name.filter(search_key=search_key(text)), written(by_name, text, keys)):
            found = list(rows[: MOST_FITTING + 1])
            if len(found) == 1:
                return found[0]
            if len(found) > MOST_FITTING:
                raise forms.ValidationError(_("Very many names fit. Write more of it."))
            if found:
                self._choose_among(found)
                raise forms.ValidationError(_("Several names fit what you wrote. Choose one of them."))
        if like := list(like_written(by_name, text, keys)[:MOST_FITTING]):
            self._choose_among(like)
            raise forms.ValidationError(_("Nothing here is called so. These are like it."))
        raise forms.ValidationError(_("Nothing here is called so."))

    def _rows(self) -> QuerySet:
        assert self.queryset is not None
        return self.queryset

    def _choose_among(self, rows: list[Any]) -> None:
        choices = [("", self.empty_label or ""), *((row.pk, self.label_from_instance(row)) for row in rows)]
        self.widget = forms.Select(choices=choices)


class FoundPlace(FoundChoice):
    def label_from_instance(self, row: Any) -> str:
        return f"{named(row)} — {named(row.parent)}" if row.parent else named(row)


def offer_organisations(form: forms.BaseForm, rows: QuerySet[Organisation]) -> None:
    """Offer the same organisations in every field of a form that asks for one; whether they are few is asked once, and of no other form."""
    is_written: bool | None = None
    for field in form.fields.values():
        if isinstance(field, FoundChoice):
            field.offer(rows, is_written=is_written)
            is_written = field.is_written


class KindField(forms.ModelChoiceField):
    """A kind of help with its unit."""

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=Specification.objects.filter(is_active=True), **options)

    def label_from_instance(self, obj: Specification) -> str:
        return f"{named(obj)} ({unit(obj.unit)})"


class KindFilters(Filters):
    """A filter bar whose search goes by the names of kinds; `of_kind` is the ORM path of the kind."""

    searched = ("search_key",)
    of_kind = "specification"

    def search(self, rows: QuerySet, text: str) -> QuerySet:
        """The few kinds are looked up first: the planner cannot know how many rows a name would find."""
        return self._of(rows, written(Specification.objects.order_by(), text, self.searched))

    def similar(self, rows: QuerySet, text: str) -> QuerySet:
        return self._of(rows, like_written(Specification.objects.order_by(), text, self.searched))

    def _of(self, rows: QuerySet, kinds: QuerySet) -> QuerySet:
        return rows.filter(**{f"{self.of_kind}__in": list(kinds.values_list("pk", flat=True))})


class KindFilter(KindField):
    """A kind in a filter bar."""

    def label_from_instance(self, obj: Specification) -> str:
        return named(obj)
