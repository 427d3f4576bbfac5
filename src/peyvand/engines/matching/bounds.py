"""At most so many per provider and week, exactly: nested bounds on what capacities give together."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from peyvand.engines.arrays import Array, refuse_first, same_length, whole
from peyvand.engines.matching.graph import check


class Bound(NamedTuple):
    """Capacities with the same number in `group` int64[m] (-1: in none) give at most `most` int64[groups] units
    together.
    """

    group: Any
    most: Any


class Bounded(NamedTuple):
    """A problem under bounds as one without any, for `assign`, `verify` and all that takes its arrays.

    The first `needs` rows and their edges are those that were given; the rows after them only take room.
    """

    priority: Array
    capacity: Array
    indptr: Array
    indices: Array
    demand: Array
    needs: int

    def arrays(self) -> dict[str, Array]:
        return {name: value for name, value in self._asdict().items() if name != "needs"}


def bounded(
    *, priority: Any, capacity: Any, indptr: Any, indices: Any, demand: Any = None, bounds: Sequence[Bound]
) -> Bounded:
    """Bounds on groups of capacities, finest first: at most so many per provider and week, then per provider, ...

    Arrays as in `assign`. Bounds must be nested: each group of a bound lies within one group of the next (or none). A
    capacity of several weeks has to be cut into one for each week before.

    Why this is exact. A capacity belongs to one provider and week, so the units given flow through a tree, and the
    sets of needs that can be served are still a matroid (a gammoid: Perfect 1968, Mason 1972), in which the greedy
    order is right. Instead of the tree, each group whose capacities could give T units and may give L < T gets one
    need of T - L units that goes before all others and asks exactly these capacities. It takes T - L units of them,
    whichever the others leave: so the others can have every choice of at most L, and no more. Since the groups of the
    next bound contain whole groups, what those can give by then (T - L taken away) is their T. The needs before all
    others can always be served together, so contracting them leaves just the bounded problem; paths of exchanges go
    through them as through anybody, and they are moved and never dropped.

    `priority` gets one row for each group that is bounded, above all others; rows that only take room count in
    `priority_sum` and are to be cut off (`served[:needs]`, `flow[:indptr[needs]]`).

    Raises `ValueError` as `assign`, and naming the row of a bound that is negative, of another length, or not nested.
    """
    problem = check(priority, capacity, indptr, indices, demand)
    count = len(problem.capacity)
    could = problem.capacity.astype(np.int64)
    inner = np.arange(count)
    above = np.abs(problem.priority).max(initial=0.0) * 2 + 1
    rows: list[Array] = []
    units: list[int] = []
    for bound in bounds:
        group, most = _checked(bound, count)
        _check_nested(inner, group)
        # What each inner group can give is written at its first capacity, the others give nothing.
        total = np.zeros(len(most), np.int64)
        np.add.at(total, group[group >= 0], could[group >= 0])
        for number in np.flatnonzero(total > most):
            rows.append(np.flatnonzero(group == number))
            units.append(int(total[number] - most[number]))
        grouped = group >= 0
        could[grouped] = 0
        numbers, first = np.unique(group[grouped], return_index=True)
        could[np.flatnonzero(grouped)[first]] = np.minimum(total, most)[numbers]
        inner = np.where(grouped, group, count + len(most) + np.arange(count))
    more = np.concatenate([np.zeros(0, np.int32), *rows]).astype(np.int32)
    return Bounded(
        priority=np.append(problem.priority, np.full(len(rows), above)),
        capacity=problem.capacity,
        indptr=np.append(problem.indptr, problem.indptr[-1] + np.cumsum([len(row) for row in rows], dtype=np.int64)),
        indices=np.append(problem.indices, more).astype(np.int32),
        demand=np.append(problem.demand, np.array(units, np.int64)),
        needs=len(problem.priority),
    )


def _checked(bound: Bound, count: int) -> tuple[Array, Array]:
    group, most = whole("group", bound.group), whole("most", bound.most)
    same_length("group", group, count, "capacity")
    refuse_first("most", most, most < 0, "is negative")
    refuse_first("group", group, group >= len(most), f"is no row of the {len(most)} bounds")
    return np.where(group < 0, -1, group), most


def _check_nested(inner: Array, group: Array) -> None:
    """Everyone of an inner group is in the same outer one."""
    order = np.argsort(inner, kind="stable")
    same = inner[order][1:] == inner[order][:-1]
    torn = np.flatnonzero(same & (group[order][1:] != group[order][:-1]))
    if len(torn):
        raise ValueError(f"group: row {order[torn[0] + 1]} is in another group than a row of its own inner group")
