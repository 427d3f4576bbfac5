"""Importing finer places: every fault named, all or nothing, and nothing changes the second time."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from peyvand.lists.faults import ListRefused
from peyvand.places.actions import NewPlace, put_places
from peyvand.places.enums import PlaceKind
from peyvand.places.importing import import_places
from peyvand.places.models import Place
from peyvand.places.reference import load_reference
from peyvand.scope.acting import SYSTEM, Acting, Role

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
SQUARE = {"type": "Polygon", "coordinates": [[[53.0, 36.0], [53.1, 36.0], [53.1, 36.1], [53.0, 36.0]]]}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _ground() -> None:
    put_places(
        rows=[
            NewPlace(PlaceKind.COUNTRY, "ایران", "ir"),
            NewPlace(PlaceKind.PROVINCE, "مازندران", "02", "ir/"),
            NewPlace(PlaceKind.PROVINCE, "گلستان", "27", "ir/"),
            NewPlace(PlaceKind.COUNTY, "قائم‌شهر", "c1", "ir/02/"),
            NewPlace(PlaceKind.COUNTY, "ساری", "c2", "ir/02/"),
            NewPlace(PlaceKind.COUNTY, "گنبد", "c3", "ir/27/"),
        ],
        by=SYSTEM,
        now=NOW,
    )


def read(folder: Path, text: str, *, kind: PlaceKind | None = PlaceKind.NEIGHBOURHOOD, name: str = "list.csv", **more):  # type: ignore[no-untyped-def]
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return import_places(path=file, kind=kind, by=SYSTEM, now=NOW, **more)


def test_neighbourhoods_of_a_persian_list_stand_below_their_counties(tmp_path: Path) -> None:
    text = (
        "فهرست محله‌ها\nنام محله,استان,شهرستان,عرض,طول\nنوبنیاد,مازندران,ساري,۳۶٫۵۶,۵۳٫۰۶\nنوبنیاد,مازندران,قایم شهر,,\n"
    )
    put = read(tmp_path, text, source="شهرداری")
    assert (put.added, put.changed, put.same) == (2, 0, 0)
    first = Place.objects.get(parent__path="ir/02/c2/")
    assert (first.lat, first.lon, first.source, first.kind) == (36.56, 53.06, "شهرداری", "neighbourhood")
    assert Place.objects.filter(parent__path="ir/02/c1/", name_fa="نوبنیاد").exists()


def test_importing_twice_changes_nothing_and_a_correction_changes_one_place(tmp_path: Path) -> None:
    text = "name,county,deprivation,deprivation_source\nنوبنیاد,ساری,70,سرشماری\nاسپیاری,ساری,,\n"
    read(tmp_path, text)
    again = read(tmp_path, text)
    assert (again.added, again.changed, again.same) == (0, 0, 2)
    corrected = read(tmp_path, text.replace("70", "65"))
    assert (corrected.added, corrected.changed, corrected.same) == (0, 1, 1)
    assert Place.objects.get(name_fa="نوبنیاد").deprivation == 65


def test_a_border_of_a_known_county_joins_the_county_there_is(tmp_path: Path) -> None:
    feature = {"type": "Feature", "properties": {"name_fa": "قائمشهر", "province_iso": "IR-02"}, "geometry": SQUARE}
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    put = read(tmp_path, text, kind=PlaceKind.COUNTY, name="counties.geojson")
    assert (put.added, put.changed) == (0, 1)
    assert Place.objects.get(path="ir/02/c1/").boundary == SQUARE


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",ساری,,", 'row 2, column "name": the cell is empty'),
        ("نوبنیاد,ناکجا,,", 'row 2, column "county": there is no place named "ناکجا"'),
        ("نوبنیاد,,,", 'row 2, column "county": it is not said where this neighbourhood lies'),
        ("نوبنیاد,ساری,99,53", 'row 2, column "lat": "99" is not between -90 and 90'),
        ("نوبنیاد,ساری,36,", 'row 2, column "lon": the cell is empty'),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_written(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(ListRefused) as refused:
        read(tmp_path, f"name,county,lat,lon\n{row}\nدرست,ساری,,\n")
    assert said in str(refused.value)
    assert len(refused.value.faults) == 1
    assert not Place.objects.filter(kind="neighbourhood").exists()


def test_the_same_place_twice_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ListRefused, match='row 3, column "name": "نوبنياد" already stands in row 2'):
        read(tmp_path, "name,county\nنوبنیاد,ساری\nنوبنياد,ساری\n")


def test_a_line_is_no_border_and_a_broken_file_is_no_geojson(tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[53, 36], [54, 36]]}
    feature = {"type": "Feature", "properties": {"name": "محله", "county": "ساری"}, "geometry": line}
    with pytest.raises(ListRefused, match=r'row 1, column "geometry": .*"LineString"'):
        read(tmp_path, json.dumps({"features": [feature]}), name="lines.geojson")
    with pytest.raises(ListRefused, match="not a GeoJSON collection"):
        read(tmp_path, '{"features": 3}', name="broken.geojson")


def test_places_are_imported_by_officers_in_their_own_area_only(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("name,county\nمحله,گنبد\n", encoding="utf-8")
    officer = Acting(role=Role.COUNTY_OFFICER, place_path="ir/02/", organisation_path="1/")
    with pytest.raises(Exception, match="outside your area"):
        import_places(path=file, kind=PlaceKind.NEIGHBOURHOOD, by=officer, now=NOW)
    facilitator = Acting(role=Role.FACILITATOR, place_path="ir/", organisation_path="1/")
    with pytest.raises(Exception, match="officers and administrators"):
        import_places(path=file, kind=PlaceKind.NEIGHBOURHOOD, by=facilitator, now=NOW)


GEO = Path(os.environ.get("PEYVAND_GEO_FILES", "geo-files"))


@pytest.mark.skipif(
    not (GEO / "counties.geojson").is_file(), reason="PEYVAND_GEO_FILES names no folder with counties.geojson"
)
def test_borders_of_all_counties_join_the_reference_places() -> None:
    load_reference(by=SYSTEM, now=NOW)
    first = import_places(path=GEO / "counties.geojson", kind=PlaceKind.COUNTY, by=SYSTEM, now=NOW)
    assert first.added + first.changed == 478
    assert first.changed > 400
    again = import_places(path=GEO / "counties.geojson", kind=PlaceKind.COUNTY, by=SYSTEM, now=NOW)
    assert (again.added, again.changed, again.same) == (0, 0, 478)


def test_people_are_brought_in_with_their_source_and_never_without(tmp_path: Path) -> None:
    text = "نام محله,شهرستان,جمعیت,منبع جمعیت\nنوبنیاد,ساری,۱۲۳۴۰,سرشماری ۱۳۹۵\nاسپیاری,ساری,,\n"
    assert read(tmp_path, text).added == 2
    assert Place.objects.get(name_fa="نوبنیاد").population == 12_340
    assert Place.objects.get(name_fa="نوبنیاد").population_source == "سرشماری ۱۳۹۵"
    assert Place.objects.get(name_fa="اسپیاری").population is None
    with pytest.raises(ListRefused) as refused:
        read(tmp_path, text.replace("سرشماری ۱۳۹۵", ""))
    assert [fault.code for fault in refused.value.faults] == ["value_missing"]


@pytest.mark.parametrize("half", [{"lat": 36.5}, {"lon": 53.0}, {"lat": 99.0, "lon": 53.0}])
def test_the_database_refuses_half_a_point(half: dict[str, float]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Place.objects.filter(path="ir/02/c2/").update(**half)
