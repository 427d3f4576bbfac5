"""A standing matching whose needs, capacities and pairs come and go, compiled: the inner loops of `arriving`.

Every pair is an edge in three doubly linked lists: of its need, of its capacity, and, while it carries units that may
be moved, of what its capacity gives. So a pair is added or taken out in constant time.
"""

from typing import NamedTuple

import numpy as np

from peyvand.engines.arrays import Array
from peyvand.engines.compiled import in_place

BY_NEED, BY_CAPACITY, GIVEN = 0, 1, 2
SEARCH, EDGES, FREE, LOGGED = 0, 1, 2, 3


class Standing(NamedTuple):
    """Per need [n], capacity [m] and edge [e]; all have room for more rows than are there."""

    weight: Array  # float64[n] who comes first; equal ones by row
    missing: Array  # int64[n]
    waiting: Array  # bool[n] takes no part for now
    slack: Array  # int64[m]
    need: Array  # int32[e] -1 where there is no edge
    capacity: Array  # int32[e]
    units: Array  # int64[e] that may be moved
    after: Array  # int32[3, e] the next edge in each list (-1: none)
    ahead: Array  # int32[3, e] the one before
    of_need: Array  # int32[n] the first edge of each list
    of_capacity: Array  # int32[m]
    given: Array  # int32[m]
    need_seen: Array  # int64[n] the number of the last search that came here
    capacity_seen: Array  # int64[m]
    by_need: Array  # int32[n] the edge through which the search came
    by_capacity: Array  # int32[m]
    queue: Array  # int32[n]
    free: Array  # int32[e] edges to be used again
    log_edge: Array  # int32[2 m + 2] what the last step moved
    log_units: Array  # int64[2 m + 2]
    tally: Array  # int64[4] searches, edges ever used, free edges, logged moves


@in_place
def add_edge(need: int, capacity: int, at: Standing) -> int:
    if at.tally[FREE] > 0:
        at.tally[FREE] -= 1
        edge = at.free[at.tally[FREE]]
    else:
        edge = at.tally[EDGES]
        at.tally[EDGES] += 1
    at.need[edge], at.capacity[edge], at.units[edge] = need, capacity, 0
    _link(at.of_need, BY_NEED, need, edge, at)
    _link(at.of_capacity, BY_CAPACITY, capacity, edge, at)
    return edge


@in_place
def add_edges(needs: Array, capacities: Array, at: Standing) -> None:
    """The last first, so that each list begins with its first."""
    for place in range(len(needs) - 1, -1, -1):
        add_edge(needs[place], capacities[place], at)


@in_place
def load(needs: Array, capacities: Array, flow: Array, at: Standing) -> None:
    """Edges with the units they carry already."""
    for place in range(len(needs) - 1, -1, -1):
        edge = add_edge(needs[place], capacities[place], at)
        if flow[place] > 0:
            at.units[edge] = flow[place]
            _link(at.given, GIVEN, capacities[place], edge, at)


@in_place
def reload(edges: Array, flow: Array, at: Standing) -> None:
    """Other units on these edges, which are all there are."""
    for edge in edges:
        if at.units[edge] > 0:
            at.slack[at.capacity[edge]] += at.units[edge]
            _unlink(at.given, GIVEN, at.capacity[edge], edge, at)
    for place in range(len(edges)):
        edge = edges[place]
        at.units[edge] = flow[place]
        if flow[place] > 0:
            at.slack[at.capacity[edge]] -= flow[place]
            _link(at.given, GIVEN, at.capacity[edge], edge, at)


@in_place
def drop_edges(need: int, at: Standing) -> None:
    """Take out all edges of a need; none may carry units any more."""
    while at.of_need[need] >= 0:
        edge = at.of_need[need]
        _unlink(at.of_need, BY_NEED, need, edge, at)
        _unlink(at.of_capacity, BY_CAPACITY, at.capacity[edge], edge, at)
        at.need[edge] = -1
        at.free[at.tally[FREE]] = edge
        at.tally[FREE] += 1


@in_place
def edge_between(need: int, capacity: int, at: Standing, with_units: bool) -> int:
    """An edge of this pair (the same pair may stand twice), or -1."""
    edge = at.of_need[need]
    while edge >= 0 and (at.capacity[edge] != capacity or (with_units and at.units[edge] == 0)):
        edge = at.after[BY_NEED, edge]
    return edge


