"""From an idea to a plan, as the people of one house walk it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.world import NOW, World

from peyvand.extend.models import ProgrammeSwitch
from peyvand.extend.switches import ProgrammeOff, switch_off, switch_on
from peyvand.flow.need.models import Need
from peyvand.kernel.refusals import BadValue, NotFound, NotPermitted
from peyvand.people.models import Organisation
from peyvand.programmes.assemblies import actions, queries, rules
from peyvand.programmes.assemblies.enums import IdeaState
from peyvand.programmes.assemblies.models import Idea, Study
from peyvand.resources.models import Specification
from peyvand.scope.acting import PUBLIC, SYSTEM
from peyvand.scope.database import scope
from peyvand.votes.actions import close_vote, open_vote
from peyvand.votes.casting import cast_by_code
from peyvand.votes.counting import count_at_once
from peyvand.votes.enums import Way
from peyvand.votes.models import Vote
from peyvand.votes.roll import NewVoter, give_codes, vouch_voters
from peyvand.votes.rules import Choice, Rule

pytestmark = pytest.mark.django_db
MILLION = 10_000_000
CLOSES = NOW + timedelta(days=2)
PARTS = dict.fromkeys((*rules.PARTS, *rules.ANNEX), "دیده شد و نوشته شد")


@pytest.fixture
def world():
    world = World.build()
    switch_on(slug=actions.SLUG, place=world.places["mz"], by=SYSTEM, now=NOW - timedelta(days=3))
    return world


def tell(world, title, by="facilitator", place="nobonyad"):
    house = Organisation.objects.get(pk=world.organisations["centre"].pk)
    return actions.tell_idea(title=title, text="", place=world.places[place], organisation=house, by=world[by], now=NOW)


def studied(world, idea, cost=20 * MILLION, **more):
    actions.write_study(
        idea_id=idea.pk, findings=actions.Findings(PARTS, cost, **more), by=world["facilitator"], now=NOW
    )
    return actions.publish_study(idea_id=idea.pk, by=world["field_leader"], now=NOW)


def prepared(world, ideas):
    vote = actions.prepare_assembly(
        title="بودجهٔ محله", place=world.places["nobonyad"], organisation=ideas[0].organisation, idea_ids=[one.pk for one in ideas],
        rule=Rule(budget=40 * MILLION, step=MILLION), by=world["field_leader"], now=NOW,
    )  # fmt: skip
    rows = [NewVoter(f"نام {number}", str(number)) for number in range(3)]
    ids = [one.pk for one in vouch_voters(vote_id=vote.pk, rows=rows, by=world["facilitator"], now=NOW)]
    return vote, list(
        give_codes(vote_id=vote.pk, voter_ids=ids, way=Way.PAPER, by=world["facilitator"], now=NOW).values()
    )


def open_it(world, vote):
    return actions.open_assembly(vote_id=vote.pk, opens_at=NOW, closes_at=CLOSES, by=world["field_leader"], now=NOW)


def state_of(idea):
    with scope(SYSTEM):
        return Idea.objects.get(pk=idea.pk).state


def test_an_idea_becomes_a_plan_whose_needs_are_open(world):
    light, bench = tell(world, "روشنایی کوچهٔ مدرسه"), tell(world, "نیمکت در بوستان")
    studied(world, light), studied(world, bench, 30 * MILLION)
    vote, codes = prepared(world, [light, bench])
    open_it(world, vote)
    for code, numbers in zip(codes, [(1,), (1, 2), (2,)], strict=True):
        cast_by_code(vote_id=vote.pk, code=code, choice=Choice(numbers), by=PUBLIC, now=NOW)
    close_vote(vote_id=vote.pk, by=world["field_leader"], now=CLOSES)
    done = count_at_once(vote_id=vote.pk, by=world["field_leader"], now=CLOSES)
    for _again in range(2):  # a job may run twice
        actions.part_chosen(vote_ids=[vote.pk], by=SYSTEM, now=CLOSES)
    assert (done.result or {})["chosen"] == [1]
    assert (state_of(light), state_of(bench)) == (IdeaState.CHOSEN, IdeaState.STUDIED)
    kind = Specification.objects.get(slug="public-works")
    with pytest.raises(NotPermitted):
        actions.plan_idea(idea_id=light.pk, lines=[actions.PlanLine(kind, 3)], by=world["facilitator"], now=CLOSES)
    (need,) = actions.plan_idea(
        idea_id=light.pk, lines=[actions.PlanLine(kind, 3)], by=world["field_leader"], now=CLOSES
    )
    with scope(world["facilitator"]):
        assert (Need.objects.get(pk=need.pk).state, need.household_id) == ("open", None)
    assert state_of(light) == IdeaState.PLANNED


def test_like_ideas_are_found_and_joining_is_reversible(world):
    first, second = tell(world, "روشنايي كوچه مدرسه"), tell(world, "روشنایی کوچهٔ مدرسه‌ها")
    other = tell(world, "آب‌خوری بوستان")
    with scope(world["facilitator"]):
        like = queries.like_ideas(second.title, second.place_path, but=second.pk)
    assert [one.idea.pk for one in like] == [first.pk]
    actions.join_idea(idea_id=second.pk, to_id=first.pk, by=world["facilitator"], now=NOW)
    for pair in ((other.pk, second.pk), (first.pk, other.pk), (other.pk, other.pk)):
        with pytest.raises(rules.JoinedOne):
            actions.join_idea(idea_id=pair[0], to_id=pair[1], by=world["facilitator"], now=NOW)
    actions.part_idea(idea_id=second.pk, by=world["facilitator"], now=NOW)
    with scope(SYSTEM):
        assert list(Idea.objects.values_list("state", "joined_to")) == [("told", None)] * 3


def test_a_study_is_published_whole_and_stands(world):
    idea = tell(world, "روشنایی کوچه")
    findings = actions.Findings(PARTS | {"left_out": "—"}, MILLION)
    actions.write_study(idea_id=idea.pk, findings=findings, by=world["facilitator"], now=NOW)
    with pytest.raises(rules.StudyNotWhole):
        actions.publish_study(idea_id=idea.pk, by=world["field_leader"], now=NOW)
    with scope(PUBLIC):
        assert not Study.objects.exists()
    with pytest.raises(NotPermitted):
        actions.publish_study(idea_id=idea.pk, by=world["facilitator"], now=NOW)
    studied(world, idea)
    with scope(PUBLIC):
        assert Study.objects.get().left_out == PARTS["left_out"]
    for change in ({"cost_rial": 1}, {"published_at": None}, {"risk": "هیچ"}):
        with pytest.raises(IntegrityError), scope(SYSTEM), transaction.atomic():
            Study.objects.update(**change)
    hopeless = tell(world, "پل هوایی بر دریا")
    studied(world, hopeless, feasible=False)
    assert state_of(hopeless) == IdeaState.INFEASIBLE
    with pytest.raises(BadValue):
        prepared(world, [hopeless])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["nothing", "written", "published"]), min_size=1, max_size=4))
def test_a_vote_opens_exactly_when_every_study_is_published(world, kinds):
    """By the rule; and where the act of the core is called past it, by the database."""
    with transaction.atomic():
        ideas = [tell(world, f"ایدهٔ {number}") for number in range(len(kinds))]
        for idea, kind in zip(ideas, kinds, strict=True):
            if kind == "published":
                studied(world, idea)
            elif kind == "written":
                findings = actions.Findings(PARTS, MILLION)
                actions.write_study(idea_id=idea.pk, findings=findings, by=world["facilitator"], now=NOW)
        vote, _codes = prepared(world, ideas)
        if set(kinds) == {"published"}:
            assert open_it(world, vote).state == "open"
        else:
            with pytest.raises(rules.StudyNotPublished):
                open_it(world, vote)
            with pytest.raises(IntegrityError):
                open_vote(vote_id=vote.pk, opens_at=NOW, closes_at=CLOSES, by=world["field_leader"], now=NOW)
            with pytest.raises(IntegrityError), scope(SYSTEM), transaction.atomic():
                Vote.objects.filter(pk=vote.pk).update(state="open", opens_at=NOW, closes_at=CLOSES, lot="x")
        transaction.set_rollback(True)


def test_what_is_called_off_leaves_its_ideas_to_another_vote(world):
    idea = tell(world, "روشنایی کوچه")
    studied(world, idea)
    vote, _codes = prepared(world, [idea])
    open_it(world, vote)
    assert state_of(idea) == IdeaState.ON_BALLOT
    actions.call_off_assembly(vote_id=vote.pk, reason="برگه‌ها اشتباه چاپ شده بود.", by=world["field_leader"], now=NOW)
    assert state_of(idea) == IdeaState.STUDIED


def test_others_change_nothing_and_off_is_off(world):
    idea = tell(world, "روشنایی کوچه")
    with pytest.raises((NotPermitted, NotFound)):
        actions.join_idea(idea_id=idea.pk, to_id=idea.pk, by=world["charity_manager"], now=NOW)
    with pytest.raises(NotPermitted):
        tell(world, "ایده", by="governor")
    switch_off(switch_id=ProgrammeSwitch.objects.get().pk, by=SYSTEM, now=NOW)
    with pytest.raises(ProgrammeOff):
        tell(world, "ایده")


def test_who_told_is_forgotten(world):
    tell(world, "روشنایی کوچه")
    late = NOW.date() + timedelta(days=1)
    assert actions.forget_tellers(ended_before=late, by=SYSTEM, now=NOW) == 1
    assert actions.forget_tellers(ended_before=late, by=SYSTEM, now=NOW) == 0
