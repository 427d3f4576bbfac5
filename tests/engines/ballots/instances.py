"""Small votes of all shapes, and the rules as their papers write them: slow, plain, in fractions."""

from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st

Ballots = list[dict[int, int]]


def arrays(ballots: Ballots) -> dict[str, Any]:
    return {
        "indptr": np.cumsum([0, *map(len, ballots)]),
        "indices": np.array([project for ballot in ballots for project in ballot], np.int64),
        "points": np.array([points for ballot in ballots for points in ballot.values()], np.int64),
    }


@st.composite
def votes(draw: st.DrawFn, most_points: int = 3) -> dict[str, Any]:
    """Few projects and voters with small numbers, so that ties and purses that just suffice are common."""
    projects = draw(st.integers(1, 5))
    ballot = st.dictionaries(st.integers(0, projects - 1), st.integers(1, most_points), max_size=projects)
    return {
        "cost": draw(st.lists(st.integers(1, 12), min_size=projects, max_size=projects)),
        "budget": draw(st.integers(0, 30)),
        "ballots": draw(st.lists(ballot, min_size=1, max_size=7)),
    }


def plain_equal_shares(
    cost: list[int], share: Fraction, ballots: Ballots, worth: list[int]
) -> list[tuple[int, Fraction]]:
    """[(project, price of a point)] in order of buying; ties by points received, cost, row."""
    money, bought = [share] * len(ballots), list[tuple[int, Fraction]]()
    while True:
        offers = []
        for project in set(range(len(cost))) - {one for one, _price in bought}:
            backers = [voter for voter, ballot in enumerate(ballots) if project in ballot]
            if not backers or sum(money[voter] for voter in backers) < cost[project]:
                continue
            price = _price(cost[project], [(money[voter], ballots[voter][project]) for voter in backers])
            received = sum(ballots[voter][project] for voter in backers)
            offers.append((price / worth[project], -received, cost[project], project, price))
        if not offers:
            return bought
        *_rank, project, price = min(offers)
        bought.append((project, price))
        for voter, ballot in enumerate(ballots):
            money[voter] -= min(money[voter], price * ballot.get(project, 0))


def _price(cost: int, purses: list[tuple[Fraction, int]]) -> Fraction:
    left, points = Fraction(cost), sum(given for _money, given in purses)
    for money, given in sorted(purses, key=lambda one: one[0] / one[1]):
        if money * points >= left * given:
            return left / points
        left, points = left - money, points - given
    raise AssertionError("they cannot pay")
