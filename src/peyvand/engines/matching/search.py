"""Augmenting paths, compiled: the inner loops of `assign`.

From a need one may step to any capacity of its edges; from a full capacity to any need it serves, which could move
elsewhere. A path to a capacity with room left serves one need more, and every need on the way moves on by one step.

What limits this work is fetching memory, so the state is kept small: flow lives in the places of capacities, a place
being one edge with its need and units, and units are 32 bits wide where the whole demand fits.
"""

from typing import NamedTuple

import numpy as np

from peyvand.engines.arrays import Array
from peyvand.engines.compiled import allocating, in_place
from peyvand.engines.matching.exchanges import root_of
from peyvand.engines.matching.graph import Problem

CLOSED = 2**31 - 1


class State(NamedTuple):
    """What the search remembers, per need [n], capacity [m], place [p] and edge [e]."""

    indptr: Array
    indices: Array
    slack: Array  # [m] room left; never grows
    first: Array  # [m] where the places of a capacity begin
    taken: Array  # [m] how many of them are taken
    holder: Array  # [p] the need there
    edge: Array  # [p] the edge by which it came
    units: Array  # [p] how many units it has
    place_of: Array  # [e] the place of an edge with flow (-1: none); empty when all demands are single units
    hint: Array  # [n] no edge before this one leads to room
    need_seen: Array  # [n] the number of the last search that came here
    capacity_seen: Array  # [m] the same; CLOSED where a failed search has been
    held_at: Array  # [n] the place through which the search came
    came_by: Array  # [m] the edge through which the search came
    came_from: Array  # [m] the need of that edge
    queue: Array  # [n] for one search at a time, as the next
    reached: Array  # [m]


def new_state(problem: Problem) -> State:
    need_count, capacity_count, edge_count = len(problem.priority), len(problem.capacity), len(problem.indices)
    total = int(problem.demand.sum())
    unit = np.int32 if total < 2**31 else np.int64
    places = problem.capacity
    if places.sum(dtype=np.float64) > edge_count:
        places = np.minimum(places, np.bincount(problem.indices, minlength=capacity_count))
    ends = np.cumsum(places)
    count = int(ends[-1]) if capacity_count else 0
    shared = bool((problem.demand > 1).any())
    return State(
        indptr=problem.indptr,
        indices=problem.indices,
        slack=np.minimum(problem.capacity, total).astype(unit),
        first=(ends - places).astype(np.int32),
        taken=np.zeros(capacity_count, np.int32),
        holder=np.empty(count, np.int32),
        edge=np.empty(count, np.int32),
        units=np.empty(count, unit),
        place_of=np.full(edge_count if shared else 0, -1, np.int32),
        hint=problem.indptr[:-1].astype(np.int32),
        need_seen=np.zeros(need_count, np.int32),
        capacity_seen=np.zeros(capacity_count, np.int32),
        held_at=np.empty(need_count, np.int32),
        came_by=np.empty(capacity_count, np.int32),
        came_from=np.empty(capacity_count, np.int32),
        queue=np.empty(0, np.int32),
        reached=np.empty(0, np.int32),
    )


def with_own_queue(state: State, needs: int) -> State:
    """The same state for a search of its own among so many needs, beside others that share nothing with them."""
    return state._replace(queue=np.empty(needs, np.int32), reached=np.empty(len(state.slack), np.int32))


@allocating
def components_of_needs(indptr: Array, indices: Array, capacity_count: int) -> Array:
    """int32[n]: a number for the connected component of each need (-1: no edge), by union with halving."""
    root = np.arange(capacity_count).astype(np.int32)
    for need in range(len(indptr) - 1):
        if indptr[need] == indptr[need + 1]:
            continue
        one = root_of(root, indices[indptr[need]])
        for edge in range(indptr[need] + 1, indptr[need + 1]):
            other = root_of(root, indices[edge])
            if one != other:
                root[max(one, other)] = one = min(one, other)
    component = np.full(len(indptr) - 1, -1, np.int32)
    for need in range(len(component)):
        if indptr[need] < indptr[need + 1]:
            component[need] = root_of(root, indices[indptr[need]])
    return component


