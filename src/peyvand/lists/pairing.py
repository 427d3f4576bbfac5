"""Two lists in, matches out: who helps whom and why, who is left and why. The command and the page call this."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from peyvand.kernel.text import word_key
from peyvand.lists.columns import Form, Rejected, Rows, bare_place, heading_of, read_rows, read_table
from peyvand.lists.faults import Fault, ListRefused, refuse
from peyvand.lists.figures import Figures, figures, shown_places
from peyvand.lists.forms import capacities_form, fill_in_parents, levels, needs_form, settle_reach
from peyvand.lists.headings import Synonyms, Table
from peyvand.lists.reasons import Line, lines
from peyvand.lists.words import Language, say
from peyvand.lists.writing import same_file

Progress = Callable[[str, int, int], None]
"""Called with the code of a step ("step.*" in words.toml), the steps done and the steps in all."""

STEPS = ("reading_needs", "reading_capacities", "matching", "reasons", "writing")
_PLACES = ("province", "county", "neighbourhood")


@dataclass(frozen=True)
class Side:
    """One list as it was read: the table, its good and bad rows."""

    table: Table
    rows: Rows

    def cell(self, row: int, column: str) -> str:
        """The text of a good row's cell in a known column, as the file has it."""
        index = self.table.columns.get(column, -1)
        cells = self.rows.cells[row]
        return cells[index] if 0 <= index < len(cells) else ""


@dataclass(frozen=True)
class ListMatch:
    """The result. `lines`: who gets what from whom; `figures` for the report; `notes` on how the lists were read."""

    needs: Side
    capacities: Side
    lines: Sequence[Line]
    figures: Figures
    notes: Mapping[str, int]

    @cached_property
    def rejected(self) -> list[tuple[Table, Rejected]]:
        return [(side.table, bad) for side in (self.needs, self.capacities) for bad in side.rows.rejected]

    def frame(self, language: Language = "en") -> pl.DataFrame:
        """The matches: need, capacity, quantity, km, reason, then the other columns of both lists as they were given.

        An unserved need, or what is left of one, has an empty capacity. Order: that of the needs, nearest capacity
        first.
        """
        needs, capacities = self.needs, self.capacities
        columns: dict[str, pl.Series] = {
            "need": _strings(needs.cell(line.need, "id") for line in self.lines),
            "capacity": _strings(
                None if line.capacity < 0 else capacities.cell(line.capacity, "id") for line in self.lines
            ),
            "quantity": pl.Series([line.units for line in self.lines], dtype=pl.Int64),
            "km": pl.Series([line.km for line in self.lines], dtype=pl.Float64).round(2),
            "reason": _strings(line.say(language) for line in self.lines),
        }
        named = {say(f"heading.{name}", language): column for name, column in columns.items()}
        for code, side, rows in (
            ("heading.of_need", needs, [line.need for line in self.lines]),
            ("heading.of_capacity", capacities, [line.capacity for line in self.lines]),
        ):
            for index in side.table.extras:
                heading = say(code, language, heading=side.table.headings[index] or _unnamed(index, language))
                named[_unused(heading, named)] = _strings(_extra(side, row, index) for row in rows)
        return pl.DataFrame(named)

    def rejects(self, language: Language = "en") -> pl.DataFrame:
        """The bad rows: file, row, reasons, then every column of both lists as it was given."""
        bad = self.rejected
        named: dict[str, pl.Series] = {
            say("heading.file", language): _strings(table.file for table, _ in bad),
            say("heading.row", language): pl.Series([one.row for _, one in bad], dtype=pl.Int64),
            say("heading.reasons", language): _strings(_reasons(one, language) for _, one in bad),
        }
        for code, side in (("heading.of_need", self.needs), ("heading.of_capacity", self.capacities)):
            for index, heading in enumerate(side.table.headings):
                name = _unused(say(code, language, heading=heading or _unnamed(index, language)), named)
                cells = (
                    one.cells[index] if table is side.table and index < len(one.cells) else "" for table, one in bad
                )
                named[name] = _strings(cells)
        return pl.DataFrame(named)

    def sentences(self, language: Language = "en") -> list[str]:
        """The notes as sentences."""
        return [say(f"note.{name}", language, count=count) for name, count in sorted(self.notes.items())]


