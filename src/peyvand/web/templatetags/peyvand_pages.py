"""Small helpers of the flow's pages."""

import re
from typing import Any
from uuid import uuid4

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from peyvand.kernel.codes import LENGTH, spoken
from peyvand.places.models import Place
from peyvand.web.pages import words
from peyvand.web.templatetags.peyvand_format import digits, number

register = template.Library()
_PERSIAN = re.compile("[\u0621-\u06cc]")


@register.filter
def named(row: Any) -> str:
    """The name of a place, organisation or kind in the reader's language; Persian where it has no English one.

    A Persian name in an English line keeps its own direction, and the figures beside it theirs.
    """
    name = words.named(row)
    return f"\u2068{name}\u2069" if get_language() != "fa" and _PERSIAN.search(name) else name


@register.filter
def listed(names: list[str]) -> str:
    """Names after one another, with the comma of the reader's language."""
    return words.listed(*names)


@register.filter
def code(value: str) -> str:
    """A tracking code in groups of four, as it is printed and read out; any other code as it is."""
    return digits(spoken(value) if len(value) == LENGTH and value.isdecimal() else value)


@register.filter
def figure(value: int | None) -> str:
    """A published figure; None was withheld because it, or its neighbour, is under five."""
    return gettext("withheld") if value is None else number(value)


@register.simple_tag
def once_field() -> SafeString:
    """A fresh key in a form, so that sending it twice does the act once."""
    return format_html('<input type="hidden" name="once" value="{}">', uuid4().hex)


@register.simple_tag
def place_url(place: Place) -> str:
    """The public page of a place."""
    return reverse("neighbourhood", args=[place.path.rstrip("/")])
