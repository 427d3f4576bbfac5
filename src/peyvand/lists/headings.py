"""Which row is the heading and which column is which: folded headings, editable synonyms, title rows skipped."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from peyvand.kernel.text import word_key
from peyvand.lists.faults import refuse
from peyvand.lists.reading import Cells, Sheet
from peyvand.lists.words import Language

_LOOKED_AT = 30
_TABLES = {"headings", "words", "kinds"}


@dataclass(frozen=True)
class Synonyms:
    """Words that mean the same: of headings by list and column, of words in cells by column, and of kinds."""

    headings: Mapping[str, Mapping[str, Sequence[str]]]
    words: Mapping[str, Mapping[str, Sequence[str]]]
    kinds: Mapping[str, Sequence[str]]

    @classmethod
    def load(cls, own: Path | None = None) -> "Synonyms":
        """The words that come with the program; those of the file `own` are added and taken first."""
        built_in = _built_in()
        if own is None:
            return built_in
        added = _parsed(own)
        return cls(
            _joined(added.headings, built_in.headings),
            _joined(added.words, built_in.words),
            _kinds(added.kinds, built_in.kinds),
        )

    def of_heading(self, form: str, column: str) -> list[str]:
        """Every heading that means `column` in the list `form`, the preferred one first."""
        return [
            column,
            *self.headings.get(form, {}).get(column, ()),
            *self.headings.get("every", {}).get(column, ()),
        ]

    def label(self, form: str, column: str, language: Language) -> str:
        """How the column is called in a sentence."""
        if language == "en":
            return column
        every = self.headings.get("every", {}).get(column, ())
        return next((word for word in [*every, *self.of_heading(form, column)] if not word.isascii()), column)

    def of_word(self, column: str) -> dict[str, str]:
        """Folded word in a cell of `column` -> its value."""
        values: dict[str, str] = {}
        for value, words in self.words.get(column, {}).items():
            for word in [value, *words]:
                values.setdefault(word_key(word), value)
        return values

    def of_kind(self) -> dict[str, str]:
        """Folded kind -> the word it is shown by."""
        return {word_key(word): shown for shown, words in self.kinds.items() for word in [shown, *words]}


@dataclass(frozen=True)
class Table:
    """A sheet with its columns known. `columns`: name -> index; `extras`: indices of all others that hold anything."""

    file: str
    form: str
    sheet: str
    heading_row: int
    headings: list[str]
    columns: dict[str, int]
    extras: list[int]
    rows: list[tuple[int, Cells]]


def find_table(
    file: str, form: str, sheets: Iterable[Sheet], names: Sequence[str], required: Sequence[str], synonyms: Synonyms,
    chosen: Mapping[str, str] | None = None,
) -> Table:  # fmt: skip
    """The first sheet and row whose headings include all `required` columns; rows above it are titles.

    `chosen` (column -> heading, "" to leave a column unused) goes before every synonym. `ListRefused` names what is
    missing and the headings found.
    """
    ranks = _ranks(form, names, synonyms, chosen or {})
    nearest: tuple[int, Cells] = (-1, ())
    for sheet in sheets:
        for place, (number, cells) in enumerate(sheet.rows[:_LOOKED_AT]):
            columns = _recognised(cells, ranks)
            if all(name in columns for name in required):
                _check_choice(file, cells, columns, chosen or {})
                return _table(file, form, sheet, place, number, columns)
            nearest = max(nearest, (len(columns), cells), key=lambda found: found[0])
    if nearest[0] < 0:
        raise refuse(file, "file_empty")
    missing = [name for name in required if name not in _recognised(nearest[1], ranks)]
    wanted = [f"{name} ({synonyms.label(form, name, 'fa')})" for name in missing]
    raise refuse(file, "columns_missing", missing=wanted, found=[cell for cell in nearest[1] if cell][:_LOOKED_AT])


def _check_choice(file: str, cells: Cells, columns: Mapping[str, int], chosen: Mapping[str, str]) -> None:
    keys = [word_key(cell) for cell in cells]
    for index in columns.values():
        if keys.count(keys[index]) > 1:
            raise refuse(file, "heading_twice", heading=cells[index])
    for heading in chosen.values():
        if heading and word_key(heading) not in keys:
            raise refuse(file, "heading_unknown", heading=heading, found=[cell for cell in cells if cell][:_LOOKED_AT])


def _ranks(
    form: str, names: Sequence[str], synonyms: Synonyms, chosen: Mapping[str, str]
) -> dict[str, tuple[str, int]]:
    ranks: dict[str, tuple[str, int]] = {}
    for name in names:
        if chosen.get(name) == "":
            continue
        for rank, word in enumerate(synonyms.of_heading(form, name)):
            if rank < ranks.get(word_key(word), ("", rank + 1))[1]:
                ranks[word_key(word)] = (name, rank)
    return ranks | {word_key(heading): (name, -1) for name, heading in chosen.items() if heading}


def _recognised(cells: Cells, ranks: Mapping[str, tuple[str, int]]) -> dict[str, int]:
    found: dict[str, tuple[int, int]] = {}
    for index, cell in enumerate(cells):
        for text in (cell, cell.partition("(")[0]):
            if match := ranks.get(word_key(text)):
                name, rank = match
                found[name] = min(found.get(name, (rank, index)), (rank, index))
                break
    return {name: index for name, (_, index) in found.items()}


def _table(file: str, form: str, sheet: Sheet, place: int, number: int, columns: dict[str, int]) -> Table:
    rows = sheet.rows[place + 1 :]
    if not rows:
        raise refuse(file, "no_rows")
    width = max(len(cells) for _, cells in sheet.rows[place:])
    headings = [*sheet.rows[place][1], *[""] * width][:width]
    filled = {index for _, cells in rows for index, cell in enumerate(cells) if cell}
    extras = [index for index in range(width) if index not in columns.values() and (headings[index] or index in filled)]
    return Table(file, form, sheet.name, number, headings, columns, extras, rows)


@cache
def _built_in() -> Synonyms:
    text = resources.files(__package__).joinpath("synonyms.toml").read_text(encoding="utf-8")
    return Synonyms(**{name: tomllib.loads(text)[name] for name in _TABLES})


def _parsed(path: Path) -> Synonyms:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise refuse(path.name, "file_missing") from None
    except (OSError, ValueError) as error:
        raise refuse(path.name, "synonyms_unreadable", why=str(error)) from error
    if unknown := sorted(data.keys() - _TABLES):
        raise refuse(path.name, "synonyms_unknown", what=unknown)
    built_in = _built_in()
    kinds = _word_lists(path, "kinds", data.get("kinds", {}))
    shown: dict[str, str] = {}
    for kind, words in kinds.items():
        for word in {word_key(word): word for word in [kind, *words]}.values():
            if shown.setdefault(word_key(word), kind) != kind:
                raise refuse(path.name, "synonym_twice", word=word)
    return Synonyms(
        _sections(path, "headings", data, built_in.headings), _sections(path, "words", data, built_in.words), kinds
    )


def _sections(path: Path, table: str, data: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    sections = data.get(table, {})
    if not isinstance(sections, dict):
        raise refuse(path.name, "synonyms_shape", where=table)
    if table == "words":
        values = [f"words.{name}.{value}" for name, values in sections.items() for value in values]
        if wrong := [value for value in values if not _known_value(value, known)]:
            raise refuse(path.name, "synonyms_unknown", what=wrong)
    return {name: _word_lists(path, f"{table}.{name}", words) for name, words in sections.items()}


def _known_value(dotted: str, known: Mapping[str, Any]) -> bool:
    _, column, value = dotted.split(".", 2)
    if column == "priority":
        return value.isascii() and value.isdigit() and int(value) <= 100
    return value in known.get(column, {})


def _word_lists(path: Path, table: str, value: object) -> dict[str, list[str]]:
    if not isinstance(value, dict):
        raise refuse(path.name, "synonyms_shape", where=table)
    for name, words in value.items():
        if not isinstance(words, list) or not all(isinstance(word, str) and word_key(word) for word in words):
            raise refuse(path.name, "synonyms_shape", where=f"{table}.{name}")
    return value


def _joined(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, dict[str, list[str]]]:
    return {
        part: {
            name: [*first.get(part, {}).get(name, ()), *second.get(part, {}).get(name, ())]
            for name in first.get(part, {}) | second.get(part, {})
        }
        for part in {**second, **first}
    }


def _kinds(added: Mapping[str, Sequence[str]], built_in: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """A user's own grouping wins; a built-in group whose shown word the user has grouped goes along with it."""
    taken = {word_key(word): kind for kind, words in added.items() for word in [kind, *words]}
    joined = {kind: list(words) for kind, words in added.items()}
    for kind, words in built_in.items():
        joined.setdefault(taken.get(word_key(kind), kind), []).extend(
            word for word in words if word_key(word) not in taken
        )
    return joined
