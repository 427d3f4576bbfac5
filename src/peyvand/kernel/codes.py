"""Tracking codes: twelve digits, the last a check digit (Luhn), so that they can be read out over a telephone."""

import secrets
from random import Random

from peyvand.kernel.identifiers import clean

LENGTH = 12


def _check_digit(digits: str) -> str:
    total = 0
    for place, letter in enumerate(reversed(digits)):
        value = int(letter) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def new_code(random: Random | None = None, length: int = LENGTH) -> str:
    """A fresh code of `length` digits; `random` is given only where a demo must come out the same every time."""
    source = random or secrets.SystemRandom()
    body = "".join(str(source.randrange(10)) for _ in range(length - 1))
    return body + _check_digit(body)


def read_code(text: str, length: int = LENGTH) -> str | None:
    """The code a person typed (either digits, spaces, dashes), or None where it cannot be one."""
    digits = clean(text)
    if len(digits) != length or not (digits.isascii() and digits.isdigit()) or _check_digit(digits[:-1]) != digits[-1]:
        return None
    return digits


def spoken(code: str) -> str:
    """In groups of four, as it is printed and read out."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
