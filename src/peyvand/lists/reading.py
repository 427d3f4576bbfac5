"""Files into rows of text. The content decides the format, not the name: offices save HTML as .xls and CSV as .txt.

Row numbers are those a spreadsheet program shows for the same file, beginning with 1, blank rows counted.
"""

import codecs
import csv
import datetime as dt
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from peyvand.lists import markup, workbooks
from peyvand.lists.faults import refuse

Cells = tuple[str, ...]

_DELIMITERS = ",;\t"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)[ T]00:00:00")


@dataclass(frozen=True)
class Sheet:
    """`rows`: (row number, cells as text with no blanks around), blank rows left out."""

    name: str
    rows: list[tuple[int, Cells]]


def read_sheets(path: Path) -> Iterator[Sheet]:
    """Every sheet of a CSV, XLSX, XLS, HTML or Parquet file, visible ones first, read only when asked for.

    `ListRefused` when the file is missing, empty, locked by a password, or no table.
    """
    data = _content(path)
    if data.startswith(b"PAR1"):
        yield _parquet(path, data)
    elif data.startswith((workbooks.ZIP, workbooks.OLE)):
        yield from _workbook(path, data)
    else:
        text = _decoded(path, data)
        if text.lstrip().startswith("<"):
            yield from (_sheet(name, rows) for name, rows in markup.tables(path, text))
        elif text.startswith("MIME-Version:"):
            raise refuse(path.name, "web_archive")
        else:
            yield _sheet("", _separated(path, text))


def _content(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise refuse(path.name, "file_missing") from None
    except OSError as error:
        raise refuse(path.name, "file_unreadable", why=error.strerror or str(error)) from error
    if not data.strip():
        raise refuse(path.name, "file_empty")
    return data


def _sheet(name: str, rows: Iterable[Iterable[object]]) -> Sheet:
    texts = ((number, tuple(cell_text(cell) for cell in row)) for number, row in enumerate(rows, 1))
    return Sheet(name, [(number, cells) for number, cells in texts if any(cells)])


def cell_text(value: object) -> str:
    """A cell as a person sees it: 15.0 is "15", a date without a time is only the date."""
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value) if value == value else ""
    if isinstance(value, dt.datetime):
        value = value.isoformat(" ")
    text = str(value).strip()
    midnight = _MIDNIGHT.fullmatch(text)
    return midnight.group(1) if midnight else text


def _parquet(path: Path, data: bytes) -> Sheet:
    import polars as pl

    try:
        frame = pl.read_parquet(io.BytesIO(data))
        return _sheet("", [tuple(frame.columns), *frame.iter_rows()])
    except BaseException as error:
        # Damaged bytes can make the reader panic, which is no `Exception`.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise refuse(path.name, "parquet_unreadable") from error


def _workbook(path: Path, data: bytes) -> Iterator[Sheet]:
    try:
        for name, rows in workbooks.sheets(data):
            yield _sheet(name, rows)
    except workbooks.Unreadable as error:
        raise refuse(path.name, "workbook_unreadable") from error


def _decoded(path: Path, data: bytes) -> str:
    text = data.decode(_encoding(path, data), errors="replace")
    if _CONTROL.search(text[:4096]):
        raise refuse(path.name, "not_a_table")
    return text


def _encoding(path: Path, data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding
    if 0 in data[:4096]:
        return _unmarked_utf16(path, data[:4096])
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        if _mostly_utf8(data):
            raise refuse(path.name, "damaged_text", byte=error.start + 1) from error
        return markup.declared_encoding(data) or "windows-1256"
    return "utf-8"


def _unmarked_utf16(path: Path, head: bytes) -> str:
    """Texts hold zero bytes only as UTF-16; one without its mark shows by its letters."""
    for encoding in ("utf-16-le", "utf-16-be"):
        text = head.decode(encoding, "replace")
        known = sum(
            " " <= letter <= "~" or "\u0600" <= letter <= "\u06ff" or letter in "\r\n\t\u200c" for letter in text
        )
        if known > 0.9 * len(text):
            return encoding
    raise refuse(path.name, "not_a_table")


def _mostly_utf8(data: bytes) -> bool:
    """A cut or damaged UTF-8 file must not be taken for windows-1256, in which every byte means something."""
    foreign = sum(byte > 127 for byte in data)
    kept = sum(byte > 127 for byte in data.decode("utf-8", "ignore").encode())
    return kept > 0.8 * foreign


def _separated(path: Path, text: str) -> list[list[str]]:
    announced = re.match(r"sep=(.)\r?\n", text)
    delimiter = announced.group(1) if announced else _delimiter(text[:65536])
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise refuse(path.name, "file_unreadable", why=str(error)) from error
    return [[], *rows[1:]] if announced else rows


def _delimiter(text: str) -> str:
    """The delimiter under which most rows have the same number of cells, more than one; a title row does not decide."""

    def fitness(delimiter: str) -> tuple[int, int]:
        try:
            widths = Counter(
                len(row) for row in list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))[:50]
            )
        except csv.Error:
            return 0, 0
        width, rows = max(
            ((w, n) for w, n in widths.items() if w > 1), key=lambda pair: (pair[1], pair[0]), default=(0, 0)
        )
        return rows, width

    return max(_DELIMITERS, key=fitness)
