"""A census file (invented here): figures with their source, an operator's own left alone, and nothing the second time."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from peyvand.journal.models import Event
from peyvand.kernel.refusals import BadValue
from peyvand.lists.faults import ListRefused
from peyvand.places.actions import NewPlace, put_places
from peyvand.places.census import Taken, take_census
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.scope.acting import SYSTEM

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
HEAD = "census_code,province_fa,county_fa,pop,male,dependency_ratio,unemployment_rate,female_unemployment_rate,illiterate_share_of_active\n"
ROWS = (
    "0201,مازندران,قايم شهر,1000,500,0.40,0.10,0.20,0.05\n"
    "0202,مازندران,ساری,3000,1500,0.50,0.12,0.25,0.06\n"
    "0203,مازندران,ناکجا,500,250,0.45,0.11,0.22,0.05\n"
    "2701,گلستان,گنبد,۲۰۰۰,1000,0.70,0.30,0.40,0.20\n"
    "9901,نااستان,هیچ,10,5,0.40,0.10,0.20,0.05\n"
)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _ground() -> None:
    put_places(
        rows=[
            NewPlace(PlaceKind.COUNTRY, "ایران", "ir"),
            NewPlace(PlaceKind.PROVINCE, "مازندران", "02", "ir/"),
            NewPlace(PlaceKind.PROVINCE, "گلستان", "27", "ir/"),
            NewPlace(
                PlaceKind.COUNTY, "قائم‌شهر", "c1", "ir/02/", deprivation=33, deprivation_source="برآورد استانداری"
            ),
            NewPlace(PlaceKind.COUNTY, "ساری", "c2", "ir/02/"),
            NewPlace(PlaceKind.COUNTY, "گنبد کاووس", "2701", "ir/27/"),
        ],
        by=SYSTEM,
        now=NOW,
    )


def take(folder: Path, text: str, source: str = "سرشماری ساختگی") -> Taken:
    file = folder / "census.csv"
    file.write_text(text, encoding="utf-8")
    return take_census(path=file, source=source, by=SYSTEM, now=NOW)


def figures(path: str) -> tuple[int | None, str, int | None, str]:
    one = Place.objects.get(path=path)
    return one.population, one.population_source, one.deprivation, one.deprivation_source


def test_counties_get_people_and_a_deprivation_with_source_and_provinces_their_sum(tmp_path: Path) -> None:
    assert take(tmp_path, HEAD + ROWS) == Taken(5, 0, 1, ["ناکجا (مازندران)", "هیچ (نااستان)"])
    people, source, deprivation, method = figures("ir/02/c2/")
    assert (people, source) == (3000, "سرشماری ساختگی (شمار سرشماری)")
    assert method == "سرشماری ساختگی (میانگین نمرهٔ معیار چهار شاخص سرشماری)"
    by_code = figures("ir/27/2701/")
    assert by_code[0] == 2000
    assert by_code[2] is not None and deprivation is not None and by_code[2] > deprivation  # noqa: PT018
    assert figures("ir/02/c1/")[0::2] == (1000, 33)  # the operator's own deprivation stays
    assert figures("ir/02/") == (4500, "سرشماری ساختگی (جمع شهرستان‌ها)", None, "")  # with the row that fits no county
    assert Event.objects.filter(act="places.changed").count() == 2


def test_twice_changes_nothing_and_a_later_census_replaces_its_own_figures_alone(tmp_path: Path) -> None:
    take(tmp_path, HEAD + ROWS)
    events = Event.objects.count()
    assert take(tmp_path, HEAD + ROWS).changed == 0
    assert Event.objects.count() == events
    Place.objects.filter(path="ir/02/").update(population=9, population_source="سازمان برنامه")
    later = take(tmp_path, HEAD + ROWS.replace("3000", "3100"), "سرشماری ساختگی دوم")
    assert (figures("ir/02/c2/")[0], figures("ir/02/")[0], later.kept) == (3100, 9, 2)


@pytest.mark.parametrize(
    ("text", "code", "row", "column"),
    [
        (HEAD + ROWS.replace("0.12", "12"), "out_of_range", 3, "unemployment_rate"),
        (HEAD + ROWS.replace("3000", ""), "value_missing", 3, "pop"),
        (HEAD + ROWS + "2701,گلستان,گنبد,5,5,0.4,0.1,0.2,0.1\n", "value_twice", 7, "county_fa"),
        ("province_fa,county_fa,pop\nگلستان,گنبد,5\n", "columns_missing", None, None),
    ],
)
def test_a_fault_is_named_by_row_and_column_and_nothing_is_written(tmp_path: Path, text, code, row, column) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ListRefused) as refused:
        take(tmp_path, text)
    [fault] = refused.value.faults
    assert (fault.code, fault.row, fault.column) == (code, row, column)
    assert not Place.objects.filter(population__isnull=False).exists()


def test_it_has_to_be_said_which_census(tmp_path: Path) -> None:
    with pytest.raises(BadValue):
        take(tmp_path, HEAD + ROWS, " ")
