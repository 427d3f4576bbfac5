"""Persian text: one folding for comparing, searching and sorting (decision D10).

Folding is for keys only: what a person typed is stored and shown as typed.
"""

import re
import unicodedata
from collections.abc import Callable

HALF_SPACE = "\u200c"

_LETTERS = {
    "ي": "ی", "ى": "ی", "ئ": "ی", "ې": "ی",
    "ك": "ک",
    "ۀ": "ه", "ة": "ه", "ہ": "ه", "ە": "ه",
    "ؤ": "و",
    "أ": "ا", "إ": "ا", "ٱ": "ا", "آ": "ا",
    "ء": "", "ـ": "",
}  # fmt: skip
_DIGITS = dict(zip("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "0123456789" * 2, strict=True))
_PERSIAN_DIGITS = str.maketrans("0123456789٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹" * 2)
_TO_LATIN_DIGITS = str.maketrans(_DIGITS)
_SPACES = dict.fromkeys("\u200c\u200b\u00a0\u202f\u2009", " ")
_HIDDEN = dict.fromkeys(
    [
        *range(0x064B, 0x0660),
        0x0670,
        *range(0x200D, 0x2010),
        *range(0x202A, 0x202F),
        0x2066,
        0x2067,
        0x2068,
        0x2069,
        0xFEFF,
        0x00AD,
    ],
    "",
)
_FOLD = str.maketrans(_LETTERS | _DIGITS | _SPACES | {"٫": ".", "٬": "", "،": " ", "؛": " "}) | _HIDDEN
# The same for the database, whose `translate` takes sign by sign; where it can, what it folds was folded when it was stored.
SIGNS_FOLDED = (
    "".join(chr(sign) for sign, to in sorted(_FOLD.items(), key=lambda pair: not pair[1])),
    "".join(to for _sign, to in sorted(_FOLD.items(), key=lambda pair: not pair[1])),
)
_BLANKS = re.compile(r"\s+")
_LETTERS_APART = re.compile(r"[\W_]+")

# The embedded server sorts by code point, where پ چ ژ ک گ ی stand after the Arabic block.
_ALPHABET = "ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"
_RANK = {ord(letter): chr(0x100 + place) for place, letter in enumerate(_ALPHABET)}


def search_key(text: str) -> str:
    """Fold letters, digits, half-spaces and marks so that equal words compare equal, whichever keyboard typed them.

    The key of a key is itself.
    """
    if text.isascii():
        return _BLANKS.sub(" ", text.casefold()).strip()
    return _settled(text, _folded)


def word_key(text: str) -> str:
    """A `search_key` without spaces and punctuation: for headings and kinds («نوع خدمت» = «نوع‌خدمت» = «نوع_خدمت»)."""
    return _settled(text, lambda each: _LETTERS_APART.sub("", search_key(each)))


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).translate(_FOLD).casefold()
    return _BLANKS.sub(" ", folded).strip()


def _settled(text: str, fold: Callable[[str], str]) -> str:
    """Fold until nothing changes: a mark taken out from between two others lets the next normal form join these."""
    folded = fold(text)
    while folded != text:
        text, folded = folded, fold(folded)
    return folded


def sort_key(text: str) -> str:
    """A key whose code-point order is the order of the Persian alphabet."""
    return search_key(text).translate(_RANK)


def persian_digits(text: object) -> str:
    return str(text).translate(_PERSIAN_DIGITS)


def latin_digits(text: str) -> str:
    return text.translate(_TO_LATIN_DIGITS)
