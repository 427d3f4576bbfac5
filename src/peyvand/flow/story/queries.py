"""Reads of stories used more than once."""

from collections.abc import Sequence

from django.db.models import BooleanField, Exists, Func, OuterRef, Q, QuerySet

from peyvand.flow.delivery.enums import DeliveryAnswer
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.story.enums import StoryState
from peyvand.flow.story.models import Story, StoryDelivery
from peyvand.resources.models import Specification
from peyvand.scope.acting import SYSTEM
from peyvand.scope.bulk import below
from peyvand.scope.database import scope


def published(path: str | None = None) -> QuerySet[Story]:
    """Stories for everyone, in the place at `path` where it is given."""
    rows = Story.objects.filter(state=StoryState.PUBLISHED).select_related("place", "organisation")
    return rows.filter(below(path)) if path else rows


def consented() -> Func:
    """Of a story: nobody shown in it has taken the consent back. By the function that its policy for everyone asks."""
    return Func("pk", function="story_consented", output_field=BooleanField())


def open_to_everyone() -> QuerySet[Story]:
    """What somebody who is not signed in may read, asked under whichever role reads."""
    return Story.objects.filter(consented(), state=StoryState.PUBLISHED)


def tellable(chosen: Sequence[int] = ()) -> QuerySet[Delivery]:
    """Accepted deliveries the reader may see that were neither reversed nor told of before, and the `chosen` ones though told.

    Inside a scope.
    """
    told = StoryDelivery.objects.filter(delivery=OuterRef("pk"))
    rows = Delivery.objects.filter(answer=DeliveryAnswer.ACCEPTED, quantity__gt=0, reversal__isnull=True)
    return rows.filter(~Exists(told) | Q(pk__in=chosen)).select_related("commitment__need__specification")


def kinds_told(story_ids: Sequence[int]) -> dict[int, list[Specification]]:
    """What each of these stories is about: kinds only, so that no single delivery shows."""
    with scope(SYSTEM):
        kind = "delivery__commitment__need__specification"
        rows = StoryDelivery.objects.filter(story_id__in=story_ids).select_related(kind).only("story_id", kind)
        told = [(row.story_id, row.delivery.commitment.need.specification) for row in rows]
    pairs = {(story, kind.pk) for story, kind in told}
    kinds = {kind.pk: kind for _, kind in told}
    return {story: [kinds[kind] for one, kind in sorted(pairs) if one == story] for story in story_ids}
