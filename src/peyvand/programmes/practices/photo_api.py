"""The pictures of stories for programs."""

import hashlib
import io
from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import File, Path, Schema, UploadedFile
from ninja.params import Form as FormField

from peyvand.api.answers import act
from peyvand.api.shapes import Id
from peyvand.extend.programme import ApiRoute
from peyvand.files.pictures import MOST_BYTES
from peyvand.programmes.practices import photo_actions, queries
from peyvand.programmes.practices.models import StoryPhoto
from peyvand.programmes.practices.rules import LEAST_SAID, LONGEST_SAID, MOST_SHOWN
from peyvand.scope.acting import Acting
from peyvand.web.pages.deliveries import folder


class StoryPhotoOut(Schema):
    """`says` is the picture in words; `shown_count` how many people it shows, each of whom must have consented."""

    id: int
    story_id: int
    says: str
    shown_count: int
    size: int
    added_at: datetime
    removed: bool


def photo_out(row: StoryPhoto) -> StoryPhotoOut:
    return StoryPhotoOut(
        id=row.pk, story_id=row.story_id, says=row.says, shown_count=row.shown_count, size=row.size,
        added_at=row.added_at, removed=row.removed_at is not None,
    )  # fmt: skip


def add_photo(
    request: HttpRequest, story_id: Path[Id], photo: File[UploadedFile],
    says: Annotated[str, FormField(min_length=LEAST_SAID, max_length=LONGEST_SAID)],
    shown_count: Annotated[int, FormField(ge=0, le=MOST_SHOWN)],
) -> HttpResponse:  # fmt: skip
    """JPEG, PNG or WebP of at most 10 MB. Where and with what it was taken is removed before it is kept."""
    data = photo.read(MOST_BYTES + 1)

    def run(by: Acting, now: datetime) -> StoryPhotoOut:
        queries.own_story(story_id, by)
        fresh = photo_actions.NewPhoto.kept(io.BytesIO(data), says, shown_count, folder())
        return photo_out(photo_actions.add_photo(story_id=story_id, photo=fresh, by=by, now=now))

    return act(request, run, status=201, sent=f"{hashlib.sha256(data).hexdigest()} {shown_count} {says}")


def remove_photo(request: HttpRequest, photo_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: photo_out(photo_actions.remove_photo(photo_id=photo_id, by=by, now=now)))


def restore_photo(request: HttpRequest, photo_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: photo_out(photo_actions.restore_photo(photo_id=photo_id, by=by, now=now)))


_PHOTO = "/photos/{int:photo_id}"
PHOTO_ROUTES = (
    ApiRoute(
        "POST",
        "/stories/{int:story_id}/photos",
        "photos",
        add_photo,
        {201: StoryPhotoOut},
        "Put a picture into a story",
    ),
    ApiRoute("POST", f"{_PHOTO}/remove", "photos", remove_photo, StoryPhotoOut, "Take a picture out of its story"),
    ApiRoute("POST", f"{_PHOTO}/restore", "photos", restore_photo, StoryPhotoOut, "Put it back"),
)
