"""What capacity is worth to those still to come, so that some of it can be kept for them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from peyvand.engines.arrays import Array
from peyvand.engines.matching.arriving import KEPT
from peyvand.engines.matching.assign import assign
from peyvand.engines.matching.exchanges import backward_arcs, lowest_reached
from peyvand.engines.matching.graph import check


class Future(NamedTuple):
    """One way things could go on: `needs` with `priority` (0 or more), optionally `demand`, and columns to tell groups
    by; the room `capacity` int64[m] that is left and is still to come; `indptr` and `indices` as in `assign`; `tells`
    bool[n], the needs whose cost counts (default: all), as those that can come before prices are counted anew.

    Needs with a priority of `KEPT` (2**60) have a promise: they may be moved in the future too, but not dropped.
    """

    needs: pl.DataFrame
    capacity: Any
    indptr: Any
    indices: Any
    tells: Any = None


class Prices:
    """What a unit of capacity is worth, by groups; the finest that is known tells."""

    def __init__(self, levels: Sequence[tuple[Sequence[str], Mapping[tuple[Any, ...], float]]]) -> None:
        self._levels = levels

    def of(self, need: Mapping[str, Any]) -> float:
        """The price for a need with these columns: with a lower priority it had better wait. 0 where nothing is known."""
        for by, prices in self._levels:
            price = prices.get(tuple(need[name] for name in by))
            if price is not None:
                return price
        return 0.0


def look_ahead_prices(
    futures: Iterable[Future],
    *,
    by: Sequence[Sequence[str]] = (("kind", "county"), ("kind",)),
    quantile: float | None = None,
) -> Prices:
    """The mean cost of serving one need more, over sampled `futures`, for each group of the columns `by`, finest first.

    In one future the cost is the priority that is given up for it when all is known: 0 where a need leads to room,
    else the lowest priority served at what it leads to by exchanges (the dual price of the matroid optimum; see
    `verify`). Needs that lead to nothing, or only to kept promises, tell nothing; rows with a null in the columns of
    a group tell nothing about that group.

    A need that comes is worth serving at once when its priority is at least the mean, which is what it is expected to
    cost, or a `quantile` of the costs for more caution (bid prices of revenue management: Talluri and van Ryzin
    1998); below it, it waits (`StandingMatching.hold_back`). Futures are for example the rest of last year's stream,
    and resamplings of it, each with those who wait now and the room there is. Counted anew from time to time, prices
    fall to 0 as fewer are still to come, and nothing is kept for nobody.

    Raises `ValueError` for a missing column, a negative priority, and as `assign`.
    """
    told = []
    for future in futures:
        for name in ("priority", *(column for columns in by for column in columns)):
            if name not in future.needs.columns:
                raise ValueError(f"needs: column {name} is missing")
        keys = future.needs.select({column for columns in by for column in columns})
        told.append(keys.with_columns(cost=pl.Series(_costs(future))))
        tells = np.ones(len(keys), bool) if future.tells is None else np.asarray(future.tells)
        if tells.dtype != bool or tells.shape != (len(keys),):
            raise ValueError(f"tells: one true or false for each need is needed ({len(keys)})")
        told[-1] = told[-1].filter(pl.Series(tells) & (pl.col("cost") < KEPT))
    if not told:
        return Prices([])
    costs = pl.concat(told)
    price = pl.col("cost").mean() if quantile is None else pl.col("cost").quantile(quantile)
    levels = [costs.drop_nulls(list(columns)).group_by(list(columns)).agg(price) for columns in by]
    return Prices(
        [
            (columns, {tuple(row[:-1]): row[-1] for row in level.select(*columns, "cost").iter_rows()})
            for columns, level in zip(by, levels, strict=True)
        ]
    )


def _costs(future: Future) -> Array:
    """float64[n]: what serving one unit more of each need costs; infinity where it leads to nothing."""
    demand = future.needs["demand"].to_numpy() if "demand" in future.needs.columns else None
    problem = check(future.needs["priority"].to_numpy(), future.capacity, future.indptr, future.indices, demand)
    if len(problem.priority) and problem.priority.min() < 0:
        raise ValueError(f"priority: row {int(np.argmin(problem.priority))} is negative")
    found = assign(**problem._asdict())
    used = np.zeros(len(problem.capacity), np.int64)
    np.add.at(used, problem.indices, found.flow)
    backward = backward_arcs(problem.indptr, problem.indices, found.flow, len(used))
    label = lowest_reached(backward, problem.priority, found.served, problem.capacity - used)
    return np.where(np.isneginf(label), 0.0, label)[: len(problem.priority)]
