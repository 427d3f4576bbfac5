"""Business days of an Iranian office: the days of rest, official holidays, and the days it is closed besides.

Official holidays come from the package `holidays`. Those of the lunar calendar that lie ahead are its estimates: the moon may
move them by a day, and `estimated` says so.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib.metadata import version

from holidays import country_holidays

from peyvand.kernel.jalali import parse_date

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ESTIMATED = "(estimated)"
SOURCE = f"holidays {version('holidays')}"


def estimates(after: date, until: date, language: str = "en_US") -> list[tuple[date, str]]:
    """The lunar holidays after one day and until another whose dates are estimates of `SOURCE`, with their names."""
    years = range(after.year, until.year + 1)
    named = {day: name for year in years for day, name in country_holidays("IR", years=year, language=language).items()}
    return [(day, _plain(named[day])) for day in sorted(named) if after < day <= until and estimated(day)]


def _plain(name: str) -> str:
    """A name without the remark that stands in brackets behind it."""
    return "; ".join(part.split(" (")[0] for part in name.split("; "))


@lru_cache(maxsize=64)
def official_holidays(year: int) -> dict[date, str]:
    """The official holidays of a Gregorian year with their English names."""
    return dict(country_holidays("IR", years=year, language="en_US"))


def estimated(day: date) -> bool:
    """Whether a holiday is only an estimate of the lunar calendar."""
    return _ESTIMATED in official_holidays(day.year).get(day, "")


@dataclass(frozen=True)
class WorkWeek:
    """`rest_days` as `date.weekday()` counts them; `closed` are days of this office's own."""

    rest_days: frozenset[int] = frozenset({3, 4})
    closed: frozenset[date] = frozenset()

    @classmethod
    def read(cls, rest_days: str, closed: str) -> "WorkWeek":
        """From settings: names of days ("thursday friday") and dates («1405/9/10 1405/9/11»). Raises `ValueError` naming the word."""
        words = rest_days.lower().replace(",", " ").split()
        if unknown := [word for word in words if word not in _DAYS]:
            raise ValueError(f"{unknown[0]!r} is no day of the week: {', '.join(_DAYS)}")
        if len(set(words)) == len(_DAYS):
            raise ValueError("an office that rests on every day has no business days")
        days = frozenset(parse_date(word) for word in closed.replace(",", " ").split())
        return cls(frozenset(_DAYS.index(word) for word in words), days)

    def is_open(self, day: date) -> bool:
        return day.weekday() not in self.rest_days and day not in self.closed and day not in official_holidays(day.year)

    def after(self, day: date, days: int) -> date:
        """The day that lies `days` business days after `day`."""
        while days > 0:
            day += timedelta(days=1)
            days -= self.is_open(day)
        return day
