"""One person, one ballot, when the same code is sent over two real connections at once, or while a paper is handed out."""

import threading
from collections import Counter

import pytest
from django.db import connection
from tests.votes.polls import opened
from tests.world import NOW, World

from peyvand.kernel.refusals import Refusal
from peyvand.scope.acting import PUBLIC, SYSTEM
from peyvand.scope.database import scope
from peyvand.votes.casting import cast_by_code
from peyvand.votes.models import Sealed, Vote, Voter
from peyvand.votes.roll import give_paper
from peyvand.votes.rules import Choice

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 200


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

    threads = [threading.Thread(target=run, args=(side,)) for side in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    rounds = Counter(tuple(sorted(pair)) for pair in zip(*answers, strict=True))
    assert set(rounds) <= {("already_voted", "done"), ("done", "vote_code_unknown")}, rounds
    with scope(SYSTEM):
        found = Vote.objects.get(pk=vote.pk)
        by_code = Voter.objects.filter(vote=vote, voted="code").count()
        assert Voter.objects.filter(vote=vote, voted="").count() == 0
        assert (found.sealed, found.marked_code, found.marked_paper) == (by_code, by_code, ROUNDS - by_code)
        assert Sealed.objects.filter(vote=vote).count() == by_code
