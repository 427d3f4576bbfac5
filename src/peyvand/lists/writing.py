"""Tables into files: CSV, XLSX or Parquet by the name, all files of one run together, inputs never touched.

A text that begins with = + - @ could be run as a formula by a spreadsheet program. XLSX gets every text as text; CSV
has no way to say so, and gets an apostrophe before it, unless it is a plain number.
"""

import datetime as dt
import io
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from peyvand.lists.faults import refuse
from peyvand.lists.formulas import guarded

SUFFIXES = (".csv", ".xlsx", ".parquet")
_SHEET_ROWS = 1_048_576
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
# A fixed date: the same lists give the same bytes.
_MADE = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - the field has no time zone


def check_outputs(outputs: Sequence[Path], inputs: Sequence[Path]) -> None:
    """Refuse, before any work, outputs that are inputs, each other, or in a place that cannot be written."""
    for place, output in enumerate(outputs):
        if any(_same(output, other) for other in inputs):
            raise refuse(output.name, "over_input")
        if any(_same(output, other) for other in outputs[:place]):
            raise refuse(output.name, "same_file")
        folder = output.resolve().parent
        if not folder.is_dir():
            raise refuse(output.name, "not_writable", why=f"{output.parent}: no such folder")
        if output.is_dir() or not os.access(folder, os.W_OK):
            raise refuse(output.name, "not_writable", why=str(output))


def check_suffix(output: Path) -> None:
    if output.suffix.lower() not in SUFFIXES:
        raise refuse(output.name, "suffix_unknown", known=SUFFIXES)


def same_file(one: Path, other: Path) -> bool:
    return _same(one, other)


def _same(one: Path, other: Path) -> bool:
    if one.exists() and other.exists():
        return one.samefile(other)
    return one.resolve() == other.resolve()


def table_bytes(frame: pl.DataFrame, output: Path, *, right_to_left: bool = False) -> bytes:
    """The frame in the format that the file's name asks for. CSV is UTF-8 with a byte order mark, as Excel wants it."""
    suffix = output.suffix.lower()
    if suffix == ".csv":
        return frame.select(_column(frame[name]) for name in frame.columns).write_csv(include_bom=True).encode()
    if suffix == ".parquet":
        buffer = io.BytesIO()
        frame.write_parquet(buffer)
        return buffer.getvalue()
    if len(frame) >= _SHEET_ROWS:
        raise refuse(output.name, "too_many_rows", rows=len(frame), most=_SHEET_ROWS - 1)
    return _workbook(frame, right_to_left)


def _column(column: pl.Series) -> pl.Series:
    heading = _cell(column.name)
    if column.dtype != pl.String:
        return column.alias(heading)
    return pl.Series(heading, [None if text is None else _cell(text) for text in column], dtype=pl.String)


def _cell(text: str) -> str:
    return text if _NUMBER.fullmatch(text) else guarded(text)


def _workbook(frame: pl.DataFrame, right_to_left: bool) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "constant_memory": False}) as book:
        book.set_properties({"created": _MADE})
        sheet = book.add_worksheet()
        heading = book.add_format({"bold": True, "bottom": 1})
        if right_to_left:
            sheet.right_to_left()
        for column, name in enumerate(frame.columns):
            sheet.write_string(0, column, name, heading)
            write = sheet.write_string if frame[name].dtype == pl.String else sheet.write_number
            for row, value in enumerate(frame[name], 1):
                if value is not None:
                    write(row, column, value)
            longest = frame[name].cast(pl.String).str.len_chars().max()
            sheet.set_column(column, column, min(60, max(len(name), longest if isinstance(longest, int) else 0) + 2))
        sheet.freeze_panes(1, 0)
        if frame.columns:
            sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)
    return buffer.getvalue()


def write_together(contents: Mapping[Path, bytes]) -> None:
    """Write every file beside its place first, then put all into place: a failure leaves what was there before."""
    waiting: dict[Path, Path] = {}
    try:
        for output, content in contents.items():
            place = output.resolve()
            part = place.with_name(f".{place.name}.{os.getpid()}.part")
            waiting[part] = place
            try:
                part.write_bytes(content)
            except OSError as error:
                raise refuse(output.name, "not_writable", why=error.strerror or str(error)) from error
        for part, place in waiting.items():
            part.replace(place)
    finally:
        for part in waiting:
            part.unlink(missing_ok=True)
