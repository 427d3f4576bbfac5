"""What happened in a place month by month: told, promised, delivered, met, told of; and how long the first promise took.

Every month is a part of a breakdown whose columns never change with the period a reader chooses: suppression is done over all
months that are told apart, and a period only shows fewer of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from peyvand.flow.figures import HEADS, Figure, Heads, heads_of, months_of
from peyvand.kernel.jalali import JalaliMonth
from peyvand.places.models import Place
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

# Of each line its group, and the head figure it is a part of. Promises and deliveries are part of none that is shown; they are
# withheld as if they were parts of the needs told. Published stories can be counted by everyone, one by one: none is withheld.
LINES = {
    "told": ("told", "told_month"),
    "promised": ("told", "promised_month"),
    "delivered": ("told", "delivered_month"),
    "met": ("met", "met_month"),
    "stories": ("", "story_month"),
}


@dataclass(frozen=True)
class Month:
    """`lines` has the keys of `LINES`; None = withheld. `days`: the median from opening to the first promise, of the needs to
    which the first promise was made in this month; None where these are none, or too few to say."""

    month: JalaliMonth
    lines: Mapping[str, Figure]
    days: int | None


@dataclass(frozen=True)
class Trend:
    months: list[Month]
    counted_at: datetime | None

    @property
    def withheld(self) -> bool:
        return any(None in one.lines.values() for one in self.months)


GROUPS = (*HEADS, *(group for _, group in LINES.values()), "first_month", "first_days")


def trend_of(place: Place, *, today: date, first: JalaliMonth | None = None, last: JalaliMonth | None = None) -> Trend:
    """The months from `first` to `last`, as far as they are told apart."""
    with scope(SYSTEM):
        return trend_from(heads_of(place.path, today=today, groups=GROUPS), first=first, last=last)


def trend_from(heads: Heads, *, first: JalaliMonth | None = None, last: JalaliMonth | None = None) -> Trend:
    """The same of head figures that were read with `GROUPS`. No query."""
    lines = {name: dict(_line(heads, measure, group)) for name, (measure, group) in LINES.items()}
    firsts = dict(months_of(heads, "told", "first_month"))
    medians = heads.counts.of(heads.counts.path, "first_days")
    months = [
        Month(month, {name: line[month] for name, line in lines.items()}, medians.get(str(month)) if firsts[month] else None)
        for month in heads.counts.months
        if (first or month) <= month <= (last or month)
    ]  # fmt: skip
    return Trend(months, heads.counts.counted_at)


def _line(heads: Heads, measure: str, group: str) -> list[tuple[JalaliMonth, Figure]]:
    if measure:
        return months_of(heads, measure, group)
    counts = heads.counts.of(heads.counts.path, group)
    return [(month, counts.get(str(month), 0)) for month in heads.counts.months]
