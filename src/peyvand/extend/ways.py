"""What programmes lead a reader of a story on to."""

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
