"""How much of everything the demo province holds, and where: pure arithmetic from the published figures and a scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from peyvand.kernel.refusals import BadValue

SEED = 1404
SOURCE = "دادهٔ نمایشی"

# Published by IRNA from Sari (no date): what Behzisti of Mazandaran covers.
HOUSEHOLDS = 162_000
PERSONS = 360_000
NEIGHBOURHOODS = 56
STATED_DISABILITIES = 62_000
# "More than 7,000" with a visual disability is taken as 7,000: the six counts give 61,660 of the stated 62,000.
DISABILITIES = {
    "physical": 27_000,
    "intellectual": 13_000,
    "visual": 7_000,
    "hearing": 7_430,
    "psychiatric": 6_500,
    "speech": 730,
}
SEVERITIES = {"mild": 25, "moderate": 40, "severe": 25, "very_severe": 10}

FILES_OF_A_CENTRE = 600
NEEDS = 40_000  # at full size; not published
LARGEST_HOUSEHOLD = 8

# The eight neighbourhoods of the plan with public names, by county; the other 48 are invented and say so.
NAMED = (
    ("ساری", "آهنگرخیل کیاسر"),
    ("ساری", "نوبنیاد"),
    ("ساری", "۷۵ دستگاه"),
    ("فریدونکنار", "حسین‌آباد"),
    ("فریدونکنار", "شهرک شهید رجایی"),
    ("آمل", "اسپیاری"),
    ("نور", "آهنگرمحله"),
    ("نکا", "عباس‌آباد"),
)


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Whole shares of `total` in proportion to `weights`, adding up exactly (largest remainders; ties to the first)."""
    if total < 0 or not weights or min(weights) < 0 or sum(weights) <= 0:
        raise ValueError("a total of 0 or more is shared by weights of which one is above 0")
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    shares = [int(one) for one in exact]
    order = sorted(range(len(weights)), key=lambda place: (shares[place] - exact[place], place))
    for place in order[: total - sum(shares)]:
        shares[place] += 1
    return shares


@dataclass(frozen=True)
class Plan:
    """The counts of one demo province."""

    scale: float
    households: int
    persons: int
    disabilities: Mapping[str, int]
    needs: int

    @classmethod
    def of(cls, scale: float) -> "Plan":
        """Raises `BadValue` outside 0.0005 to 1, so that every county has families and nothing is above what is published."""
        if not 0.0005 <= scale <= 1:
            raise BadValue(field="SCALE", reason=f"{scale} is not between 0.0005 and 1")
        counts = list(DISABILITIES.values())
        shares = apportion(round(sum(counts) * scale), counts)
        return cls(
            scale, round(HOUSEHOLDS * scale), round(PERSONS * scale), dict(zip(DISABILITIES, shares, strict=True)),
            round(NEEDS * scale),
        )  # fmt: skip

    @property
    def disabled(self) -> int:
        return sum(self.disabilities.values())


def centres_of(households: Sequence[int]) -> list[int]:
    """For each county the number of Positive-Life centres: one for 600 files, at least one."""
    return [max(1, -(-count // FILES_OF_A_CENTRE)) for count in households]


def invented_by_county(counties: Sequence[str]) -> list[int]:
    """How many of the 48 invented neighbourhoods each county gets: those without a named one first, then in turn."""
    named = {county for county, _ in NAMED}
    order = sorted(range(len(counties)), key=lambda place: (counties[place] in named, place))
    counts = [0] * len(counties)
    for turn in range(NEIGHBOURHOODS - len(NAMED)):
        counts[order[turn % len(order)]] += 1
    return counts


def household_sizes(households: int, persons: int, random: Random) -> list[int]:
    """Sizes of 1 to 8 that add up to `persons` exactly."""
    if not households <= persons <= households * LARGEST_HOUSEHOLD:
        raise ValueError(f"{persons} persons do not fit into {households} households")
    sizes = random.choices((1, 2, 3, 4, 5, 6), (40, 25, 18, 10, 5, 2), k=households)
    over = sum(sizes) - persons
    while over:
        place = random.randrange(households)
        if over > 0 and sizes[place] > 1:
            sizes[place] -= 1
            over -= 1
        elif over < 0 and sizes[place] < LARGEST_HOUSEHOLD:
            sizes[place] += 1
            over += 1
    return sizes


def dealt(kinds: Mapping[str, int], places: int, random: Random) -> list[str]:
    """Each kind as often as its count, then "" up to `places`, shuffled."""
    cards = [kind for kind, count in kinds.items() for _ in range(count)]
    if len(cards) > places:
        raise ValueError(f"{len(cards)} do not fit into {places}")
    cards += [""] * (places - len(cards))
    random.shuffle(cards)
    return cards
