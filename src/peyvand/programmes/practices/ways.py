"""Where a story leads its reader."""

from django.urls import reverse
from django.utils.translation import gettext as _

from peyvand.programmes.practices.actions import SLUG
from peyvand.programmes.practices.enums import EndingKind, PracticeState
from peyvand.programmes.practices.models import StoryEnding
from peyvand.programmes.practices.permissions import READERS
from peyvand.programmes.practices.queries import stories_in_hand
from peyvand.scope.acting import SYSTEM, Acting, Role
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


def _leads(ending: StoryEnding, by: Acting) -> bool:
    """Not to a practice that was withdrawn meanwhile, nor where this reader's role finds a closed door."""
    if ending.kind == EndingKind.COPY:
        return (
            by.role in (*READERS, Role.PUBLIC)
            and ending.practice is not None
            and ending.practice.state == PracticeState.PUBLISHED
        )
    return ending.practice is None or ending.practice.state == PracticeState.PUBLISHED


def ways_of(by: Acting, story_id: int) -> list[tuple[str, str]]:
    """What the story ends in, for everyone it leads on; for those who write and edit it, where its words and ending are kept."""
    with scope(SYSTEM):
        ending = StoryEnding.objects.select_related("specification", "practice").filter(story_id=story_id).first()
    ways = []
    if ending and _leads(ending, by):
        # Practices are for those who work here: whoever has not signed in is asked to, and then finds it.
        asks_in = ending.kind == EndingKind.COPY and by.role is Role.PUBLIC
        before = f"{reverse('account_login')}?next=" if asks_in else ""
        ways.append((label_of(ending), before + address_of(ending)))
    if by.is_staff and stories_in_hand(by).filter(pk=story_id).exists():
        ways.append((_("Its ending, its consents and its words"), reverse(f"{SLUG}:story", args=[story_id])))
    return ways
