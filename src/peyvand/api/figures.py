"""Figures of a place, for everyone: counts of all organisations together, none that would betray fewer than five."""

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from peyvand.api.answers import say, today
from peyvand.api.shapes import PlacePath, PlaceRef, SpecificationRef, place_at, place_ref, specification_ref
from peyvand.flow.figures import place_figures
from peyvand.flow.need.enums import MetBy

router = Router(tags=["Figures"])


class Counts(Schema):
    """Counts of rows, not quantities. Null where a figure is withheld."""

    told: int | None
    open: int | None
    met: int | None
    capacities: int | None
    kept: int | None
    late: int | None


class KindOut(Schema):
    specification: SpecificationRef
    open: int | None
    met: int | None
    capacities: int | None


class MonthOut(Schema):
    month: str = Field(examples=["1405-08"], description="A Jalali month")
    met: int | None


class PartOut(Schema):
    place: PlaceRef
    counts: Counts


class FiguresOut(Schema):
    place: PlaceRef
    counts: Counts
    met_by: dict[MetBy, int | None]
    kinds: list[KindOut]
    months: list[MonthOut]
    parts: list[PartOut] = Field(description="The places directly below, with their own figures")


class FiguresQuery(Schema):
    place: PlacePath


@router.get("", response=FiguresOut, summary="Figures of a place, for everyone")
def get_figures(request: HttpRequest, asked: Query[FiguresQuery]) -> HttpResponse:
    place = place_at(asked.place)
    found = place_figures(place, today=today())
    return say(
        FiguresOut(
            place=place_ref(place),
            counts=Counts(**found.counts),
            met_by=dict(found.met_by),
            kinds=[
                KindOut(
                    specification=specification_ref(one.specification), open=one.open, met=one.met,
                    capacities=one.capacities,
                )
                for one in found.kinds
            ],
            months=[MonthOut(month=f"{month.year}-{month.month:02}", met=met) for month, met in found.months],
            parts=[PartOut(place=place_ref(one.place), counts=Counts(**one.counts)) for one in found.children],
        )
    )  # fmt: skip
