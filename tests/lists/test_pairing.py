"""Two lists in, matches out: the worst-off first, every unit accounted for, every reason true."""

import random
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from peyvand.lists import ListRefused, Synonyms, match_lists

WriteLists = Callable[..., tuple[Path, Path]]


def reasons_of(needs: Path, capacities: Path) -> dict[tuple[str, str | None], str]:
    frame = match_lists(needs, capacities).frame()
    return {(need, capacity): reason for need, capacity, reason in frame.select("need", "capacity", "reason").rows()}


def test_who_helps_whom_and_why_and_who_is_left_and_why(write_lists: WriteLists) -> None:
    frame = match_lists(*write_lists()).frame()
    assert frame.columns[:5] == ["need", "capacity", "quantity", "km", "reason"]
    assert frame.select("need", "capacity", "quantity").rows() == [
        ("n1", None, 1),
        ("n2", "c1", 1),
        ("n3", "c2", 1),
        ("n3", None, 1),
        ("n4", None, 1),
        ("n5", None, 1),
    ]
    assert frame["reason"].to_list() == [
        "ویلچر: every capacity it can get, also through exchanges with other needs (1 in all), is full with needs of "
        "priority 90 or more; the priority of this need is 20.",
        "ویلچر: served by the only capacity within reach.",
        "سمعک: served by the only capacity within reach, 1 of 2 units.",
        "سمعک: every capacity it can get, also through exchanges with other needs (1 in all), is full with needs of "
        "priority 80 or more; the priority of this need is 80. 1 of 2 units are left.",
        "عصا: no capacity of this kind is in the list.",
        "گفتار درمانی: capacities of this kind: 1, none of which reaches this place.",
    ]


def test_persian_headings_and_reasons(write_lists: WriteLists) -> None:
    frame = match_lists(*write_lists()).frame("fa")
    assert frame.columns == [
        *("نیاز", "ظرفیت", "تعداد", "کیلومتر", "دلیل"),
        *("نیاز: نام", "نیاز: تلفن", "ظرفیت: خیریه"),
    ]
    assert frame["دلیل"][2] == "سمعک: تنها ظرفیت در دسترس آن را برمی‌آورد، ۱ واحد از ۲ واحد."


def test_other_columns_come_back_with_their_row(write_lists: WriteLists) -> None:
    rows = match_lists(*write_lists()).frame().select("need: نام", "need: تلفن", "capacity: خیریه").rows()
    assert rows[0] == ("رقیه", "+989121111111", None)
    assert rows[1] == ("مریم", "09122222222", "=مهر")


def test_columns_of_the_same_name_do_not_hide_each_other(write_lists: WriteLists) -> None:
    needs = [["id", "kind", "name", "name", ""], [1, "a", "x", "y", "z"]]
    frame = match_lists(*write_lists(needs, [["id", "kind", "name"], [1, "a", "w"]])).frame()
    extra = frame.select(frame.columns[5:])
    assert extra.to_dicts() == [
        {"need: name": "x", "need: name (2)": "y", "need: column E": "z", "capacity: name": "w"},
    ]


def test_the_nearest_serves_and_the_next_when_it_is_full(write_lists: WriteLists) -> None:
    needs = [["id", "kind", "lat", "lon", "priority"], ["a", "k", 36.50, 53.0, 90], ["b", "k", 36.51, 53.0, 10]]
    capacities = [
        ["id", "kind", "lat", "lon", "reach"],
        ["far", "k", 36.60, 53.0, "20 km"],
        ["near", "k", 36.50, 53.0, 20],
        ["out", "k", 37.50, 53.0, 20],
    ]
    frame = match_lists(*write_lists(needs, capacities)).frame()
    assert frame.select("need", "capacity", "km").rows() == [("a", "near", 0.0), ("b", "far", 10.01)]
    assert frame["reason"].to_list() == [
        "k: served by the nearest capacity within reach (0 km away).",
        "k: served by a capacity within reach (10 km away); the nearest one (1.1 km) is full.",
    ]


def test_a_served_need_is_moved_so_that_another_is_served_too(write_lists: WriteLists) -> None:
    needs = [["id", "kind", "county", "priority"], ["a", "k", "ساری", 90], ["b", "k", "آمل", 10]]
    capacities = [
        ["id", "kind", "province", "county", "reach"],
        ["anywhere", "k", "مازندران", "بابل", "کشور"],
        ["local", "k", "مازندران", "ساری", "شهرستان"],
    ]
    rows = match_lists(*write_lists(needs, capacities)).frame().select("need", "capacity").rows()
    assert rows == [("a", "local"), ("b", "anywhere")]


