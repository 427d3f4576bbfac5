"""What the lists are narrowed by. One function for all of them; what only one list knows (`late`, `mine`) it adds itself."""

from typing import Annotated, TypeVar

from django.db.models import Model, QuerySet
from ninja import Field, Schema

from peyvand.api.shapes import PlacePath, Slug, Word
from peyvand.kernel.identifiers import clean
from peyvand.kernel.text import search_key
from peyvand.scope.bulk import below

Row = TypeVar("Row", bound=Model)
Here = Annotated[PlacePath, Field(description="This place and all below it")]
PlaceOfNeed = Annotated[PlacePath, Field(description="Place of the need, and all below it")]
Code = Annotated[Word, Field(description="A tracking code, in either kind of digits")]
Named = Annotated[Word, Field(description="Words of the name")]

_LOOKUPS = {"specification": "specification__slug"}
# Flags and searches mean something else in each list.
_OF_THE_LIST = ("q",)


class Told(Schema):
    """What needs and capacities are found by alike."""

    specification: Slug = ""
    place: Here | None = None
    code: Code = ""


def narrowed(rows: QuerySet[Row], asked: Schema, *, place: str = "place_path", **lookups: str) -> QuerySet[Row]:
    """The rows that agree with every value that was given: a field by its own name or the lookup named for it, `place` with all
    below it, `code` in either kind of digits. Flags and `q` are left to the list.
    """
    for name, value in asked.model_dump().items():
        if value is None or value == "" or isinstance(value, bool) or name in _OF_THE_LIST:
            continue
        if name == "place":
            rows = rows.filter(below(value, place))
        elif name == "code":
            rows = rows.filter(tracking_code=clean(value))
        else:
            rows = rows.filter(**{lookups.get(name) or _LOOKUPS.get(name, name): value})
    return rows


def named(rows: QuerySet[Row], text: str) -> QuerySet[Row]:
    """Those whose name holds every word of `text`, however it was typed."""
    for word in search_key(text).split():
        rows = rows.filter(search_key__contains=word)
    return rows
