"""Counting votes: equal shares in exact arithmetic beside the rule written plainly in fractions, and a city's approval vote.

The votes are drawn from a fixed seed at the sizes of a large town (64 projects, 6,586 voters) and of a city (160 projects,
90,000 voters). Both ways count the same ballots, and the projects they take and the price of each are compared.
"""

import resource
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from bench._timing import timed
from peyvand.engines.ballots import approval, equal_shares, greedy

SEED = 1404
TOWN, CITY = (64, 6_586), (160, 90_000)
Vote = dict[str, Any]


def vote(projects: int, voters: int) -> Vote:
    """Some projects are liked by many and most by few; costs spread widely, and all together three times the budget."""
    rng = np.random.default_rng(SEED)
    liked = 1 / (1 + np.arange(projects)) ** 0.7
    rows = [np.unique(rng.choice(projects, rng.integers(1, 12), p=liked / liked.sum())) for _ in range(voters)]
    cost = np.round(np.exp(rng.normal(11.5, 0.9, projects))).astype(np.int64)
    return {
        "cost": cost, "budget": int(cost.sum() // 3),
        "indptr": np.cumsum([0, *map(len, rows)]), "indices": np.concatenate(rows),
    }  # fmt: skip


def plainly(vote: Vote) -> list[tuple[int, Fraction]]:
    """[(project, price of a vote)] as the paper writes the rule: every purse a fraction, every price anew in every round."""
    cost, voters = vote["cost"].tolist(), len(vote["indptr"]) - 1
    owner = np.repeat(np.arange(voters), np.diff(vote["indptr"]))
    backers = [owner[vote["indices"] == project].tolist() for project in range(len(cost))]
    money, taken = [Fraction(vote["budget"], voters)] * voters, list[tuple[int, Fraction]]()
    while True:
        offers = []
        for project in set(range(len(cost))) - {one for one, _price in taken}:
            left, many = Fraction(cost[project]), len(backers[project])
            purses = sorted(money[voter] for voter in backers[project])
            if sum(purses) < left:
                continue
            for purse in purses:
                if purse * many >= left:
                    break
                left, many = left - purse, many - 1
            offers.append((left / many / cost[project], -len(backers[project]), cost[project], project, left / many))
        if not offers:
            return taken
        *_rank, project, price = min(offers)
        taken.append((project, price))
        for voter in backers[project]:
            money[voter] -= min(money[voter], price)


def counted_plainly(vote: Vote) -> tuple[list[int], list[int]]:
    """(the twenty with most votes, of equals the lower row; votes of each), by opening one ballot after the other."""
    votes, starts, named = [0] * len(vote["cost"]), vote["indptr"].tolist(), vote["indices"].tolist()
    for start, stop in pairwise(starts):
        for option in named[start:stop]:
            votes[option] += 1
    return sorted(range(len(votes)), key=lambda row: (-votes[row], row))[:20], votes


def run() -> Iterator[str]:
    town, city = vote(*TOWN), vote(*CITY)
    equal_shares(cost=[1], budget=1, indptr=[0, 1], indices=[0])  # waits for the compiler
    plain_seconds, plain = timed(lambda: plainly(town))
    seconds, found = timed(lambda: equal_shares(**town))
    same = [(one.project, one.per_point) for one in found.bought] == plain
    yield f"{TOWN[0]} projects x {TOWN[1]:,} voters, one count: {seconds:.3f} s, plain fractions {plain_seconds:.2f} s"
    yield f"  {plain_seconds / seconds:.0f} times faster; the same projects at the same exact prices: {same}"
    seconds, found = timed(lambda: equal_shares(**town, completion="step"))
    yield f"  with steps of 1 until the budget is full: {found.steps + 1} counts in {seconds:.2f} s"
    seconds, same = timed(lambda: counted_plainly(city))
    quick, (elected, received) = timed(
        lambda: approval(
            candidates=CITY[0], seats=20, indptr=city["indptr"], indices=city["indices"], ties=range(CITY[0])
        )
    )
    right = received.tolist() == same[1] and elected.tolist() == same[0]
    yield f"{CITY[0]} options x {CITY[1]:,} voters, approval for 20 places: {quick:.3f} s, ballot by ballot {seconds:.2f} s"
    yield f"  {seconds / quick:.1f} times as fast; the same votes and the same twenty: {right}"
    seconds, taken = timed(lambda: greedy(**city))
    yield f"{CITY[0]} projects x {CITY[1]:,} voters, by approval: {seconds:.3f} s, {len(taken)} projects"
    seconds, found = timed(lambda: equal_shares(**city))
    yield f"  equal shares: {seconds:.2f} s, {len(found.chosen)} projects"
    yield f"  most memory of the whole run: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
