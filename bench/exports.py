"""Writing a long list as a file: rows a second and the most memory, beside the same cells kept in memory until the end.

The peer is what is usual: every row in a list, then csv.writer at once, and openpyxl's ordinary workbook. Each variant runs in a
process of its own, so that the peak is its own; the cells of both files are compared. `EXPORT_ROWS` sets the size.
"""

import csv
import io
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROWS = int(os.environ.get("EXPORT_ROWS") or 100_000)
START = datetime(2026, 3, 21, tzinfo=UTC)
NAMES = {"streamed": "constant memory", "kept": "all in memory  "}
HEADINGS = ("نیاز", "کد رهگیری", "محله", "اولویت", "ثبت‌شده", "باقی‌مانده", "وضعیت", "برآورد")


@dataclass(frozen=True)
class Row:
    number: int

    @property
    def code(self) -> str:
        return f"{self.number * 7_654_321 % 10**12:012}"

    @property
    def priority(self) -> float:
        return self.number * 37 % 1000 / 10

    @property
    def at(self) -> datetime:
        return START + timedelta(minutes=self.number % 300_000)


def spec() -> Any:
    from peyvand.web.lists import Badge, Column, ListSpec

    columns = (
        Column("what", HEADINGS[0], lambda row: f"ویلچر {row.number % 40}"),
        Column("code", HEADINGS[1], kind="code"),
        Column("place", HEADINGS[2], lambda row: f"محلهٔ {row.number % 56}"),
        Column("priority", HEADINGS[3], kind="number"),
        Column("at", HEADINGS[4], kind="date"),
        Column("left", HEADINGS[5], lambda row: row.number % 9, kind="number"),
        Column("state", HEADINGS[6], lambda row: Badge("باز" if row.number % 3 else "=بسته"), kind="badge"),
        Column("money", HEADINGS[7], lambda row: row.number % 5000 * 100_000, kind="toman"),
    )
    return ListSpec("bench", columns, "code")


def streamed(kind: str, path: Path) -> None:
    """As the worker writes: one row in memory at a time."""
    from peyvand.web.sheets import write_sheet

    with path.open("wb") as out:
        write_sheet(out, spec(), kind, (Row(number) for number in range(ROWS)), str(path.parent))


def kept(kind: str, path: Path) -> None:
    """The plain way: all cells first, then all of the file."""
    from openpyxl import Workbook

    from peyvand.web.sheets import guarded, plain

    columns = spec().columns
    cells: list[list[Any]] = [[plain(column, Row(number)) for column in columns] for number in range(ROWS)]
    if kind == "csv":
        text = io.StringIO(newline="")
        csv.writer(text).writerows(
            [[column.title for column in columns], *([guarded(one) for one in row] for row in cells)]
        )
        path.write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode())
        return
    book = Workbook()
    sheet = book.active
    for number, row in enumerate([[column.title for column in columns], *cells], 1):
        for place, value in enumerate(row, 1):
            cell = sheet.cell(number, place, value)
            if isinstance(value, str):
                cell.data_type = "s"
    book.save(path)


def _alone(way: str, kind: str, path: Path, told: Any) -> None:
    before = _set_up()
    begin = time.perf_counter()
    globals()[way](kind, path)
    seconds = time.perf_counter() - begin
    told.send((seconds, (_peak() - before) / 2**20))


def _set_up() -> float:
    """Everything loaded, and one small file of each kind written; gives the bytes taken so far."""
    import django

    django.setup()
    import openpyxl  # noqa: F401

    from peyvand.web.sheets import write_sheet

    for kind in ("csv", "xlsx"):
        write_sheet(io.BytesIO(), spec(), kind, [Row(1)])
    return _peak()


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def measured(way: str, kind: str, path: Path) -> tuple[float, float]:
    """Seconds, and megabytes above what was taken before the writing, of one variant in a process of its own."""
    spawning = multiprocessing.get_context("spawn")
    hear, tell = spawning.Pipe(duplex=False)
    process = spawning.Process(target=_alone, args=(way, kind, path, tell))
    process.start()
    tell.close()
    try:
        return hear.recv()
    finally:
        process.join()


def same(kind: str, one: Path, other: Path) -> bool:
    if kind == "csv":
        with one.open(newline="", encoding="utf-8-sig") as ours, other.open(newline="", encoding="utf-8-sig") as theirs:
            return all(left == right for left, right in zip(csv.reader(ours), csv.reader(theirs), strict=True))
    import fastexcel

    left, right = (fastexcel.read_excel(path).load_sheet(0).to_polars() for path in (one, other))
    return left.equals(right)


def run() -> Iterator[str]:
    yield f"{ROWS:,} rows of {len(HEADINGS)} columns; memory above what was taken before the writing"
    with tempfile.TemporaryDirectory() as scratch:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "peyvand.site.settings",
            "PEYVAND_DATA": scratch,
            "PEYVAND_KEYS": f"{scratch}/keys",
        }
        for kind in ("csv", "xlsx"):
            paths = {way: Path(scratch) / f"{way}.{kind}" for way in ("streamed", "kept")}
            found = {way: measured(way, kind, path) for way, path in paths.items()}
            if not same(kind, paths["streamed"], paths["kept"]):
                raise AssertionError(f"the two {kind} files differ")
            for way, (seconds, megabytes) in found.items():
                name, size = NAMES[way], paths[way].stat().st_size / 2**20
                yield f"{kind:<5}{name} {ROWS / seconds:10,.0f} rows/s  {megabytes:8.1f} MB  {size:6.1f} MB file"
            (ours, our_peak), (theirs, their_peak) = found["streamed"], found["kept"]
            yield (
                f"{kind:<5}ratio           {theirs / ours:10.2f} x speed  {our_peak:.1f} MB instead of {their_peak:.1f}; "
                "the cells are equal"
            )
