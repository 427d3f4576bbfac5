"""Cells into values: columns with a type, and every bad cell as a fault named by file, row and column.

A `Form` describes one list (needs, capacities, households ...); it is all that an import of another list has to bring.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from peyvand.kernel.text import latin_digits, search_key, word_key
from peyvand.lists.faults import BadCell, Fault
from peyvand.lists.headings import Synonyms, Table, find_table
from peyvand.lists.reading import Cells, read_sheets

Parser = Callable[[str], object]
RowFault = tuple[str, str, Mapping[str, object]]

_ERROR_CELLS = {"#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"}
_GROUPED = re.compile(r"[+-]?\d{1,3}([,٬]\d{3})+([.٫]\d*)?")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)")
_UNSEEN = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
_DISTANCE = re.compile(r"(?:(?:تا|شعاع|within|up to)\s+)*(?P<number>[\d.,٫٬/+-]+)\s*(?P<unit>\D*)")
_METRES = {"m", "metre", "metres", "meter", "meters", "متر", "متری"}
_PLACE_WORDS = re.compile(
    r"^(استان|شهرستان|محله|روستای|روستا)\s+|\s+(province|county|neighbou?rhood|village)$", re.IGNORECASE
)
WHOLE_LIMIT = 1_000_000_000


@dataclass(frozen=True)
class Column:
    """`parse` turns a text into a value or raises `BadCell`; an empty cell is `default`, or a fault if required."""

    name: str
    parse: Parser
    required: bool = False
    default: object = None
    unique: bool = False


@dataclass(frozen=True)
class Form:
    """The columns of one list. `check` sees the values of a whole row: it yields (column, fault code, details)."""

    name: str
    columns: Sequence[Column]
    check: Callable[[Mapping[str, object]], Iterable[RowFault]] = lambda row: ()


@dataclass(frozen=True)
class Rejected:
    """A row that cannot be taken, as it stands in the file, with every reason."""

    row: int
    cells: Cells
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Rows:
    """The good rows: `values[i]` by column name, `numbers[i]` the row in the file, `cells[i]` as it stands there."""

    values: list[dict[str, object]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    cells: list[Cells] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    @property
    def faults(self) -> list[Fault]:
        return [fault for rejected in self.rejected for fault in rejected.faults]


def read_table(path: Path, form: Form, synonyms: Synonyms, chosen: Mapping[str, str] | None = None) -> Table:
    """The table of a file for this form, or `ListRefused`. `chosen` (column -> heading) is what a person picked."""
    names = [column.name for column in form.columns]
    required = [column.name for column in form.columns if column.required]
    return find_table(path.name, form.name, read_sheets(path), names, required, synonyms, chosen)


def read_rows(table: Table, form: Form) -> Rows:
    """Every row of the table as values or faults; nothing is guessed and nothing is dropped silently."""
    rows = Rows()
    parsers = {column.name: cache(_cell_parser(column)) for column in form.columns}
    seen: dict[tuple[str, str], int] = {}
    for number, cells in table.rows:
        values, wrong = _row_values(table, parsers, cells)
        wrong += [] if wrong else _repeated(form, values, seen, number)
        wrong += [] if wrong else list(form.check(values))
        if wrong:
            faults = tuple(
                Fault(table.file, code, number, heading_of(table, column), details) for column, code, details in wrong
            )
            rows.rejected.append(Rejected(number, cells, faults))
        else:
            rows.values.append(values)
            rows.numbers.append(number)
            rows.cells.append(cells)
    return rows


def heading_of(table: Table, column: str) -> str:
    """The heading as the file has it, or the column's name where the file has no such column."""
    return table.headings[table.columns[column]] if column in table.columns else column


def _cell_parser(column: Column) -> Parser:
    def parse(text: str) -> object:
        try:
            if text in _ERROR_CELLS:
                raise BadCell("error_cell", value=text)
            if text:
                return column.parse(text)
            if column.required:
                raise BadCell("value_missing")
        except BadCell as bad:
            return bad
        return column.default

    return parse


