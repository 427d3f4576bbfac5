"""The words of a story are those of its teller: whoever tries, through the acts of the product or past them."""

import pytest
from django.db import ProgrammingError
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.world import NOW, World

from peyvand.flow.story import actions
from peyvand.flow.story.models import Story
from peyvand.kernel.refusals import Refusal
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

TELLER, EDITOR = "facilitator", "field_leader"
ACTORS = (TELLER, EDITOR, "social_worker", "leader", "charity_manager", "system")
BY_ACT, BY_STATEMENT = "change", "update"
MOVES = ("submit_story", "return_story", "publish_story", "withdraw_story")


def written(world: World) -> Story:
    delivery = world.delivered(world.agreed(world.need(), world.capacity()))
    return actions.write_story(
        title="سه ویلچر", body="این را خود ما دیدیم و برای شما می‌نویسیم.", place=world.places["nobonyad"],
        delivery_ids=[delivery.pk], by=world[TELLER], now=NOW,
    )  # fmt: skip


def acting(world: World, who: str):
    return SYSTEM if who == "system" else world[who]


def try_it(world: World, story_id: int, who: str, how: str, words: str) -> None:
    """One attempt; what is refused leaves everything as it was."""
    by = acting(world, who)
    try:
        if how == BY_ACT:
            actions.change_story(story_id=story_id, title=words, body=words * 40, invitation=words, by=by, now=NOW)
        elif how == BY_STATEMENT:
            with scope(by):
                Story.objects.filter(pk=story_id).update(title=words, body=words * 40, invitation=words)
        else:
            getattr(actions, how)(story_id=story_id, by=by, now=NOW)
    except (Refusal, ProgrammingError):
        pass


def words_of(story_id: int) -> tuple[str, str, str, str]:
    with scope(SYSTEM):
        row = Story.objects.get(pk=story_id)
    return row.title, row.body, row.invitation, row.state


attempts = st.lists(
    st.tuples(st.sampled_from(ACTORS), st.sampled_from((BY_ACT, BY_STATEMENT, *MOVES)), st.sampled_from("ابپت")),
    min_size=1, max_size=8,
)  # fmt: skip


@pytest.mark.django_db
def test_whatever_is_tried_the_words_are_the_last_ones_of_the_teller():
    world = World.build()

    @settings(max_examples=15, deadline=None)
    @given(attempts)
    def hold(tried):
        story = written(world)
        for who, how, words in tried:
            before = words_of(story.pk)
            try_it(world, story.pk, who, how, words)
            after = words_of(story.pk)
            if after[:3] != before[:3]:
                assert (who, before[3], after[3]) == (TELLER, "draft", "draft"), (who, how)

    hold()


@pytest.mark.django_db
@pytest.mark.parametrize("values", [{"told_by_id": None}, {"title": "دیگر"}, {"invitation": "دیگر"}])
def test_an_editor_cannot_write_past_the_acts(values):
    world = World.build()
    story = written(world)
    with pytest.raises(ProgrammingError), scope(world[EDITOR]):
        Story.objects.filter(pk=story.pk).update(**values)
    with pytest.raises(ProgrammingError), scope(world[EDITOR]):
        Story.objects.create(
            title="به نام دیگری", body="سخنی", state="draft", place=story.place, place_path=story.place_path,
            organisation=story.organisation, organisation_path=story.organisation_path, told_by_id=story.told_by_id,
            created_at=NOW,
        )  # fmt: skip
