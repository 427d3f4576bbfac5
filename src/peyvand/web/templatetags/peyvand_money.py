"""Accounts between organisations: amounts to the rial, in figures and in words. Everywhere else amounts are shown in toman."""

from typing import Any

from django import template
from django.utils.translation import get_language, gettext

from peyvand.kernel.numerals import in_words
from peyvand.web.templatetags.peyvand_format import MISSING, number

register = template.Library()


@register.filter
def rial(amount: Any) -> str:
    """«۲٬۳۰۰٬۰۰۵ ریال»: exact, where toman would lose what is below ten."""
    return MISSING if amount is None else gettext("%(amount)s rial") % {"amount": number(amount)}


@register.filter
def rial_in_words(amount: Any) -> str:
    """«۲٬۳۰۰٬۰۰۵ ریال (دو میلیون و سیصد هزار و پنج ریال)», as on a cheque."""
    if amount is None:
        return MISSING
    words = in_words(int(amount), get_language() or "fa")
    return gettext("%(figures)s (%(words)s rial)") % {"figures": rial(amount), "words": words}
