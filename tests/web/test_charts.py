"""Whatever is drawn can be read as a table and taken along, on every page that draws."""

import re
from pathlib import Path

import pytest

import peyvand

PACKAGE = Path(peyvand.__file__).parent
DRAWN = r"web/parts/(bars|river|months|place_map|net|gift_way)\.html"
PAGES = [
    path
    for path in sorted(PACKAGE.rglob("templates/**/*.html"))
    if not {"parts", "gallery"} & set(path.parts) and re.search(DRAWN, path.read_text(encoding="utf-8"))
]
# Bars and a river are tables themselves, with the drawing in one column.
TABLES = {"bars", "river"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_drawing_stands_with_its_table_and_its_files(page):
    text = page.read_text(encoding="utf-8")
    drawn = set(re.findall(DRAWN, text))
    assert drawn <= TABLES or "<table" in text or "web/parts/chart_table.html" in text, "no table says the same"
    of_a_route = [bool(re.search(ending, text)) for ending in ("'png'|_png'", "'csv'|_csv'")]
    assert "web/parts/chart_files.html" in text or all(of_a_route), "neither PNG nor CSV"


def test_drawings_were_found():
    assert len(PAGES) > 8
    drawn = set(re.findall(DRAWN, "".join(page.read_text(encoding="utf-8") for page in PAGES)))
    assert drawn == {"bars", "river", "months", "place_map", "net", "gift_way"}


@pytest.mark.parametrize("part", sorted(TABLES))
def test_what_is_called_a_table_is_one(part):
    assert "<table" in (PACKAGE / "web/templates/web/parts" / f"{part}.html").read_text(encoding="utf-8")
