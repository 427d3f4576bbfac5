"""A file, read for its kind of list: what will be stored, what is wrong with it, and what may be stored already."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from peyvand.intake.enums import ImportKind
from peyvand.intake.lists import ListKind, Needs, Offers
from peyvand.intake.models import RememberedColumns
from peyvand.intake.permissions import may_import
from peyvand.intake.registers import Families, Registry
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import require
from peyvand.lists import Fault, ListRefused, Rows, Synonyms, Table, read_rows, read_table
from peyvand.lists.columns import Rejected, RowFault, heading_of
from peyvand.lists.faults import refuse
from peyvand.lists.words import Language, say
from peyvand.scope.acting import Acting

LISTS: Mapping[ImportKind, type[ListKind]] = {
    ImportKind.NEEDS: Needs,
    ImportKind.OFFERS: Offers,
    ImportKind.FAMILIES: Families,
    ImportKind.ORGANISATIONS: Registry,
}
ROWS_LIMIT = 10_000  # what one request reads and stores in a few seconds


@dataclass(frozen=True)
class Reading:
    """`shown[i]` is how the good row `numbers[i]` of the file will be stored; `new` is what the bulk act gets."""

    table: Table
    numbers: Sequence[int]
    shown: Sequence[Mapping[str, Any]]
    new: Sequence[Any]
    rejected: Sequence[Rejected]
    alike: Sequence[Fault]
    sha256: str

    @property
    def faults(self) -> list[Fault]:
        return [fault for rejected in self.rejected for fault in rejected.faults]

    @property
    def digest(self) -> str:
        """Changes whenever another set of rows, or the same rows otherwise read, would be stored."""
        body = [
            self.sha256,
            list(self.numbers),
            [{name: str(value) for name, value in row.items()} for row in self.shown],
        ]
        return hashlib.sha256(json.dumps(body, ensure_ascii=False).encode()).hexdigest()


def columns_of(kind: ImportKind, *, by: Acting, now: datetime) -> list[tuple[str, bool]]:
    """The columns of a kind of list, and whether each is required. Inside a scope."""
    form = LISTS[kind](by, Synonyms.load(), business_date(now)).form
    return [(column.name, column.required) for column in form.columns]


def remembered(kind: ImportKind, *, by: Acting) -> dict[str, str]:
    """What this organisation picked last time: column -> heading."""
    row = RememberedColumns.objects.filter(organisation_id=by.organisation_id, kind=kind).first()
    return dict(row.columns) if row else {}


def read_list(
    path: Path, kind: ImportKind, *, by: Acting, now: datetime, chosen: Mapping[str, str] | None = None
) -> Reading:
    """Read a file inside the actor's scope. Bad rows are in `rejected`; `ListRefused` where the whole file is no such list.

    `chosen` (column -> heading, "" to leave it unused) is what a person picked; without it what was remembered holds.
    """
    require(may_import(by, kind))
    synonyms = Synonyms.load()
    entry = LISTS[kind](by, synonyms, business_date(now))
    if chosen is None:
        table = _table_as_remembered(path, entry, synonyms, remembered(kind, by=by))
    else:
        table = read_table(path, entry.form, synonyms, chosen)
    if len(table.rows) > ROWS_LIMIT:
        raise refuse(path.name, "too_many_at_once", rows=len(table.rows), most=ROWS_LIMIT)
    rows = read_rows(table, entry.form)
    rows = _without(rows, table, entry.faults(rows, table))
    taken = entry.take(rows)
    alike = [
        Fault(table.file, code, rows.numbers[index], heading_of(table, column), details)
        for index, found in sorted(entry.alike(rows).items())
        for column, code, details in found
    ]
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return Reading(table, rows.numbers, taken.shown, taken.new, rows.rejected, alike, sha256)


def _table_as_remembered(path: Path, entry: ListKind, synonyms: Synonyms, chosen: dict[str, str]) -> Table:
    """The table with those remembered headings that this file has too."""
    while True:
        try:
            return read_table(path, entry.form, synonyms, chosen)
        except ListRefused as refused:
            missing = refused.faults[0].details.get("heading") if refused.faults[0].code == "heading_unknown" else None
            kept = {column: heading for column, heading in chosen.items() if heading != missing}
            if missing is None or len(kept) == len(chosen):
                if not chosen:
                    raise
                kept = {}  # what was remembered does not fit this file at all
            chosen = kept


def _without(rows: Rows, table: Table, faults: Mapping[int, Sequence[RowFault]]) -> Rows:
    """The rows with those taken out that turned out bad."""
    bad = [
        Rejected(
            rows.numbers[index],
            rows.cells[index],
            tuple(Fault(table.file, code, rows.numbers[index], heading_of(table, column), details) for column, code, details in found),
        )
        for index, found in faults.items()
    ]  # fmt: skip
    good = [index for index in range(len(rows.values)) if index not in faults]
    return Rows(
        [rows.values[index] for index in good],
        [rows.numbers[index] for index in good],
        [rows.cells[index] for index in good],
        sorted([*rows.rejected, *bad], key=lambda one: one.row),
    )


def rejects(reading: Reading, language: Language) -> pl.DataFrame:
    """The bad rows as a sheet to correct: row, reasons, then every column as the file has it."""
    named: dict[str, pl.Series] = {
        say("heading.row", language): pl.Series([bad.row for bad in reading.rejected], dtype=pl.Int64),
        say("heading.reasons", language): pl.Series(
            [_reasons(bad, language) for bad in reading.rejected], dtype=pl.String
        ),
    }
    for index, heading in enumerate(reading.table.headings):
        name, count = heading or say("heading.unnamed", language, place=str(index + 1)), 1
        while name in named:
            count += 1
            name = f"{heading} ({count})"
        cells = [bad.cells[index] if index < len(bad.cells) else "" for bad in reading.rejected]
        named[name] = pl.Series(cells, dtype=pl.String)
    return pl.DataFrame(named)


def _reasons(bad: Rejected, language: Language) -> str:
    joint = "؛ " if language == "fa" else "; "
    return joint.join(f"{fault.column}: {fault.reason(language)}" for fault in bad.faults)