@in_place
def change_units(edge: int, units: int, at: Standing) -> None:
    capacity = at.capacity[edge]
    if at.units[edge] == 0 and units > 0:
        _link(at.given, GIVEN, capacity, edge, at)
    at.units[edge] += units
    if at.units[edge] == 0 and units < 0:
        _unlink(at.given, GIVEN, capacity, edge, at)
    at.log_edge[at.tally[LOGGED]], at.log_units[at.tally[LOGGED]] = edge, units
    at.tally[LOGGED] += 1


@in_place
def _link(first: Array, which: int, owner: int, edge: int, at: Standing) -> None:
    at.ahead[which, edge], at.after[which, edge] = -1, first[owner]
    if first[owner] >= 0:
        at.ahead[which, first[owner]] = edge
    first[owner] = edge


@in_place
def _unlink(first: Array, which: int, owner: int, edge: int, at: Standing) -> None:
    before, after = at.ahead[which, edge], at.after[which, edge]
    if before >= 0:
        at.after[which, before] = after
    else:
        first[owner] = after
    if after >= 0:
        at.ahead[which, after] = before


@in_place
def serve_step(start: int, at: Standing) -> int:
    """Serve some missing units of a need: by a shortest path to room, else in place of the last in rank among all
    that it leads to, if that is below it. How many units; 0 when it can get no more.
    """
    at.tally[LOGGED] = 0
    if at.missing[start] == 0:
        return 0
    edge, weakest = _find_room(start, at)
    units = at.missing[start]
    if edge >= 0:
        units = min(units, at.slack[at.capacity[edge]])
        units = _least_on_path(start, edge, units, at)
        at.slack[at.capacity[edge]] -= units
    elif weakest >= 0 and _is_below(at.need[weakest], start, at):
        edge = at.by_capacity[at.capacity[weakest]]
        units = min(units, at.units[weakest])
        units = _least_on_path(start, edge, units, at)
        at.missing[at.need[weakest]] += units
        change_units(weakest, -units, at)
    else:
        return 0
    change_units(edge, units, at)
    while at.need[edge] != start:
        held = at.by_need[at.need[edge]]
        change_units(held, -units, at)
        edge = at.by_capacity[at.capacity[held]]
        change_units(edge, units, at)
    at.missing[start] -= units
    return units


@in_place
def _least_on_path(start: int, last: int, most: int, at: Standing) -> int:
    units, need = most, at.need[last]
    while need != start:
        held = at.by_need[need]
        units = min(units, at.units[held])
        need = at.need[at.by_capacity[at.capacity[held]]]
    return units


@in_place
def _find_room(start: int, at: Standing) -> tuple[int, int]:
    """The last edge of a shortest path from a need to room (-1: there is none); then also the edge by which the last
    in rank of all reached is served (-1: nobody).
    """
    at.tally[SEARCH] += 1
    search = at.tally[SEARCH]
    at.need_seen[start] = search
    at.queue[0] = start
    begin, stop, weakest = 0, 1, -1
    while begin < stop:
        need = at.queue[begin]
        begin += 1
        edge = at.of_need[need]
        while edge >= 0:
            if at.slack[at.capacity[edge]] > 0:
                return edge, weakest
            edge = at.after[BY_NEED, edge]
        edge = at.of_need[need]
        while edge >= 0:
            capacity = at.capacity[edge]
            if at.capacity_seen[capacity] != search:
                at.capacity_seen[capacity], at.by_capacity[capacity] = search, edge
                held = at.given[capacity]
                while held >= 0:
                    other = at.need[held]
                    if at.need_seen[other] != search:
                        at.need_seen[other], at.by_need[other] = search, held
                        if weakest < 0 or _is_below(other, at.need[weakest], at):
                            weakest = held
                        at.queue[stop] = other
                        stop += 1
                    held = at.after[GIVEN, held]
            edge = at.after[BY_NEED, edge]
    return -1, weakest


@in_place
def _is_below(one: int, other: int, at: Standing) -> bool:
    if at.weight[one] == at.weight[other]:
        return one > other
    return at.weight[one] < at.weight[other]


