"""Where a story leads its reader."""

from django.urls import reverse
from django.utils.translation import gettext as _

from peyvand.extend.switches import ever_on
from peyvand.flow.story.queries import open_to_everyone
from peyvand.programmes.practices.actions import SLUG
from peyvand.programmes.practices.enums import EndingKind, PracticeState
from peyvand.programmes.practices.models import StoryEnding
from peyvand.programmes.practices.permissions import READERS
from peyvand.programmes.practices.queries import stories_in_hand
from peyvand.scope.acting import SYSTEM, Acting, Role
from peyvand.scope.bulk import models_at_once
from peyvand.scope.database import scope
from peyvand.web.pages.words import named


def label_of(ending: StoryEnding) -> str:
    if ending.kind == EndingKind.OFFER:
        return _("Offer something of the same kind: %(kind)s") % {"kind": named(ending.specification)}
    if ending.kind == EndingKind.COPY and ending.practice:
        return _("Copy it into your place: %(practice)s") % {"practice": ending.practice.title}
    return _("Do something yourself")


def address_of(ending: StoryEnding) -> str:
    if ending.kind == EndingKind.OFFER:
        return f"{reverse('capacity_new')}?kind={ending.specification_id}"
    if ending.kind == EndingKind.COPY:
        return reverse(f"{SLUG}:one", args=[ending.practice_id])
    return ending.address


def leads(ending: StoryEnding, by: Acting) -> bool:
    """Not to a practice that was withdrawn meanwhile, nor where this reader's role finds a closed door."""
    if ending.kind == EndingKind.COPY:
        return (
            by.role in (*READERS, Role.PUBLIC)
            and ending.practice is not None
            and ending.practice.state == PracticeState.PUBLISHED
        )
    return ending.practice is None or ending.practice.state == PracticeState.PUBLISHED


def ways_of(by: Acting, story_id: int) -> list[tuple[str, str]]:
    """What the story ends in, for everyone it leads on, and how to carry it further; for those who write and edit it, where its
    words and ending are kept."""
    with scope(SYSTEM):
        endings, shown = models_at_once(
            StoryEnding.objects.filter(story_id=story_id), open_to_everyone().filter(pk=story_id)
        )
        ending, story = (endings[0] if endings else None), bool(shown)
        if ending:
            ending.specification, ending.practice  # noqa: B018 - the one it has is read here, under this role
    if ending is None and not ever_on(SLUG):
        return []
    ways = []
    if ending and leads(ending, by):
        # Of a published one it is counted who goes on.
        ways.append((label_of(ending), reverse(f"{SLUG}:turn", args=[story_id]) if story else address_of(ending)))
    if story:
        ways.append((_("Pass it on: card, page to embed, sheet to print"), reverse(f"{SLUG}:share", args=[story_id])))
    if by.is_staff and stories_in_hand(by).filter(pk=story_id).exists():
        ways.append((_("Its ending, its consents and its words"), reverse(f"{SLUG}:story", args=[story_id])))
    return ways


def picture_of(story_id: int) -> str:
    """The address of the card of a story; empty where the programme was never on."""
    return reverse(f"{SLUG}:card", args=[story_id]) if ever_on(SLUG) else ""
