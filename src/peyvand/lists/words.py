"""Sentences of the lists in both languages, kept here because the lists work without the site and its catalogue."""

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Literal

from peyvand.kernel.text import persian_digits

Language = Literal["en", "fa"]


def say(code: str, language: Language, **details: object) -> str:
    """The sentence of `code` ("table.name" in words.toml), {places} filled; numbers in the digits of the language."""
    table, name = code.split(".", 1)
    sentence = _sentences()[table][name][language]
    return sentence.format(**{key: show(value, language) for key, value in details.items()})


def show(value: object, language: Language) -> str:
    """A value as text: numbers grouped and in the language's digits, several values joined by its comma."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        return number(value, language)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ("، " if language == "fa" else ", ").join(show(part, language) for part in value)
    return str(value)


def number(value: float, language: Language) -> str:
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    if language == "en":
        return text
    return persian_digits(text.replace(",", "٬").replace(".", "٫"))


@cache
def _sentences() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))
