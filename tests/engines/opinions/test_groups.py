"""Opinion groups: planted ones are found, what unites is found, and the order of votes changes nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peyvand.engines.opinions import opinion_groups


def planted(sizes, statements=20, seed=1404, seen=0.8):
    """(voter, statement, vote, camp): each camp has a view of its own on most statements; on the first all agree, and the
    last two divide nobody in any way."""
    rng = np.random.default_rng(seed)
    camp = np.repeat(np.arange(len(sizes)), sizes)
    view = rng.choice([-1, 1], (len(sizes), statements))
    view[:, 0] = 1
    votes = np.where(
        rng.random((len(camp), statements)) < 0.9, view[camp], rng.choice([-1, 0, 1], (len(camp), statements))
    )
    votes[:, -2:] = rng.choice([-1, 0, 1], (len(camp), 2))
    voter, statement = np.nonzero(rng.random(votes.shape) < seen)
    return voter, statement, votes[voter, statement], camp


def test_planted_groups_are_found_with_what_they_say_and_what_unites_them():
    voter, statement, vote, camp = planted([60, 40, 30])
    found = opinion_groups(voter, statement, vote)
    assert [len(group.members) for group in found.groups] == [60, 40, 30]
    assert (found.group == camp).all()
    assert (0, 1) in {(saying.statement, saying.said) for saying in found.unites}
    said = {}
    for number, group in enumerate(found.groups):
        assert group.says
        for saying in group.says:
            of_group = vote[(statement == saying.statement) & (camp[voter] == number)]
            assert (saying.many, saying.of) == ((of_group == saying.said).sum(), len(of_group))
            assert saying.ratio > 1
            said[number, saying.statement] = saying.said
    assert 0 not in {statement for _group, statement in said}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 8), st.integers(-1, 1)), max_size=90), st.randoms())
def test_the_same_votes_give_the_same_groups_in_any_order(votes, random):
    last = {(voter, statement): vote for voter, statement, vote in votes}
    rows = [(voter, statement, vote) for (voter, statement), vote in last.items()]
    shuffled = random.sample(rows, len(rows))
    one, other = (
        opinion_groups(*(list(column) for column in zip(*some, strict=True)) if some else ([], [], []))
        for some in (votes, shuffled)
    )
    assert one.group.tolist() == other.group.tolist()
    assert one.point.tolist() == other.point.tolist()
    assert [group.says for group in one.groups] == [group.says for group in other.groups]
    assert one.unites == other.unites


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 8), st.integers(-1, 1)), min_size=1, max_size=90))
def test_everyone_placed_is_in_one_group_and_who_votes_alike_stands_alike(votes):
    voter, statement, vote = (np.array(column) for column in zip(*votes, strict=True))
    found = opinion_groups(voter, statement, vote)
    members = np.concatenate([group.members for group in found.groups]) if found.groups else np.array([], int)
    assert sorted(members.tolist()) == found.voters[found.group >= 0].tolist()
    assert len(found.groups) <= 5
    sizes = [len(group.members) for group in found.groups]
    assert sizes == sorted(sizes, reverse=True)
    ways = {}
    for one, place, number in zip(found.voters.tolist(), found.point.tolist(), found.group.tolist(), strict=True):
        last = dict(sorted({what: said for who, what, said in votes if who == one}.items()))
        assert ways.setdefault(str(last), (place, number)) == (place, number)


def test_the_last_vote_counts():
    voter, statement, vote, camp = planted([30, 30])
    turned = camp[voter] == 1
    first = opinion_groups(voter, statement, vote)
    again = opinion_groups(
        np.r_[voter, voter[turned]],
        np.r_[statement, statement[turned]],
        np.r_[-vote[:0], np.where(turned, -vote, vote), vote[turned]],
    )
    assert again.group.tolist() == first.group.tolist()


def test_who_voted_on_few_statements_is_placed_in_no_group():
    voter, statement, vote, _camp = planted([30, 30])
    found = opinion_groups(np.r_[voter, 99, 99], np.r_[statement, 0, 1], np.r_[vote, 1, 1])
    assert found.group[found.voters == 99].tolist() == [-1]


def test_without_votes_there_are_no_groups():
    found = opinion_groups([], [], [])
    assert (found.groups, found.unites, len(found.voters)) == ((), (), 0)


def test_a_vote_that_is_none_is_named():
    with pytest.raises(ValueError, match=r"vote: row 1 \(3\) is not 1 \(agree\), 0 \(pass\) or -1 \(disagree\)"):
        opinion_groups([1, 1], [1, 2], [0, 3])
