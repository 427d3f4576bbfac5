"""Parsers of cells that lists for storing have and lists for matching do not."""

from datetime import date

from peyvand.kernel.identifiers import clean, is_mobile, is_national_id
from peyvand.kernel.jalali import parse_date
from peyvand.kernel.text import latin_digits, word_key
from peyvand.lists import columns
from peyvand.lists.columns import Column, Parser
from peyvand.lists.faults import BadCell
from peyvand.lists.headings import Synonyms

SIGNS_LIMIT = 300


def short(limit: int) -> Parser:
    """A text of at most `limit` signs: what a table cannot hold is named, never cut."""

    def parse(cell: str) -> str:
        if len(cell) > limit:
            raise BadCell("too_long", most=limit, length=len(cell))
        return cell

    return parse


def day(cell: str) -> date:
    """A Jalali date («۱۴۰۵/۸/۳۰») or a Gregorian one, as a sheet may give it."""
    try:
        return parse_date(cell.split(" ")[0])
    except ValueError:
        raise BadCell("not_a_date", value=cell) from None


def birth_year(today: int) -> Parser:
    """A Jalali year of birth up to `today`, the present one."""

    def parse(cell: str) -> int:
        year = columns.whole(cell)
        if not 1280 <= year <= today:
            raise BadCell("not_a_birth_year", value=cell, least=latin_digits("1280"), most=str(today))
        return year

    return parse


def one_of(synonyms: Synonyms, name: str, code: str) -> Parser:
    words = synonyms.of_word(name)

    def parse(cell: str) -> str:
        if word_key(cell) not in words:
            raise BadCell(code, value=cell)
        return words[word_key(cell)]

    return parse


def national_id(cell: str) -> str:
    """Sheets drop leading zeros of numbers; eight or nine digits get them back before the check digit is tried."""
    digits = clean(cell)
    digits = digits.zfill(10) if len(digits) in (8, 9) else digits
    if not is_national_id(digits):
        raise BadCell("not_a_national_id", value=cell)
    return digits


def mobile(cell: str) -> str:
    digits = clean(cell).removeprefix("+")
    if digits.startswith("98") and len(digits) == 12:
        digits = digits[2:]
    digits = f"0{digits}" if len(digits) == 10 and digits.startswith("9") else digits
    if not is_mobile(digits):
        raise BadCell("not_a_mobile", value=cell)
    return digits


def place_columns() -> tuple[Column, ...]:
    return tuple(Column(name, columns.text) for name in ("neighbourhood", "county", "province"))
