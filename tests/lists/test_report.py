"""The report: right counts, whole page, nobody's name."""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import html

from peyvand.lists import ListMatch, match_lists
from peyvand.lists.figures import Gap, Share
from peyvand.lists.report import GAPS_SHOWN, render, shown_date

WriteLists = Callable[..., tuple[Path, Path]]
TODAY = dt.date(2026, 3, 21)


def page_of(result: ListMatch, language: str = "en") -> str:
    files = (result.needs.table.file, result.capacities.table.file)
    return render(
        result.figures, language=language, today=TODAY, files=files, notes=result.sentences(language), rejected=3
    )


def test_the_figures_count_needs_and_units(write_lists: WriteLists) -> None:
    figures = match_lists(*write_lists()).figures
    assert figures.total == Share(None, needs=5, served=1, part=1, left=3, units=6, units_served=2)
    assert [(share.name, share.needs, share.left) for share in figures.by_band] == [
        ("urgent", 2, 0),
        ("high", 1, 1),
        ("medium", 1, 1),
        ("low", 1, 1),
    ]
    assert {share.name: share.left for share in figures.by_place} == {"ساری": 1, "آمل": 0, "بابل": 1, "گرگان": 1}
    assert figures.gaps[0] == Gap("سمعک", "آمل", units=1, needs=1, worst_off=1)
    assert sorted(figures.why) == [("full", 2, 2), ("no_kind", 1, 1), ("no_reach", 1, 1)]
    assert {offer.kind: offer.units - offer.used for offer in figures.offers} == {
        "ویلچر": 0,
        "سمعک": 0,
        "گفتار درمانی": 3,
        "بسته غذایی": 5,
    }


def test_tables_add_up(write_lists: WriteLists) -> None:
    figures = match_lists(*write_lists()).figures
    for shares in (figures.by_band, figures.by_place):
        for name in ("needs", "served", "part", "left", "units", "units_served"):
            assert sum(getattr(share, name) for share in shares) == getattr(figures.total, name)
    left = figures.total.units - figures.total.units_served
    assert sum(gap.units for gap in figures.gaps) == sum(units for _, _, units in figures.why) == left


@pytest.mark.parametrize("language", ["en", "fa"])
def test_no_other_column_and_no_id_is_in_the_report(language: str, write_lists: WriteLists) -> None:
    needs = [["id", "kind", "county", "name", "phone"], ["ID-77", "عصا", "ساری", "زینب‌نام", "09125550000"]]
    capacities = [["id", "kind", "county", "giver"], ["CAP-88", "واکر", "ساری", "خیریهٔ‌نام"]]
    page = page_of(match_lists(*write_lists(needs, capacities)), language)
    for secret in ("ID-77", "زینب", "0912555", "CAP-88", "خیریهٔ‌نام", "name", "giver"):
        assert secret not in re.sub(r"<meta name=", "", page)


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_page_stands_alone_and_can_be_read_by_a_screen_reader(language: str, write_lists: WriteLists) -> None:
    page = page_of(match_lists(*write_lists()), language)
    tree = html.fromstring(page)
    assert tree.get("lang") == language
    assert tree.get("dir") == {"en": "ltr", "fa": "rtl"}[language]
    assert not tree.xpath("//script | //link | //img | //iframe | //@src | //@href")
    assert "url(" not in page
    assert "@import" not in page
    tables = tree.xpath("//table")
    assert len(tables) == 5
    for table in tables:
        assert table.xpath("string(caption)").strip()
        assert len(table.xpath("thead/tr/th[@scope='col']")) == len(table.xpath("thead/tr/th"))
        for row in table.xpath("tbody/tr"):
            assert len(row.xpath("th[@scope='row']")) == 1
            assert len(row) == len(table.xpath("thead/tr/th"))


def test_what_people_write_cannot_become_markup(write_lists: WriteLists) -> None:
    attack = "<script>alert(1)</script>"
    paths = write_lists([["id", "kind", "county"], [1, attack, attack]], [["id", "kind"], [2, attack]])
    page = page_of(match_lists(*paths))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_dates_files_and_rejected_rows_are_told(write_lists: WriteLists) -> None:
    result = match_lists(*write_lists())
    english, persian = page_of(result), page_of(result, "fa")
    assert "21 March 2026" in english
    assert "Rows left out because of errors: 3." in english
    assert "۱ فروردین ۱۴۰۵" in persian
    for page in (english, persian):
        assert "needs.csv" in page
        assert "capacities.csv" in page
    assert shown_date(dt.date(2024, 3, 19), "fa") == "۲۹ اسفند ۱۴۰۲"


def test_a_long_list_of_gaps_is_cut_and_the_rest_is_counted(write_lists: WriteLists) -> None:
    needs = [["id", "kind"], *[[i, f"kind {i:02}"] for i in range(GAPS_SHOWN + 4)]]
    page = page_of(match_lists(*write_lists(needs, [["id", "kind"], [1, "z"]])))
    assert "And 4 units more in 4 smaller lines." in page


def test_nothing_left_is_said(write_lists: WriteLists) -> None:
    paths = write_lists([["id", "kind"], [1, "a"]], [["id", "kind"], [1, "a"]])
    page = page_of(match_lists(*paths)).partition("</style>")[2]
    assert "every need is served in full" in page
    assert "100%" in page


def test_almost_all_is_not_all(write_lists: WriteLists) -> None:
    paths = write_lists([["id", "kind", "quantity"], [1, "a", 1000]], [["id", "kind", "quantity"], [1, "a", 999]])
    page = page_of(match_lists(*paths)).partition("</style>")[2]
    assert "99%" in page
    assert "100%" not in page
