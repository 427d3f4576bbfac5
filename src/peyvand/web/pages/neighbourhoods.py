"""The page of any place, for everyone: its figures, results and stories; those who work there see their own rows too."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from peyvand.extend.pages import of_places
from peyvand.extend.programme import OfPlace
from peyvand.flow.capacity.enums import CapacityState
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.figures import Figure, PlaceFigures, place_figures
from peyvand.flow.need.enums import MetBy, NeedState
from peyvand.flow.need.models import Need
from peyvand.flow.reached import reached
from peyvand.flow.story.queries import published
from peyvand.kernel.jalali import JalaliMonth, business_date
from peyvand.people.enums import OrganisationKind
from peyvand.people.models import Organisation
from peyvand.places.actions import may_change_place
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.places.queries import ancestors, chain
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import at_once, below, in_area
from peyvand.web.charts import bars
from peyvand.web.pages.access import address, everyone, open_to
from peyvand.web.pages.pictures import MEASURES, map_of, measure_of, measure_tabs, parts_of, river, seats_around
from peyvand.web.pages.stories import with_kinds
from peyvand.web.pages.words import band_label, in_ones_language, named
from peyvand.web.programmes import known_programmes
from peyvand.web.search import like_written, written
from peyvand.web.templatetags.peyvand_format import jmonth, quantity
from peyvand.web.templatetags.peyvand_pages import place_url

SHOWN = 8
MOST_FOUND = 60
MOST_LIKE = 20
MOST_ASKED = 20


def organisations_at(place: Place) -> QuerySet[Organisation]:
    """Who can be asked here: organisations of this place, of places in it, and of those it lies in up to the province."""
    outer = ancestors(place.path)[1:]
    near = Q(place__path__in=outer) | below(place.path, "place__path")
    return Organisation.objects.filter(near, is_active=True).order_by("-place__path", "sort_key")


@require_GET
@open_to(everyone)
def places(request: HttpRequest) -> HttpResponse:
    """Find a place by its name."""
    text = request.GET.get("q", "")[:100]
    rows = Place.objects.select_related("parent").defer("boundary", "parent__boundary")
    exact = written(rows, text, ("search_key",)) if text.strip() else rows.filter(kind=PlaceKind.PROVINCE)
    found = list(exact.order_by("path")[: MOST_FOUND + 1])
    few = len(found) <= MOST_FOUND
    like = list(like_written(rows, text, ("search_key",)).order_by("path")[:MOST_LIKE]) if few else []
    context = {
        "q": text,
        "like": [(one, place_url(one)) for one in like],
        "found": [(one, place_url(one)) for one in found[:MOST_FOUND]],
        "more": len(found) > MOST_FOUND,
    }
    return render(request, "web/pages/places.html", context)


def _read(by: Acting, place: Place, figures: PlaceFigures, of: Sequence[OfPlace]) -> list[list[Any]]:
    """In one statement: the seats of organisations around, who can be asked here, the needs and offers of one's own work, and what
    programmes say of the place."""
    kind = {
        "name_fa": F("specification__name_fa"),
        "name_en": F("specification__name_en"),
        "unit": F("specification__unit"),
    }
    giver = {"giver_fa": F("organisation__name_fa"), "giver_en": F("organisation__name_en")}
    seat = {"place_fa": F("place__name_fa"), "place_en": F("place__name_en")}
    public = (
        seats_around(place, figures),
        organisations_at(place).values("name_fa", "name_en", "kind", **seat)[:MOST_ASKED],
    )
    more = [one.rows(by, place) for one in of]
    if not by.is_staff:
        seats, asked, *told = at_once(*public, *more)
        return [seats, asked, [], [], *told]
    needs = Need.objects.filter(below(place.path), in_area(by), state=NeedState.OPEN).order_by(
        "-priority", "created_at"
    )
    left = Q(quantity__gt=F("committed"))
    offers = Capacity.objects.filter(left, below(place.path), state=CapacityState.OPEN).order_by("-id")
    return at_once(
        *public,
        needs.values("pk", "priority", left=F("quantity") - F("met"), **kind)[:SHOWN],
        offers.values("pk", left=F("quantity") - F("committed"), **kind, **giver)[:SHOWN],
        *more,
    )


def _own_rows(place: Place, lacking: list[Any], given: list[Any]) -> dict[str, Any]:
    """What the reader's own role shows him of this place; row security said which."""
    here = f"?place={place.path}"
    return {
        "own_needs": [
            {
                "kind": in_ones_language(one["name_fa"], one["name_en"]), "url": address("need", one["pk"]),
                "band": band_label(one["priority"]), "text": quantity(one["left"], one["unit"]),
            }
            for one in lacking
        ],
        "own_capacities": [
            {
                "kind": in_ones_language(one["name_fa"], one["name_en"]),
                "url": reverse("capacity", args=[one["pk"]]), "text": quantity(one["left"], one["unit"]),
                "giver": in_ones_language(one["giver_fa"], one["giver_en"]),
            }
            for one in given
        ],
        "needs_url": address("needs") and address("needs") + here,
        "capacities_url": reverse("capacities") + here,
    }  # fmt: skip


