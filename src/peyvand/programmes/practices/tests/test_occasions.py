"""Needs that were met end in a celebration and its story; services pass to people stage by stage, each shown."""

from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.flow.test_words_of_the_teller import written
from tests.world import NOW, TODAY, World, in_days, later

from peyvand.flow.need.models import Need
from peyvand.flow.story.actions import submit_story
from peyvand.kernel.refusals import AlreadyThere, BadValue, NotPermitted, Refusal
from peyvand.kernel.states import WrongState
from peyvand.people.models import Membership
from peyvand.programmes.practices import celebration_actions, handover_actions, occasions, rules, story_actions
from peyvand.programmes.practices.enums import CelebrationState, EndingKind, HandoverStage
from peyvand.programmes.practices.models import Celebration, Handover, HandoverStep
from peyvand.programmes.practices.tests.steps import publish, world_on
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db
SAID: dict[str, Any] = {"title": "جشن خدمت", "venue": "سالن مدرسه", "thanks": "سپاس از همهٔ کسانی که بودند"}
WORDS = "کاری که مردم خود می‌توانند بکنند"


@pytest.fixture
def world() -> World:
    return world_on()


def called(world, need, *, by="field_leader", days=0):
    return celebration_actions.call_celebration(
        **SAID, held_date=in_days(days), place=world.places["sari"], need_ids=[need.pk], by=world[by], now=NOW
    )


def test_met_needs_are_celebrated_once_held_on_their_day_and_told_in_a_story(world):
    story = written(world)
    with scope(SYSTEM):
        need = Need.objects.get(closed_as="met")
    other = world.need()
    for wrong in (other, Need(pk=10**9)):
        with pytest.raises(rules.NothingMet):
            called(world, wrong)
    for name in ("facilitator", "charity_manager"):
        with pytest.raises((NotPermitted, rules.NothingMet)):
            called(world, need, by=name)
    row = called(world, need, days=3)
    with pytest.raises(AlreadyThere):
        called(world, need)
    at = {"celebration_id": row.pk, "by": world["field_leader"]}
    with pytest.raises(BadValue):
        celebration_actions.hold_celebration(**at, guests=40, now=NOW)
    held = celebration_actions.hold_celebration(**at, guests=40, now=later(days=3))
    assert (held.state, held.guests) == (CelebrationState.HELD, 40)
    with pytest.raises(rules.StoryElsewhere):
        celebration_actions.tell_celebration(**at, story_id=story.pk, now=later(days=4))
    story_actions.set_ending(
        story_id=story.pk, kind=EndingKind.OFFER, shown_count=0, specification=world.specifications["wheelchair"],
        by=world["facilitator"], now=NOW,
    )  # fmt: skip
    submit_story(story_id=story.pk, by=world["facilitator"], now=NOW)
    publish(world, story)
    told = celebration_actions.tell_celebration(**at, story_id=story.pk, now=later(days=4))
    assert (told.state, told.story_id) == (CelebrationState.TOLD, story.pk)
    about = occasions.thanked(row)
    assert (about.needs, [one.name_fa for one in about.givers]) == (1, ["خیریهٔ نمونه"])
    with pytest.raises(WrongState):
        celebration_actions.call_off_celebration(**at, now=later(days=4))
    with scope(world["charity_manager"]):
        assert Celebration.objects.filter(pk=row.pk).exists()
    with scope(world["firm_manager"]):
        assert not occasions.one_celebration(row.pk).needs.exists()


def test_a_celebration_called_off_comes_back(world):
    written(world)
    with scope(SYSTEM):
        need = Need.objects.get(closed_as="met")
    row = called(world, need, days=2)
    at = {"celebration_id": row.pk, "by": world["field_leader"], "now": NOW}
    assert celebration_actions.call_off_celebration(**at).state == CelebrationState.CALLED_OFF
    with scope(world["governor"]):
        assert not Celebration.objects.filter(pk=row.pk).exists()
    assert celebration_actions.restore_celebration(**at).state == CelebrationState.PLANNED
    here = f"/programmes/practices/celebrations/{row.pk}/"
    for query, there in (("?q=جشن", True), ("?state=planned", True), ("?state=held", False), ("?q=بازار", False)):
        assert (here in listed(world, f"celebrations/{query}")) is there, query
    assert SAID["title"] in listed(world, "celebrations/?export=csv&state=planned")


