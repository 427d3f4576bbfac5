"""Form fields that read what people type: both digit sets, Jalali dates, grouped amounts, phone numbers as spoken.

A wrong value stays in its field as it was typed; the error says in words what would be right.
"""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from peyvand.kernel.identifiers import clean, is_mobile, is_national_id
from peyvand.kernel.jalali import parse_date, short_date
from peyvand.kernel.quantities import RIAL_PER_TOMAN
from peyvand.kernel.text import latin_digits
from peyvand.web.templatetags.peyvand_format import digits, number

_SEPARATORS = str.maketrans("", "", "٬،,’' \u200c\u00a0\u202f\u200e\u200f")
_WHOLE = re.compile(r"[-−]?\d+")


class _TypedInput(forms.TextInput):
    """A text box, not a number or date control: those refuse Persian digits."""

    def __init__(self, **attrs: str) -> None:
        super().__init__(attrs={"autocomplete": "off", "class": "short", **attrs})


class JalaliDateField(forms.DateField):
    """A date typed as «۱۴۰۵/۸/۳۰» (also 1405-08-30); the value is a Gregorian `date`."""

    default_error_messages = {
        "invalid": _("Write the date as year/month/day, such as 1405/8/30."),
        "too_early": _("The date must not be before %(limit)s."),
        "too_late": _("The date must not be after %(limit)s."),
    }

    def __init__(self, *, earliest: date | None = None, latest: date | None = None, **options: Any) -> None:
        options.setdefault("widget", _TypedInput(inputmode="numeric"))
        options.setdefault("help_text", _("Year/month/day, such as 1405/8/30"))
        super().__init__(**options)
        self.earliest, self.latest = earliest, latest

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values or isinstance(value, date):
            return value or None
        try:
            return parse_date(value)
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value and self.earliest and value < self.earliest:
            self._refuse("too_early", self.earliest)
        if value and self.latest and value > self.latest:
            self._refuse("too_late", self.latest)

    def _refuse(self, code: str, limit: date) -> None:
        raise ValidationError(self.error_messages[code], code=code, params={"limit": digits(short_date(limit, "en"))})

    def prepare_value(self, value: Any) -> Any:
        return digits(short_date(value, "en")) if isinstance(value, date) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class QuantityField(forms.IntegerField):
    """A whole number in either digit set, with or without separators; `unit` is shown beside the box."""

    default_error_messages = {
        "invalid": _("Write a whole number, such as 12."),
        "min_value": _("The least that can be entered is %(limit)s."),
        "max_value": _("The most that can be entered is %(limit)s."),
    }

    def __init__(self, *, unit: Any = "", least: int = 1, most: int = 2**31 - 1, **options: Any) -> None:
        options.setdefault("widget", _TypedInput(inputmode="numeric"))
        super().__init__(**options)
        self.unit, self.least, self.most = unit, least, most

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values or isinstance(value, int):
            return None if value in self.empty_values else value
        text = latin_digits(str(value)).translate(_SEPARATORS).removesuffix(".0")
        if not _WHOLE.fullmatch(text) or len(text) > 18:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return int(text.replace("−", "-"))

    def validate(self, value: int | None) -> None:
        super().validate(value)
        if value is not None and value < self.least:
            self._refuse("min_value", self.least)
        if value is not None and value > self.most:
            self._refuse("max_value", self.most)

    def _refuse(self, code: str, limit: int) -> None:
        raise ValidationError(self.error_messages[code], code=code, params={"limit": number(limit)})

    def prepare_value(self, value: Any) -> Any:
        return number(value) if isinstance(value, int) else value


class TomanField(QuantityField):
    """An amount typed in toman; the value is whole rial."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("unit", _("toman"))
        options.setdefault("most", 10**15)
        super().__init__(**options)

    def clean(self, value: Any) -> int | None:
        amount = super().clean(value)
        return None if amount is None else amount * RIAL_PER_TOMAN

    def prepare_value(self, value: Any) -> Any:
        return number(value // RIAL_PER_TOMAN) if isinstance(value, int) else value


class MobileField(forms.CharField):
    """A mobile number of Iran in any common writing; the value is eleven Latin digits from 09."""

    default_error_messages = {"invalid": _("Write the mobile number with eleven digits, such as 09121234567.")}

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", _TypedInput(inputmode="tel", autocomplete="tel", dir="ltr"))
        super().__init__(**options)

    def to_python(self, value: Any) -> str:
        text = clean(super().to_python(value) or "").translate(str.maketrans("", "", "()+._"))
        if text in self.empty_values:
            return ""
        text = re.sub(r"^(?:0098|98)(?=9\d{9}$)", "0", text)
        text = re.sub(r"^(?=9\d{9}$)", "0", text)
        if not is_mobile(text):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return text


class NationalIdField(forms.CharField):
    """کد ملی in either digit set, checked by its own check digit; the value is ten Latin digits."""

    default_error_messages = {"invalid": _("This national ID is not correct. Check its ten digits.")}

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", _TypedInput(inputmode="numeric", dir="ltr"))
        super().__init__(**options)

    def to_python(self, value: Any) -> str:
        text = clean(super().to_python(value) or "")
        if text in self.empty_values:
            return ""
        if not is_national_id(text):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return text
