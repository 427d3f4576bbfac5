"""Joining and parting: in whatever order, parting gives back everything, and each supporter counts once; also when people race."""

from contextlib import suppress
from datetime import timedelta
from functools import partial
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.world import NOW, World, later

from peyvand.extend.switches import switch_on
from peyvand.kernel.refusals import BadValue, NotPermitted, Refusal
from peyvand.programmes.proposals import actions, answering_actions, rules
from peyvand.programmes.proposals.enums import OPEN, Decision
from peyvand.programmes.proposals.models import Happening, Merge, Proposal, Support
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

WHY = "همان مسئله را با واژه‌های دیگر می‌گوید."
PEOPLE = ("facilitator", "social_worker", "charity_manager", "firm_manager")
MANY = 5


def built():
    world = World.build()
    switch_on(slug=actions.SLUG, place=world.places["ir"], by=SYSTEM, now=NOW - timedelta(days=30))
    rows = [
        actions.write_proposal(
            row=actions.NewProposal(f"پیشنهاد {n}", f"مسئلهٔ {n}", f"گام {n}"),
            anyway=True,
            by=world[PEOPLE[n % 4]],
            now=NOW,
        )
        for n in range(MANY)
    ]
    return world, [row.pk for row in rows]


def whole(ids):
    """Everything that stands of the proposals."""
    with scope(SYSTEM):
        return list(Proposal.objects.filter(pk__in=ids).order_by("pk").values())


def people_behind(ids, pk):
    """The different people behind a proposal, counted plainly."""
    with scope(SYSTEM):
        above = dict(Proposal.objects.filter(pk__in=ids).values_list("pk", "merged_into_id"))
        below = {pk}
        while more := {one for one, up in above.items() if up in below} - below:
            below |= more
        kept = Support.objects.filter(proposal_id__in=below, withdrawn_at__isnull=True)
        return len(set(kept.values_list("account_id", flat=True)))


def merge(world, child, into):
    return actions.merge_proposal(proposal_id=child, into_id=into, reason=WHY, by=world["leader"], now=later(1))


def part(world, pk):
    return actions.part_proposal(proposal_id=pk, by=world["leader"], now=later(2))


class Undone(Exception):
    pass


@pytest.mark.django_db
def test_any_sequence_of_joining_parted_backwards_gives_back_everything_and_counts_each_once():
    world, ids = built()
    some = st.lists(st.tuples(st.sampled_from("ms+-"), st.integers(0, MANY - 1), st.integers(0, MANY - 1)), max_size=10)

    @settings(max_examples=15, deadline=None)
    @given(some)
    def holds(steps):
        with suppress(Undone), transaction.atomic():
            for pk, name in zip(ids, PEOPLE, strict=False):
                actions.support_proposal(proposal_id=pk, by=world[name], now=NOW)
            joined, before = [], [whole(ids)]
            for act, one, other in steps:
                if act == "m":
                    with suppress(Refusal):
                        merge(world, ids[one], ids[other])
                        joined.append(ids[one])
                        before.append(whole(ids))
                elif act == "s" and joined:
                    part(world, joined.pop())
                    before.pop()
                    assert whole(ids) == before[-1]
                elif act in "+-" and not joined:
                    run = actions.support_proposal if act == "+" else actions.withdraw_support
                    run(proposal_id=ids[one], by=world[PEOPLE[other % 4]], now=NOW)
                    before = [whole(ids)]
                for row in whole(ids):
                    assert row["supporters"] == people_behind(ids, row["id"])
            while joined:
                part(world, joined.pop())
                before.pop()
                assert whole(ids) == before[-1]
            raise Undone

    holds()


@pytest.mark.django_db
def test_parting_in_any_order_leaves_the_same_as_if_it_had_never_been_joined():
    world, (a, b, c, d, _e) = built()
    start = whole([a, b, c, d])
    merge(world, a, b)
    merge(world, c, d)
    merge(world, b, d)
    actions.support_proposal(proposal_id=a, by=world["firm_manager"], now=NOW)
    assert [people_behind([a, b, c, d], pk) for pk in (a, b, d)] == [row["supporters"] for row in whole([a, b, d])]
    with pytest.raises(rules.CannotJoinItself):
        merge(world, d, a)
    with pytest.raises(rules.AlreadyJoined):
        merge(world, a, c)
    for pk in (a, c, b):
        part(world, pk)
    actions.withdraw_support(proposal_id=a, by=world["firm_manager"], now=NOW)
    assert whole([a, b, c, d]) == start
    with pytest.raises(rules.NotJoined):
        part(world, a)
    with scope(SYSTEM):
        assert Merge.objects.count() == 3, "what was joined and parted stays readable"
        assert not Merge.objects.filter(undone_at__isnull=True).exists()


def withdraw(world, ids, place):
    pk, author = ids[place], world[PEOPLE[place % 4]]
    return actions.withdraw_proposal(proposal_id=pk, reason=WHY, by=author, now=later(3))


