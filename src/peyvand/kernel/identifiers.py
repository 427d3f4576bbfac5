"""Iranian identifiers. A number that passes may still belong to nobody; one that fails is certainly mistyped.

Checked against npm @persian-tools/persian-tools 4.0.4 on random numbers (`tests/kernel/test_identifiers.py` holds the samples).
"""

from peyvand.kernel.text import latin_digits


def clean(text: str) -> str:
    """Digits of either script as Latin digits, without spaces, half-spaces and dashes."""
    return "".join(letter for letter in latin_digits(text) if letter not in " \u200c\u00a0-").upper()


def is_national_id(text: str) -> bool:
    """کد ملی: ten digits, the last a checksum. A place prefix is never a reason to reject."""
    digits = clean(text)
    if not (digits.isascii() and digits.isdigit() and len(digits) == 10):
        return False
    if len(set(digits)) == 1 or digits[3:9] == "000000":
        return False
    remainder = sum(int(digits[place]) * (10 - place) for place in range(9)) % 11
    return int(digits[9]) == (remainder if remainder < 2 else 11 - remainder)


def is_legal_id(text: str) -> bool:
    """شناسهٔ ملی of a legal person: eleven digits, the last a checksum."""
    digits = clean(text)
    if not (digits.isascii() and digits.isdigit() and len(digits) == 11) or digits[3:9] == "000000":
        return False
    shift, weights = int(digits[9]) + 2, (29, 27, 23, 19, 17)
    remainder = sum((shift + int(digits[place])) * weights[place % 5] for place in range(10)) % 11
    return int(digits[10]) == (0 if remainder == 10 else remainder)


def is_mobile(text: str) -> bool:
    digits = clean(text)
    return len(digits) == 11 and digits.isascii() and digits.isdigit() and digits.startswith("09")
