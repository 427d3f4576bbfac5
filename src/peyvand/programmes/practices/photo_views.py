"""The pictures of a story: put in, taken out, put back, and seen by whoever may read the story."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from peyvand.files.pictures import CONTENT_TYPE
from peyvand.kernel.refusals import NotFound
from peyvand.programmes.practices import photo_actions, queries
from peyvand.programmes.practices.actions import SLUG
from peyvand.programmes.practices.forms import PhotoForm
from peyvand.programmes.practices.models import StoryPhoto
from peyvand.programmes.practices.pages import Asking, asked
from peyvand.programmes.practices.story_views import crumbs, of_story
from peyvand.scope.bulk import only
from peyvand.scope.database import scope
from peyvand.web.pages import acts
from peyvand.web.pages.access import acting
from peyvand.web.pages.deliveries import folder

# What a file is refused for, beside its field.
_OF_FILE = dict.fromkeys(("file_too_large", "not_a_picture", "picture_too_large", "already_there"), "photo")


def photos_of(story_id: int) -> list[tuple[str, str]]:
    """Address and words of each picture of a story, for whoever reads it in his scope."""
    rows = StoryPhoto.objects.filter(story_id=story_id, removed_at__isnull=True).order_by("pk")
    return [(reverse(f"{SLUG}:photo", args=[one.pk]), one.says) for one in rows]


@require_http_methods(["GET", "POST"])
def add_photo(request: HttpRequest, story_id: int) -> HttpResponseBase:
    by = acting(request)

    def make(data: Any) -> PhotoForm:
        queries.own_story(story_id, by)
        return PhotoForm(data, request.FILES if data else None)

    def run(form: PhotoForm) -> int:
        said = form.cleaned_data
        photo = photo_actions.NewPhoto.kept(said["photo"], said["says"], said["shown_count"], folder())
        photo_actions.add_photo(story_id=story_id, photo=photo, by=by, now=timezone.now())
        return story_id

    page = Asking(
        _("Put a picture in"), _("It shows what was done. Everybody on it has consented, or nobody can be known."),
        _("Put it in"), of_story(story_id), crumbs(),
    )  # fmt: skip
    done = (gettext("The picture is in the story."), of_story(story_id))
    return asked(request, make, lambda: page, run, lambda pk: done, **_OF_FILE)


@require_POST
def remove_photo(request: HttpRequest, photo_id: int) -> HttpResponseBase:
    undo = reverse(f"{SLUG}:photo_restore", args=[photo_id])
    run = lambda: photo_actions.remove_photo(photo_id=photo_id, by=acting(request), now=timezone.now())  # noqa: E731
    return acts.act(request, run, gettext("Nobody sees the picture any more."), _story_of(request, photo_id), undo=undo)


@require_POST
def restore_photo(request: HttpRequest, photo_id: int) -> HttpResponseBase:
    run = lambda: photo_actions.restore_photo(photo_id=photo_id, by=acting(request), now=timezone.now())  # noqa: E731
    return acts.act(request, run, gettext("The picture is in the story."), _story_of(request, photo_id))


def _story_of(request: HttpRequest, photo_id: int) -> str:
    with scope(acting(request)):
        return of_story(_seen(photo_id).story_id)


def _seen(photo_id: int) -> StoryPhoto:
    return only(StoryPhoto.objects.filter(pk=photo_id))


@require_GET
def photo(request: HttpRequest, photo_id: int) -> HttpResponseBase:
    """For those who may read the story now: nothing keeps it, so that it is gone with a consent that is taken back."""
    row = _seen(photo_id)
    try:
        data = folder().read(row.sha256) if row.removed_at is None else b""
    except OSError:
        data = b""
    if not data:
        raise NotFound
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(data, content_type=CONTENT_TYPE, headers=headers)
