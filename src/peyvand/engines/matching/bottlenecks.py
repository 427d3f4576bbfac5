"""What more capacity would do, read from the exchanges of a finished matching instead of matching again."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from peyvand.engines.arrays import Array, finite, whole
from peyvand.engines.compiled import allocating, in_place
from peyvand.engines.matching.assign import worst_off_first
from peyvand.engines.matching.graph import Problem, check
from peyvand.engines.matching.verify import verify


class Remedy(NamedTuple):
    """Whom new capacity would serve, the most pressing first: `need` int64[r] rows and `units` int64[r] they gain.

    With only `k` units of it, it is those who come first until `k` units are given out.
    """

    need: Array
    units: Array


def remedy(
    *, priority: Any, capacity: Any, indptr: Any, indices: Any, demand: Any = None, flow: Any, within: Any, units: int
) -> Remedy:
    """Whom at most so many `units` of a new capacity would serve, which the needs `within` int64[w] (rows) could ask.

    Other arrays and errors as in `verify`; the flow must be worst-off first, as `assign` gives it. The answer is
    exact on the graph given: the same as that of `assign` with the capacity added, less who is served already.

    Why nobody has to be matched anew. A unit more makes a matroid of which the old one is a quotient, so the best set
    grows and nobody loses (Oxley 2011, section 7.3). What an unserved need leads to by exchanges is full (the
    certificate), so whoever is added takes a unit of the new capacity in the end: by a path of exchanges to one of
    the needs `within`, which takes the new unit and leaves its own. Taking the unserved from the most pressing down,
    each that still has such a path, is the greedy order of the contracted matroid; and `k` units are its truncation,
    so the answer for `k` is the beginning of the answer for more. Paths are searched backward from the needs
    `within`, level by level (Dinitz 1970), and never leave the region that leads there.
    """
    start = _start(check(priority, capacity, indptr, indices, demand), flow)
    rows = np.unique(whole("within", within))
    if len(rows) and (rows[0] < 0 or rows[-1] >= len(start.missing)):
        raise ValueError(f"within: row {rows[0] if rows[0] < 0 else rows[-1]} is no row of the needs")
    if units < 1:
        raise ValueError(f"units is {units}, and at least 1 is needed")
    return Remedy(*_served_by(rows, units, start))


def bottlenecks(
    needs: pl.DataFrame,
    *,
    capacity: Any,
    indptr: Any,
    indices: Any,
    flow: Any,
    by: Sequence[str] = ("kind", "county"),
    among: Any = None,
    worst_off: float | None = None,
    units: int = 100,
) -> pl.DataFrame:
    """Which capacity, where, would serve how many of the worst-off: one row for each kind and place.

    `needs` has `priority`, optionally `demand`, and the columns `by`: new capacity of such a row can be asked by the
    needs with the same values there (so `("kind", "province")` for help that reaches a province; nulls are no value).
    `among` bool[n] are the needs of the territory asked about: only rows with such a need are looked at (default: all).
    `worst_off` is the priority from which a need counts as one of the worst-off (default: the lowest of the most
    pressing tenth of the needs that lack something). `units` is how much more is looked at. Arrays as in `verify`.

    Answers the columns `by`; `missing` int64, the units that the row's own needs lack; `served` int64, how many units
    of a new capacity of `units` would serve somebody (fewer than `units`: more would help nobody); `worst_off`
    int64, how many of those go to the worst-off; `priority_sum` float64, what the sum of priorities gains; `need`
    and `gets`, lists of int64, the rows of needs that would be served, the most pressing first, and their units. The
    rows that serve most of the worst-off stand first, then by `priority_sum`; rows that would serve nobody are left
    out. Those served can be of another place than the new capacity, and of another kind where substitutes are among
    the pairs: someone moves over and leaves room.

    Each row is exact for itself (see `remedy`); two rows together may serve the same people. On a graph that does
    not hold every feasible pair (`Matched.complete`) a row serves at least those it names.

    Raises `ValueError` as `verify` and `reasons` do, and for a missing column.
    """
    for name in ("priority", *by):
        if name not in needs.columns:
            raise ValueError(f"needs: column {name} is missing")
    demand = needs["demand"].to_numpy() if "demand" in needs.columns else None
    problem = check(needs["priority"].to_numpy(), capacity, indptr, indices, demand)
    start = _start(problem, flow)
    pressing = _lowest_of_a_tenth(problem.priority[start.missing > 0]) if worst_off is None else worst_off
    groups = _groups(needs, by, among)
    answers = [_served_by(rows.to_numpy(), units, start) for rows in groups["row"]]
    gains = [
        (int(start.missing[rows.to_numpy()].sum()), *_gain(problem.priority, found, pressing), *found)
        for rows, found in zip(groups["row"], answers, strict=True)
    ]
    table = groups.drop("row").hstack(pl.DataFrame(gains, schema=_COLUMNS, orient="row"))
    best = ["worst_off", "priority_sum"]
    return table.filter(pl.col("served") > 0).sort([*best, *by], descending=[True, True, *[False] * len(by)])


_COLUMNS: dict[str, Any] = {
    "missing": pl.Int64,
    "served": pl.Int64,
    "worst_off": pl.Int64,
    "priority_sum": pl.Float64,
    "need": pl.List(pl.Int64),
    "gets": pl.List(pl.Int64),
}


def _groups(needs: pl.DataFrame, by: Sequence[str], among: Any) -> pl.DataFrame:
    asked = np.ones(len(needs), bool) if among is None else np.asarray(among)
    if asked.dtype != bool or asked.shape != (len(needs),):
        raise ValueError(f"among: one true or false for each need is needed ({len(needs)})")
    rows = needs.select(*by).with_columns(row=pl.int_range(pl.len(), dtype=pl.Int64), asked=pl.Series(asked))
    grouped = rows.drop_nulls(list(by)).group_by(*by, maintain_order=True).agg("row", pl.col("asked").any())
    return grouped.filter("asked").drop("asked")


def _gain(priority: Array, found: tuple[Array, Array], pressing: float) -> tuple[int, int, float]:
    need, units = found
    return int(units.sum()), int(units[priority[need] >= pressing].sum()), float(priority[need] @ units)


def _lowest_of_a_tenth(priority: Array) -> float:
    if not len(priority):
        return 0.0
    return float(np.sort(priority)[-max(1, len(priority) // 10)])


class Start(NamedTuple):
    """A finished matching and room to search in it; `flow` and `missing` are put back after each answer."""

    indptr: Array
    indices: Array
    owner: Array  # int32[e] the need of each edge
    asked_start: Array  # int64[m + 1]
    asked_edge: Array  # int32[e] the edges of each capacity
    rank: Array  # int64[n] 0 is the most pressing need
    flow: Array
    missing: Array
    level: Array  # int32[n + m] how far each node is from the new capacity; of this search when `seen` says so
    seen: Array  # int64[n + m] the number of the last search that came here
    step: Array  # int64[n + m] the next edge to try
    queue: Array  # int32[n]
    path: Array  # int32[2 (m + 1)] edges, in pairs: to a capacity, and from it to a need it serves
    changed: Array  # int32[e] the edges whose flow is not as it was
    before: Array  # int64[e] their flow, else -1
    search: Array  # int64[1] the number of the last search


def _start(problem: Problem, flow: Any) -> Start:
    certificate = verify(**problem._asdict(), flow=flow)
    if not certificate:
        raise ValueError(f"flow: {certificate.fault}")
    need_count, capacity_count, edge_count = len(problem.priority), len(problem.capacity), len(problem.indices)
    units = whole("flow", flow).copy()
    owner = np.repeat(np.arange(need_count, dtype=np.int32), np.diff(problem.indptr))
    running = np.concatenate([np.zeros(1, np.int64), np.cumsum(units)])
    rank = np.empty(need_count, np.int64)
    rank[worst_off_first(finite("priority", problem.priority))] = np.arange(need_count)
    counts = np.bincount(problem.indices, minlength=capacity_count)
    nodes = need_count + capacity_count
    return Start(
        indptr=problem.indptr,
        indices=problem.indices,
        owner=owner,
        asked_start=np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)]),
        asked_edge=np.argsort(problem.indices, kind="stable").astype(np.int32),
        rank=rank,
        flow=units,
        missing=problem.demand - running[problem.indptr[1:]] + running[problem.indptr[:-1]],
        level=np.zeros(nodes, np.int32),
        seen=np.zeros(nodes, np.int64),
        step=np.zeros(nodes, np.int64),
        queue=np.empty(need_count, np.int32),
        path=np.empty(2 * capacity_count + 2, np.int32),
        changed=np.empty(edge_count, np.int32),
        before=np.full(edge_count, -1, np.int64),
        search=np.zeros(1, np.int64),
    )


@allocating
def _served_by(within: Array, units: int, start: Start) -> tuple[Array, Array]:
    """Needs and units of a `Remedy`."""
    reached = _spread_back(within, -1, start)
    asking = np.array([need for need in start.queue[:reached] if start.missing[need] > 0], np.int64)
    asking = asking[np.argsort(start.rank[asking])]
    gets = np.zeros(len(asking), np.int64)
    left, changes = units, 0
    everywhere = True
    for place in range(len(asking)):
        need = asking[place]
        while left > 0 and gets[place] < start.missing[need]:
            marked = start.seen[need] == start.search[0]
            if everywhere and not marked:
                break
            length = _find(need, start) if marked else -1
            if length < 0:
                # No path falls one level a step any more: the levels are counted anew, up to this need.
                _spread_back(within, need, start)
                everywhere = start.seen[need] != start.search[0]
                continue
            more, changes = _move(length, min(left, start.missing[need] - gets[place]), changes, start)
            gets[place] += more
            left -= more
    for place in range(changes):
        edge = start.changed[place]
        start.flow[edge], start.before[edge] = start.before[edge], -1
    return asking[gets > 0], gets[gets > 0]


@in_place
def _spread_back(within: Array, until: int, start: Start) -> int:
    """Levels of the nodes that lead to the needs `within`; how many needs they are.

    Ends at the level of the need `until`. Where that is not marked then, every node that leads there is.
    """
    start.search[0] += 1
    search, need_count = start.search[0], len(start.rank)
    count = 0
    for need in within:
        _mark(need, 0, start.indptr[need], start)
        start.queue[count] = need
        count += 1
    at = 0
    while at < count:
        need = start.queue[at]
        at += 1
        for edge in range(start.indptr[need], start.indptr[need + 1]):
            node = need_count + start.indices[edge]
            if start.flow[edge] == 0 or start.seen[node] == search:
                continue
            first, end = start.asked_start[start.indices[edge]], start.asked_start[start.indices[edge] + 1]
            _mark(node, start.level[need] + 1, first, start)
            for place in range(first, end):
                other = start.owner[start.asked_edge[place]]
                if start.seen[other] != search:
                    _mark(other, start.level[node] + 1, start.indptr[other], start)
                    start.queue[count] = other
                    count += 1
        if until >= 0 and start.seen[until] == search and start.level[start.queue[at - 1]] >= start.level[until]:
            break
    return count


@in_place
def _mark(node: int, level: int, step: int, start: Start) -> None:
    start.seen[node], start.level[node], start.step[node] = start.search[0], level, step


@in_place
def _find(root: int, start: Start) -> int:
    """Fill `path` with a path that falls one level a step; its number of edges, or -1."""
    need_count, search = len(start.rank), start.search[0]
    need, length = root, 0
    while start.level[need] > 0:
        edge, node = start.step[need], -1
        if edge < start.indptr[need + 1]:
            node = need_count + start.indices[edge]
        elif length == 0:
            return -1
        else:
            # A dead end: back to the need before, which goes on from the next unit its capacity gives.
            length -= 2
            need = start.owner[start.path[length]]
            start.step[need_count + start.indices[start.path[length]]] += 1
            continue
        if start.seen[node] != search or start.level[node] != start.level[need] - 1:
            start.step[need] += 1
            continue
        held = _next_held(node, start)
        if held < 0:
            start.step[need] += 1
            continue
        start.path[length], start.path[length + 1] = edge, held
        length += 2
        need = start.owner[held]
    return length


@in_place
def _next_held(node: int, start: Start) -> int:
    """The next edge of a capacity with units of a need one level nearer, or -1."""
    capacity = node - len(start.rank)
    while start.step[node] < start.asked_start[capacity + 1]:
        edge = start.asked_edge[start.step[node]]
        other = start.owner[edge]
        nearer = start.seen[other] == start.search[0] and start.level[other] == start.level[node] - 1
        if nearer and start.flow[edge] > 0:
            return edge
        start.step[node] += 1
    return -1


@in_place
def _move(length: int, most: int, changes: int, start: Start) -> tuple[int, int]:
    """Move up to `most` units along the path; how many, and how many edges have changed so far."""
    units = most
    for place in range(1, length, 2):
        units = min(units, start.flow[start.path[place]])
    for place in range(length):
        edge = start.path[place]
        if start.before[edge] < 0:
            start.before[edge] = start.flow[edge]
            start.changed[changes] = edge
            changes += 1
        start.flow[edge] += units if place % 2 == 0 else -units
    return units, changes