@in_place
def serve_in_order(order: Array, demand: Array, state: State, served: Array) -> None:
    """Serve the needs in the given order, each as far as it can be; fills `served` and the places of `state`."""
    search = 0
    for need in order:
        left = demand[need]
        while left > 0:
            search += 1
            end, edge, count = _find_room(state, need, search)
            if edge < 0:
                # Everything reached is full and leads only to itself, and stays so: later searches need not enter.
                for reached in range(count):
                    state.capacity_seen[state.reached[reached]] = CLOSED
                break
            left -= _augment(state, need, end, edge, left)
        served[need] = demand[need] - left


@in_place
def write_flow(state: State, flow: Array, first: Array, capacity_of: Array) -> None:
    """Fill `flow` int64[e] with the units on each edge, and for needs with units the first edge `first` int32[n] and
    its capacity `capacity_of` int32[n]; all else stays (`first` begins beyond every edge).
    """
    for capacity in range(len(state.first)):
        for place in range(state.first[capacity], state.first[capacity] + state.taken[capacity]):
            edge, need = state.edge[place], state.holder[place]
            flow[edge] = state.units[place]
            if edge < first[need]:
                first[need], capacity_of[need] = edge, capacity


@in_place
def _find_room(state: State, start: int, search: int) -> tuple[int, int, int]:
    """The last need and edge of a shortest path from `start` to room (-1: none), and how many capacities it reached."""
    state.need_seen[start] = search
    last = _edge_with_room(state, start)
    if last >= 0:
        return start, last, 0
    state.queue[0] = start
    begin, stop, count = 0, 1, 0
    while begin < stop:
        need = state.queue[begin]
        begin += 1
        for edge in range(state.indptr[need], state.indptr[need + 1]):
            capacity = state.indices[edge]
            if state.capacity_seen[capacity] >= search:
                continue
            state.capacity_seen[capacity] = search
            state.came_by[capacity] = edge
            state.came_from[capacity] = need
            state.reached[count] = capacity
            count += 1
            first = state.first[capacity]
            for place in range(first, first + state.taken[capacity]):
                other = state.holder[place]
                if state.need_seen[other] != search:
                    state.need_seen[other] = search
                    state.held_at[other] = place
                    last = _edge_with_room(state, other)
                    if last >= 0:
                        return other, last, count
                    state.queue[stop] = other
                    stop += 1
    return start, -1, count


@in_place
def _edge_with_room(state: State, need: int) -> int:
    """The first edge of a need that leads to room, or -1. Full capacities never empty, so hints only move forward."""
    edge, end = state.hint[need], state.indptr[need + 1]
    while edge < end and state.slack[state.indices[edge]] == 0:
        edge += 1
    state.hint[need] = edge
    return edge if edge < end else -1


@in_place
def _augment(state: State, start: int, end: int, last: int, left: int) -> int:
    """Push as many units as the path bears from `start` to the need `end` and its edge `last`; returns how many."""
    units: int = min(left, int(state.slack[state.indices[last]]))
    need = end
    while need != start:
        place = state.held_at[need]
        units = min(units, int(state.units[place]))
        need = state.came_from[state.indices[state.edge[place]]]
    state.slack[state.indices[last]] -= units
    need, edge = end, last
    while need != start:
        place = state.held_at[need]
        capacity = state.indices[state.edge[place]]
        _take(state, capacity, place, units)
        _give(state, need, edge, units)
        need, edge = state.came_from[capacity], state.came_by[capacity]
    _give(state, need, edge, units)
    return units


@in_place
def _give(state: State, need: int, edge: int, units: int) -> None:
    shared = len(state.place_of) > 0
    place = state.place_of[edge] if shared else -1
    if place < 0:
        capacity = state.indices[edge]
        place = state.first[capacity] + state.taken[capacity]
        state.taken[capacity] += 1
        state.holder[place], state.edge[place], state.units[place] = need, edge, 0
        if shared:
            state.place_of[edge] = place
    state.units[place] += units


@in_place
def _take(state: State, capacity: int, place: int, units: int) -> None:
    """Take units from a place; an empty place is filled with the capacity's last one."""
    state.units[place] -= units
    if state.units[place] == 0:
        state.taken[capacity] -= 1
        last = state.first[capacity] + state.taken[capacity]
        if len(state.place_of):
            state.place_of[state.edge[place]] = -1
            if last != place:
                state.place_of[state.edge[last]] = place
        state.holder[place], state.edge[place], state.units[place] = (
            state.holder[last],
            state.edge[last],
            state.units[last],
        )
