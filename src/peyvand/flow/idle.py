"""What has waited longest in a place, and what lies idle there, by kind of help: of figures that are shown, never of one row."""

from dataclasses import dataclass

from peyvand.flow.figures import GROUPS, Figure, PlaceFigures, breakdown
from peyvand.resources.models import Specification

WITH_WAITS = (*GROUPS, "idle", "open_days")


@dataclass(frozen=True)
class Waits:
    """`days` is the median of the days for which the `needs` open needs of the kind have been open."""

    specification: Specification
    needs: int
    days: int


@dataclass(frozen=True)
class Idle:
    """`offers` open offers of which nothing is promised."""

    specification: Specification
    offers: int


def longest(figures: PlaceFigures) -> list[Waits]:
    """The kinds whose open needs are shown, those that have waited longest first."""
    days = figures.heads.counts.of(figures.heads.counts.path, "open_days")
    rows = [
        Waits(one.specification, one.open, days[str(one.specification.pk)])
        for one in figures.kinds
        if one.open and str(one.specification.pk) in days
    ]
    return sorted(rows, key=lambda one: (-one.days, -one.needs))


def idle(figures: PlaceFigures, most: int) -> list[Idle]:
    """The `most` kinds of which most offers lie idle: each a part of the offers of its kind, and withheld as such."""
    heads = figures.heads
    kinds = sorted(heads.counts.of(heads.counts.way[0], "capacity_kind"), key=int)
    offers = breakdown(heads.way("capacities"), heads.counts, "capacity_kind", kinds)
    found = []
    for one in figures.kinds:
        kind = str(one.specification.pk)
        if not one.capacities:
            continue
        parts = breakdown(offers.way(kind), heads.counts, "idle", [f"{kind}:idle", f"{kind}:used"]).own
        unused: Figure = parts[f"{kind}:idle"]
        if unused:
            found.append(Idle(one.specification, unused))
    return sorted(found, key=lambda one: -one.offers)[:most]
