"""Equal shares against the rule as its paper writes it, and what the rule promises."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.ballots.instances import arrays, plain_equal_shares, votes

from peyvand.engines.ballots import equal_shares


@settings(max_examples=400, deadline=None)  # the first count waits for the compiler
@given(votes(), st.sampled_from(["cost", "count"]))
def test_the_count_is_the_rule_as_written(vote, utility):
    cost, ballots = vote["cost"], vote["ballots"]
    worth = cost if utility == "cost" else [1] * len(cost)
    found = equal_shares(cost=cost, budget=vote["budget"], utility=utility, **arrays(ballots))
    share = Fraction(vote["budget"], len(ballots))
    assert [(one.project, one.per_point) for one in found.bought] == plain_equal_shares(cost, share, ballots, worth)


@settings(max_examples=200, deadline=None)
@given(votes(most_points=1), st.integers(1, 3))
def test_steps_end_at_the_last_result_the_budget_can_pay_for(vote, step):
    cost, ballots, budget = vote["cost"], vote["ballots"], vote["budget"]
    found = equal_shares(cost=cost, budget=budget, completion="step", step=step, **arrays(ballots))
    share = Fraction(budget, len(ballots))

    def result(steps):
        return [project for project, _price in plain_equal_shares(cost, share + steps * step, ballots, cost)]

    assert found.chosen.tolist() == result(found.steps)
    assert sum(cost[project] for project in found.chosen) <= budget
    supported = {project for ballot in ballots for project in ballot} - set(found.chosen.tolist())
    left = budget - sum(cost[project] for project in found.chosen)
    if any(cost[project] <= left for project in supported):
        assert sum(cost[project] for project in result(found.steps + 1)) > budget


@settings(max_examples=200, deadline=None)
@given(votes())
def test_everyone_pays_at_most_his_share_and_every_project_is_paid_exactly(vote):
    cost, ballots = vote["cost"], vote["ballots"]
    found = equal_shares(cost=cost, budget=vote["budget"], **arrays(ballots))
    money = [found.share] * len(ballots)
    for one in found.bought:
        asked = {
            voter: one.per_point * ballot[one.project] for voter, ballot in enumerate(ballots) if one.project in ballot
        }
        paid = {voter: min(money[voter], due) for voter, due in asked.items()}
        assert sum(paid.values()) == cost[one.project]
        short = [voter for voter, due in asked.items() if money[voter] < due and money[voter] > 0]
        assert (one.the_rest, one.from_the_rest) == (len(short), sum(money[voter] for voter in short))
        assert one.in_full == sum(money[voter] >= due for voter, due in asked.items())
        for voter, amount in paid.items():
            money[voter] -= amount
    for one in found.missed:
        backers = [voter for voter, ballot in enumerate(ballots) if one.project in ballot]
        assert (one.supporters, one.left) == (len(backers), sum(money[voter] for voter in backers))
        assert not backers or one.left < one.cost


@settings(max_examples=100, deadline=None)
@given(votes(), st.randoms())
def test_the_order_of_voters_changes_nothing(vote, random):
    given = {"cost": vote["cost"], "budget": vote["budget"], "completion": "step, then greedy"}
    shuffled = random.sample(vote["ballots"], len(vote["ballots"]))
    one, other = equal_shares(**given, **arrays(vote["ballots"])), equal_shares(**given, **arrays(shuffled))
    assert one.bought == other.bought
    assert one.completed.tolist() == other.completed.tolist()


def test_a_group_with_a_part_of_the_money_decides_on_that_part():
    # Six voters want the road, which takes all the money; three want the well, which costs a third.
    ballots = [{0: 1}] * 6 + [{1: 1}] * 3
    found = equal_shares(cost=[90, 30], budget=90, **arrays(ballots))
    assert found.chosen.tolist() == [1]
    assert found.bought[0].in_full == 3
    assert [(one.project, one.left, one.cost) for one in found.missed] == [(0, 60, 90)]


def test_ties_are_broken_as_told():
    same = {"cost": [10, 10], "budget": 10, **arrays([{0: 1, 1: 1}])}
    assert equal_shares(**same).chosen.tolist() == [0]
    assert equal_shares(**same, ties=[1, 0]).chosen.tolist() == [1]


def test_a_large_vote_with_many_ties_is_counted_as_in_fractions():
    rng = np.random.default_rng(1404)
    ballots = [dict.fromkeys(rng.choice(12, rng.integers(1, 6), replace=False).tolist(), 1) for _ in range(300)]
    cost = (rng.integers(1, 9, 12) * 100).tolist()
    found = equal_shares(cost=cost, budget=2500, utility="count", **arrays(ballots))
    plain = plain_equal_shares(cost, Fraction(2500, 300), ballots, [1] * 12)
    assert [(one.project, one.per_point) for one in found.bought] == plain
    assert any(one.the_rest for one in found.bought)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"cost": [0]}, r"cost: row 0 \(0\) is not above zero"),
        ({"indices": [1]}, r"indices: row 0 \(1\) is no row of the 1 projects"),
        ({"indptr": [0, 2], "indices": [0, 0]}, "the ballot of row 0 names project 0 twice"),
        ({"points": [0]}, r"points: row 0 \(0\) is not above zero"),
        ({"budget": -1}, "budget: -1 is negative or too large"),
        ({"step": 0}, "step: 0 is below 1"),
        ({"ties": [0, 1]}, "ties: 2 rows, but one for each project is needed"),
    ],
)
def test_what_is_wrong_is_named(given, said):
    right = {"cost": [5], "budget": 5, "indptr": [0, 1], "indices": [0], "points": None}
    with pytest.raises(ValueError, match=said):
        equal_shares(**right | given)


def test_who_paid_in_full_with_his_last_money_is_asked_no_more():
    ballots = [{0: 1}, {0: 1, 1: 1}, {1: 1}]
    found = equal_shares(cost=[10, 5], budget=15, ties=[0, 1], **arrays(ballots))
    assert [(one.project, one.in_full, one.the_rest) for one in found.bought] == [(0, 2, 0), (1, 1, 0)]
