"""One person, one ballot, when the same code is sent over two real connections at once, or while a paper is handed out."""

import threading
from collections import Counter

import pytest
from django.db import connection
from tests.votes.polls import CLOSES, opened
from tests.worker import run_worker
from tests.world import NOW, World

from peyvand.kernel.refusals import Refusal
from peyvand.scope.acting import PUBLIC, SYSTEM
from peyvand.scope.database import scope
from peyvand.votes import counting
from peyvand.votes.actions import close_vote
from peyvand.votes.casting import cast_by_code
from peyvand.votes.models import Ballot, Sealed, Vote, Voter
from peyvand.votes.roll import give_paper
from peyvand.votes.rules import Choice

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 200


def both(run) -> None:
    """Each of two sides on a connection of its own."""
    threads = [threading.Thread(target=run, args=(side,)) for side in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)


def test_in_two_hundred_rounds_there_is_never_one_ballot_too_many():
    """In every fourth round the other one is the facilitator who hands the same person a paper."""
    world = World.build()
    vote, codes, ids = opened(world, voters=ROUNDS)
    start, answers = threading.Barrier(2), [[""] * ROUNDS, [""] * ROUNDS]

    def cast(row: int) -> None:
        cast_by_code(vote_id=vote.pk, code=codes[row], choice=Choice((1 + row % 3,)), by=PUBLIC, now=NOW)

    def hand(row: int) -> None:
        give_paper(voter_id=ids[row], by=world["facilitator"], now=NOW)

    def run(side: int) -> None:
        try:
            for row in range(ROUNDS):
                start.wait(timeout=60)
                try:
                    (hand if side and row % 4 == 0 else cast)(row)
                    answers[side][row] = "done"
                except Refusal as refusal:
                    answers[side][row] = refusal.code
        finally:
            connection.close()

    both(run)
    rounds = Counter(tuple(sorted(pair)) for pair in zip(*answers, strict=True))
    assert set(rounds) <= {("already_voted", "done"), ("done", "vote_code_unknown")}, rounds
    with scope(SYSTEM):
        found = Vote.objects.get(pk=vote.pk)
        by_code = Voter.objects.filter(vote=vote, voted="code").count()
        assert Voter.objects.filter(vote=vote, voted="").count() == 0
        assert (found.sealed, found.marked_code, found.marked_paper) == (by_code, by_code, ROUNDS - by_code)
        assert Sealed.objects.filter(vote=vote).count() == by_code


def asked(world, **values) -> Vote:
    """A vote with five ballots in its urn, whose count was asked for."""
    vote, codes, _ids = opened(world, voters=6, **values)
    for code in codes[:5]:
        cast_by_code(vote_id=vote.pk, code=code, choice=Choice((1,)), by=PUBLIC, now=NOW)
    close_vote(vote_id=vote.pk, by=world["field_leader"], now=CLOSES)
    return counting.ask_count(vote_id=vote.pk, by=world["field_leader"], now=CLOSES)


def of(vote) -> tuple[str, int, int, int]:
    with scope(SYSTEM):
        rows = [table.objects.filter(vote=vote).count() for table in (Ballot, Sealed)]
        found = Vote.objects.get(pk=vote.pk)
        return (found.state, found.counted, *rows)


def test_a_vote_is_counted_once_whoever_counts_it():
    """By two workers at once, by one after another that died or was slow, and by a real one out of the queue."""
    world = World.build()
    votes, start = [asked(world) for _round in range(5)], threading.Barrier(2)

    def run(side: int) -> None:
        try:
            for vote in votes:
                start.wait(timeout=60)
                counting.run_count(vote_id=vote.pk, now=CLOSES)
        finally:
            connection.close()

    both(run)
    for vote in votes:
        assert of(vote) == ("counted", 5, 5, 0)
    slow = counting.begin_count(vote_id=asked(world).pk, by=SYSTEM, now=CLOSES)
    quick = counting.begin_count(vote_id=slow.pk, by=SYSTEM, now=CLOSES)
    with pytest.raises(counting.Stopped):
        counting.carry_out(vote=slow, tell=lambda step, read: None, by=SYSTEM, now=CLOSES)
    assert of(slow) == ("counting", 0, 0, 5)
    assert not counting.give_up(vote=slow, by=SYSTEM, now=CLOSES)
    assert counting.give_up(vote=quick, by=SYSTEM, now=CLOSES)
    assert of(slow) == ("closed", 0, 0, 5)
    counting.ask_count(vote_id=slow.pk, by=world["field_leader"], now=CLOSES)
    run_worker()
    assert of(slow) == ("counted", 5, 5, 0)
