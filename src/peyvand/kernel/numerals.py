"""Whole numbers in words, as on a cheque: beside the figures they say the same once more, so that a lost digit is seen."""

_FA_ONES = (
    "صفر", "یک", "دو", "سه", "چهار", "پنج", "شش", "هفت", "هشت", "نه", "ده", "یازده", "دوازده", "سیزده", "چهارده", "پانزده",
    "شانزده", "هفده", "هجده", "نوزده",
)  # fmt: skip
_FA_TENS = ("", "", "بیست", "سی", "چهل", "پنجاه", "شصت", "هفتاد", "هشتاد", "نود")
_FA_HUNDREDS = ("", "صد", "دویست", "سیصد", "چهارصد", "پانصد", "ششصد", "هفتصد", "هشتصد", "نهصد")
_EN_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_EN_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_STEPS = ((10**9, "میلیارد", "billion"), (10**6, "میلیون", "million"), (10**3, "هزار", "thousand"))


def in_words(number: int, language: str = "fa") -> str:
    """«دو میلیون و سیصد هزار» or "two million three hundred thousand". Raises `ValueError` below zero."""
    if number < 0:
        raise ValueError("a number in words is not negative")
    return _persian(number) if language.startswith("fa") else _english(number)


def _persian(number: int) -> str:
    for step, word, _name in _STEPS:
        if number >= step:
            count, rest = divmod(number, step)
            # A single thousand stands without its one: «هزار و دویست».
            said = word if (count, step) == (1, 1000) else f"{_persian(count)} {word}"
            return f"{said} و {_persian(rest)}" if rest else said
    if number < 20:
        return _FA_ONES[number]
    size, names = (100, _FA_HUNDREDS) if number >= 100 else (10, _FA_TENS)
    count, rest = divmod(number, size)
    return f"{names[count]} و {_persian(rest)}" if rest else names[count]


def _english(number: int) -> str:
    for step, _word, name in (*_STEPS, (100, "", "hundred")):
        if number >= step:
            count, rest = divmod(number, step)
            return f"{_english(count)} {name} {_english(rest)}" if rest else f"{_english(count)} {name}"
    if number < 20:
        return _EN_ONES[number]
    count, rest = divmod(number, 10)
    return f"{_EN_TENS[count]}-{_EN_ONES[rest]}" if rest else _EN_TENS[count]