@in_place
def fill_step(start: int, at: Standing) -> int:
    """Give units of a capacity with room to the first in rank of all that lead there; how many."""
    at.tally[LOGGED] = 0
    if at.slack[start] == 0:
        return 0
    first = _find_asking(start, at)
    if first < 0:
        return 0
    units = min(at.missing[first], at.slack[start])
    edge = at.by_need[first]
    while at.capacity[edge] != start:
        held = at.by_capacity[at.capacity[edge]]
        units = min(units, at.units[held])
        edge = at.by_need[at.need[held]]
    edge = at.by_need[first]
    change_units(edge, units, at)
    while at.capacity[edge] != start:
        held = at.by_capacity[at.capacity[edge]]
        change_units(held, -units, at)
        edge = at.by_need[at.need[held]]
        change_units(edge, units, at)
    at.missing[first] -= units
    at.slack[start] -= units
    return units


@in_place
def _find_asking(start: int, at: Standing) -> int:
    """The first in rank of the needs with missing units that lead to a capacity, or -1."""
    at.tally[SEARCH] += 1
    search = at.tally[SEARCH]
    best = -1
    at.capacity_seen[start] = search
    stop = _ask_back(start, 0, at)
    begin = 0
    while begin < stop:
        need = at.queue[begin]
        begin += 1
        if at.missing[need] > 0 and not at.waiting[need] and (best < 0 or _is_below(best, need, at)):
            best = need
        held = at.of_need[need]
        while held >= 0:
            capacity = at.capacity[held]
            if at.units[held] > 0 and at.capacity_seen[capacity] != search:
                at.capacity_seen[capacity], at.by_capacity[capacity] = search, held
                stop = _ask_back(capacity, stop, at)
            held = at.after[BY_NEED, held]
    return best


@in_place
def _ask_back(capacity: int, stop: int, at: Standing) -> int:
    """Put the needs that could ask a capacity and are new to this search into the queue; its new end."""
    edge = at.of_capacity[capacity]
    while edge >= 0:
        need = at.need[edge]
        if at.need_seen[need] != at.tally[SEARCH]:
            at.need_seen[need], at.by_need[need] = at.tally[SEARCH], edge
            at.queue[stop] = need
            stop += 1
        edge = at.after[BY_CAPACITY, edge]
    return stop


@in_place
def free_units(need: int, at: Standing) -> None:
    """Take back every unit of a need that may be moved; its capacities have that room then."""
    at.tally[LOGGED] = 0
    edge = at.of_need[need]
    while edge >= 0:
        units = at.units[edge]
        if units > 0:
            at.slack[at.capacity[edge]] += units
            at.missing[need] += units
            change_units(edge, -units, at)
        edge = at.after[BY_NEED, edge]


def empty(needs: int, capacities: int, edges: int) -> Standing:
    return Standing(
        weight=np.zeros(needs),
        missing=np.zeros(needs, np.int64),
        waiting=np.zeros(needs, np.bool_),
        slack=np.zeros(capacities, np.int64),
        need=np.full(edges, -1, np.int32),
        capacity=np.full(edges, -1, np.int32),
        units=np.zeros(edges, np.int64),
        after=np.full((3, edges), -1, np.int32),
        ahead=np.full((3, edges), -1, np.int32),
        of_need=np.full(needs, -1, np.int32),
        of_capacity=np.full(capacities, -1, np.int32),
        given=np.full(capacities, -1, np.int32),
        need_seen=np.zeros(needs, np.int64),
        capacity_seen=np.zeros(capacities, np.int64),
        by_need=np.full(needs, -1, np.int32),
        by_capacity=np.full(capacities, -1, np.int32),
        queue=np.zeros(needs, np.int32),
        free=np.zeros(edges, np.int32),
        log_edge=np.zeros(2 * capacities + 2 + edges, np.int32),
        log_units=np.zeros(2 * capacities + 2 + edges, np.int64),
        tally=np.zeros(4, np.int64),
    )


def enlarged(at: Standing, needs: int, capacities: int, edges: int) -> Standing:
    """The same with room for so many rows."""
    larger = empty(needs, capacities, edges)
    for old, new in zip(at, larger, strict=True):
        new[tuple(slice(size) for size in old.shape)] = old
    return larger