def listed(world, address):
    reader: Any = Client()
    reader.force_login(Membership.objects.get(pk=world["field_leader"].membership_id).account)
    answer = reader.get(f"/programmes/practices/{address}")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode()


def proposed(world, **values):
    said = {"specification": world.specifications["wheelchair"], "place": world.places["sari"],
            "receiver": world.organisations["charity"], "words": WORDS, "by": world["leader"], "now": NOW}  # fmt: skip
    return handover_actions.propose_handover(**said | values)


def test_a_service_passes_to_people_stage_by_stage_shown_by_what_was_accepted(world):
    for receiver in ("office", "centre"):
        with pytest.raises(BadValue):
            proposed(world, receiver=world.organisations[receiver])
    row = proposed(world)
    with pytest.raises(AlreadyThere):
        proposed(world, receiver=world.organisations["firm"])
    at: dict[str, Any] = {"handover_id": row.pk}
    said: dict[str, Any] = {"words": WORDS, "since": TODAY}
    with pytest.raises(rules.NotBothSides):
        handover_actions.agree_handover(**at, words=WORDS, by=world["leader"], now=NOW)
    assert handover_actions.agree_handover(**at, words=WORDS, by=world["charity_manager"], now=NOW).stage == "agreed"
    with pytest.raises(NotPermitted):
        handover_actions.advance_handover(**at, **said, by=world["charity_manager"], now=NOW)
    advance: dict[str, Any] = {**at, **said, "by": world["leader"], "now": NOW}
    assert handover_actions.advance_handover(**advance).stage == HandoverStage.TOGETHER
    with pytest.raises(rules.NothingDoneYet):
        handover_actions.advance_handover(**advance)
    with pytest.raises(BadValue):
        handover_actions.advance_handover(**advance | {"since": in_days(-1)})
    written(world)  # the charity gave a wheelchair, and it was accepted
    assert handover_actions.advance_handover(**advance).stage == HandoverStage.LED
    assert handover_actions.advance_handover(**advance).stage == HandoverStage.OWN
    with scope(world["governor"]):
        assert [one.stage for one in occasions.steps_of(row.pk)] == list(rules.ONWARD)
    ended = handover_actions.end_handover(**at, words=WORDS, by=world["charity_manager"], now=later(days=1))
    assert ended.stage == HandoverStage.ENDED
    assert proposed(world).stage == HandoverStage.PROPOSED  # the place is free again
    kind = world.specifications["wheelchair"].name_fa
    counts = [listed(world, f"handovers/?export=csv{more}").count(kind) for more in ("", "&stage=ended", "&stage=own")]
    assert counts == [1, 1, 0]  # what is only proposed is not shown to others


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["agree", "advance", "end"]), st.sampled_from(["leader", "charity_manager", "firm_manager", "facilitator"])
    ), min_size=1, max_size=6,
)  # fmt: skip


def test_whoever_tries_what_a_handover_takes_every_stage_in_order_and_one_stands_in_a_place(world):
    written(world)
    act = {"agree": handover_actions.agree_handover, "end": handover_actions.end_handover}

    @settings(max_examples=25, deadline=None)
    @given(ACTS)
    def hold(tries):
        row = proposed(world)
        for what, who in tries:
            said = {"handover_id": row.pk, "words": WORDS, "by": world[who], "now": NOW}
            try:
                if what == "advance":
                    handover_actions.advance_handover(**said, since=TODAY)
                else:
                    act[what](**said)
            except Refusal:
                continue
            assert who == "leader" if what == "advance" else who == "charity_manager" if what == "agree" else True
        with scope(SYSTEM):
            stages = [one.stage for one in HandoverStep.objects.filter(handover=row).order_by("pk")]
            assert Handover.objects.exclude(stage="ended").count() <= 1
        assert [one for one in stages if one != "ended"] == list(rules.ONWARD)[: len(stages) - ("ended" in stages)]
        if "ended" not in stages:
            handover_actions.end_handover(handover_id=row.pk, words=WORDS, by=SYSTEM, now=NOW)

    hold()
