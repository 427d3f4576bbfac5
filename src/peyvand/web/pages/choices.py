"""Choices of places, kinds and organisations in forms, named in the reader's language."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.resources.models import Specification
from peyvand.scope.acting import NOWHERE, Acting
from peyvand.scope.bulk import below
from peyvand.web.lists import Filters, like_written, written
from peyvand.web.pages.words import named
from peyvand.web.templatetags.peyvand_format import unit

# A select box is a fair choice up to about this many rows; above, the finest places are left to narrower roles.
MOST_PLACES = 700


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

    def label_from_instance(self, obj: Place) -> str:
        return "– " * (obj.path.count("/") - self.depth) + named(obj)


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
