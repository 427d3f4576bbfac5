"""Augmenting paths, compiled: the inner loops of `assign`.

From a need one may step to any capacity of its edges; from a full capacity to any need it serves, which could move
elsewhere. A path to a capacity with room left serves one need more, and every need on the way moves on by one step.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from peyvand.engines.matching.graph import Array, Problem


class State(NamedTuple):
    """What the search remembers, per need [n], per capacity [m] and per edge [e]."""

    indptr: Array
    indices: Array
    owner: Array  # [e] the need of an edge
    flow: Array  # [e]
    slack: Array  # [m] room left; never grows
    first: Array  # [m] head of the list of edges with flow into a capacity
    after: Array  # [e] the lists' links
    before: Array  # [e]
    closed: Array  # [m] 1 where a failed search has been
    hint: Array  # [n] no edge before this one leads to room
    need_seen: Array  # [n] the number of the last search that came here
    capacity_seen: Array  # [m]
    held_by: Array  # [n] the edge that serves this need, through which the search came
    came_by: Array  # [m] the edge through which the search came
    queue: Array  # [n]
    reached: Array  # [m]


def new_state(problem: Problem) -> State:
    need_count, capacity_count, edge_count = len(problem.priority), len(problem.capacity), len(problem.indices)

    def blank(count: int) -> Array:
        return np.full(count, -1, np.int32)

    return State(
        indptr=problem.indptr,
        indices=problem.indices,
        owner=np.repeat(np.arange(need_count, dtype=np.int32), np.diff(problem.indptr)),
        flow=np.zeros(edge_count, np.int64),
        slack=problem.capacity.copy(),
        first=blank(capacity_count),
        after=np.empty(edge_count, np.int32),
        before=np.empty(edge_count, np.int32),
        closed=np.zeros(capacity_count, np.uint8),
        hint=problem.indptr[:-1].astype(np.int32),
        need_seen=np.zeros(need_count, np.int64),
        capacity_seen=np.zeros(capacity_count, np.int64),
        held_by=blank(need_count),
        came_by=blank(capacity_count),
        queue=np.empty(need_count, np.int32),
        reached=np.empty(capacity_count, np.int32),
    )


@njit(cache=True, nogil=True)
def serve_in_order(order: Array, demand: Array, state: State, served: Array) -> None:
    """Serve the needs in the given order, each as far as it can be; fills `served` and `state.flow`."""
    search = 0
    for need in order:
        left = demand[need]
        while left > 0:
            search += 1
            end, count = _find_room(state, need, search)
            if end < 0:
                # Everything reached is full and leads only to itself, and stays so: later searches need not enter.
                for place in range(count):
                    state.closed[state.reached[place]] = 1
                break
            left -= _augment(state, need, end, left)
        served[need] = demand[need] - left


@njit(cache=True, nogil=True)
def _find_room(state: State, start: int, search: int) -> tuple[int, int]:
    """The last edge of a shortest path from `start` to room (-1: none), and how many capacities were reached."""
    state.need_seen[start] = search
    end = _edge_with_room(state, start)
    if end >= 0:
        return end, 0
    state.queue[0] = start
    begin, stop, count = 0, 1, 0
    while begin < stop:
        need = state.queue[begin]
        begin += 1
        for edge in range(state.indptr[need], state.indptr[need + 1]):
            capacity = state.indices[edge]
            if state.closed[capacity] or state.capacity_seen[capacity] == search:
                continue
            state.capacity_seen[capacity] = search
            state.came_by[capacity] = edge
            state.reached[count] = capacity
            count += 1
            held = state.first[capacity]
            while held >= 0:
                other = state.owner[held]
                if state.need_seen[other] != search:
                    state.need_seen[other] = search
                    state.held_by[other] = held
                    end = _edge_with_room(state, other)
                    if end >= 0:
                        return end, count
                    state.queue[stop] = other
                    stop += 1
                held = state.after[held]
    return -1, count


@njit(cache=True, nogil=True)
def _edge_with_room(state: State, need: int) -> int:
    """The first edge of a need that leads to room, or -1. Full capacities never empty, so the hint only moves
    forward.
    """
    edge, end = state.hint[need], state.indptr[need + 1]
    while edge < end and state.slack[state.indices[edge]] == 0:
        edge += 1
    state.hint[need] = edge
    return edge if edge < end else -1


@njit(cache=True, nogil=True)
def _augment(state: State, start: int, end: int, left: int) -> int:
    """Push as many units as the path bears from `start` through `end`; returns how many."""
    units = min(left, state.slack[state.indices[end]])
    need = state.owner[end]
    while need != start:
        held = state.held_by[need]
        units = min(units, state.flow[held])
        need = state.owner[state.came_by[state.indices[held]]]
    state.slack[state.indices[end]] -= units
    edge = end
    while True:
        _add(state, edge, units)
        need = state.owner[edge]
        if need == start:
            return units
        held = state.held_by[need]
        _take(state, held, units)
        edge = state.came_by[state.indices[held]]


@njit(cache=True, nogil=True)
def _add(state: State, edge: int, units: int) -> None:
    if state.flow[edge] == 0:
        capacity = state.indices[edge]
        head = state.first[capacity]
        state.after[edge] = head
        state.before[edge] = -1
        if head >= 0:
            state.before[head] = edge
        state.first[capacity] = edge
    state.flow[edge] += units


@njit(cache=True, nogil=True)
def _take(state: State, edge: int, units: int) -> None:
    state.flow[edge] -= units
    if state.flow[edge] == 0:
        before, after = state.before[edge], state.after[edge]
        if before >= 0:
            state.after[before] = after
        else:
            state.first[state.indices[edge]] = after
        if after >= 0:
            state.before[after] = before
