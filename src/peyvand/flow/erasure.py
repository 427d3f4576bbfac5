"""Erasing a person along the whole flow: the file, and every free text that may name him."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from peyvand.files.storage import LocalFolder
from peyvand.flow.capacity.actions import forget_conditions
from peyvand.flow.delivery.actions import forget_notes, forget_pictures
from peyvand.flow.need.actions import forget_words
from peyvand.flow.story.actions import forget_person
from peyvand.people.households import erase_identity
from peyvand.people.models import Person
from peyvand.scope.acting import Acting
from peyvand.scope.database import action


@action
def erase_person(*, person_id: int, by: Acting, now: datetime) -> None:
    """Remove everything that names the person. What was promised and delivered stays countable.

    Free text about the family goes with him, for nobody can tell whom a note names; so do the pictures of what the family
    received, for nobody can tell whom they show. Stories of the family's help wait for their teller. Programmes hear of it as
    `need.forgotten`. Files of pictures go once the erasure is committed.
    """
    household_id = Person.objects.filter(pk=person_id).values_list("household_id", flat=True).first()
    erase_identity(person_id=person_id, by=by, now=now)
    need_ids = forget_words(person_id=person_id, household_id=household_id, by=by, now=now)
    forget_conditions(person_id=person_id, by=by, now=now)
    forget_notes(need_ids=need_ids, by=by, now=now)
    pictures = forget_pictures(need_ids=need_ids, by=by, now=now)
    transaction.on_commit(lambda: _remove(pictures))
    forget_person(person_id=person_id, need_ids=need_ids, by=by, now=now)


def _remove(pictures: Sequence[str]) -> None:
    folder = LocalFolder(settings.PEYVAND_FILES)
    for fingerprint in pictures:
        folder.remove(fingerprint)
