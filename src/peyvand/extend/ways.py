"""What programmes lead a reader of a story on to, the pictures they keep of it, and the one that stands for it elsewhere."""

import logging

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
        try:
            with transaction.atomic():  # what fails in the database must not take the page with it
                found += one.story_ways(by, story_id)
        except Exception:
            log.exception("the ways on of %s from story %s failed", one.slug, story_id)
    return found


def picture_of_story(story_id: int) -> str:
    """The address of the first programme's picture; one that breaks gives none."""
    for one in programmes().values():
        if one.story_picture is None:
            continue
        try:
            with transaction.atomic():
                if address := one.story_picture(story_id):
                    return address
        except Exception:
            log.exception("the picture of %s for story %s failed", one.slug, story_id)
    return ""


def photos_of_story(story_id: int) -> list[tuple[str, str]]:
    """Address and words of the pictures of a story; a programme that breaks gives none."""
    found: list[tuple[str, str]] = []
    for one in programmes().values():
        if one.story_photos is None:
            continue
        try:
            with transaction.atomic():
                found += one.story_photos(story_id)
        except Exception:
            log.exception("the pictures of %s for story %s failed", one.slug, story_id)
    return found
