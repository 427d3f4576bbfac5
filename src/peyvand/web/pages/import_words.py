"""The columns of lists in the reader's words, and the rows of a preview as they are shown."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from peyvand.flow.capacity.enums import Reach
from peyvand.intake.reading import Reading
from peyvand.people.enums import OrganisationKind, Sex
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.resources.models import Specification
from peyvand.web.pages.words import named
from peyvand.web.templatetags.peyvand_format import digits, jdate_short, km, number

COLUMNS: Mapping[str, Any] = {
    "kind": gettext_lazy("Kind"),
    "quantity": gettext_lazy("Quantity"),
    "urgency": gettext_lazy("Urgency"),
    "family": gettext_lazy("Family file"),
    "place": gettext_lazy("Place"),
    "neighbourhood": gettext_lazy("Neighbourhood"),
    "county": gettext_lazy("County"),
    "province": gettext_lazy("Province"),
    "due_date": gettext_lazy("Needed by"),
    "told_date": gettext_lazy("Told on"),
    "note": gettext_lazy("Note"),
    "together": gettext_lazy("Goes together"),
    "organisation": gettext_lazy("Organisation"),
    "reach": gettext_lazy("Reach"),
    "start_date": gettext_lazy("From"),
    "end_date": gettext_lazy("Until"),
    "smallest_lot": gettext_lazy("Smallest lot"),
    "conditions": gettext_lazy("Conditions"),
    "given_name": gettext_lazy("Given name"),
    "family_name": gettext_lazy("Family name"),
    "head": gettext_lazy("Head"),
    "sex": gettext_lazy("Sex"),
    "birth_year": gettext_lazy("Year of birth"),
    "national_id": gettext_lazy("National ID"),
    "mobile": gettext_lazy("Mobile number"),
    "size": gettext_lazy("Size of the family"),
    "woman_head": gettext_lazy("Headed by a woman"),
    "address": gettext_lazy("Address"),
    "name": gettext_lazy("Name"),
    "parent": gettext_lazy("Parent organisation"),
    "name_en": gettext_lazy("Name in English"),
}
_CODES = ("family", "birth_year")
_HIDDEN = ("national_id", "mobile")


def shown_rows(reading: Reading, most: int) -> list[tuple[int, list[tuple[Any, str]]]]:
    """The first good rows: the number in the file, then (column, value) as it will be stored."""
    pairs = zip(reading.numbers, reading.shown, strict=True)
    return [
        (number, [(COLUMNS[name], _text(name, value)) for name, value in row.items()])
        for number, row in list(pairs)[:most]
    ]


def _text(name: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, Specification | Place | Organisation):
        return named(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return jdate_short(value)
    if name == "reach":
        return km(value) if isinstance(value, int) else str(Reach(value).label)
    if name in _HIDDEN:  # the file's owner recognises it by its end; nobody else should read it over a shoulder
        return digits(f"…{str(value)[-4:]}")
    if name == "sex":
        return str(Sex(value).label)
    if isinstance(value, OrganisationKind):
        return str(value.label)
    return digits(value) if name in _CODES else number(value) if isinstance(value, int) else str(value)
