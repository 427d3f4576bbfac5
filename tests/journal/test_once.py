"""A key sent again gives the same answer: the very same, for the same account, and for nobody else (promise d)."""

import pytest
from tests.world import NOW, World

from peyvand.journal.models import OnceKey
from peyvand.journal.once import once
from peyvand.kernel.refusals import Refusal
from peyvand.scope.acting import PUBLIC, SYSTEM
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db


def test_the_first_answer_is_the_answer_that_is_kept():
    world = World.build()
    ask = {"key": "k", "body": {"n": 1}, "by": world["facilitator"], "now": NOW}
    first, _ = once(run=lambda: {"ids": (1, 2), 3: "x"}, **ask)
    again, repeated = once(run=lambda: None, **ask)
    assert repeated
    assert first == again == {"ids": [1, 2], "3": "x"}


def test_the_public_has_no_keys_to_share():
    World.build()
    with pytest.raises(Refusal):
        once(key="k", body={}, by=PUBLIC, now=NOW, run=lambda: 1)


@pytest.mark.parametrize("key", ["", "k" * 101, "a\x00b"])
def test_a_key_that_no_column_holds_is_a_refusal(key):
    world = World.build()
    with pytest.raises(Refusal):
        once(key=key, body={}, by=world["facilitator"], now=NOW, run=lambda: 1)


def test_what_was_refused_leaves_no_key_behind():
    world = World.build()

    def refuse() -> None:
        raise Refusal

    with pytest.raises(Refusal):
        once(key="k", body={}, by=world["facilitator"], now=NOW, run=refuse)
    with scope(SYSTEM):
        assert not OnceKey.objects.exists()
    assert once(key="k", body={}, by=world["facilitator"], now=NOW, run=lambda: 7) == (7, False)


def test_two_accounts_may_use_the_same_key_and_neither_sees_the_others():
    world = World.build()
    once(key="k", body={}, by=world["facilitator"], now=NOW, run=lambda: "secret")
    assert once(key="k", body={}, by=world["officer"], now=NOW, run=lambda: "own") == ("own", False)
    with scope(world["officer"]):
        assert OnceKey.objects.count() == 1
