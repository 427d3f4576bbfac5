"""Two Parquet files in, the matches file out: the whole country in one pass."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from peyvand.engines.matching.graph import demanded
from peyvand.engines.matching.pairs import Why, pairs
from peyvand.engines.matching.tables import CAPACITIES, NEEDS, BadTable, read_table
from peyvand.engines.matching.verify import Reason, Reasons, reasons
from peyvand.engines.matching.widen import STEPS as MATCHING
from peyvand.engines.matching.widen import Matched, match

STEPS = ("reading", *MATCHING, "reasons", "writing")
REASONS = tuple(one.name.lower() for one in (*Why, *Reason) if one is not Reason.SERVED)


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
    seconds: dict[str, float]


def match_files(
    needs: Path, capacities: Path, out: Path, *, k: int = 16, tell: Callable[[str], None] = lambda step: None
) -> Summary:
    """Match two Parquet files by `match` with the least travel, and write who is served by whom, and why.

    Columns of both lists: `kind`, and where known `id` (text or whole numbers, each once), `lat`, `lon`, `province`,
    `county`, `neighbourhood` (see `candidates`). Needs also `priority` and, where not one unit each, `demand`;
    capacities also `capacity`, `reach` and `reach_km`. Other columns are not read.

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
    clock.begin("reasons")
    table = _table(wanted, offered, matched)
    clock.begin("writing")
    _write(table, out)
    clock.end()
    found, demand = matched.assignment, demanded(wanted)
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


def _table(needs: pl.DataFrame, capacities: pl.DataFrame, matched: Matched) -> pl.DataFrame:
    words = pl.Series(REASONS, dtype=pl.Enum(REASONS))
    capacity = capacities["capacity"].to_numpy()
    one = pairs(matched.graph, matched.assignment.flow, capacity)
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
    table = pl.concat([served, _left(why, words)], how="diagonal").sort(
        ["row", pl.col("of").is_null(), "km"], nulls_last=True
    )
    ids = {
        name: frame["id"] if "id" in frame.columns else pl.int_range(len(frame), eager=True)
        for name, frame in (("need", needs), ("capacity", capacities))
    }
    return table.select(
        ids["need"].gather(table["row"]).alias("need"),
        ids["capacity"].gather(table["of"]).alias("capacity"),
        *table.columns[2:],
    )


def _left(why: Reasons, words: pl.Series) -> pl.DataFrame:
    lowest = pl.Series(np.where(np.isinf(why.lowest), np.nan, why.lowest), nan_to_null=True)
    return pl.DataFrame(
        {
            "row": why.need,
            "units": why.missing,
            "reason": words.gather(why.code + (len(Why) - 1)),
            "within": why.within,
            "reachable": why.reachable,
            "lowest": lowest,
        }
    )


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
