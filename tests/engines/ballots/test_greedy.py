"""The most supported first; and seats by approval."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.ballots.instances import arrays, votes

from peyvand.engines.ballots import approval, greedy


@given(votes(), st.integers(0, 4), st.booleans())
def test_the_most_supported_first_while_the_money_lasts(vote, threshold, skip):
    cost, budget = vote["cost"], vote["budget"]
    taken = greedy(cost=cost, budget=budget, threshold=threshold, skip=skip, **arrays(vote["ballots"])).tolist()
    received = [sum(ballot.get(project, 0) for ballot in vote["ballots"]) for project in range(len(cost))]
    left, plain = budget, []
    for project in sorted(range(len(cost)), key=lambda one: -received[one]):
        if received[project] < max(threshold, 1):
            continue
        if cost[project] <= left:
            plain.append(project)
            left -= cost[project]
        elif not skip:
            break
    assert taken == plain


def test_ties_are_broken_as_told():
    same = {"cost": [10, 10], "budget": 10, **arrays([{0: 1, 1: 1}])}
    assert greedy(**same).tolist() == [0]
    assert greedy(**same, ties=[1, 0]).tolist() == [1]
    with pytest.raises(ValueError, match="two projects have one rank"):
        greedy(**same, ties=[1, 1])


def seats(ballots, candidates, many, **more):
    elected, received = approval(
        candidates=candidates, seats=many, indptr=np.cumsum([0, *map(len, ballots)]),
        indices=np.array([one for ballot in ballots for one in ballot], np.int64), **more,
    )  # fmt: skip
    return elected.tolist(), received.tolist()


def test_who_most_approve_of_is_elected():
    assert seats([[0, 1], [1], [1, 2], [2]], 4, 2) == ([1, 2], [1, 3, 2, 0])
    assert seats([[0]], 3, 2) == ([0], [1, 0, 0])
    assert seats([], 2, 1) == ([], [0, 0])


def test_a_tie_for_the_last_seat_stays_open_until_it_is_broken():
    ballots = [[0, 1], [0, 2], [0]]
    assert seats(ballots, 3, 2)[0] == [0]
    assert seats(ballots, 3, 2, ties=[0, 2, 1])[0] == [0, 2]
    assert seats(ballots, 3, 3)[0] == [0, 1, 2]
