"""Stories: what they end in, the consent of those they show, and words that only their teller changes."""

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.flow.test_words_of_the_teller import written
from tests.world import NOW, TODAY, in_days

from peyvand.extend.programme import Call
from peyvand.flow.story.actions import change_story, publish_story, submit_story
from peyvand.flow.story.enums import StoryState
from peyvand.flow.story.models import Story
from peyvand.kernel.refusals import AlreadyThere, BadValue, NotPermitted, Refusal
from peyvand.kernel.states import WrongState
from peyvand.people.households import withdraw_consent
from peyvand.programmes.practices import rules, story_actions
from peyvand.programmes.practices.enums import EndingKind, WordsState
from peyvand.programmes.practices.models import ProposedWords
from peyvand.programmes.practices.programme import blank, forget
from peyvand.programmes.practices.tests.steps import done, publish, shown_story, words_of, world_on
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope


@pytest.fixture
def world(db):
    return world_on()


def test_a_story_ends_in_an_act_and_shows_nobody_without_consent(world):
    story, consent = shown_story(world)
    submit_story(story_id=story.pk, by=world["facilitator"], now=NOW)
    with pytest.raises(rules.EndingMissing):
        publish(world, story)
    end = {"story_id": story.pk, "kind": EndingKind.COPY, "practice_id": done(world).pk, "now": NOW}
    with pytest.raises(NotPermitted):
        story_actions.set_ending(**end, shown_count=1, by=world["field_leader"])
    story_actions.set_ending(**end, shown_count=2, by=world["facilitator"])
    with pytest.raises(rules.ShownWithoutConsent):
        publish(world, story)
    story_actions.set_ending(**end, shown_count=1, by=world["facilitator"])
    with transaction.atomic():
        withdraw_consent(consent_id=consent.pk, by=world["facilitator"], now=NOW)
        with pytest.raises(Refusal):
            publish(world, story)
        transaction.set_rollback(True)
    assert publish(world, story).state == StoryState.PUBLISHED
    with pytest.raises(rules.ShownWithoutConsent):  # nor once everyone reads it
        story_actions.set_ending(**end, shown_count=9, by=world["facilitator"])
    assert story_actions.set_ending(**end, shown_count=0, by=world["facilitator"]).shown_count == 0


@pytest.mark.parametrize("address", ["", "https://example.org/", "//example.org/", "/nowhere/at/all/"])
def test_an_ending_leads_to_a_page_of_this_site(world, address):
    end = {
        "story_id": written(world).pk,
        "kind": EndingKind.PAGE,
        "shown_count": 0,
        "by": world["facilitator"],
        "now": NOW,
    }
    with pytest.raises(BadValue):
        story_actions.set_ending(**end, address=address)
    assert story_actions.set_ending(**end, address="/needs/new/?place=1").address == "/needs/new/?place=1"


WORDS = {"title": "سه ویلچر نو", "body": "ما خود آنجا بودیم و دیدیم که سه ویلچر رسید.", "invitation": "شما هم بیایید"}


def proposed(world, story, **values):
    said = {**WORDS, "reason": "کوتاه‌تر و روشن‌تر است", **values}
    return story_actions.propose_words(story_id=story.pk, **said, by=world["field_leader"], now=NOW)