def test_a_need_without_a_place_and_a_capacity_without_units_say_so(write_lists: WriteLists) -> None:
    needs = [["id", "kind", "county"], ["a", "k", ""], ["b", "z", "ساری"]]
    capacities = [["id", "kind", "quantity", "county"], ["c", "k", 1, "ساری"], ["d", "z", 0, "ساری"]]
    reasons = reasons_of(*write_lists(needs, capacities))
    assert reasons["a", None] == "k: capacities of this kind: 1, but the row of this need does not say where it is."
    assert reasons["b", None] == "z: capacities within reach: 1, none of which has a unit to give."


def test_lists_without_places_are_matched_by_kind_alone(write_lists: WriteLists) -> None:
    frame = match_lists(*write_lists([["id", "kind"], [1, "a"]], [["id", "kind"], [9, "A"]])).frame()
    assert frame.select("need", "capacity").rows() == [("1", "9")]


def test_a_county_counts_where_its_province_is_not_written(write_lists: WriteLists) -> None:
    needs = [["id", "kind", "province", "county"], [1, "k", "مازندران", "ساری"], [2, "k", "گلستان", "گرگان"]]
    capacities = [
        ["id", "kind", "province", "county", "reach"],
        [9, "k", "", "ساری", "شهرستان"],
        [8, "k", "یزد", "", ""],
    ]
    assert match_lists(*write_lists(needs, capacities)).frame()["capacity"].to_list() == ["9", None]


def test_counties_of_one_name_in_two_provinces_are_two(write_lists: WriteLists) -> None:
    needs = [["id", "kind", "province", "county"], [1, "k", "مازندران", "نور"], [2, "k", "گلستان", "نور"]]
    capacities = [["id", "kind", "province", "county"], [9, "k", "گلستان", "نور"]]
    result = match_lists(*write_lists(needs, capacities))
    assert result.frame()["capacity"].to_list() == [None, "9"]
    assert [share.name for share in result.figures.by_place] == ["نور (مازندران)", "نور (گلستان)"]


def test_a_stand_in_for_a_reach_is_told(write_lists: WriteLists) -> None:
    needs = [["id", "kind", "province"], [1, "k", "مازندران"]]
    capacities = [["id", "kind", "province", "county", "reach"], [9, "k", "مازندران", "ساری", "county"]]
    result = match_lists(*write_lists(needs, capacities))
    assert result.figures.total.served == 1
    assert "the province stands in" in result.sentences()[0]


def test_bad_rows_of_both_lists_are_told_together(write_lists: WriteLists) -> None:
    paths = write_lists([["id", "kind"], ["", "a"], [1, "a"]], [["id", "kind", "quantity"], [1, "a", "x"]])
    with pytest.raises(ListRefused) as refused:
        match_lists(*paths)
    assert [(fault.file, fault.row, fault.column) for fault in refused.value.faults] == [
        ("needs.csv", 2, "id"),
        ("capacities.csv", 2, "quantity"),
    ]


def test_rejects_let_the_good_rows_go_on(write_lists: WriteLists) -> None:
    needs = [["id", "kind", "county", "note"], ["", "a", "x", "one"], [1, "a", "x", "two"], [1, "a", "x", "three"]]
    capacities = [["id", "kind", "county", "reach"], [8, "a", "x", "county"], [9, "a", "", "county"], [7, "", "", ""]]
    result = match_lists(*write_lists(needs, capacities), rejects=True)
    assert result.frame().select("need", "capacity", "need: note").rows() == [("1", "8", "two")]
    rejected = result.rejects()
    assert rejected.select("file", "row", "need: note").rows() == [
        ("needs.csv", 2, "one"),
        ("needs.csv", 4, "three"),
        ("capacities.csv", 3, ""),
        ("capacities.csv", 4, ""),
    ]
    assert rejected["reasons"][1] == 'id: "1" already stands in row 3.'
    assert rejected["reasons"][2].startswith("reach: this says how far")


def test_with_every_need_rejected_there_is_nothing_to_match(write_lists: WriteLists) -> None:
    result = match_lists(*write_lists([["id", "kind"], [1, ""]], [["id", "kind"], [9, "a"]]), rejects=True)
    assert len(result.frame()) == 0
    assert result.frame().columns == ["need", "capacity", "quantity", "km", "reason"]
    assert result.figures.total.needs == 0


