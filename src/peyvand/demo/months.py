"""When things happen in the demo: the last fourteen Jalali months up to the real present."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from random import Random

from peyvand.kernel.jalali import TEHRAN, JalaliMonth, business_date

MONTHS = 14
MATCHED_IN = (2, 5, 8, 10, 12)  # months in which a matching run is followed up; the last run is of today
_RUN_DAY = 19  # days after the first of the month, so that monthly offers are still in their window


@dataclass(frozen=True)
class Calendar:
    now: datetime

    @cached_property
    def today(self) -> date:
        return business_date(self.now)

    @cached_property
    def months(self) -> list[JalaliMonth]:
        last = JalaliMonth.of(self.today)
        return [last.shift(place - MONTHS + 1) for place in range(MONTHS)]

    @cached_property
    def begin(self) -> datetime:
        """The first morning of the first month."""
        return self.at(self.months[0].first_day, 8)

    def moment(self, day: date, hour: float = 9) -> datetime:
        """An hour of a day in Iran as an instant; it may lie ahead of now."""
        return (datetime.combine(day, time(), TEHRAN) + timedelta(hours=hour)).astimezone(UTC)

    def at(self, day: date, hour: float = 9) -> datetime:
        """The same, never later than now."""
        return min(self.moment(day, hour), self.now)

    def run_at(self, month: int) -> datetime:
        return self.at(self.months[month].first_day + timedelta(days=_RUN_DAY), 20)

    def some_day(self, month: int, random: Random) -> datetime:
        """A working hour in a month that is over by its run, or by now."""
        return self.at(self.months[month].first_day + timedelta(days=random.randrange(_RUN_DAY)), random.uniform(8, 16))
