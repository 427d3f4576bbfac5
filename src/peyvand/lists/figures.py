"""The figures of a matching, as the report and the pages show them: counts only, never a name, a phone or an id."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from peyvand.kernel.priority import BANDS, band_of

WORST_OFF = ("urgent", "high")


@dataclass(frozen=True)
class Share:
    """One line of a table: how many needs and units there are, and how many of them are served."""

    name: str | None
    needs: int
    served: int
    part: int
    left: int
    units: int
    units_served: int


@dataclass(frozen=True)
class Gap:
    """Units of one kind in one place that got no capacity; `worst_off` of them are of urgent or high needs."""

    kind: str
    place: str | None
    units: int
    needs: int
    worst_off: int


@dataclass(frozen=True)
class Offer:
    kind: str
    capacities: int
    units: int
    used: int


@dataclass(frozen=True)
class Figures:
    """`place_level` is the level that `by_place` counts by, the finest of county and province that the needs give."""

    total: Share
    capacities: int
    capacities_used: int
    units_offered: int
    by_band: list[Share]
    by_place: list[Share]
    place_level: str
    gaps: list[Gap]
    why: list[tuple[str, int, int]]
    offers: list[Offer]


def figures(needs: pl.DataFrame, capacities: pl.DataFrame, place_level: str) -> Figures:
    """`needs`: kind_shown, place_shown, priority, demand, served, why (null where served in full);
    `capacities`: kind_shown, capacity, used."""
    needs = needs.with_columns(
        band=pl.Series([band_of(value) for value in needs["priority"]], dtype=pl.String),
        units_left=pl.col("demand") - pl.col("served"),
    )
    shares = {name: _shares(needs, name) for name in ("band", "place_shown")}
    order = [name for name, _ in BANDS]
    return Figures(
        total=_share(None, needs.select(_counts()).row(0, named=True)),
        capacities=len(capacities),
        capacities_used=int((capacities["used"] > 0).sum()),
        units_offered=int(capacities["capacity"].sum()),
        by_band=sorted(shares["band"], key=lambda share: order.index(str(share.name))),
        by_place=sorted(shares["place_shown"], key=lambda s: (s.units_served - s.units, s.name is None, s.name or "")),
        place_level=place_level,
        gaps=_gaps(needs),
        why=_why(needs),
        offers=_offers(capacities),
    )


def _counts() -> list[pl.Expr]:
    served, demand = pl.col("served"), pl.col("demand")
    return [
        pl.len().alias("needs"),
        (served == demand).sum().alias("served"),
        ((served > 0) & (served < demand)).sum().alias("part"),
        (served == 0).sum().alias("left"),
        demand.sum().alias("units"),
        served.sum().alias("units_served"),
    ]


def _share(name: str | None, row: Mapping[str, Any]) -> Share:
    return Share(name, *(int(row[key]) for key in ("needs", "served", "part", "left", "units", "units_served")))


def _shares(needs: pl.DataFrame, by: str) -> list[Share]:
    return [_share(row[by], row) for row in needs.group_by(by).agg(_counts()).iter_rows(named=True)]


def _gaps(needs: pl.DataFrame) -> list[Gap]:
    """Where more capacity would help most: the most worst-off first, then the most units."""
    worst = pl.col("units_left").filter(pl.col("band").is_in(WORST_OFF)).sum()
    left = needs.filter(pl.col("units_left") > 0).group_by("kind_shown", "place_shown")
    rows = left.agg(pl.col("units_left").sum().alias("units"), pl.len().alias("needs"), worst.alias("worst_off"))
    gaps = [Gap(*row) for row in rows.select("kind_shown", "place_shown", "units", "needs", "worst_off").iter_rows()]
    return sorted(gaps, key=lambda gap: (-gap.worst_off, -gap.units, gap.kind, gap.place or ""))


def _why(needs: pl.DataFrame) -> list[tuple[str, int, int]]:
    rows = needs.filter(pl.col("units_left") > 0).group_by("why").agg(pl.len(), pl.col("units_left").sum())
    return sorted(rows.iter_rows(), key=lambda row: (-row[2], row[0]))


def _offers(capacities: pl.DataFrame) -> list[Offer]:
    rows = capacities.group_by("kind_shown").agg(pl.len(), pl.col("capacity").sum(), pl.col("used").sum())
    return sorted((Offer(*row) for row in rows.iter_rows()), key=lambda offer: (offer.used - offer.units, offer.kind))


def shown_places(names: Sequence[tuple[str | None, str | None]], keys: Sequence[tuple[Any, Any]]) -> list[str | None]:
    """How places are called: by their first spelling, with the province where two provinces have a county of that name.

    `names` and `keys`: (province, county) of each row, as written and folded.
    """
    spelling: dict[Any, tuple[str | None, str | None]] = {}
    provinces: dict[Any, set[Any]] = {}
    for key, name in zip(keys, names, strict=True):
        spelling.setdefault(key, name)
        provinces.setdefault(key[1], set()).add(key[0])
    shown: list[str | None] = []
    for key in keys:
        province, county = spelling[key]
        if key[1] is None:
            shown.append(province)
        else:
            shown.append(f"{county} ({province})" if province and len(provinces[key[1]]) > 1 else county)
    return shown
