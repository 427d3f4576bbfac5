"""How values are shown: one filter for each kind of value, in the reader's language.

Persian shows Persian digits, ٬ between groups, ٫ before decimals and Jalali dates with month names; English shows Latin
digits and the same Jalali dates in Latin letters. A missing value (None or "") is shown as an em dash.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from peyvand.kernel import jalali
from peyvand.kernel.quantities import RIAL_PER_TOMAN, Unit, toman
from peyvand.kernel.refusals import Refusal
from peyvand.kernel.text import persian_digits
from peyvand.web.act_words import ACTS, STATES

register = template.Library()
Maybe = Any  # the value a filter names, or None, or the "" of a template's unknown name
MISSING = "—"
_LTR_MARK = "\u200e"
_MILLION, _BILLION, _THOUSAND_BILLION = 10**6, 10**9, 10**12


def _persian() -> bool:
    return (get_language() or "fa").startswith("fa")


def _missing(value: object) -> bool:
    return value is None or value == ""


@register.filter
def digits(value: object) -> str:
    """Any text, its digits in the reader's script; for codes, years and phone numbers that are not grouped."""
    text = "" if value is None else str(value)
    return persian_digits(text) if _persian() else text


@register.filter
def number(value: Maybe, decimals: int = 0) -> str:
    """A number in groups of three, rounded half up to `decimals` places (zeros at the end are dropped)."""
    if _missing(value):
        return MISSING
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-int(decimals)), ROUND_HALF_UP)
    text = f"{abs(exact):,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if _persian():
        text = persian_digits(text.replace(",", "٬").replace(".", "٫"))
    # The sign stays before the digits in a right-to-left line only behind a mark.
    return f"{_LTR_MARK}−{text}" if exact < 0 else text


@register.filter
def percent(ratio: Maybe, decimals: int = 1) -> str:
    """A ratio (0.154) as «۱۵٫۴٪»."""
    if _missing(ratio):
        return MISSING
    return f"{number(Decimal(str(ratio)) * 100, decimals)}{'٪' if _persian() else '%'}"


@register.filter
def km(kilometres: Maybe) -> str:
    """A distance: metres under one kilometre, one decimal under ten, whole kilometres above."""
    if _missing(kilometres):
        return MISSING
    metres = round(float(kilometres) * 100) * 10
    if metres < 1000:
        return gettext("%(metres)s m") % {"metres": number(metres)}
    return gettext("%(kilometres)s km") % {"kilometres": number(kilometres, 1 if float(kilometres) < 10 else 0)}


@register.filter
def filesize(size: Maybe) -> str:
    """The size of a file in kilobytes, from a thousand of these on in megabytes with one decimal."""
    if _missing(size):
        return MISSING
    kilobytes = max(1, round(int(size) / 1000))
    if kilobytes < 1000:
        return gettext("%(size)s kilobytes") % {"size": number(kilobytes)}
    return gettext("%(size)s megabytes") % {"size": number(kilobytes / 1000, 1)}


def _step(amount: int) -> int:
    """The largest word not above the amount, and at least a million."""
    return next((step for step in (_THOUSAND_BILLION, _BILLION) if abs(amount) >= step), _MILLION)


def _in_words(amount: int) -> str:
    """A toman amount of a million or more, before the word "toman", rounded to one decimal."""
    step = _step(amount)
    said = {"amount": number(Decimal(amount) / step, 1)}
    if step == _THOUSAND_BILLION:
        return gettext("%(amount)s thousand billion") % said
    return gettext("%(amount)s billion") % said if step == _BILLION else gettext("%(amount)s million") % said


