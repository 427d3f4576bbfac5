"""Reading an operator's list of places (borders, official lists, neighbourhoods) from GeoJSON, CSV or a workbook.

Columns or properties, English or Persian, in any order: name, kind, code, province (name or ISO code), county, city, lat, lon,
deprivation and population each with its source, name in English, source.
Headings and their synonyms stand in `peyvand/lists/synonyms.toml`.
A place that already stands under the same parent with the same name keeps its code, so importing twice changes nothing.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from peyvand.kernel.text import word_key
from peyvand.lists import Column, Form, Rows, Synonyms, read_rows, read_table
from peyvand.lists.columns import degrees, heading_of, text, whole
from peyvand.lists.faults import BadCell, Fault, ListRefused, refuse
from peyvand.lists.headings import Table, find_table
from peyvand.lists.reading import Sheet, cell_text
from peyvand.places.actions import NewPlace, Put, put_places
from peyvand.places.enums import PARENTS, PlaceKind
from peyvand.places.geometry import is_border
from peyvand.places.models import Place
from peyvand.scope.acting import Acting

_KINDS = {word_key(kind): kind for kind in PlaceKind} | {
    word_key(name): kind
    for kind, name in zip(
        PlaceKind,
        ("کشور", "استان", "شهرستان", "بخش", "شهر", "دهستان", "محله", "روستا", "عشایری"),
        strict=True,
    )
}


def _kind(cell: str) -> PlaceKind:
    if word_key(cell) not in _KINDS:
        raise BadCell("not_a_place_kind", value=cell)
    return _KINDS[word_key(cell)]


def _percent(cell: str) -> int:
    value = whole(cell)
    if value > 100:
        raise BadCell("out_of_range", value=cell, least=0, most=100)
    return value


def _code(cell: str) -> str:
    if "/" in cell or len(cell) > 40:
        raise BadCell("not_a_place_code", value=cell)
    return cell


FORM = Form(
    "places",
    [
        Column("name", text, required=True),
        Column("kind", _kind),
        Column("code", _code),
        Column("province", text),
        Column("county", text),
        Column("city", text),
        Column("lat", degrees(90)),
        Column("lon", degrees(180)),
        Column("deprivation", _percent),
        Column("deprivation_source", text, default=""),
        Column("population", whole),
        Column("population_source", text, default=""),
        Column("name_en", text, default=""),
        Column("source", text, default=""),
    ],
)


@dataclass(frozen=True)
class Content:
    """The table of a file, and the geometry of a row where it has one."""

    table: Table
    rows: Rows
    geometries: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)


def read_places(path: Path, *, kind: PlaceKind | None = None, within: str = "", source: str = "") -> list[NewPlace]:
    """The places of a file, ready for `put_places`. `kind`, `within` (a path) and `source` hold where a row says nothing.

    Raises `ListRefused` with every fault, named by file, row and column.
    """
    content = _content(path)
    standing = _Standing(within)
    faults = list(content.rows.faults)
    places, seen = [], dict[tuple[str, str], int]()
    for number, row in zip(content.rows.numbers, content.rows.values, strict=True):
        try:
            place = _place(row, content.geometries.get(number), standing, kind, source)
            first = seen.setdefault((place.parent_path, place.code), number)
            if first != number:
                raise _Wrong("name", "value_twice", value=place.name_fa, first=first)
        except _Wrong as wrong:
            column = heading_of(content.table, wrong.column)
            faults.append(Fault(content.table.file, wrong.code, number, column, wrong.details))
        else:
            places.append(place)
    if faults:
        raise ListRefused(sorted(faults, key=lambda fault: fault.row or 0))
    return places


def import_places(
    *, path: Path, kind: PlaceKind | None = None, within: str = "", source: str = "", by: Acting, now: datetime
) -> Put:
    """Read a file and put its places: all or nothing, and nothing changes the second time."""
    return put_places(rows=read_places(path, kind=kind, within=within, source=source), by=by, now=now)


def _content(path: Path) -> Content:
    try:
        looks_like_json = path.read_bytes()[:64].lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{")
    except OSError:
        looks_like_json = False  # the reader of tables says what is wrong
    if looks_like_json:
        return _geojson(path)
    table = read_table(path, FORM, Synonyms.load())
    return Content(table, read_rows(table, FORM))


def _geojson(path: Path) -> Content:
    try:
        features = json.loads(path.read_text(encoding="utf-8-sig"))["features"]
        properties = [dict(feature["properties"] or {}) for feature in features]
        geometries = {number: feature["geometry"] for number, feature in enumerate(features, 1) if feature["geometry"]}
    except (ValueError, KeyError, TypeError) as error:
        raise refuse(path.name, "not_geojson") from error
    names = list(dict.fromkeys(name for one in properties for name in one))
    rows = [(0, tuple(names))] + [
        (number, tuple(cell_text(one.get(name)) for name in names)) for number, one in enumerate(properties, 1)
    ]
    columns, required = [one.name for one in FORM.columns], [one.name for one in FORM.columns if one.required]
    table = find_table(path.name, FORM.name, [Sheet("", rows)], columns, required, Synonyms.load())
    return Content(table, read_rows(table, FORM), geometries)


class _Wrong(Exception):
    def __init__(self, column: str, code: str, **details: object) -> None:
        self.column, self.code, self.details = column, code, details
        super().__init__(code)


class _Standing:
    """The places there are, by kind, parent and folded name."""

    def __init__(self, within: str) -> None:
        rows = Place.objects.values_list("kind", "path", "name_fa", "code")
        self.within = within
        self.kinds = {path: PlaceKind(kind) for kind, path, _, _ in rows}
        self.code_of: dict[tuple[str, str, str], str] = {}
        self.named: dict[tuple[str, str], list[str]] = {}
        for kind, path, name, code in rows:
            parent = path[: path.rstrip("/").rfind("/") + 1]
            self.code_of[kind, parent, word_key(name)] = code
            names = {word_key(name)} | ({word_key(f"IR-{code}")} if kind == PlaceKind.PROVINCE else set())
            for one in names:
                self.named.setdefault((kind, one), []).append(path)

    def find(self, kind: PlaceKind, name: str, above: str, column: str) -> str:
        """The path of the one place of this kind and name below `above`."""
        found = [path for path in self.named.get((kind, word_key(name)), ()) if path.startswith(above)]
        if len(found) == 1:
            return found[0]
        raise _Wrong(column, "place_unknown" if not found else "place_not_clear", value=name)

    def parent(self, row: Mapping[str, Any], kind: PlaceKind) -> str:
        """The finest of province, county and city that the row names and that may stand above `kind`."""
        path = self.within or next((one for one, what in self.kinds.items() if what == PlaceKind.COUNTRY), "")
        for above, column in ((PlaceKind.PROVINCE, "province"), (PlaceKind.COUNTY, "county"), (PlaceKind.CITY, "city")):
            if row[column] and above != kind and self.kinds.get(path) != above:
                path = self.find(above, row[column], path, column)
        if self.kinds.get(path) not in PARENTS[kind]:
            wanted = [one.value for one in PARENTS[kind]]
            raise _Wrong("county", "place_parent_missing", kind=kind.value, wanted=wanted)
        return path


def _place(
    row: Mapping[str, Any], geometry: Mapping[str, Any] | None, standing: _Standing, kind: PlaceKind | None, source: str
) -> NewPlace:
    what = row["kind"] or kind
    if what is None:
        raise _Wrong("kind", "value_missing")
    if (row["lat"] is None) != (row["lon"] is None):
        raise _Wrong("lon" if row["lon"] is None else "lat", "value_missing")
    if row["deprivation"] is not None and not row["deprivation_source"]:
        raise _Wrong("deprivation_source", "value_missing")
    if row["population"] and not row["population_source"]:
        raise _Wrong("population_source", "value_missing")
    parent = standing.parent(row, what)
    lat, lon, border = _where(row, geometry)
    code = standing.code_of.get((what, parent, word_key(row["name"]))) or row["code"] or made_code(row["name"])
    return NewPlace(
        what, row["name"], code, parent, row["name_en"], lat, lon, border, row["deprivation"], row["deprivation_source"],
        (row["source"] or source)[:200], population=row["population"] or None, population_source=row["population_source"],
    )  # fmt: skip


def _where(
    row: Mapping[str, Any], geometry: Mapping[str, Any] | None
) -> tuple[float | None, float | None, dict[str, Any] | None]:
    if geometry is None:
        return row["lat"], row["lon"], None
    if geometry.get("type") == "Point":
        lon, lat = _position(geometry)
        return lat, lon, None
    if not is_border(geometry):
        raise _Wrong("geometry", "not_a_border", value=geometry.get("type"))
    return row["lat"], row["lon"], dict(geometry)


def _position(geometry: Mapping[str, Any]) -> Iterable[float]:
    match geometry.get("coordinates"):
        case [(int() | float()) as lon, (int() | float()) as lat, *_] if -180 <= lon <= 180 and -90 <= lat <= 90:
            return lon, lat
    raise _Wrong("geometry", "not_a_point", value=geometry.get("coordinates"))


def made_code(name: str) -> str:
    """The same name always gets the same code."""
    return "n" + hashlib.blake2s(word_key(name).encode(), digest_size=5).hexdigest()
