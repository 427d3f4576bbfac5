"""The Jalali calendar: periods, dates in words, and the business date.

Dates are stored as Gregorian `date`; every period (month, quarter, year) is a Jalali one (decisions D9 and D20).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import jdatetime

from peyvand.kernel.text import latin_digits, persian_digits

TEHRAN = ZoneInfo("Asia/Tehran")
WEEK_DAYS = 7
MONTHS_FA = ("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند")
MONTHS_EN = (
    "Farvardin",
    "Ordibehesht",
    "Khordad",
    "Tir",
    "Mordad",
    "Shahrivar",
    "Mehr",
    "Aban",
    "Azar",
    "Dey",
    "Bahman",
    "Esfand",
)


def business_date(now: datetime) -> date:
    """The calendar day in Iran at the instant `now` (aware)."""
    if now.tzinfo is None:
        raise ValueError("now must carry a time zone")
    return now.astimezone(TEHRAN).date()


@dataclass(frozen=True, order=True)
class JalaliMonth:
    """One month of the Jalali calendar; `month` is 1 to 12."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not 1 <= self.month <= 12:
            raise ValueError(f"month {self.month} is not between 1 and 12")

    @classmethod
    def of(cls, day: date) -> "JalaliMonth":
        jalali = jdatetime.date.fromgregorian(date=day)
        return cls(jalali.year, jalali.month)

    @classmethod
    def parse(cls, text: str) -> "JalaliMonth":
        year, month = latin_digits(text).replace("/", "-").split("-")
        return cls(int(year), int(month))

    @property
    def first_day(self) -> date:
        return jdatetime.date(self.year, self.month, 1).togregorian()

    @property
    def last_day(self) -> date:
        return self.shift(1).first_day - timedelta(days=1)

    def shift(self, months: int) -> "JalaliMonth":
        place = self.year * 12 + self.month - 1 + months
        return JalaliMonth(place // 12, place % 12 + 1)

    def label(self, language: str = "fa") -> str:
        if language == "fa":
            return f"{MONTHS_FA[self.month - 1]} {persian_digits(self.year)}"
        return f"{MONTHS_EN[self.month - 1]} {self.year}"

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def week_of(day: date) -> date:
    """The Saturday with which the week of a day begins."""
    return day - timedelta(days=(day.weekday() + 2) % WEEK_DAYS)


def add_months(day: date, months: int) -> date:
    """The same day of the Jalali month `months` later, or that month's last day where it is shorter."""
    jalali = jdatetime.date.fromgregorian(date=day)
    target = JalaliMonth(jalali.year, jalali.month).shift(months)
    return min(target.first_day + timedelta(days=jalali.day - 1), target.last_day)


def long_date(day: date, language: str = "fa") -> str:
    """«۳۰ آبان ۱۴۰۵», or "30 Aban 1405"."""
    jalali = jdatetime.date.fromgregorian(date=day)
    if language == "fa":
        return persian_digits(f"{jalali.day} {MONTHS_FA[jalali.month - 1]} {jalali.year}")
    return f"{jalali.day} {MONTHS_EN[jalali.month - 1]} {jalali.year}"


def short_date(day: date, language: str = "fa") -> str:
    """«۱۴۰۵/۰۸/۳۰»."""
    text = jdatetime.date.fromgregorian(date=day).strftime("%Y/%m/%d")
    return persian_digits(text) if language == "fa" else text


def parse_date(text: str) -> date:
    """Read «۱۴۰۵/۸/۳۰», 1405-08-30 or a Gregorian 2026-11-21 (years below 1700 are Jalali).

    Raises ValueError with the text when it is neither.
    """
    parts = latin_digits(text).strip().replace("/", "-").replace(".", "-").split("-")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        raise ValueError(f"«{text}» is not a date like 1405/8/30")
    year, month, day = map(int, parts)
    if year < 1700:
        return jdatetime.date(year, month, day).togregorian()
    return date(year, month, day)