def _row_values(table: Table, parsers: Mapping[str, Parser], cells: Cells) -> tuple[dict[str, object], list[RowFault]]:
    values: dict[str, object] = {}
    wrong: list[RowFault] = []
    for name, parse in parsers.items():
        index = table.columns.get(name, -1)
        value = parse(cells[index] if 0 <= index < len(cells) else "")
        if isinstance(value, BadCell):
            wrong.append((name, value.code, value.details))
        else:
            values[name] = value
    return values, wrong


def _repeated(
    form: Form, values: Mapping[str, object], seen: dict[tuple[str, str], int], number: int
) -> list[RowFault]:
    wrong: list[RowFault] = []
    for column in form.columns:
        if column.unique and (value := values[column.name]) is not None:
            first = seen.setdefault((column.name, search_key(str(value))), number)
            if first != number:
                wrong.append((column.name, "value_twice", {"value": value, "first": first}))
    return wrong


def text(cell: str) -> str:
    return cell


def word(cell: str) -> str:
    """A text that is compared with others: one without a letter or digit is none."""
    if not word_key(cell):
        raise BadCell("not_a_word", value=cell)
    return cell


def place(cell: str) -> str | None:
    """The folded name of a place; «شهرستان ساری» is «ساری»."""
    return word_key(bare_place(search_key(cell))) or None


def bare_place(cell: str) -> str:
    """The name alone: «شهرستان ساری» is «ساری», "Sari County" is "Sari"."""
    return _PLACE_WORDS.sub("", cell)


def plain_number(cell: str, *, grouping: bool = True) -> float:
    """A number in any of the three digits; ٫ . / or a comma before the decimals, ٬ or a comma between thousands."""
    digits = _UNSEEN.sub("", latin_digits(cell)).replace("−", "-")
    if grouping and _GROUPED.fullmatch(digits):
        digits = digits.replace(",", "").replace("٬", "")
    digits = digits.replace("٫", ".").replace("/", ".").replace(",", ".").replace("،", ".")
    if not _NUMBER.fullmatch(digits):
        raise BadCell("not_a_number", value=cell)
    return float(digits)


def whole(cell: str) -> int:
    """A whole number from 0 up."""
    value = plain_number(cell)
    if value < 0:
        raise BadCell("negative", value=cell)
    if not value.is_integer():
        raise BadCell("not_whole", value=cell)
    if value > WHOLE_LIMIT:
        raise BadCell("too_large", value=cell, most=WHOLE_LIMIT)
    return int(value)


def at_least_one(cell: str) -> int:
    value = whole(cell)
    if value == 0:
        raise BadCell("zero", value=cell)
    return value


def degrees(limit: int) -> Parser:
    """A coordinate in decimal degrees from -limit to limit."""

    def parse(cell: str) -> float:
        value = plain_number(cell.rstrip("°"), grouping=False)
        if not -limit <= value <= limit:
            raise BadCell("out_of_range", value=cell, least=-limit, most=limit)
        return value

    return parse


def priority(synonyms: Synonyms) -> Parser:
    """0 to 100, or one of the words of the synonyms."""
    words = synonyms.of_word("priority")

    def parse(cell: str) -> float:
        try:
            value = plain_number(cell, grouping=False)
        except BadCell:
            if word_key(cell) not in words:
                raise BadCell("not_a_priority", value=cell) from None
            return float(words[word_key(cell)])
        if not 0 <= value <= 100:
            raise BadCell("out_of_range", value=cell, least=0, most=100)
        return value

    return parse


def reach(synonyms: Synonyms) -> Parser:
    """("county", None) for a word, ("km", 15.0) for a distance; a number alone is kilometres."""
    words = synonyms.of_word("reach")

    def parse(cell: str) -> tuple[str, float | None]:
        value = words.get(word_key(cell))
        if value and value != "km":
            return value, None
        distance = _DISTANCE.fullmatch(latin_digits(cell).strip())
        if not distance:
            raise BadCell("not_a_reach", value=cell)
        unit = word_key(distance["unit"])
        if unit and unit not in _METRES and words.get(unit) != "km":
            raise BadCell("not_a_reach", value=cell)
        kilometres = plain_number(distance["number"]) / (1000 if unit in _METRES else 1)
        if kilometres <= 0:
            raise BadCell("reach_not_positive", value=cell)
        return "km", kilometres

    return parse
