"""Rows into files: CSV and Excel workbooks, a row at a time, so that memory stays flat however long the list.

Both say the same: the columns of the page under its headings in the reader's language, numbers as numbers, money in toman,
Jalali dates in Latin digits (which sort as text). On demonstration data a line above the headings says so.
"""

import csv
import io
import tempfile
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.conf import settings
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from peyvand.kernel.jalali import TEHRAN, short_date
from peyvand.kernel.quantities import toman
from peyvand.lists.formulas import guarded
from peyvand.web.lists import Badge, Column, ListSpec
from peyvand.web.templatetags.peyvand_format import day_of

TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
# What a sheet of Excel holds, with its headings.
SHEET_ROWS = 1_048_576


def plain(column: Column, row: Any) -> str | int | float | None:
    """A sheet's cell. A protected value shows its dots here as on the page."""
    value = column.read(row)
    if value is None or isinstance(value, bool):
        return None if value is None else str(value)
    if column.kind == "toman":
        return toman(int(value))
    if isinstance(value, datetime) and column.kind == "time":
        return f"{short_date(day_of(value), 'en')} {value.astimezone(TEHRAN):%H:%M}"
    if isinstance(value, date):
        return short_date(day_of(value), "en")
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, int | float):
        return value
    return str(value.label if isinstance(value, Badge) else value)


def demo_line() -> str:
    return _("Demonstration data") if settings.PEYVAND_DEMO else ""


def write_csv(out: IO[bytes], spec: ListSpec, rows: Iterable[Any]) -> int:
    """Write UTF-8 CSV with a byte-order mark (Excel needs it for Persian); returns the number of rows."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
    sheet, count = csv.writer(text), 0
    try:
        if line := demo_line():
            sheet.writerow([line])
        sheet.writerow([str(column.title) for column in spec.columns])
        for count, row in enumerate(rows, start=1):  # noqa: B007 - the last number is the answer
            cells = (plain(column, row) for column in spec.columns)
            sheet.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in cells])
    finally:
        text.detach()
    return count


def write_xlsx(
    out: IO[bytes], spec: ListSpec, rows: Iterable[Any], folder: str = "", sheet_rows: int = SHEET_ROWS
) -> int:
    """Write a workbook, from right to left in Persian, with another sheet where one is full; returns the number of rows.

    The writer's own files lie below `folder` ("": where the system has such files) and go with it, whatever happens.
    """
    count = 0
    with tempfile.TemporaryDirectory(dir=folder or None) as scratch:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        book = xlsxwriter.Workbook(out, options | {"use_zip64": True, "tmpdir": scratch})
        pages = _Pages(book, spec, sheet_rows)
        for count, row in enumerate(rows, start=1):  # noqa: B007 - the last number is the answer
            pages.add([plain(column, row) for column in spec.columns])
        book.close()
    return count


class _Pages:
    """The sheets of one workbook, one after the other."""

    def __init__(self, book: xlsxwriter.Workbook, spec: ListSpec, sheet_rows: int) -> None:
        self.book, self.spec, self.sheet_rows = book, spec, sheet_rows
        self.bold = book.add_format({"bold": True, "bottom": 1})
        self._turn()

    def _turn(self) -> None:
        self.sheet, line, self.at = self.book.add_worksheet(), demo_line(), 0
        if get_language_bidi():
            self.sheet.right_to_left()
        self.sheet.set_column(0, len(self.spec.columns) - 1, 18)
        if line:
            self.sheet.write_string(0, 0, line, self.bold)
            self.at = 1
        for place, column in enumerate(self.spec.columns):
            self.sheet.write_string(self.at, place, str(column.title), self.bold)
        self.at += 1
        self.sheet.freeze_panes(self.at, 0)

    def add(self, cells: list[str | int | float | None]) -> None:
        if self.at >= self.sheet_rows:
            self._turn()
        for place, cell in enumerate(cells):
            if isinstance(cell, str):
                self.sheet.write_string(self.at, place, cell)
            elif cell is not None:
                self.sheet.write_number(self.at, place, cell)
        self.at += 1


def write_sheet(out: IO[bytes], spec: ListSpec, kind: str, rows: Iterable[Any], folder: str = "") -> int:
    return write_csv(out, spec, rows) if kind == "csv" else write_xlsx(out, spec, rows, folder)