def match_lists(
    needs_path: Path,
    capacities_path: Path,
    *,
    synonyms: Synonyms | None = None,
    rejects: bool = False,
    progress: Progress | None = None,
) -> ListMatch:
    """Match two files: the worst-off first, exactly, with the least travel where both lists give coordinates.

    `ListRefused` names every bad row by file, row and column; with `rejects` the good rows go on without them.
    `progress` is told each of `STEPS` as it begins; the last, writing, is the caller's.
    """
    tell = progress or (lambda step, done, total: None)
    if same_file(needs_path, capacities_path):
        raise refuse(capacities_path.name, "same_file")
    words = synonyms or Synonyms.load()
    tell(STEPS[0], 0, len(STEPS))
    needs = _read(needs_path, needs_form(words), words)
    tell(STEPS[1], 1, len(STEPS))
    capacities = _read(capacities_path, capacities_form(words), words)
    capacities, notes = _reaching(needs, capacities)
    faults = [*needs.rows.faults, *capacities.rows.faults]
    if faults and not rejects:
        raise ListRefused(faults)
    tell(STEPS[2], 2, len(STEPS))
    need_frame, capacity_frame = _frames(needs.rows, capacities.rows, words)
    from peyvand.engines.matching import match

    matched = match(need_frame, capacity_frame, least_travel=True)
    tell(STEPS[3], 3, len(STEPS))
    found = lines(need_frame, capacity_frame, matched)
    counted = _figures(needs, need_frame, capacity_frame, found)
    return ListMatch(needs, capacities, found, counted, notes)


def _read(path: Path, form: Form, synonyms: Synonyms) -> Side:
    table = read_table(path, form, synonyms)
    return Side(table, read_rows(table, form))


def _reaching(needs: Side, capacities: Side) -> tuple[Side, dict[str, int]]:
    """The capacities with their reach settled; those that say a reach without any place are rejected."""
    rows = capacities.rows
    fill_in_parents([*needs.rows.values, *rows.values])
    needed = set().union(*(levels(row) for row in needs.rows.values))
    reaches, notes, placeless = settle_reach(rows.values, needed)
    for row, reach in zip(rows.values, reaches, strict=True):
        row["reach"] = reach
    if not placeless:
        return capacities, notes
    heading = heading_of(capacities.table, "reach")
    fault = [Fault(capacities.table.file, "reach_without_place", rows.numbers[row], heading) for row in placeless]
    bad = [Rejected(one.row or 0, rows.cells[row], (one,)) for row, one in zip(placeless, fault, strict=True)]
    kept = [row for row in range(len(rows.values)) if row not in set(placeless)]
    settled = Rows(
        [rows.values[row] for row in kept],
        [rows.numbers[row] for row in kept],
        [rows.cells[row] for row in kept],
        sorted([*rows.rejected, *bad], key=lambda one: one.row),
    )
    return Side(capacities.table, settled), notes


