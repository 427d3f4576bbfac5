"""What programmes lead a reader of a story on to, the pictures they keep of it, and the one that stands for it elsewhere."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from peyvand.extend.discovery import programmes
from peyvand.scope.acting import Acting

log = logging.getLogger(__name__)


def ways_of_story(by: Acting, story_id: int) -> list[tuple[str, str]]:
    """Label and address of every way on; a programme that breaks leads nowhere and hides nothing of the story."""
    found: list[tuple[str, str]] = []
    for one in programmes().values():
        if one.story_ways is None:
            continue
        with _harmless("the ways on", one.slug, story_id):
            found += one.story_ways(by, story_id)
    return found


def picture_of_story(story_id: int) -> str:
    """The address of the first programme's picture; one that breaks gives none."""
    for one in programmes().values():
        if one.story_picture is None:
            continue
        with _harmless("the picture", one.slug, story_id):
            if address := one.story_picture(story_id):
                return address
    return ""


def photos_of_story(story_id: int) -> list[tuple[str, str]]:
    """Address and words of the pictures of a story; a programme that breaks gives none."""
    found: list[tuple[str, str]] = []
    for one in programmes().values():
        if one.story_photos is None:
            continue
        with _harmless("the pictures", one.slug, story_id):
            found += one.story_photos(story_id)
    return found


@contextmanager
def _harmless(what: str, slug: str, story_id: int) -> Iterator[None]:
    """What fails in a programme is told to the operator; what fails in the database must not take the page with it."""
    try:
        with transaction.atomic():
            yield
    except Exception:
        log.exception("%s of %s for story %s failed", what, slug, story_id)
