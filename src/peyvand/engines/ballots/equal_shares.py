"""The method of equal shares: every voter is given the same part of the budget, and a project is carried out when its
supporters can pay for it together.

Peters and Skowron 2020; Peters, Pierczynski and Skowron, "Proportional Participatory Budgeting with Additive Utilities", 2021.

The count is exact. Floating point finds who is near; whatever lies within `NEAR` of a decision is decided in fractions.
Fractions stay short because the money of a voter is not kept as a sum: it is his share less what he paid for each
project, and a sum over voters is counted by project.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from operator import mul
from typing import Any, Literal

import numpy as np

from peyvand.engines.arrays import Array
from peyvand.engines.ballots.greedy import fill
from peyvand.engines.ballots.price import price_per_point
from peyvand.engines.ballots.votes import Votes, check, first_of_equals

# Part of a voter's share, and of a price, within which floating point is not believed.
NEAR = 1e-6

Utility = Literal["cost", "count"]
Completion = Literal["none", "greedy", "step", "step, then greedy"]


@dataclass(frozen=True)
class Bought:
    """One project its supporters paid for: each `per_point` for every point he gave it, or all he had left.

    `in_full` voters paid by their points, `the_rest` what they had (less than that); `from_the_rest` is what the
    latter paid together. Money in the units of `cost`, exact.
    """

    project: int
    per_point: Fraction
    in_full: int
    the_rest: int
    from_the_rest: Fraction


@dataclass(frozen=True)
class Missed:
    """One project that was not carried out, and why: its supporters had `left` together, and its cost is `cost`.

    `supporters` voted for it; without a supporter nobody was asked to pay.
    """

    project: int
    supporters: int
    left: Fraction
    cost: int


@dataclass(frozen=True)
class Shares:
    """The result: `chosen` int64 in the order taken, `completed` int64 those added by the greedy completion.

    `share` is what each voter was given in the count that stands (with steps more than budget / voters), `steps` how
    many were added; `bought` and `missed` tell each project in order of taking and of rows.
    """

    chosen: Array
    completed: Array
    share: Fraction
    steps: int
    bought: tuple[Bought, ...]
    missed: tuple[Missed, ...]


def equal_shares(
    *, cost: Any, budget: int, indptr: Any, indices: Any, points: Any = None,
    utility: Utility = "cost", completion: Completion = "none", step: int = 1, ties: Any = None,
) -> Shares:  # fmt: skip
    """Who is carried out under equal shares, exactly.

    Arrays as `votes.Votes`. In each round the project is bought that costs its supporters least for what it is worth
    to them: a point is worth the project's cost (`utility` "cost") or one ("count"). Equal ones by `ties` int64[m],
    the lower first; without it the one with more points, then the cheaper, then the order of the rows.

    The rule may leave money. `completion` "greedy" then takes by points what still fits; "step" gives every voter `step`
    units more, again and again, and counts anew until a result would cost more than the budget (the one before it stands)
    or nothing more fits; "step, then greedy" does both.

    Raises `ValueError` as `votes.check` does, and for a step below 1.
    """
    votes = check(cost=cost, budget=budget, indptr=indptr, indices=indices, points=points)
    if step < 1:
        raise ValueError(f"step: {step} is below 1")
    rank = first_of_equals(ties, len(votes.cost)) if ties is not None else _usual_order(votes)
    count = _Count(votes, rank, utility)
    standing, steps = count.run(Fraction(votes.budget, max(votes.voters, 1))), 0
    if completion in ("step", "step, then greedy"):
        standing, steps = _with_steps(count, standing, step)
    greedily = completion in ("greedy", "step, then greedy")
    completed = fill(votes, rank, chosen=standing.chosen) if greedily else np.array([], np.int64)
    return Shares(standing.chosen, completed, standing.share, steps, tuple(standing.bought), count.missed(standing))


def _usual_order(votes: Votes) -> Array:
    rank = np.empty(len(votes.cost), np.int64)
    rank[np.lexsort((votes.cost, -votes.received()))] = np.arange(len(votes.cost))
    return rank


def _with_steps(count: "_Count", standing: "_Purse", step: int) -> tuple["_Purse", int]:
    """The last count that the budget can pay for, and how many steps it took."""
    votes, steps = count.votes, 0
    supported = votes.received() > 0
    while True:
        open_ones = supported.copy()
        open_ones[standing.chosen] = False
        left = votes.budget - int(votes.cost[standing.chosen].sum())
        if not (votes.cost[open_ones] <= left).any():
            return standing, steps
        following = count.run(standing.share + step)
        if votes.cost[following.chosen].sum() > votes.budget:
            return standing, steps
        standing, steps = following, steps + 1


class _Count:
    """One count after another of the same votes, each with another share."""

    def __init__(self, votes: Votes, rank: Array, utility: Utility) -> None:
        self.votes, self.rank = votes, rank
        self.supporters = votes.by_project()
        self.worth = votes.cost if utility == "cost" else np.ones(len(votes.cost), np.int64)

    def run(self, share: Fraction) -> "_Purse":
        purse = _Purse(share, self.votes.voters, len(self.votes.cost))
        # Money only falls, so a price only rises: the price of an earlier round is a bound, and most need no new look.
        bound = np.array([0.0 if len(voters) else np.inf for voters, _points in self.supporters])
        while (best := self._cheapest(purse, bound)) is not None:
            project, price = best
            purse.pay(project, price, *self.supporters[project])
            bound[project] = np.inf
        return purse

    def missed(self, purse: "_Purse") -> tuple[Missed, ...]:
        chosen = {one.project for one in purse.bought}
        return tuple(
            Missed(project, len(voters), purse.sum_of(voters), int(self.votes.cost[project]))
            for project, (voters, _points) in enumerate(self.supporters)
            if project not in chosen
        )

    def _cheapest(self, purse: "_Purse", bound: Array) -> tuple[int, Fraction] | None:
        """(project, exact price of a point) of the one that costs least for its worth; `bound` is raised on the way."""
        least = np.inf
        near: list[int] = []
        for project in np.argsort(bound, kind="stable"):
            if bound[project] > least * (1 + NEAR) or bound[project] == np.inf:
                break
            voters, points = self.supporters[project]
            price = price_per_point(purse.money, voters, points, float(self.votes.cost[project]), NEAR)
            bound[project] = price / self.worth[project]
            if price < np.inf:
                near.append(int(project))
                least = min(least, bound[project])
        exact = []
        for project in near:
            if bound[project] <= least * (1 + NEAR):
                price = purse.price(
                    *self.supporters[project], int(self.votes.cost[project]), bound[project] * self.worth[project]
                )
                if price is None:
                    bound[project] = np.inf
                else:
                    exact.append((price / int(self.worth[project]), self.rank[project], project, price))
        if not exact:
            return self._cheapest(purse, bound) if near else None
        _value, _rank, project, price = min(exact)
        return project, price


class _Purse:
    """What every voter has left: in floating point, and exactly from what was paid.

    `paid` int64[rounds, n]: the points for which a voter paid the price of that round. Who once gave all he had is
    `spent` and has nothing. The prices are `prices` parts of `1 / parts`: whole numbers add up much faster than fractions.
    """

    def __init__(self, share: Fraction, voters: int, projects: int) -> None:
        self.share = share
        self.money = np.full(voters, float(share))
        self.spent = np.zeros(voters, np.bool_)
        self.paid = np.zeros((projects, voters), np.int64)
        self.parts = 1
        self.prices: list[int] = []
        self.bought: list[Bought] = []

    @property
    def chosen(self) -> Array:
        return np.array([one.project for one in self.bought], np.int64)

    def sum_of(self, voters: Array) -> Fraction:
        """What these voters have together, exactly."""
        able = voters[~self.spent[voters]]
        points = self.paid[: len(self.prices), able].sum(axis=1).tolist()
        return self.share * len(able) - Fraction(sum(map(mul, self.prices, points)), self.parts)

    def price(self, voters: Array, points: Array, cost: int, about: float) -> Fraction | None:
        """The price of a point at which these voters pay `cost` together, each at most what he has; None: they cannot.

        The price is right when those who pay less than by their points (`short`) are just those who have less. From a
        guess too low by some voters it rises to the right one, for the sum is concave in the price (Newton).
        """
        able = ~self.spent[voters]
        voters, points = voters[able], points[able]
        together = self.sum_of(voters)
        if together < cost:
            return None
        short = self.money[voters] < about * points * (1 - NEAR)
        if short.all():
            short[:] = False
        while True:
            full = ~short
            price = (cost - self.sum_of(voters[short])) / int(points[full].sum())
            now_short = self.below(voters, points, price)
            if (now_short == short).all():
                return price
            short = now_short

    def below(self, voters: Array, points: Array, price: Fraction) -> Array:
        """bool: who has less than `price` for each of his points, exactly."""
        asked = float(price) * points
        has = self.money[voters]
        less = has < asked
        for row in np.flatnonzero(np.abs(has - asked) <= NEAR * float(self.share)):
            less[row] = self.sum_of(voters[row : row + 1]) < price * int(points[row])
        return less

    def pay(self, project: int, price: Fraction, voters: Array, points: Array) -> None:
        able = ~self.spent[voters]
        voters, points = voters[able], points[able]
        short = self.below(voters, points, price)
        from_the_rest = self.sum_of(voters[short])
        full = voters[~short]
        self.paid[len(self.prices), full] = points[~short]
        parts = math.lcm(self.parts, price.denominator)
        self.prices = [one * (parts // self.parts) for one in self.prices]
        self.prices.append(price.numerator * (parts // price.denominator))
        self.parts = parts
        self.money[full] -= float(price) * points[~short]
        nearly = full[self.money[full] <= NEAR * float(self.share)]
        empty = [voter for voter in nearly if not self.sum_of(np.array([voter]))]
        for gave_all in (voters[short], empty):
            self.spent[gave_all] = True
            self.money[gave_all] = 0.0
        self.bought.append(Bought(project, price, len(full), int(short.sum()), from_the_rest))