def _frames(needs: Rows, capacities: Rows, synonyms: Synonyms) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The frames of the engine; `kind` and places are folded, `kind_shown` is how a person reads the kind."""
    kinds = _kinds([str(row["kind"]) for row in [*needs.values, *capacities.values]], synonyms)
    frames = []
    for rows in (needs.values, capacities.values):
        series = {
            "kind": _strings(kinds[str(row["kind"])][0] for row in rows),
            "kind_shown": _strings(kinds[str(row["kind"])][1] for row in rows),
            **{name: pl.Series([row[name] for row in rows], dtype=pl.Float64) for name in ("lat", "lon")},
            **{name: _strings(row[name] for row in rows) for name in _PLACES},
        }
        frames.append(pl.DataFrame(series))
    return frames[0].with_columns(
        priority=pl.Series([row["priority"] for row in needs.values], dtype=pl.Float64),
        demand=pl.Series([row["quantity"] for row in needs.values], dtype=pl.Int64),
        placed=pl.Series([bool(levels(row)) for row in needs.values], dtype=pl.Boolean),
    ), frames[1].with_columns(
        capacity=pl.Series([row["quantity"] for row in capacities.values], dtype=pl.Int64),
        reach=_strings(reach for reach, _ in _reaches(capacities)),
        reach_km=pl.Series([km for _, km in _reaches(capacities)], dtype=pl.Float64),
    )


def _kinds(written: Sequence[str], synonyms: Synonyms) -> dict[str, tuple[str, str]]:
    """Each spelling -> (key of its group, how that is shown): as written, or where lists differ, by the synonyms."""
    grouped = synonyms.of_kind()
    spellings: dict[str, dict[str, str]] = {}
    for text in dict.fromkeys(written):
        key = word_key(text)
        spellings.setdefault(word_key(grouped.get(key, text)), {}).setdefault(key, text)
    shown = {
        group: next(iter(keys.values())) if len(keys) == 1 else grouped[next(iter(keys))]
        for group, keys in spellings.items()
    }
    groups = {key: group for group, keys in spellings.items() for key in keys}
    return {text: (groups[word_key(text)], shown[groups[word_key(text)]]) for text in dict.fromkeys(written)}


def _reaches(capacities: Rows) -> list[Any]:
    return [row["reach"] for row in capacities.values]


def _figures(needs: Side, need_frame: pl.DataFrame, capacity_frame: pl.DataFrame, found: Sequence[Line]) -> Figures:
    served, used = [0] * len(need_frame), [0] * len(capacity_frame)
    why: list[str | None] = [None] * len(need_frame)
    for line in found:
        if line.capacity < 0:
            why[line.need] = line.code.removesuffix("_widened")
        else:
            served[line.need] += line.units
            used[line.capacity] += line.units
    level = next((name for name in ("county", "province") if need_frame[name].null_count() < len(need_frame)), "county")
    return figures(
        need_frame.with_columns(
            served=pl.Series(served, dtype=pl.Int64),
            why=pl.Series(why, dtype=pl.String),
            place_shown=_strings(_places_shown(needs, need_frame, level)),
        ),
        capacity_frame.with_columns(used=pl.Series(used, dtype=pl.Int64)),
        level,
    )


def _places_shown(needs: Side, frame: pl.DataFrame, level: str) -> list[str | None]:
    written = [
        [bare_place(needs.cell(row, name)) or None for name in ("province", "county")] for row in range(len(frame))
    ]
    names = [(province, county if level == "county" else None) for province, county in written]
    keys = [
        (province, county if level == "county" else None)
        for province, county in frame.select("province", "county").rows()
    ]
    return shown_places(names, keys)


def _strings(texts: Iterable[Any]) -> pl.Series:
    return pl.Series(list(texts), dtype=pl.String)


def _extra(side: Side, row: int, index: int) -> str | None:
    cells = side.rows.cells[row] if row >= 0 else ()
    return (cells[index] or None) if index < len(cells) else None


def _reasons(bad: Rejected, language: Language) -> str:
    return ("؛ " if language == "fa" else "; ").join(
        f"{fault.column}: {fault.reason(language)}" for fault in bad.faults
    )


def _unnamed(index: int, language: Language) -> str:
    """A column without a heading goes by its letter, as in a spreadsheet."""
    letters, place = "", index + 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return say("heading.unnamed", language, place=letters)


def _unused(heading: str, taken: Mapping[str, object]) -> str:
    name, count = heading, 1
    while name in taken:
        count += 1
        name = f"{heading} ({count})"
    return name
