"""The rules of a need, pure: its life cycle, the arithmetic of its counters, and its priority."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from peyvand.flow.need.enums import Band, NeedState, PriorityPart
from peyvand.kernel.priority import BANDS, WORDS, band_of
from peyvand.kernel.refusals import Refusal
from peyvand.kernel.states import LifeCycle

LIFE = LifeCycle(
    "need",
    NeedState.DRAFT,
    [
        ("vouch_need", NeedState.DRAFT, NeedState.OPEN),
        ("withdraw_need", NeedState.DRAFT, NeedState.CLOSED),
        ("withdraw_need", NeedState.OPEN, NeedState.CLOSED),
        ("expire_need", NeedState.OPEN, NeedState.CLOSED),
        ("meet_need", NeedState.OPEN, NeedState.CLOSED),
        ("reopen_need", NeedState.CLOSED, NeedState.OPEN),
        ("redraft_need", NeedState.CLOSED, NeedState.DRAFT),
        ("unvouch_need", NeedState.OPEN, NeedState.DRAFT),
    ],
)

# The words a caller uses for urgency, and the value each stands for.
URGENCY = {Band(word): value for word, value in WORDS.items()}
FULL_WAIT_DAYS = 180


@dataclass(frozen=True)
class Asked:
    """What a need asks of whoever gives, beyond its kind and place.

    `qualities` are slugs of `resources.Quality`; `giver_sex` a value of `people.Sex` or empty; help is wanted from `start_date` on;
    `most_km` is how far the person can go; what may not be shared comes whole from one giver.
    """

    qualities: tuple[str, ...] = ()
    giver_sex: str = ""
    start_date: date | None = None
    most_km: int | None = None
    may_share: bool = True


class NotTwoPeople(Refusal):
    code = "not_two_people"
    message = "One of you gave the other the way into this site lately, and could sign as both: a third person signs."


class StillPromised(Refusal):
    code = "still_promised"
    message = "{quantity} is still promised; end those commitments first."


def band(priority: int) -> Band:
    """The band of a priority from 0 to 100."""
    return Band(band_of(priority))


def waiting_value(opened: date, today: date) -> int:
    """0 on the first day, 100 from half a year on."""
    return min(100, max(0, (today - opened).days) * 100 // FULL_WAIT_DAYS)


def vulnerability_value(*, woman_head: bool, household_size: int, severe_disability: bool, disability: bool) -> int:
    """Declared vulnerability from 0 to 100: a setting of the product, open to everyone, not an official means test."""
    value = 40 if severe_disability else 25 if disability else 0
    value += 25 if woman_head else 0
    value += min(35, max(0, household_size - 2) * 7)
    return min(100, value)


@dataclass(frozen=True)
class PriorityLine:
    """One part of a priority: its value (0-100), its weight and where the value comes from."""

    part: PriorityPart
    value: int
    weight: int
    source: str


def priority_of(lines: list[PriorityLine]) -> int:
    """The weighted mean of the known parts, rounded half up. A part without a value is left out, never counted as 0."""
    total = sum(line.weight for line in lines)
    if total == 0:
        return 0
    return (2 * sum(line.value * line.weight for line in lines) + total) // (2 * total)


def priority_lines(
    values: Mapping[PriorityPart, tuple[int, str] | None], weights: Mapping[PriorityPart, int]
) -> list[PriorityLine]:
    return [
        PriorityLine(part, known[0], weights[part], known[1])
        for part in PriorityPart
        if (known := values.get(part)) is not None and weights.get(part, 0) > 0
    ]


def matching_priority(priority: int, opened: date, today: date) -> float:
    """The order in which matching serves: the band, and inside a band the days of waiting (71 is not more just than 70)."""
    rank = len(BANDS) - [name for name, _ in BANDS].index(band_of(priority))
    return rank * 100_000.0 + min(max(0, (today - opened).days), 99_999)
