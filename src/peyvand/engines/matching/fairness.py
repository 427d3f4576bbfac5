"""Who is served, group by group, beside what first come, first served would have done on the same data."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from peyvand.engines.arrays import Array, finite, refuse_first, same_length, whole
from peyvand.engines.compiled import in_place
from peyvand.engines.matching.assign import worst_off_first
from peyvand.engines.matching.graph import check

TENTH = "priority tenth"


def first_come(*, arrived: Any, capacity: Any, indptr: Any, indices: Any, demand: Any = None) -> Array:
    """int64[n] units each need gets when needs are served in the order they `arrived`, float64[n], whatever their need.

    Each takes what it can of its edges as they stand (of a `Graph`: the nearest first), and nothing is moved for
    another: the common practice to compare with. Those who arrived at the same moment follow the order of rows. Other
    arrays and errors as in `assign`. On a graph that does not hold every feasible pair (`Matched.complete`) a real
    queue might have found some places more.
    """
    moments = finite("arrived", arrived)
    problem = check(np.zeros(len(moments)), capacity, indptr, indices, demand)
    served = np.zeros(len(moments), np.int64)
    order = np.argsort(moments, kind="stable")
    _take_in_order(order, problem.demand, problem.indptr, problem.indices, problem.capacity.copy(), served)
    return served


@in_place
def _take_in_order(order: Array, demand: Array, indptr: Array, indices: Array, room: Array, served: Array) -> None:
    for need in order:
        for edge in range(indptr[need], indptr[need + 1]):
            units = min(demand[need] - served[need], room[indices[edge]])
            served[need] += units
            room[indices[edge]] -= units


def fairness(needs: pl.DataFrame, *, served: Any, first_come: Any, by: Sequence[str] = ()) -> pl.DataFrame:
    """How the service falls on groups: one row for all, one a tenth of the priorities, one a value of each column `by`.

    `needs` has `priority` (finite), optionally `demand` (units, else 1 each) and the columns named in `by`, as
    `county`, `sex` or `disability`; `served` and `first_come` int64[n] are the units of the two ways, as from
    `Assignment.served` and `first_come`. Answers, in this order:

    - `table` text: "all", "priority tenth" or the name of the column; `group` text: nothing for all, 1 (the most
      pressing tenth) to 10, or the value (null where it is not known). Rows stand in the order of `by`, the groups of a
      column by their value, unknown last.
    - `needs` int64, `asked`, `served`, `first_come` int64 units; `met`, `first_come_met` int64: needs that got every
      unit; `share`, `first_come_share` float64: units served of those asked (null where nothing is asked).

    Tenths hold equally many needs, give or take one, in the order in which `assign` serves: equal priorities by row. The
    figures of small groups can tell of single persons; hiding them is for whoever shows the table.

    Raises `ValueError` naming the column that is missing, or array and row of units that are negative or more than
    asked.
    """
    for name in ("priority", *by):
        if name not in needs.columns:
            raise ValueError(f"needs: column {name} is missing")
    demand = whole("demand", needs["demand"]) if "demand" in needs.columns else np.ones(len(needs), np.int64)
    figures = pl.DataFrame(
        {
            "asked": demand,
            "served": _units("served", served, demand),
            "first_come": _units("first_come", first_come, demand),
            TENTH: _tenths(finite("priority", needs["priority"])),
        }
    )
    figures = figures.with_columns(
        met=pl.col("served") == pl.col("asked"), first_come_met=pl.col("first_come") == pl.col("asked")
    )
    tables = [_table(figures, "all", pl.Series([""] * len(needs), dtype=pl.String))]
    tables.append(_table(figures, TENTH, figures[TENTH]))
    tables.extend(_table(figures, name, needs[name]) for name in by)
    return pl.concat(tables)


def _table(figures: pl.DataFrame, name: str, group: pl.Series) -> pl.DataFrame:
    sums = pl.col("asked", "served", "first_come", "met", "first_come_met").sum().cast(pl.Int64)
    grouped = figures.with_columns(group.alias("group")).group_by("group").agg(pl.len().cast(pl.Int64), sums)
    asked = pl.when(pl.col("asked") > 0).then(pl.col("asked"))
    return grouped.sort("group", nulls_last=True).select(
        pl.lit(name).alias("table"),
        pl.col("group").cast(pl.String),
        pl.col("len").alias("needs"),
        "asked",
        "served",
        (pl.col("served") / asked).alias("share"),
        "first_come",
        (pl.col("first_come") / asked).alias("first_come_share"),
        "met",
        "first_come_met",
    )


def _tenths(priority: Array) -> Array:
    """int64[n]: 1 for the most pressing tenth of the needs, 10 for the least."""
    tenth = np.empty(len(priority), np.int64)
    tenth[worst_off_first(priority)] = np.arange(len(priority)) * 10 // max(len(priority), 1) + 1
    return tenth


def _units(name: str, values: Any, demand: Array) -> Array:
    units = whole(name, values)
    same_length(name, units, len(demand), "need")
    refuse_first(name, units, units < 0, "is negative")
    refuse_first(name, units, units > demand, "is more than the need asks")
    return units
