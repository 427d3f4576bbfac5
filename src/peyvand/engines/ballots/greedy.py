"""The plain rules: the most supported first, while the money lasts; and the most supported for so many seats."""

from typing import Any

import numpy as np

from peyvand.engines.arrays import Array
from peyvand.engines.ballots.votes import Votes, check, first_of_equals


def greedy(
    *, cost: Any, budget: int, indptr: Any, indices: Any, points: Any = None,
    threshold: int = 0, skip: bool = True, ties: Any = None,
) -> Array:  # fmt: skip
    """int64: the projects that are carried out, in the order they were taken.

    Arrays as `votes.Votes`. Projects are taken from the most points down; equal ones by `ties` int64[m], the lower
    first. One below `threshold` points, or without any, is not taken. Of a project that no longer fits in the budget
    the next is tried (`skip`), or the count ends there. The rule of most participatory budgets ("utilitarian
    greedy"; in Pabulib `greedy`, `greedy-threshold`, `greedy-no-skip`).
    """
    votes = check(cost=cost, budget=budget, indptr=indptr, indices=indices, points=points)
    return fill(votes, first_of_equals(ties, len(votes.cost)), threshold=threshold, skip=skip)


def fill(votes: Votes, rank: Array, *, threshold: int = 0, skip: bool = True, chosen: Array | None = None) -> Array:
    """The projects that are taken beside those `chosen` already, most points first."""
    received = votes.received()
    taken = [] if chosen is None else list(chosen)
    left, found = votes.budget - int(votes.cost[taken].sum()), []
    for project in np.lexsort((rank, -received)):
        if project in taken or received[project] < max(threshold, 1):
            continue
        if votes.cost[project] <= left:
            found.append(project)
            left -= int(votes.cost[project])
        elif not skip:
            break
    return np.array(found, np.int64)


def approval(*, candidates: int, seats: int, indptr: Any, indices: Any, ties: Any = None) -> tuple[Array, Array]:
    """(elected int64, received int64[candidates]): the `seats` candidates whom most ballots approve of.

    Without `ties` a tie for the last seats elects none of those who are equal: it is theirs to break, by lot or by a
    second vote, and `elected` is shorter than `seats`. Who nobody approves of is not elected.
    """
    votes = check(cost=np.ones(candidates, np.int64), budget=0, indptr=indptr, indices=indices)
    received = votes.received()
    order = np.lexsort((first_of_equals(ties, candidates), -received))
    order = order[received[order] > 0]
    elected = order[:seats]
    if ties is None and len(order) > seats > 0 and received[order[seats]] == received[order[seats - 1]]:
        elected = elected[received[elected] > received[order[seats]]]
    return elected.astype(np.int64), received