def test_with_every_capacity_rejected_all_needs_are_left(write_lists: WriteLists) -> None:
    result = match_lists(*write_lists([["id", "kind"], [1, "a"]], [["id", "kind"], [9, ""]]), rejects=True)
    assert result.frame().select("capacity", "reason").rows() == [(None, "a: no capacity of this kind is in the list.")]


def test_the_same_file_twice_is_refused(write_lists: WriteLists) -> None:
    needs, _ = write_lists()
    with pytest.raises(ListRefused, match="given twice"):
        match_lists(needs, needs.parent / "." / needs.name)


def test_progress_tells_every_step(write_lists: WriteLists) -> None:
    told: list[tuple[str, int, int]] = []
    match_lists(*write_lists(), progress=lambda *step: told.append(step))
    assert told == [("reading_needs", 0, 5), ("reading_capacities", 1, 5), ("matching", 2, 5), ("reasons", 3, 5)]


def random_lists(seed: int, needs: int, capacities: int) -> tuple[list[list[object]], list[list[object]]]:
    chance = random.Random(seed)
    kinds, counties = ["ویلچر", "سمعک", "عصا", "واکر"], ["ساری", "آمل", "بابل", "نکا"]

    def point() -> list[object]:
        return [round(36 + chance.random(), 4), round(52 + 2 * chance.random(), 4), chance.choice(counties)]

    wanted = [
        [f"n{i}", chance.choice(kinds), chance.choice([1, 1, 2, 3]), chance.choice(["فوری", "کم", 55, ""]), *point()]
        for i in range(needs)
    ]
    reaches = ["شهرستان", "کشور", "15", "30 km"]
    offered = [
        [f"c{i}", chance.choice(kinds[:3]), chance.choice([0, 1, 2, 5]), chance.choice(reaches), *point()]
        for i in range(capacities)
    ]
    return (
        [["id", "kind", "quantity", "priority", "lat", "lon", "county"], *wanted],
        [["id", "kind", "quantity", "reach", "lat", "lon", "county"], *offered],
    )


@pytest.mark.parametrize("seed", range(5))
def test_every_unit_is_accounted_for_and_none_is_given_twice(seed: int, write_lists: WriteLists) -> None:
    needs, capacities = random_lists(seed, 120, 60)
    frame = match_lists(*write_lists(needs, capacities)).frame()
    asked = {str(row[0]): row[2] for row in needs[1:]}
    assert dict(frame.group_by("need").agg(pl.col("quantity").sum()).rows()) == asked
    given = frame.filter(pl.col("capacity").is_not_null()).group_by("capacity").agg(pl.col("quantity").sum())
    offered = {str(row[0]): row[2] for row in capacities[1:]}
    assert all(units <= offered[capacity] for capacity, units in given.rows())
    kind_of = {str(row[0]): row[1] for row in [*needs[1:], *capacities[1:]]}
    pairs = frame.filter(pl.col("capacity").is_not_null()).select("need", "capacity").rows()
    assert pairs
    assert all(kind_of[need] == kind_of[capacity] for need, capacity in pairs)


def test_the_same_lists_give_the_same_answer(write_lists: WriteLists) -> None:
    paths = write_lists(*random_lists(1, 300, 150))
    assert match_lists(*paths).frame("fa").equals(match_lists(*paths).frame("fa"))


def test_a_kind_is_shown_as_it_is_written_unless_the_lists_differ(write_lists: WriteLists) -> None:
    def kinds(*written: str) -> list[str]:
        needs = [["id", "kind"], *enumerate(written)]
        return [offer.kind for offer in match_lists(*write_lists(needs, needs)).figures.offers]

    assert kinds("Wheelchair", "wheelchair") == ["Wheelchair"]
    assert kinds("wheelchair", "صندلی چرخدار") == ["ویلچر"]
    assert kinds("لوله‌کشی", "لوله كشي") == ["لوله‌کشی"]


def test_own_kinds_join_what_is_written_differently(write_lists: WriteLists, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[kinds]\n"تخت بیمارستانی" = ["تخت", "hospital bed"]\n', encoding="utf-8")
    paths = write_lists([["id", "kind"], [1, "تخت"]], [["id", "kind"], [9, "Hospital Bed"]])
    assert match_lists(*paths).figures.total.served == 0
    assert match_lists(*paths, synonyms=Synonyms.load(own)).figures.total.served == 1
