"""Small helpers of the flow's pages."""

from typing import Any
from uuid import uuid4

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from peyvand.kernel.codes import LENGTH, spoken
from peyvand.places.models import Place
from peyvand.web.pages import words
from peyvand.web.templatetags.peyvand_format import digits, number

register = template.Library()


@register.filter
def named(row: Any) -> str:
    """The name of a place, organisation or kind in the reader's language; Persian where it has no English one."""
    return words.named(row)


@register.filter
def code(value: str) -> str:
    """A tracking code in groups of four, as it is printed and read out; any other code as it is."""
    return digits(spoken(value) if len(value) == LENGTH and value.isdigit() else value)


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
