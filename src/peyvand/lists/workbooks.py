"""Workbooks of Excel (and ODS), read in a process of their own.

Their reader lays a sheet out in memory whole: one damaged or malicious cell address makes it ask for hundreds of
gigabytes, and that ends the process. So a child reads, within limits, and a server that takes uploads lives on. The
child imports nothing of this package: it runs this file.
"""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
UNPACKED_LIMIT = 1 << 31
MEMORY_LIMIT = 1 << 33
SECONDS = 300


class Unreadable(Exception):
    """Damaged, locked by a password, or no workbook at all."""


def sheets(data: bytes) -> Iterator[tuple[str, list[list[object]]]]:
    """(name, rows) of every sheet, visible ones first; a cell is a text, a number or None. Raises `Unreadable`."""
    try:
        child = subprocess.run(
            [sys.executable, "-P", __file__], input=data, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable(str(error)) from error
    if child.returncode:
        raise Unreadable(child.stderr.decode(errors="replace")[-2000:])
    for line in child.stdout.splitlines():
        name, rows = json.loads(line)
        yield name, rows


def _tell(data: bytes) -> None:
    found = _with_error_cells(data) if _holds_error_cells(data) else _plain(data)
    for name, rows in found:
        print(json.dumps([name, list(rows)], default=str))


def _holds_error_cells(data: bytes) -> bool:
    """Calamine reads #N/A as an empty cell, and an empty quantity means 1: such files take a slower reader."""
    if not data.startswith(ZIP):
        return False
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        if sum(part.file_size for part in book.infolist()) > UNPACKED_LIMIT:
            raise Unreadable("it unpacks to too much")
        names = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        return any(b't="e"' in book.read(name) for name in names)


def _plain(data: bytes) -> Iterator[tuple[str, Iterable[tuple[object, ...]]]]:
    import fastexcel

    book = fastexcel.read_excel(data)
    known = [book.load_sheet(name, header_row=None, skip_rows=0, n_rows=0) for name in book.sheet_names]
    for sheet in sorted(known, key=lambda sheet: sheet.visible != "visible"):
        loaded = book.load_sheet(sheet.name, header_row=None, skip_rows=0, dtypes="string")
        yield sheet.name, loaded.to_polars().iter_rows() if loaded.width else []


def _with_error_cells(data: bytes) -> Iterator[tuple[str, Iterable[tuple[object, ...]]]]:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    for sheet in sorted(book.worksheets, key=lambda sheet: sheet.sheet_state != "visible"):
        sheet.reset_dimensions()
        yield sheet.title, sheet.iter_rows(values_only=True)


if __name__ == "__main__":
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _tell(sys.stdin.buffer.read())
