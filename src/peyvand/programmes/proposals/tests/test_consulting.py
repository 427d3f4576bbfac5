"""A draft before everyone: comments by paragraph, answers, statements, and the groups of those who voted."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.test import Client
from tests.world import NOW, TODAY, World, in_days, later

from peyvand.extend.switches import switch_on
from peyvand.kernel.refusals import AlreadyThere, BadValue, NotPermitted
from peyvand.people.enums import MemberRole
from peyvand.programmes.proposals import actions, consulting_actions, opinions, rules
from peyvand.programmes.proposals.enums import Vote
from peyvand.programmes.proposals.models import Comment, KeptOpinions, Paragraph, Statement, StatementVote
from peyvand.scope.acting import PUBLIC, SYSTEM
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db
SAYS = [f"گزارهٔ {number}" for number in range(8)]


@pytest.fixture
def world():
    world = World.build()
    switch_on(slug=actions.SLUG, place=world.places["ir"], by=SYSTEM, now=NOW - timedelta(days=30))
    return world


def opened(world, *, by="leader", **values):
    said: dict[str, Any] = {
        "title": "آیین‌نامهٔ همکاری", "intro": "", "paragraphs": ["بند نخست", " ", "بند دوم"], "statements": SAYS,
        "opens": TODAY, "closes": in_days(10),
    }  # fmt: skip
    return consulting_actions.open_consultation(**(said | values), by=world[by], now=NOW)


def keep(now):
    return consulting_actions.keep_opinions(by=SYSTEM, now=now)


def held(row):
    with scope(PUBLIC):
        return opinions.held(KeptOpinions.objects.filter(consultation=row).first(), row.statements.order_by("pk"))


def test_a_draft_is_commented_by_paragraph_and_each_comment_answered(world):
    row = opened(world)
    first, second = Paragraph.objects.filter(consultation=row).order_by("number")
    assert (first.text, second.number) == ("بند نخست", 2)
    said = [
        consulting_actions.comment_on(paragraph_id=first.pk, text=f"نظر {name}", by=world[name], now=NOW)
        for name in ("facilitator", "charity_manager")
    ]
    with pytest.raises(BadValue):
        consulting_actions.comment_on(paragraph_id=first.pk, text=" ", by=world["facilitator"], now=NOW)
    for by in ("facilitator", "firm_manager"):
        with pytest.raises(NotPermitted):
            consulting_actions.answer_comments(comment_ids=[said[0].pk], answer="پاسخ", by=world[by], now=NOW)
    consulting_actions.answer_comments(
        comment_ids=[one.pk for one in said], answer="در بند آمد.", by=world["leader"], now=NOW
    )
    with scope(PUBLIC):
        assert set(Comment.objects.values_list("answer", flat=True)) == {"در بند آمد."}
    with pytest.raises(rules.NotOpenNow):
        consulting_actions.comment_on(paragraph_id=first.pk, text="دیر", by=world["facilitator"], now=later(days=11))


def test_who_opens_a_draft_and_what_is_refused(world):
    with pytest.raises(NotPermitted):
        opened(world, by="facilitator")
    for wrong in ({"paragraphs": [" "]}, {"closes": in_days(-1)}, {"title": ""}, {"statements": ["x" * 201]}):
        with pytest.raises(BadValue):
            opened(world, **wrong)
    row = opened(world)
    with pytest.raises(AlreadyThere):
        consulting_actions.add_statement(consultation_id=row.pk, text=SAYS[0], by=world["facilitator"], now=NOW)
    with pytest.raises(NotPermitted):
        consulting_actions.vote_on(
            statement_id=row.statements.first().pk, vote=Vote.AGREE, by=world["governor"], now=NOW
        )


def test_the_same_votes_give_the_same_groups_in_any_order_and_nobody_sees_a_vote(world):
    row = opened(world)
    voters = [world.join(f"voter{number}", MemberRole.RESIDENT, "nobonyad", "centre") for number in range(14)]
    statements = list(Statement.objects.filter(consultation=row).order_by("pk"))
    votes = [
        (who, one, Vote.AGREE if place < 3 or number < 7 else Vote.DISAGREE)
        for number, who in enumerate(voters)
        for place, one in enumerate(statements)
    ]
    told = []
    for seed in (1, 2):
        Random(seed).shuffle(votes)
        StatementVote.objects.all().delete()
        for who, one, vote in votes:
            consulting_actions.vote_on(statement_id=one.pk, vote=vote, by=who, now=later(seed))
        assert keep(later(seed, hours=1)) == 1
        told.append(replace(held(row), counted_at=None))
    assert told[0] == told[1]
    found = held(row)
    assert (found.voters, [group.people for group in found.groups]) == (14, [7, 7])
    assert {one.text for one in found.unites} == set(SAYS[:3])
    assert found.counted_at == later(2, hours=1)
    here, reader = f"/programmes/proposals/consultations/{row.pk}/", Client()
    page, lines = (
        reader.get(here).content.decode(),
        reader.get(f"{here}opinions.csv").content.decode("utf-8-sig").splitlines(),
    )
    assert page.count('class="bars"') == 4  # the sizes, what unites all, and what sets each group apart
    assert f"{here}opinions.png" in page
    said = 3 + sum(len(group.says) for group in found.groups)
    assert (len(lines), sum(SAYS[0] in line for line in lines)) == (1 + len(found.groups) + said, 1)
    assert reader.get(f"{here}opinions.png").content.startswith(b"\x89PNG")
    assert keep(later(3)) == 0, "nobody voted since"
    consulting_actions.vote_on(statement_id=statements[0].pk, vote=Vote.PASS, by=voters[0], now=later(4))
    assert StatementVote.objects.count() == len(votes), "voting again, the last holds"
    assert held(row) == found, "a page reads what was kept"
    assert keep(later(5)) == 1
    assert held(row).counted_at == later(5)
    with pytest.raises(NotPermitted):
        consulting_actions.keep_opinions(by=world["leader"], now=later(5))
    with scope(voters[1]):
        assert StatementVote.objects.count() == len(statements)
    with scope(world["leader"]):
        assert not StatementVote.objects.exists()


def test_groups_of_few_are_not_shown(world):
    row = opened(world)
    assert held(row) == opinions.Held(0, (), (), None)
    statements = list(Statement.objects.filter(consultation=row))
    for name in ("facilitator", "social_worker", "leader", "officer"):
        for one in statements:
            consulting_actions.vote_on(statement_id=one.pk, vote=Vote.AGREE, by=world[name], now=NOW)
    keep(later(1))
    assert (held(row).voters, held(row).groups, held(row).unites) == (4, (), ())
    assert KeptOpinions.objects.get().groups == []
    here, reader = f"/programmes/proposals/consultations/{row.pk}/", Client()
    assert "opinions.png" not in reader.get(here).content.decode()
    assert [reader.get(f"{here}opinions.{form}").status_code for form in ("png", "csv")] == [404, 404]
