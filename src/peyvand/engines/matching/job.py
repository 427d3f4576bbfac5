"""Two Parquet files in, the matches file out: the whole country in one pass."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from peyvand.engines.arrays import Array
from peyvand.engines.matching.graph import Assignment, demanded
from peyvand.engines.matching.lots import EFFORT, LotAssignment, assign_lots
from peyvand.engines.matching.pairs import Why, pairs
from peyvand.engines.matching.tables import CAPACITIES, NEEDS, BadTable, read_table
from peyvand.engines.matching.verify import Reason, Reasons, reasons
from peyvand.engines.matching.widen import STEPS as MATCHING
from peyvand.engines.matching.widen import Matched, cost_of_way, match

STEPS = ("reading", *MATCHING, "lots", "reasons", "writing")
TERMS = "terms"  # could be served if it might be shared, or in a smaller lot, or without the others of its group
REASONS = (*(one.name.lower() for one in (*Why, *Reason) if one is not Reason.SERVED), TERMS)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did: rows and units of the lists, needs with all of their units (`served`) and with some (`part`),
    `km` travelled by all units together, the `pairs` it was proved on and how often they were widened (`rounds`), and
    the `seconds` of each of `STEPS`.
    """

    needs: int
    capacities: int
    units: int
    served: int
    part: int
    units_served: int
    priority_sum: float
    km: float
    pairs: int
    rounds: int
    proved: bool
    gap: float
    seconds: dict[str, float]


def match_files(
    needs: Path,
    capacities: Path,
    out: Path,
    *,
    k: int = 16,
    effort: float = EFFORT,
    tell: Callable[[str], None] = lambda step: None,
) -> Summary:
    """Match two Parquet files by `match` with the least travel, and write who is served by whom, and why.

    Columns of both lists: `kind`, and where known `id` (text or whole numbers, each once), `lat`, `lon`, `province`,
    `county`, `neighbourhood` (see `candidates`). Needs also `priority` and, where not one unit each, `demand`;
    capacities also `capacity`, `reach` and `reach_km`. Other columns are not read. Where a list has `divisible`,
    `together` (text or whole numbers, null: alone) or `smallest_lot`, the pairs that were found are served by
    `assign_lots` with its `effort`.

    `out` has one row for each pair and one for what is left of each need, in the order of the needs, those of one need
    from the nearest capacity on: `need` and `capacity` (the id, or the row where the list has none; null: nobody),
    `units`, `km` (null: unknown), `reason` (one of `REASONS`), and for pairs `nearest_km`, for what is left `within`
    and `reachable` (how many capacities, at least) and `lowest` (the lowest priority served there, null: none).
    It is written beside its place and put there whole.

    `tell` is called with each of `STEPS` as it begins. Raises `BadTable`, a `ValueError`, naming file, row (from 0) and
    column; nothing is written then.
    """
    clock = _Clock(tell)
    clock.begin(STEPS[0])
    _check_out(out, needs, capacities)
    wanted, offered = read_table(needs, NEEDS), read_table(capacities, CAPACITIES)
    matched = match(wanted, offered, k=k, least_travel=True, tell=clock.begin)
    clock.begin("lots")
    lots = _in_lots(wanted, offered, matched, effort)
    found = lots.assignment if lots else matched.assignment
    clock.begin("reasons")
    table = _table(wanted, offered, matched, found)
    clock.begin("writing")
    _write(table, out)
    clock.end()
    demand, gap = demanded(wanted), _gap(wanted, matched, lots)
    return Summary(
        needs=len(wanted),
        capacities=len(offered),
        units=int(demand.sum()),
        served=int(((found.served == demand) & (demand > 0)).sum()),
        part=int(((found.served < demand) & (found.served > 0)).sum()),
        units_served=int(found.served.sum()),
        priority_sum=found.priority_sum,
        km=found.cost_sum,
        pairs=len(matched.graph.indices),
        rounds=matched.rounds,
        proved=gap == 0,
        gap=gap,
        seconds=clock.seconds,
    )


