"""Reading rows for a page: in which area they lie, and the names that stand beside them, without a query a row."""

from typing import Any

from django.db.models import CharField, F, Func, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import HttpRequest
from django.utils.translation import get_language

from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.scope.bulk import below

COUNTY_DEPTH = 3


def local_name(prefix: str = "") -> str:
    """The ORM path of a name in the reader's language."""
    return f"{prefix}name_fa" if (get_language() or "fa").startswith("fa") else f"{prefix}name_en"


def county_path(column: str = "place_path") -> Func:
    """The path of the county (or, above it, of the place itself): as near as a private need is ever told."""
    pattern = Value(f"^(?:[^/]+/){{1,{COUNTY_DEPTH}}}")
    return Func(F(column), pattern, function="substring", output_field=CharField())


def with_county(rows: QuerySet, column: str = "place_path") -> QuerySet:
    """Each row with `county`, the name of its county in the reader's language, without a query a row."""
    named = Place.objects.filter(path=OuterRef("county_path_")).values(shown_name=_or_persian())[:1]
    return rows.annotate(county_path_=county_path(column)).annotate(county=Subquery(named))


def with_giver(rows: QuerySet) -> QuerySet:
    """Each row with `giver` and `asker`: the names of the two organisations, from the public registry."""
    for name in ("giver", "asker"):
        named = Organisation.objects.filter(path=OuterRef(f"{name}_path")).values(shown_name=_or_persian())[:1]
        rows = rows.annotate(**{name: Subquery(named)})
    return rows


def _or_persian() -> Any:
    return Coalesce(NullIf(F(local_name()), Value("")), F("name_fa"))


def county_of(path: str) -> Place | None:
    return Place.objects.filter(path="/".join(path.split("/")[:COUNTY_DEPTH]).rstrip("/") + "/").first()


def in_place(request: HttpRequest, rows: QuerySet) -> QuerySet:
    """The rows in the place that `?place=` names by its path; all of them without it."""
    path = request.GET.get("place", "")
    return rows.filter(below(path)) if path.endswith("/") else rows