def _asked(row: dict[str, Any]) -> dict[str, str]:
    return {
        "name": in_ones_language(row["name_fa"], row["name_en"]),
        "kind": str(OrganisationKind(row["kind"]).label),
        "place": in_ones_language(row["place_fa"], row["place_en"]),
    }


def since_first(months: list[tuple[JalaliMonth, Figure]]) -> list[tuple[JalaliMonth, Figure]]:
    """Without the empty months before the first result; the last three always."""
    first = next((place for place, (_month, count) in enumerate(months) if count != 0), len(months))
    return months[min(first, len(months) - 3) :]


@require_GET
@open_to(everyone)
def neighbourhood(request: HttpRequest, path: str) -> HttpResponse:
    by: Acting = request.acting  # type: ignore[attr-defined]
    *outer, place = chain(f"{path}/") or [Place()]
    if place.path != f"{path}/":
        raise Http404
    figures = place_figures(place, today=business_date(timezone.now()))
    of = of_places(by, known_programmes(request)) if by.membership_id else []
    seats, asked, lacking, given, *told = _read(by, place, figures, of)
    parts = parts_of(place, figures, seats)
    measure = measure_of(request.GET.get("map", ""))
    months = [(jmonth(month), count) for month, count in since_first(figures.months)]
    met = [(by_whom.label, figures.met_by[by_whom]) for by_whom in MetBy]
    context = {
        "place": place,
        "counts": figures.counts,
        "withheld": figures.withheld,
        "met_bars": bars(met, MetBy.JOINTLY.label),
        "month_bars": bars(months),
        "has_met": figures.counts["met"] != 0,
        "kinds": figures.kinds,
        "children": parts,
        "map": map_of(place, outer, parts, measure),
        "map_title": MEASURES[measure],
        "map_tabs": measure_tabs(measure),
        "river": river(reached(figures)) if figures.counts["told"] != 0 else [],
        "stories": with_kinds(list(published(place.path).order_by("-published_at")[:4])),
        "organisations": [_asked(one) for one in asked],
        "crumbs": [(named(one), place_url(one)) for one in outer],
        "kind_label": place.get_kind_display(),
        "title": gettext("%(kind)s: %(name)s") % {"kind": place.get_kind_display(), "name": named(place)},
        "is_staff": by.is_staff,
        "has_map": not figures.children and place.lat is not None,
        "among": not figures.children,
        "path": path,
        "map_query": f"?map={measure}",
        "counted_at": figures.counted_at,
        "map_path": path,
        "blocks": [
            block for one, rows in zip(of, told, strict=True) if (block := one.block(by, place, rows)) is not None
        ],
        "change_url": reverse("start_place", args=[place.pk]) if may_change_place(by, place) is None else "",
    } | (_own_rows(place, lacking, given) if by.is_staff else {})
    return render(request, "web/pages/neighbourhood.html", context)