@pytest.mark.django_db
def test_what_was_joined_to_one_that_is_withdrawn_stands_by_itself_again_and_is_told():
    world, (a, b, c, *rest) = built()
    merge(world, a, b)
    merge(world, b, c)
    withdraw(world, [a, b, c, *rest], 1)
    with scope(SYSTEM):
        assert list(Proposal.objects.filter(pk__in=[a, b, c]).order_by("pk").values_list("merged_into_id", "state")) == [
            (None, "received"), (c, "withdrawn"), (None, "received"),
        ]  # fmt: skip
        assert Happening.objects.filter(proposal_id=a, kind="unmerged").count() == 1
        assert Merge.objects.filter(child_id=a, undone_at__isnull=False).count() == 1
    withdraw(world, [a, b, c, *rest], 3)
    for pair in ((a, rest[0]), (rest[0], a)):
        with pytest.raises(rules.NotWaiting):
            merge(world, *pair)


@pytest.mark.django_db
def test_every_open_proposal_waits_in_a_list_itself_or_by_the_one_that_speaks_for_it():
    world, ids = built()
    some = st.lists(
        st.tuples(st.sampled_from("mmpwra"), st.integers(0, MANY - 1), st.integers(0, MANY - 1)), max_size=8
    )
    body = world.organisations["office"].pk
    said = answering_actions.Said(Decision.ACCEPTED, WHY)

    def act(step, one, other):
        by: dict[str, Any] = {"by": SYSTEM, "now": later(2)}
        if step == "m":
            merge(world, ids[one], ids[other])
        elif step == "p":
            part(world, ids[one])
        elif step == "w":
            withdraw(world, ids, one)
        elif step == "r":
            answering_actions.route_proposals(proposal_ids=[ids[one]], body_id=body, **by)
        else:
            answering_actions.answer_proposal(proposal_id=ids[one], said=said, **by)

    @settings(max_examples=25, deadline=None)
    @given(some)
    def holds(steps):
        with suppress(Undone), transaction.atomic():
            for step in steps:
                with suppress(Refusal), transaction.atomic():
                    act(*step)
            rows = {row["id"]: row for row in whole(ids)}
            for row in rows.values():
                root = row
                while root["merged_into_id"] is not None:
                    root = rows[root["merged_into_id"]]
                assert row["state"] not in OPEN or root["state"] in OPEN, steps
            raise Undone

    holds()


@pytest.mark.django_db
def test_joining_says_why_is_done_by_the_secretariat_and_never_in_a_circle():
    world, (a, b, *_rest) = built()
    with pytest.raises(BadValue):
        actions.merge_proposal(proposal_id=a, into_id=b, reason="", by=world["leader"], now=NOW)
    for by in ("facilitator", "charity_manager", "governor"):
        with pytest.raises(NotPermitted):
            actions.merge_proposal(proposal_id=a, into_id=b, reason=WHY, by=world[by], now=NOW)
    with pytest.raises(rules.CannotJoinItself):
        merge(world, a, a)
    merge(world, a, b)
    for bad in ({"pk": b, "merged_into_id": a}, {"pk": b, "merged_into_id": b}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Proposal.objects.filter(pk=bad["pk"]).update(merged_into_id=bad["merged_into_id"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Merge.objects.create(child_id=a, into_id=b, reason=WHY, at=NOW)


def at_once(*runs):
    """Each in a thread with a connection of its own, begun together; gives what was refused."""
    barrier, refused = Barrier(len(runs)), []

    def one(run):
        try:
            barrier.wait(30)
            run()
        except Refusal as refusal:
            refused.append(refusal.code)
        finally:
            connections.close_all()

    threads = [Thread(target=one, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return refused


@pytest.mark.django_db(transaction=True)
def test_who_joins_two_crosswise_or_supports_meanwhile_leaves_nothing_wrong():
    world, ids = built()
    a, b, c, *_rest = ids
    for _ in range(6):
        refused = at_once(lambda: merge(world, a, b), lambda: merge(world, b, a))
        assert len(refused) == 1
        (child,) = [row["id"] for row in whole([a, b]) if row["merged_into_id"]]
        at_once(
            lambda child=child: merge(world, b if child == a else a, c),
            *(lambda name=name, pk=pk: actions.support_proposal(proposal_id=pk, by=world[name], now=NOW)
              for name, pk in (("social_worker", a), ("social_worker", b), ("firm_manager", c))),
        )  # fmt: skip
        for row in whole(ids):
            assert row["supporters"] == people_behind(ids, row["id"])
        at_once(lambda: part(world, a), lambda: part(world, b))
        assert not [row for row in whole(ids) if row["merged_into_id"]]
        for name, pk in (("social_worker", a), ("social_worker", b), ("firm_manager", c)):
            actions.withdraw_support(proposal_id=pk, by=world[name], now=NOW)
    row = actions.NewProposal("نو", "نو", "نو")
    write = partial(actions.write_proposal, row=row, anyway=True, by=world["leader"], now=NOW)
    numbers = at_once(write, write, write)
    assert numbers == []
    with scope(SYSTEM):
        assert sorted(Proposal.objects.values_list("number", flat=True)) == list(range(1, MANY + 4))
