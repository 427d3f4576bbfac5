"""What a map of a place is drawn from: borders and points of our own, as GeoJSON. Places are public, so this is too."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from peyvand.places.enums import FINE, PlaceKind
from peyvand.places.models import Place
from peyvand.places.queries import ancestors
from peyvand.scope.bulk import below
from peyvand.web.pages.access import everyone, open_to
from peyvand.web.pages.neighbourhoods import place_url
from peyvand.web.pages.words import named

MOST_FEATURES = 1_500
# What is worth drawing inside a place: below a country its provinces, below a province its counties and what is finer.
_INSIDE = {
    PlaceKind.COUNTRY: (PlaceKind.PROVINCE,),
    PlaceKind.PROVINCE: (PlaceKind.COUNTY, *FINE),
}
_FINER = (PlaceKind.CITY, *FINE)


@require_safe
@open_to(everyone)
def place_map(request: HttpRequest, path: str) -> HttpResponse:
    """The place itself ("own"), the borders it lies in ("around"), and its neighbours or parts ("beside")."""
    place = get_object_or_404(Place.objects.select_related("parent"), path=f"{path}/")
    area = place.parent if place.kind in FINE and place.parent else place
    inside = _INSIDE.get(PlaceKind(area.kind), _FINER)
    around = Place.objects.filter(path__in=ancestors(place.path)[:-1], boundary__isnull=False)
    beside = Place.objects.filter(below(area.path, "path"), kind__in=inside, lat__isnull=False).exclude(pk=place.pk)
    features = [_feature(one, "around") for one in around.exclude(kind=PlaceKind.COUNTRY)]
    if place.lat is not None or place.boundary:
        features.append(_feature(place, "own"))
    elif area.lat is not None:
        features.append(_feature(area, "seat"))
    features += [_feature(one, "beside") for one in beside[:MOST_FEATURES]]
    answer = JsonResponse(
        {"type": "FeatureCollection", "features": features}, json_dumps_params={"ensure_ascii": False}
    )
    answer["Cache-Control"] = "private, max-age=30"
    patch_vary_headers(answer, ["Cookie"])
    return answer


def _feature(place: Place, part: str) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [place.lon, place.lat]}
    return {
        "type": "Feature",
        "properties": {"name": named(place), "kind": place.kind, "part": part, "url": place_url(place)},
        "geometry": place.boundary or point,
    }
