"""Opinion groups: who votes alike, what each group says, and what unites them.

After Polis (Small, Bjorkegren, Erkkila, Shaw, Megill: "Polis: Scaling deliberation by mapping high dimensional opinion
spaces", 2021): a plane in which those who vote alike stand near, groups in that plane, and simple tests of proportions. Nothing
is drawn by chance and every sum is taken in one order: the same votes give the same groups, in any order they come.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from peyvand.engines.arrays import Array
from peyvand.engines.opinions.cluster import k_means, silhouette
from peyvand.engines.opinions.table import AGREE, DISAGREE, NOT_SEEN, Table, table

# Who voted on fewer statements than this (or all there are) is placed in no group: too little is known of what he thinks.
ENOUGH_VOTES = 7
MOST_GROUPS = 5
# People standing close to each other are taken together first, so that a country is grouped as quickly as a meeting.
CLOSE = 100
# 90 percent, one-sided.
SURE = 1.2816
TOLD = 5


@dataclass(frozen=True, slots=True)
class Saying:
    """One statement as one side of it is held: `said` 1 (agree) or -1 (disagree) by `many` of the `of` who voted on it.

    `part` (many + 1) / (of + 2); `ratio` how many times more often than elsewhere (of a group; 1 for all)."""

    statement: int
    said: int
    many: int
    of: int
    part: float
    ratio: float


@dataclass(frozen=True, slots=True)
class Group:
    """`members` numbers of its voters, rising; `says` what sets it apart from the others, strongest first."""

    members: Array
    says: tuple[Saying, ...]


@dataclass(frozen=True, slots=True)
class Opinions:
    """`voters` int64[n] and where each stands, `point` float64[n, 2]; `group` int64[n] (-1: too few votes) into `groups`,
    the largest first; `unites` what most of every group says, strongest first."""

    voters: Array
    point: Array
    group: Array
    groups: tuple[Group, ...]
    unites: tuple[Saying, ...]


def opinion_groups(voter: Any, statement: Any, vote: Any) -> Opinions:
    """Groups of voters and what they say, from votes in the order of time (the last one counts).

    `voter` and `statement` int64[e] any numbers, `vote` int[e] 1 agree, 0 pass, -1 disagree. With fewer than two ways of
    voting among those placed, all are one group. Raises `ValueError` as `table.table` does.
    """
    votes = table(voter, statement, vote)
    if not len(votes.statements):
        return Opinions(votes.voters, np.empty((0, 2)), votes.kind_of, (), ())
    seen = (votes.votes != NOT_SEEN).sum(axis=1)
    placed = seen >= min(ENOUGH_VOTES, len(votes.statements))
    point = _plane(votes, seen)
    kind_group = np.full(len(votes.many), -1)
    if placed.any():
        kind_group[placed] = _by_size(_grouped(point[placed], votes.many[placed]), votes.many[placed])
    group = kind_group[votes.kind_of]
    counts = [_count(votes, kind_group == one) for one in range(kind_group.max(initial=-1) + 1)]
    groups = tuple(
        Group(votes.voters[group == one], _sets_apart(votes.statements, counts, one)) for one in range(len(counts))
    )
    return Opinions(votes.voters, point[votes.kind_of], group, groups, _unites(votes.statements, counts))


def _plane(votes: Table, seen: Array) -> Array:
    """float64[kinds, 2]: each way of voting on the two axes along which votes differ most; who voted on few statements is
    moved outwards as far as those would have moved him had he voted on all."""
    known = votes.votes != NOT_SEEN
    value = np.where(known, votes.votes, 0).astype(np.float64)
    weight = votes.many.astype(np.float64)
    voted = weight @ known
    mean = np.divide(weight @ value, voted, out=np.zeros(value.shape[1]), where=voted > 0)
    centred = np.where(known, value - mean, 0.0)
    covariance = (centred * weight[:, None]).T @ centred
    _values, axes = np.linalg.eigh(covariance)
    axes = axes[:, ::-1][:, :2]
    # An axis has no direction of its own: it is turned so that its largest part is positive.
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    stretched = np.sqrt(value.shape[1] / np.maximum(seen, 1))[:, None] * (centred @ axes)
    return np.pad(stretched, ((0, 0), (0, 2 - stretched.shape[1])))


def _grouped(point: Array, many: Array) -> Array:
    """int64: the group of each way of voting, in 2 to `MOST_GROUPS` groups, as many as lie farthest apart."""
    # What floating point tells apart in the last digits stands in one place.
    spots, spot_of = np.unique(np.round(point, 9), axis=0, return_inverse=True)
    spot_of = spot_of.reshape(-1)
    weight = np.bincount(spot_of, many).astype(np.float64)
    if len(spots) < 3:
        return spot_of
    close = k_means(spots, weight, CLOSE) if len(spots) > CLOSE else np.arange(len(spots))
    _used, close = np.unique(close, return_inverse=True)
    size = np.bincount(close, weight)
    centre = np.column_stack([np.bincount(close, weight * axis) / size for axis in spots.T])
    best, found = -np.inf, np.zeros(len(centre), np.int64)
    for k in range(2, min(MOST_GROUPS, len(centre) - 1) + 1):
        grouped = k_means(centre, size, k)
        score = round(silhouette(centre, size, grouped), 9)
        if score > best:
            best, found = score, grouped
    return found[close][spot_of]


def _by_size(group: Array, many: Array) -> Array:
    """The same groups, numbered from the largest; equal ones by the first way of voting in them."""
    names, first, number = np.unique(group, return_index=True, return_inverse=True)
    order = np.lexsort((first, -np.bincount(number, many)))
    rank = np.empty(len(names), np.int64)
    rank[order] = np.arange(len(names))
    return rank[number.reshape(-1)]


def _count(votes: Table, chosen: Array) -> Array:
    """int64[3, m]: of the chosen ways of voting, who agree, who disagree, and who voted at all."""
    rows, many = votes.votes[chosen], votes.many[chosen]
    return np.stack([many @ (rows == AGREE), many @ (rows == DISAGREE), many @ (rows != NOT_SEEN)])


def _sets_apart(statements: Array, counts: list[Array], one: int) -> tuple[Saying, ...]:
    """What this group says surely, and surely more often than the others do."""
    here, there = counts[one], sum(counts) - counts[one]
    found = []
    for side, said in ((0, AGREE), (1, DISAGREE)):
        part, part_there = (here[side] + 1) / (here[2] + 2), (there[side] + 1) / (there[2] + 2)
        holds, more = _one_proportion(here[side], here[2]), _two_proportions(here[side], there[side], here[2], there[2])
        for column in np.flatnonzero((holds > SURE) & (more > SURE)):
            ratio = float(part[column] / part_there[column])
            saying = Saying(
                int(statements[column]), said, int(here[side][column]), int(here[2][column]), float(part[column]), ratio
            )
            found.append((float(-ratio * more[column] * part[column] * holds[column]), saying.statement, saying))
    return tuple(saying for _strength, _statement, saying in sorted(found)[:TOLD])


def _unites(statements: Array, counts: list[Array]) -> tuple[Saying, ...]:
    """What more than half of every group says: by the product over groups of how likely one of it says so."""
    if not counts:
        return ()
    whole = sum(counts)
    found = []
    for side, said in ((0, AGREE), (1, DISAGREE)):
        parts = np.stack([(count[side] + 1) / (count[2] + 2) for count in counts])
        surely = _one_proportion(whole[side], whole[2]) > SURE  # type: ignore[index]
        for column in np.flatnonzero((parts > 0.5).all(axis=0) & surely):
            many, of = int(whole[side][column]), int(whole[2][column])  # type: ignore[index]
            saying = Saying(int(statements[column]), said, many, of, (many + 1) / (of + 2), 1.0)
            found.append((-float(parts[:, column].prod()), saying.statement, saying))
    return tuple(saying for _strength, _statement, saying in sorted(found)[:TOLD])


def _one_proportion(many: Array, of: Array) -> Array:
    """How many standard errors above a half, one vote added to either."""
    result: Array = 2 * np.sqrt(of + 1) * ((many + 1) / (of + 1) - 0.5)
    return result


def _two_proportions(many: Array, many_there: Array, of: Array, of_there: Array) -> Array:
    """How many standard errors above the part of the others, one vote added to each."""
    part, part_there = (many + 1) / (of + 1), (many_there + 1) / (of_there + 1)
    pooled = (many + many_there + 2) / (of + of_there + 2)
    error = np.sqrt(pooled * (1 - pooled) * (1 / (of + 1) + 1 / (of_there + 1)))
    result: Array = np.divide(part - part_there, error, out=np.zeros(len(part)), where=error > 0)
    return result
