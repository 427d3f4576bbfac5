"""The reference places: complete, three levels down to the county, and as they were when loaded again."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from peyvand.journal.models import Event
from peyvand.places import build
from peyvand.places.models import Place
from peyvand.places.reference import load_reference, provinces, reference_places
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def test_every_province_county_and_city_is_there() -> None:
    kinds = Counter(row.kind.value for row in reference_places())
    assert kinds == {"country": 1, "province": 31, "county": 429, "city": 1_246}


def test_every_province_has_a_border_a_point_and_an_iso_code() -> None:
    own = [row for row in reference_places() if row.kind == "province"]
    assert all(row.boundary and row.lat for row in own)
    assert sorted(row.code for row in own) == [f"{number:02d}" for number in range(31)]
    assert len({one["border"] for one in provinces()}) == 31


def test_province_and_county_are_the_second_and_third_part_of_the_path() -> None:
    load_reference(by=SYSTEM, now=NOW)
    sari = Place.objects.get(kind="city", name_fa="ساری")
    county = Place.objects.get(path="/".join(sari.path.split("/")[:3]) + "/")
    assert (county.kind, county.name_fa) == ("county", "ساری")
    assert Place.objects.get(path="ir/02/").name_fa == "مازندران"
    assert Place.objects.filter(path__startswith="ir/02/", kind="county").count() == 22
    assert abs((county.lat or 0) - 36.56) < 0.05


def test_points_lie_in_iran_and_name_their_source() -> None:
    for row in reference_places():
        if row.lat is not None and row.lon is not None:
            assert 24 < row.lat < 40
            assert 44 < row.lon < 64
            assert row.source


def test_loading_twice_changes_nothing_and_leaves_one_event_a_level() -> None:
    first = load_reference(by=SYSTEM, now=NOW)
    assert (first.added, first.changed) == (1_707, 0)
    with scope(SYSTEM):
        events = Event.objects.filter(subject_kind="place").count()
    second = load_reference(by=SYSTEM, now=NOW)
    assert (second.added, second.changed, second.same) == (0, 0, 1_707)
    with scope(SYSTEM):
        assert Event.objects.filter(subject_kind="place").count() == events == 4


def test_the_build_names_what_is_not_installed(tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    assert build.main([str(tmp_path)]) == 1
    assert "iran-cities/json/province.json is missing. Run `npm ci` first." in capsys.readouterr().err


def test_the_people_of_towns_are_known_with_their_source_and_those_of_counties_are_not() -> None:
    rows = reference_places()
    sari = next(row for row in rows if row.kind == "city" and row.name_fa == "ساری")
    assert 200_000 < (sari.population or 0) < 600_000
    assert sari.population_source
    assert not [row for row in rows if row.population and row.kind != "city"]
