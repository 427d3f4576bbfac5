"""The single transferable vote: worked examples, and what it promises."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peyvand.engines.ballots import ranking


def elect(ballots, candidates, seats, **more):
    return ranking(
        candidates=candidates, seats=seats, indptr=np.cumsum([0, *map(len, ballots)]),
        indices=np.array([one for ballot in ballots for one in ballot], np.int64), **more,
    )  # fmt: skip


def test_with_one_seat_the_weakest_goes_and_his_papers_pass_on():
    # First preferences 4, 3, 2: nobody has the five that are needed, and the two go over to the second.
    found = elect([[0]] * 4 + [[1]] * 3 + [[2, 1]] * 2, 3, 1)
    assert (found.quota, found.elected) == (5, (1,))
    assert [(one.what, one.candidate) for one in found.rounds] == [("excluded", 2), ("elected", 1)]
    assert found.rounds[1].had == {0: 4, 1: 5}


def test_a_surplus_passes_on_in_equal_parts_of_every_paper():
    # Quota 4 of 10: the first has 7, and three sevenths of each of his papers pass to the second of their choice.
    found = elect([[0, 1]] * 5 + [[0, 2]] * 2 + [[2]] * 2 + [[1]], 3, 2)
    assert found.quota == 4
    assert found.elected == (0, 1)
    assert found.rounds[1].had == {1: 1 + 5 * Fraction(3, 7), 2: 2 + 2 * Fraction(3, 7)}


def test_equals_are_parted_by_the_rank_and_the_count_says_so():
    found = elect([[0], [1]], 2, 1)
    assert found.elected == (0,)
    assert found.rounds[0].tied == (0,)
    assert elect([[0], [1]], 2, 1, ties=[1, 0]).elected == (1,)


def test_as_many_candidates_as_seats_are_all_elected():
    assert elect([], 2, 3).elected == (0, 1)


rankings = st.integers(1, 5).flatmap(
    lambda many: st.tuples(
        st.just(many),
        st.integers(1, many),
        st.lists(
            st.permutations(range(many)).flatmap(lambda row: st.integers(0, len(row)).map(lambda cut: row[:cut])),
            max_size=12,
        ),
    )
)


@given(rankings, st.randoms())
def test_every_seat_is_filled_no_paper_is_counted_twice_and_the_order_of_voters_changes_nothing(vote, random):
    candidates, seats, ballots = vote
    found = elect(ballots, candidates, seats)
    assert len(found.elected) == len(set(found.elected)) == seats
    papers = sum(bool(ballot) for ballot in ballots)
    held = 0
    for one in found.rounds:
        assert sum(one.had.values()) + held <= papers
        held += min(one.had[one.candidate], found.quota) if one.what == "elected" else 0
    assert elect(random.sample(ballots, len(ballots)), candidates, seats) == found


@given(rankings)
def test_whom_a_majority_ranks_first_is_elected_to_the_one_seat(vote):
    candidates, _seats, ballots = vote
    found = elect(ballots, candidates, 1)
    firsts = [ballot[0] for ballot in ballots if ballot]
    for candidate in range(candidates):
        if firsts.count(candidate) * 2 > len(firsts):
            assert found.elected == (candidate,)


@pytest.mark.parametrize(
    ("ballots", "seats", "said"),
    [
        ([[0, 0]], 1, "the ballot of row 0 ranks a candidate twice"),
        ([[2]], 1, r"indices: row 0 \(2\) is no row of the 2 candidates"),
        ([[0]], 0, "seats: 0 is below 1"),
    ],
)
def test_what_is_wrong_is_named(ballots, seats, said):
    with pytest.raises(ValueError, match=said):
        elect(ballots, 2, seats)
