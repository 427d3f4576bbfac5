"""Small slips of the one who searches: one letter wrong, missing, too many, or two of them changed places. Pure.

A word is turned into a pattern rather than the stored names into an index: the database needs no extension for it, nothing more is
stored of anybody, and names are only ever compared among the rows a reader may see (decision record 13).
"""

import re
from collections.abc import Iterator

from peyvand.kernel.codes import LENGTH, read_code
from peyvand.kernel.text import search_key

SHORTEST = 2  # of a word in which one letter may be missing; below it nothing would be left to go by
MAY_BE_APART = 4  # a word of so many letters may have been typed without its space or half-space
_FROM_THREE = 3  # in shorter words a wrong letter is another word
_ENDS = r"[\s\-_/.,:;()«»،؛؟!?]"
_START, _END = f"(^|{_ENDS})", f"({_ENDS}|$)"


def words(text: str) -> list[str]:
    """The words that are looked for, folded."""
    return search_key(text).split()


def may_be_apart(word: str) -> bool:
    """Whether a space may stand in it, so that «علیپور» finds «علی پور»."""
    return len(word) >= MAY_BE_APART


def alike(word: str) -> str:
    """A pattern of every word that differs from `word` by one slip, or by a space within it."""
    return f"{_START}({'|'.join(dict.fromkeys(_variants(word)))}){_END}"


def kept_whole(word: str) -> list[str]:
    """One of these stands, spaces left out, in whatever `alike` finds: a slip spoils one half of a word, or exchanges the two letters
    where the halves meet. Words of less than `MAY_BE_APART` letters have no such parts."""
    if not may_be_apart(word):
        return []
    middle = len(word) // 2
    before, after = word[: middle - 1], word[middle + 1 :]
    return [word[:middle], word[middle:], before + word[middle] + word[middle - 1] + after]


def _variants(word: str) -> Iterator[str]:
    between = " ?" if may_be_apart(word) else ""
    for signs in _slips([re.escape(sign) for sign in word]):
        yield between.join(signs)


def _slips(signs: list[str]) -> Iterator[list[str]]:
    yield signs
    if len(signs) < SHORTEST:
        return
    for place in range(len(signs) + 1):
        yield [*signs[:place], ".", *signs[place:]]
    if len(signs) < _FROM_THREE:
        return
    for place in range(len(signs)):
        yield [*signs[:place], "[^ ]", *signs[place + 1 :]]
        yield [*signs[:place], *signs[place + 1 :]]
    for place in range(len(signs) - 1):
        yield [*signs[:place], signs[place + 1], signs[place], *signs[place + 2 :]]


def codes_like(digits: str) -> list[str]:
    """The tracking codes that one slip of the keyboard makes of what was typed; the check digit leaves few of them."""
    if not digits.isascii() or not digits.isdigit() or abs(len(digits) - LENGTH) > 1:
        return []
    return sorted({code for one in _slipped(digits) if (code := read_code(one)) and code != digits})


def _slipped(digits: str) -> Iterator[str]:
    for place in range(len(digits) + 1):
        before, after = digits[:place], digits[place:]
        for digit in "0123456789":
            yield before + digit + after
            yield before + digit + after[1:]
        yield before + after[1:]
        yield before + after[1:2] + after[:1] + after[2:]