def test_an_editor_proposes_and_only_the_teller_makes_the_words_his_own(world):
    story = written(world)
    before = words_of(story)
    words = proposed(world, story)
    assert words_of(story) == before
    with pytest.raises(AlreadyThere):
        proposed(world, story, title="دیگر")
    for name in ("field_leader", "leader", "social_worker"):
        with pytest.raises(NotPermitted):
            story_actions.accept_words(words_id=words.pk, by=world[name], now=NOW)
    with pytest.raises(NotPermitted):
        story_actions.accept_words(words_id=words.pk, by=SYSTEM, now=NOW)
    with pytest.raises(NotPermitted):
        story_actions.propose_words(
            story_id=story.pk, **WORDS, reason="خودم هستم و می‌گویم", by=world["facilitator"], now=NOW
        )
    submit_story(story_id=story.pk, by=world["facilitator"], now=NOW)
    story_actions.accept_words(words_id=words.pk, by=world["facilitator"], now=NOW)
    assert words_of(story) == WORDS
    with scope(SYSTEM):
        assert Story.objects.get(pk=story.pk).state == StoryState.SUBMITTED
    again = proposed(world, story, title="باز هم")
    story_actions.decline_words(words_id=again.pk, by=world["facilitator"], now=NOW)
    with pytest.raises(WrongState):
        story_actions.accept_words(words_id=again.pk, by=world["facilitator"], now=NOW)
    assert words_of(story) == WORDS


def test_a_newer_invitation_of_the_teller_is_not_overwritten(world):
    story = written(world)
    words = proposed(world, story)
    own = words_of(story)
    change_story(story_id=story.pk, **own | {"invitation": "فردا بیایید"}, by=world["facilitator"], now=NOW)
    with pytest.raises(rules.WordsMoved):
        story_actions.accept_words(words_id=words.pk, by=world["facilitator"], now=NOW)
    assert words_of(story)["invitation"] == "فردا بیایید"


STEPS = st.lists(
    st.tuples(st.sampled_from(["propose", "accept", "decline", "submit", "return", "publish"]),
              st.sampled_from(["facilitator", "field_leader", "leader", "charity_manager"]), st.sampled_from("ابپ")),
    min_size=1, max_size=8,
)  # fmt: skip


def test_whatever_is_proposed_the_words_are_those_the_teller_wrote_or_accepted(world):
    from peyvand.flow.story.actions import return_story

    practice = done(world)

    @settings(max_examples=15, deadline=None)
    @given(STEPS)
    def hold(steps):
        story = written(world)
        end = {"kind": EndingKind.COPY, "shown_count": 0, "practice_id": practice.pk}
        story_actions.set_ending(story_id=story.pk, **end, by=world["facilitator"], now=NOW)
        his, waiting = words_of(story), None
        for what, who, letter in steps:
            by = world[who]
            try:
                if what == "propose":
                    said = {name: letter + text for name, text in WORDS.items()}
                    row = story_actions.propose_words(story_id=story.pk, **said, reason="چنین بهتر است", by=by, now=NOW)
                    waiting = (row.pk, said)
                elif what in ("accept", "decline") and waiting:
                    act = story_actions.accept_words if what == "accept" else story_actions.decline_words
                    act(words_id=waiting[0], by=by, now=NOW)
                    assert who == "facilitator"
                    his, waiting = (waiting[1] if what == "accept" else his), None
                elif what in ("submit", "return", "publish"):
                    move = {"submit": submit_story, "return": return_story, "publish": publish_story}[what]
                    move(story_id=story.pk, by=by, now=NOW)
            except Refusal:
                pass
            assert words_of(story) == his

    hold()


def test_words_are_blanked_with_the_one_they_name_and_a_year_after_the_answer(world):
    story = written(world)
    words = proposed(world, story)
    with scope(SYSTEM):
        need_id = story.deliveries.values_list("commitment__need_id", flat=True)[0]
    for _ in range(2):
        blank(Call(NOW, "need.forgotten", {"need": (need_id,)}))
    with scope(SYSTEM):
        row = ProposedWords.objects.get(pk=words.pk)
    assert (row.state, row.title, row.body, row.old_body, row.reason) == (WordsState.DECLINED, "—", "—", "—", "—")
    other = proposed(world, story)
    story_actions.decline_words(words_id=other.pk, answer="نه", by=world["facilitator"], now=NOW)
    assert forget(TODAY, NOW) == 0
    assert forget(in_days(1), NOW) == 1
    assert forget(in_days(1), NOW) == 0
