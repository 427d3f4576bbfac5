"""Names of places, organisations and kinds in the reader's language, for templates."""

from typing import Any

from django import template
from django.utils.translation import get_language

register = template.Library()


@register.filter
def named(row: Any) -> str:
    """The name of a place, an organisation or a specification; an em dash where there is none."""
    if row is None:
        return "—"
    return str(row.name_fa if (get_language() or "fa").startswith("fa") else row.name_en or row.name_fa)
