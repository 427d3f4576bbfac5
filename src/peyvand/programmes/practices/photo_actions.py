"""The pictures of a story: put in by its teller while it is a draft, taken out whenever somebody asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO

from django.db.models import QuerySet

from peyvand.files.pictures import cleaned
from peyvand.files.storage import LocalFolder
from peyvand.flow.delivery.models import Proof
from peyvand.flow.story.enums import StoryState
from peyvand.flow.story.models import Story
from peyvand.flow.story.permissions import may_edit_story, may_publish_story
from peyvand.kernel.refusals import BadValue, NotFound, Refusal, require
from peyvand.programmes.practices import queries, rules
from peyvand.programmes.practices.actions import require_on
from peyvand.programmes.practices.models import StoryPhoto
from peyvand.programmes.practices.story_actions import story_event
from peyvand.scope.acting import Acting, require_system
from peyvand.scope.bulk import lock, only
from peyvand.scope.database import action


@dataclass(frozen=True)
class NewPhoto:
    """A stored picture by its fingerprint. `says` tells it to whoever cannot see it, `shown_count` how many people it shows."""

    sha256: str
    size: int
    says: str
    shown_count: int

    @classmethod
    def kept(cls, file: IO[bytes], says: str, shown_count: int, folder: LocalFolder) -> "NewPhoto":
        """Cleaned and stored. Raises what `cleaned` raises."""
        picture = cleaned(file)
        return cls(folder.store(picture), len(picture), says, shown_count)


@action
def add_photo(*, story_id: int, photo: NewPhoto, by: Acting, now: datetime) -> StoryPhoto:
    """By the teller, while it is a draft. Raises `TooManyPhotos`, and `AlreadyThere` for a picture that stands in it."""
    story = lock(Story.objects.all(), [story_id])[story_id]
    require(may_edit_story(by, story))
    require_on(story, now)
    if story.state != StoryState.DRAFT:
        raise BadValue(field="state", reason="pictures are put into a story while it is a draft")
    if len(photo.says.strip()) < rules.LEAST_SAID:
        raise BadValue(field="says", reason="whoever cannot see the picture hears these words")
    require(rules.shown_refusal(photo.shown_count))
    if StoryPhoto.objects.filter(story=story, removed_at__isnull=True).count() >= rules.MOST_PHOTOS:
        raise rules.TooManyPhotos(most=rules.MOST_PHOTOS)
    row = StoryPhoto.objects.create(
        story=story, sha256=photo.sha256, size=photo.size, says=photo.says.strip(), shown_count=photo.shown_count,
        added_at=now,
    )  # fmt: skip
    story_event("practice.photo_added", story, by, now, rows=[(row.pk,)])
    return row


@action
def remove_photo(*, photo_id: int, by: Acting, now: datetime) -> StoryPhoto:
    """Nobody sees it from now on, though its story stays. By the teller or by those who publish; undone by `restore_photo`."""
    photo, story = _photo(photo_id, by, now)
    if photo.removed_at is not None:
        raise NotFound
    return _kept(photo, story, now, "practice.photo_removed", by, now)


@action
def restore_photo(*, photo_id: int, by: Acting, now: datetime) -> StoryPhoto:
    """Raises `ShownWithoutConsent` where everyone reads the story and too few have consented, and `AlreadyThere`."""
    photo, story = _photo(photo_id, by, now)
    if photo.removed_at is None:
        raise NotFound
    if story.state == StoryState.PUBLISHED:
        require(rules.consent_refusal(shown=photo.shown_count, given=queries.consents_given(story.pk)))
    return _kept(photo, story, None, "practice.photo_restored", by, now)


@action
def forget_photos(
    *, story_ids: Sequence[int] | None, removed_before: date | None = None, by: Acting, now: datetime
) -> tuple[int, list[str]]:
    """Let go of the pictures of these stories (somebody in them was erased), or of those taken out before a day.

    Gives how many, and the fingerprints that nothing names any more. The same picture may prove a delivery: then its file stays.
    """
    require_system(by)
    rows = StoryPhoto.objects.all()
    rows = (
        rows.filter(removed_at__date__lt=removed_before) if story_ids is None else rows.filter(story_id__in=story_ids)
    )
    found = list(rows.select_for_update().order_by("pk"))
    StoryPhoto.objects.filter(pk__in=[one.pk for one in found]).delete()
    if found:
        story_event("practice.photos_forgotten", None, by, now, rows=[(one.story_id, one.pk) for one in found])
    files = {one.sha256 for one in found}
    return len(found), sorted(files - _named(StoryPhoto.objects.all(), files) - _named(Proof.objects.all(), files))


def _named(rows: QuerySet, files: set[str]) -> set[str]:
    return set(rows.filter(sha256__in=files).values_list("sha256", flat=True))


def _photo(photo_id: int, by: Acting, now: datetime) -> tuple[StoryPhoto, Story]:
    story_id = only(StoryPhoto.objects.filter(pk=photo_id).values_list("story_id", flat=True))
    story = lock(Story.objects.all(), [story_id])[story_id]
    require(may_take_out(by, story))
    require_on(story, now)
    return lock(StoryPhoto.objects.all(), [photo_id])[photo_id], story


def may_take_out(by: Acting, story: Story) -> Refusal | None:
    """The teller, and whoever publishes the stories of the place."""
    return may_edit_story(by, story) and may_publish_story(by, story)


def _kept(
    photo: StoryPhoto, story: Story, removed_at: datetime | None, act: str, by: Acting, now: datetime
) -> StoryPhoto:
    photo.removed_at = removed_at
    photo.save(update_fields=["removed_at"])
    story_event(act, story, by, now, rows=[(photo.pk,)])
    return photo
