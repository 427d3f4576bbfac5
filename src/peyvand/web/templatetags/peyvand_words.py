"""Names of rows in the reader's language, and codes as they are read out."""

from typing import Any

from django import template

from peyvand.kernel.codes import LENGTH, spoken
from peyvand.web.pages import need_words
from peyvand.web.templatetags.peyvand_format import digits

register = template.Library()


@register.filter
def named(row: Any) -> str:
    return need_words.named(row)


@register.filter
def code(text: str) -> str:
    """A tracking code in groups of four; any other code as it is."""
    return digits(spoken(text) if len(text) == LENGTH and text.isdigit() else text)