def _is_round(amount: int) -> bool:
    """Nothing is lost when the amount is said in words with one decimal."""
    return abs(amount) >= _MILLION and amount % (_step(amount) // 10) == 0


@register.filter(name="toman")
def toman_text(rial: Maybe) -> str:
    """An amount in rial as toman, exact: «۲۵۰٬۰۰۰ تومان»; in words where nothing is lost: «۵۰۰ میلیون تومان»."""
    if _missing(rial):
        return MISSING
    amount = toman(int(rial))
    return gettext("%(amount)s toman") % {"amount": _in_words(amount) if _is_round(amount) else number(amount)}


@register.filter
def toman_short(rial: Maybe) -> str:
    """An amount in rial as toman, rounded to one decimal of the largest word: for tiles and charts, never receipts."""
    if _missing(rial):
        return MISSING
    amount = int((Decimal(int(rial)) / RIAL_PER_TOMAN).to_integral_value(ROUND_HALF_UP))
    return gettext("%(amount)s toman") % {"amount": _in_words(amount) if abs(amount) >= _MILLION else number(amount)}


@register.filter
def toman_exact(rial: Maybe) -> str:
    """What `toman_short` rounded away, to stand below it: «دقیق: ۱٬۲۳۴٬۵۶۷٬۸۹۰ تومان»; nothing where it lost nothing."""
    if _missing(rial) or toman_short(rial) == toman_text(rial):
        return ""
    return gettext("exactly %(amount)s") % {"amount": toman_text(rial)}


@register.filter
def toman_long(rial: Maybe) -> str:
    """An amount in words with the exact one behind it, where they differ: to be read alone, outside a table."""
    exact = toman_exact(rial)
    return (
        gettext("%(words)s (%(exact)s)") % {"words": toman_short(rial), "exact": exact} if exact else toman_text(rial)
    )


def unit_name(unit: str, count: int = 1) -> str:
    """The word for a unit after a number of `count`."""
    names = {
        Unit.PIECE: ngettext("piece", "pieces", count),
        Unit.HOUR: ngettext("hour", "hours", count),
        Unit.SESSION: ngettext("session", "sessions", count),
        Unit.PERSON: ngettext("person", "persons", count),
        Unit.SEAT: ngettext("seat", "seats", count),
        Unit.DAY: ngettext("day", "days", count),
        Unit.MONTH: ngettext("month", "months", count),
        Unit.KILOGRAM: gettext("kg"),
        Unit.KILOWATT_HOUR: gettext("kWh"),
        Unit.RIAL: gettext("rial"),
    }
    return names[Unit(unit)]


@register.filter
def unit(value: str, count: int = 1) -> str:
    return unit_name(value, count)


@register.filter
def quantity(amount: Maybe, unit: str) -> str:
    """«۳ ساعت»; an amount of rial is shown as toman."""
    if _missing(amount):
        return MISSING
    if unit == Unit.RIAL:
        return toman_text(amount)
    return f"{number(amount)} {unit_name(unit, int(amount))}"


def day_of(value: date | datetime) -> date:
    return jalali.business_date(value) if isinstance(value, datetime) else value


def _language() -> str:
    return "fa" if _persian() else "en"


@register.filter
def jdate(value: Maybe) -> str:
    """«۳۰ آبان ۱۴۰۵»; an aware datetime is shown as its day in Iran."""
    return MISSING if _missing(value) else jalali.long_date(day_of(value), _language())


@register.filter
def jdate_short(value: Maybe) -> str:
    """«۱۴۰۵/۰۸/۳۰», for tables."""
    return MISSING if _missing(value) else jalali.short_date(day_of(value), _language())


@register.filter
def jdatetime(value: Maybe) -> str:
    """«۳۰ آبان ۱۴۰۵، ساعت ۱۴:۰۵», in Iran's time."""
    if _missing(value):
        return MISSING
    return gettext("%(day)s, %(clock)s") % {"day": jdate(value), "clock": clock(value)}


@register.filter
def clock(value: datetime) -> str:
    """«۱۴:۰۵», in Iran's time."""
    return digits(value.astimezone(jalali.TEHRAN).strftime("%H:%M"))


@register.filter
def jmonth(value: Maybe) -> str:
    """«آبان ۱۴۰۵»."""
    if _missing(value):
        return MISSING
    month = value if isinstance(value, jalali.JalaliMonth) else jalali.JalaliMonth.of(day_of(value))
    return month.label(_language())


@register.filter
def jdate_ago(value: Maybe, today: date | None = None) -> str:
    """A day as people say it: «امروز», «۳ روز پیش», «۱۰ روز دیگر», «۳ ماه پیش»; whole months and years, rounded down.

    `today` is the business date; without it, today in Iran.
    """
    if _missing(value):
        return MISSING
    day = day_of(value)
    days = (day - (today or jalali.business_date(timezone.now()))).days
    near = {-1: gettext("yesterday"), 0: gettext("today"), 1: gettext("tomorrow")}
    if days in near:
        return near[days]
    if abs(days) > 30:
        return _far(days)
    if days < 0:
        return ngettext("%(days)s day ago", "%(days)s days ago", -days) % {"days": number(-days)}
    return ngettext("in %(days)s day", "in %(days)s days", days) % {"days": number(days)}


def _far(days: int) -> str:
    years, months = abs(days) // 365, min(abs(days) // 30, 11)
    count, said = (years, {"years": number(years)}) if years else (months, {"months": number(months)})
    if years and days < 0:
        return ngettext("%(years)s year ago", "%(years)s years ago", count) % said
    if years:
        return ngettext("in %(years)s year", "in %(years)s years", count) % said
    if days < 0:
        return ngettext("%(months)s month ago", "%(months)s months ago", count) % said
    return ngettext("in %(months)s month", "in %(months)s months", count) % said


@register.filter
def tile(text: str) -> SafeString:
    """A formatted value for a stat tile: the number large, the words after it small; a word in place of a number too."""
    first, gap, rest = str(text).partition(" ")
    if not any(sign.isdecimal() for sign in first) and first != MISSING:
        return format_html('<span class="stat-word">{}</span>', text)
    return format_html('{} <span class="stat-unit">{}</span>', first, rest) if gap else format_html("{}", first)


@register.filter
def iso(value: Maybe) -> str:
    """The machine's form, for `<time datetime>`."""
    return "" if _missing(value) else value.isoformat()


@register.filter
def refusal(answer: Refusal) -> str:
    """The words of a refusal in the reader's language."""
    return said(answer.message, answer.details)


def said(message: str, details: Mapping[str, object]) -> str:
    """The words of a refusal that was kept: its message id and what fills its places."""
    return gettext(message).format(**{name: _detail(value) for name, value in details.items()})


def _detail(value: object) -> str:
    """A reason or field name in words is a message id of its own; a date is Jalali; the rest are numbers and codes.

    A number of four digits may be a year; a longer one is grouped.
    """
    if isinstance(value, date):
        return jdate(value)
    if isinstance(value, int) and abs(value) >= 10_000:
        return number(value)
    known = ACTS.get(str(value)) or STATES.get(str(value))
    if known:
        return str(known)
    return digits(gettext(value) if isinstance(value, str) and value else value)