class _Clock:
    """Seconds by step; each step ends where the next begins."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.tell, self.seconds, self.step, self.since = tell, dict[str, float](), "", 0.0

    def begin(self, step: str) -> None:
        self.end()
        self.step = step
        self.tell(step)

    def end(self) -> None:
        now = time.perf_counter()
        if self.step:
            self.seconds[self.step] = now - self.since
        self.step, self.since = "", now


def _in_lots(needs: pl.DataFrame, capacities: pl.DataFrame, matched: Matched, effort: float) -> LotAssignment | None:
    """The answer under the lists' terms, if they have any."""
    if not {"divisible", "together"} & set(needs.columns) and "smallest_lot" not in capacities.columns:
        return None
    groups = needs["together"].rank("dense").cast(pl.Int64).fill_null(0) - 1 if "together" in needs.columns else None
    return assign_lots(
        priority=needs["priority"].to_numpy(),
        capacity=capacities["capacity"].to_numpy(),
        indptr=matched.graph.indptr,
        indices=matched.graph.indices,
        demand=demanded(needs),
        cost=cost_of_way(matched.graph.km),
        divisible=needs["divisible"].to_numpy() if "divisible" in needs.columns else None,
        smallest_lot=capacities["smallest_lot"].to_numpy() if "smallest_lot" in capacities.columns else None,
        together=None if groups is None else groups.to_numpy(),
        effort=effort,
    )


def _gap(needs: pl.DataFrame, matched: Matched, lots: LotAssignment | None) -> float:
    """What is proved of pairs that are not all holds for these pairs only. Over all of them the answer without terms is
    the best there is, so a priority that gets less than there is not proved.
    """
    if lots is None:
        return 0.0
    if matched.complete:
        return lots.gap
    priority = needs["priority"].to_numpy()
    levels, place = np.unique(priority, return_inverse=True)
    most, found = (
        np.bincount(place, served, len(levels)) for served in (matched.assignment.served, lots.assignment.served)
    )
    below = np.flatnonzero(found < most)
    return float(1 - found[below[-1]] / most[below[-1]]) if len(below) else 0.0


def _table(needs: pl.DataFrame, capacities: pl.DataFrame, matched: Matched, found: Assignment) -> pl.DataFrame:
    words = pl.Series(REASONS, dtype=pl.Enum(REASONS))
    capacity = capacities["capacity"].to_numpy()
    one = pairs(matched.graph, found.flow, capacity)
    served = pl.DataFrame(
        {
            "row": one.need,
            "of": one.capacity,
            "units": one.units,
            "km": pl.Series(one.km, nan_to_null=True),
            "reason": words.gather(one.why),
            "nearest_km": pl.Series(one.nearest, nan_to_null=True),
        }
    )
    why = reasons(
        priority=needs["priority"].to_numpy(), demand=demanded(needs), capacity=capacity,
        indptr=matched.graph.indptr, indices=matched.graph.indices, flow=matched.assignment.flow,
    )  # fmt: skip
    left = _left(why, demanded(needs) - found.served, words)
    table = pl.concat([served, left], how="diagonal").sort(["row", pl.col("of").is_null(), "km"], nulls_last=True)
    ids = {
        name: frame["id"] if "id" in frame.columns else pl.int_range(len(frame), eager=True)
        for name, frame in (("need", needs), ("capacity", capacities))
    }
    return table.select(
        ids["need"].gather(table["row"]).alias("need"),
        ids["capacity"].gather(table["of"]).alias("capacity"),
        *table.columns[2:],
    )


def _left(why: Reasons, missing: Array, words: pl.Series) -> pl.DataFrame:
    """The certificate of everyone who misses units; who misses some only under the terms has that for a reason."""
    rows = np.flatnonzero(missing > 0)
    proved = pl.DataFrame(
        {
            "row": why.need,
            "reason": words.gather(why.code + (len(Why) - 1)),
            "within": why.within,
            "reachable": why.reachable,
            "lowest": pl.Series(np.where(np.isinf(why.lowest), np.nan, why.lowest), nan_to_null=True),
        }
    )
    table = pl.DataFrame({"row": rows, "units": missing[rows]}).join(proved, on="row", how="left")
    return table.with_columns(pl.col("reason").fill_null(TERMS))


def _check_out(out: Path, needs: Path, capacities: Path) -> None:
    for other in (needs, capacities):
        if out.resolve() == other.resolve():
            raise BadTable(out.name, "same_file")
    if needs.resolve() == capacities.resolve():
        raise BadTable(needs.name, "same_file")
    folder = out.resolve().parent
    if not folder.is_dir() or out.is_dir() or not os.access(folder, os.W_OK):
        raise BadTable(out.name, "not_writable", why=str(out.parent))


def _write(table: pl.DataFrame, out: Path) -> None:
    place = out.resolve()
    part = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        table.write_parquet(part)
        part.replace(place)
    except OSError as error:
        raise BadTable(out.name, "not_writable", why=error.strerror or str(error)) from error
    finally:
        part.unlink(missing_ok=True)
