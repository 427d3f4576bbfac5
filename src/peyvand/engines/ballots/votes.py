"""What goes in: projects with their costs, one budget, and the ballots."""

from typing import Any, NamedTuple

import numpy as np

from peyvand.engines.arrays import MAX_WHOLE, Array, check_rows, refuse_first, same_length, whole


class Votes(NamedTuple):
    """The checked arrays of one vote over `m` projects by `n` voters.

    `cost` int64[m] and `budget` in whole smallest units of money; the ballot of voter `i` names the projects
    `indices[indptr[i]:indptr[i + 1]]` (int32) and gives each `points` int64 (1 on an approval ballot).
    """

    cost: Array
    budget: int
    indptr: Array
    indices: Array
    points: Array

    @property
    def voters(self) -> int:
        return len(self.indptr) - 1

    def received(self) -> Array:
        """int64[m]: points of all voters together."""
        total = np.zeros(len(self.cost), np.int64)
        np.add.at(total, self.indices, self.points)
        return total

    def by_project(self) -> list[tuple[Array, Array]]:
        """For each project its supporters: (voters int64, points int64), voters rising."""
        voter = np.repeat(np.arange(self.voters), np.diff(self.indptr))
        order = np.argsort(self.indices, kind="stable")
        cuts = np.searchsorted(self.indices[order], np.arange(1, len(self.cost)))
        return list(zip(np.split(voter[order], cuts), np.split(self.points[order], cuts), strict=True))


def check(*, cost: Any, budget: int, indptr: Any, indices: Any, points: Any = None) -> Votes:
    """The arrays in their exact types, or a `ValueError` that names the array and the row."""
    costs, rows, projects = whole("cost", cost), whole("indptr", indptr), whole("indices", indices)
    given = np.ones(len(projects), np.int64) if points is None else whole("points", points)
    refuse_first("cost", costs, costs <= 0, "is not above zero")
    if not 0 <= int(budget) <= MAX_WHOLE:
        raise ValueError(f"budget: {budget} is negative or too large")
    if int(budget) != budget:
        raise ValueError(f"budget: {budget} is not a whole number")
    same_length("points", given, len(projects), "entry of a ballot")
    refuse_first("points", given, given <= 0, "is not above zero")
    check_rows(rows, max(len(rows) - 1, 0), len(projects), of="voter", entry="entry of a ballot")
    refuse_first(
        "indices", projects, (projects < 0) | (projects >= len(costs)), f"is no row of the {len(costs)} projects"
    )
    voter = np.repeat(np.arange(len(rows) - 1), np.diff(rows))
    named = np.sort(voter * len(costs) + projects)  # one number for each pair: the same pair twice lies side by side
    again = np.diff(named) == 0
    if again.any():
        row, project = divmod(int(named[np.argmax(again)]), len(costs))
        raise ValueError(f"indices: the ballot of row {row} names project {project} twice")
    return Votes(costs, int(budget), rows, projects.astype(np.int32, copy=False), given)


def first_of_equals(ties: Any, projects: int) -> Array:
    """int64[m]: the rank that decides between equals, lower first; without `ties` the order of the rows."""
    if ties is None:
        return np.arange(projects)
    rank = whole("ties", ties)
    same_length("ties", rank, projects, "project")
    if len(np.unique(rank)) < projects:
        raise ValueError("ties: two projects have one rank, so a tie between them would stay open")
    return rank
