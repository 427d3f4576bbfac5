"""The ways a story leads on, and the picture for links to it: for everyone; one that breaks hides nothing."""

import dataclasses

import pytest
from django.db import connection
from django.test import Client
from tests.flow.test_words_of_the_teller import written
from tests.world import NOW, World

from peyvand.extend.discovery import programmes
from peyvand.extend.ways import ways_of_story
from peyvand.flow.story import actions
from peyvand.scope.acting import PUBLIC
from peyvand.scope.database import scope

SLUG = "micro_projects"


def broken(by, story_id):
    connection.cursor().execute("SELECT 1/0")


@pytest.mark.django_db
@pytest.mark.parametrize(("answer", "shown"), [(lambda by, pk: [("یک قدم", f"/track/?{pk}")], True), (broken, False)])
def test_a_programme_leads_on_from_a_story(monkeypatch, answer, shown):
    world = World.build()
    story = written(world)
    actions.submit_story(story_id=story.pk, by=world["facilitator"], now=NOW)
    actions.publish_story(story_id=story.pk, by=world["field_leader"], now=NOW)
    picture = lambda pk: answer(PUBLIC, pk)[0][1] + "#picture"  # noqa: E731
    photos = lambda pk: [(address, label) for label, address in answer(PUBLIC, pk)]  # noqa: E731
    mended = dataclasses.replace(programmes()[SLUG], story_ways=answer, story_picture=picture, story_photos=photos)
    monkeypatch.setitem(programmes(), SLUG, mended)
    page = Client().get(f"/stories/{story.pk}/")
    assert page.status_code == 200
    assert "سه ویلچر" in page.content.decode()
    assert (f'href="/track/?{story.pk}"' in page.content.decode()) is shown
    seen = f'property="og:image" content="http://testserver/track/?{story.pk}#picture"' in page.content.decode()
    assert seen is shown
    assert (f'<img src="/track/?{story.pk}" alt="یک قدم"' in page.content.decode()) is shown
    with scope(PUBLIC):
        assert bool(ways_of_story(PUBLIC, story.pk)) is shown
