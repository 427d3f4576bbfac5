"""Files of any length are written in the memory of one row, whole over several sheets, and say where they come from."""

import csv
import io
import tracemalloc
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

import openpyxl
import pytest
from django.utils import translation

from peyvand.scope.encryption import Protected
from peyvand.web.lists import Badge, Column, ListSpec
from peyvand.web.sheets import plain, write_sheet, write_xlsx

SPEC = ListSpec(
    name="rows",
    columns=(
        Column("name", "Name"),
        Column("number", "Number", kind="number"),
        Column("day", "Day", kind="date"),
        Column("state", "State", kind="badge"),
    ),
    default_sort="number",
)
DAY = datetime(2026, 11, 20, 21, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    number: int
    day: datetime = DAY

    @property
    def state(self):
        return Badge("باز")

    @property
    def name(self):
        return f"ردیف {self.number} از فهرستی بلند"


def rows(count):
    return (Row(number) for number in range(count))


def peak(kind, count, folder):
    """The most memory that writing `count` rows takes, in bytes."""
    path = folder / f"{count}.{kind}"
    with path.open("wb") as out:
        tracemalloc.start()
        try:
            assert write_sheet(out, SPEC, kind, rows(count), str(folder)) == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "few"), [("csv", 1_000), ("xlsx", 800)])
def test_ten_times_the_rows_take_no_more_memory(kind, few, tmp_path):
    """Beside it the same cells kept in a list, to show that the measure would tell."""
    peak(kind, 50, tmp_path)  # what is loaded once
    growth = peak(kind, 10 * few, tmp_path) - peak(kind, few, tmp_path)
    tracemalloc.start()
    kept = [[plain(column, row) for column in SPEC.columns] for row in rows(9 * few)]
    in_memory = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(kept) == 9 * few
    assert growth < in_memory / 8


def test_a_full_sheet_goes_on_in_another(tmp_path):
    out = io.BytesIO()
    with translation.override("fa"):
        assert write_xlsx(out, SPEC, rows(12), str(tmp_path), sheet_rows=6) == 12
    book = openpyxl.load_workbook(out)
    assert [sheet.max_row for sheet in book] == [6, 6, 3]
    assert all(sheet["A1"].value == "Name" and sheet.sheet_view.rightToLeft for sheet in book)
    numbers = [row[1] for sheet in book for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert all(after == before + 1 for before, after in pairwise(numbers))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_breaks_off_leaves_no_file_of_the_writer(kind, tmp_path):
    def broken():
        yield Row(1)
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        write_sheet(io.BytesIO(), SPEC, kind, broken(), str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_protected_value_stays_dots():
    class Family:
        mobile = Protected("k1:not-for-files")

    assert plain(Column("mobile", "Mobile"), Family()) == "•••"


def test_a_time_keeps_its_clock_in_iran():
    assert plain(Column("day", "Day", kind="time"), Row(1)) == "1405/08/30 00:30"


@pytest.mark.parametrize(("language", "said"), [("fa", "دادهٔ نمایشی"), ("en", "Demonstration data")])
def test_demonstration_data_says_so_above_the_headings(settings, language, said, tmp_path):
    settings.PEYVAND_DEMO = True
    with translation.override(language):
        text, book = io.BytesIO(), io.BytesIO()
        write_sheet(text, SPEC, "csv", rows(1))
        write_xlsx(book, SPEC, rows(9), str(tmp_path), sheet_rows=6)
    lines = list(csv.reader(io.StringIO(text.getvalue().decode("utf-8-sig"))))
    assert [lines[0], lines[1][0]] == [[said], "Name"]
    for sheet in openpyxl.load_workbook(book):
        assert (sheet["A1"].value, sheet["A2"].value, sheet.freeze_panes) == (said, "Name", "A3")
