"""A list as a file: the same rows and columns as the page, with the reader's headings.

Rows are written as they are read, so memory stays flat. The file is whole before it is sent: the reading happens inside
the scope of the request or job, never after it has closed.
"""

import csv
import io
import tempfile
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest
from django.utils.translation import get_language_bidi

from peyvand.kernel.jalali import short_date
from peyvand.kernel.quantities import toman
from peyvand.web.lists import Badge, Column, ListSpec, in_order, narrowed
from peyvand.web.templatetags.peyvand_format import day_of

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def plain(column: Column, row: Any) -> str | int | float | None:
    """A sheet's cell: numbers stay numbers, money is toman, dates are Jalali in Latin digits, which sort as text."""
    value = column.read(row)
    if value is None or isinstance(value, bool):
        return None if value is None else str(value)
    if column.kind == "toman":
        return toman(int(value))
    if isinstance(value, date):
        return short_date(day_of(value), "en")
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, int | float):
        return value
    return str(value.label if isinstance(value, Badge) else value)


def guarded(cell: Any) -> Any:
    """Text that a spreadsheet would run as a formula is preceded by an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell


def write_csv(out: IO[bytes], spec: ListSpec, rows: Iterable[Any]) -> int:
    """Write UTF-8 CSV with a byte-order mark (Excel needs it for Persian); returns the number of rows."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    sheet, count = csv.writer(text), 0
    sheet.writerow([str(column.title) for column in spec.columns])
    for count, row in enumerate(rows, start=1):  # noqa: B007 - the last number is the answer
        sheet.writerow([guarded(plain(column, row)) for column in spec.columns])
    text.detach()
    return count


def write_xlsx(out: IO[bytes], spec: ListSpec, rows: Iterable[Any]) -> int:
    """Write a workbook of one sheet, from right to left in Persian; returns the number of rows."""
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet, bold, count = book.add_worksheet(), book.add_format({"bold": True, "bottom": 1}), 0
    if get_language_bidi():
        sheet.right_to_left()
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(spec.columns):
        sheet.set_column(place, place, 18)
        sheet.write_string(0, place, str(column.title), bold)
    for count, row in enumerate(rows, start=1):
        for place, column in enumerate(spec.columns):
            cell = plain(column, row)
            if isinstance(cell, str):
                sheet.write_string(count, place, cell)
            elif cell is not None:
                sheet.write_number(count, place, cell)
    book.close()
    return count


def export(request: HttpRequest, spec: ListSpec, rows: QuerySet) -> FileResponse | None:
    """The answer to `?export=csv` or `?export=xlsx` on a list's address; None when neither is asked for."""
    kind = request.GET.get("export", "")
    if kind not in _TYPES or not spec.exports:
        return None
    rows, _filters = narrowed(request, spec, rows)
    out = tempfile.SpooledTemporaryFile(max_size=8 * 2**20)  # noqa: SIM115 - the response closes it
    (write_csv if kind == "csv" else write_xlsx)(out, spec, in_order(spec, rows, request.GET.get("sort", "")))
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=f"{spec.name}.{kind}", content_type=_TYPES[kind])
