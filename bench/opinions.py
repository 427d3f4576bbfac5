"""Opinion groups of 21,000 people over 300 statements: seconds and memory, beside the plain way (every cell a number, singular
value decomposition of the whole table, ten random starts of k-means), and whether both find the groups that were planted."""

import resource
from collections.abc import Iterator

import numpy as np

from bench._timing import timed
from peyvand.engines.opinions import opinion_groups

PEOPLE, STATEMENTS, CAMPS, SEEN = 21_000, 300, 3, 0.15
SEED = 1404


def votes() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(voter, statement, vote, camp): everyone saw some 45 statements and votes with his camp four times of five."""
    rng = np.random.default_rng(SEED)
    camp = rng.choice(CAMPS, PEOPLE, p=[0.5, 0.3, 0.2])
    view = rng.choice([-1, 1], (CAMPS, STATEMENTS))
    voter, statement = np.nonzero(rng.random((PEOPLE, STATEMENTS)) < SEEN)
    with_camp = rng.random(len(voter)) < 0.8
    return voter, statement, np.where(with_camp, view[camp[voter], statement], rng.integers(-1, 2, len(voter))), camp


def plainly(voter: np.ndarray, statement: np.ndarray, vote: np.ndarray) -> np.ndarray:
    table = np.full((PEOPLE, STATEMENTS), np.nan)
    table[voter, statement] = vote
    table = np.where(np.isnan(table), np.nanmean(table, axis=0), table)
    table -= table.mean(axis=0)
    left, size, _axes = np.linalg.svd(table, full_matrices=False)
    points, rng = left[:, :2] * size[:2], np.random.default_rng(SEED)
    best, found = np.inf, np.zeros(PEOPLE, int)
    for _start in range(10):
        centres = points[rng.choice(PEOPLE, CAMPS, replace=False)]
        for _round in range(50):
            apart = ((points[:, None] - centres[None]) ** 2).sum(axis=2)
            group = apart.argmin(axis=1)
            centres = np.stack(
                [points[group == one].mean(axis=0) if (group == one).any() else centres[one] for one in range(CAMPS)]
            )
        if apart.min(axis=1).sum() < best:
            best, found = apart.min(axis=1).sum(), group
    return found


def alike(group: np.ndarray, camp: np.ndarray) -> float:
    """The part of people whose group is mostly of their own camp."""
    return sum(np.bincount(camp[group == one]).max() for one in np.unique(group)) / len(camp)


def run() -> Iterator[str]:
    voter, statement, vote, camp = votes()
    seconds, found = timed(lambda: opinion_groups(voter, statement, vote))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    plain_seconds, plain = timed(lambda: plainly(voter, statement, vote))
    yield f"{PEOPLE:,} people x {STATEMENTS} statements, {len(vote):,} votes: {seconds:.2f} s, plain {plain_seconds:.2f} s"
    yield f"  {plain_seconds / seconds:.1f} times faster; most memory {most:.0f} MB"
    yield f"  groups {len(found.groups)} of {CAMPS}; of their own camp: {alike(found.group, camp):.2%}, plain {alike(plain, camp):.2%}"
