"""What practices promise, counted (their manifest says it in words): sums of the area alone leave the national role."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum, Value

from peyvand.extend.programme import Counted
from peyvand.flow.story.queries import published
from peyvand.programmes.practices.enums import SHOWN, CelebrationState, EndingKind, HandoverStage, PracticeState
from peyvand.programmes.practices.models import Celebration, Handover, Practice, StoryEnding, Turn
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.bulk import at_once, below
from peyvand.scope.database import scope

Asked = Callable[[Acting], QuerySet[Any, Any]]


def _own(rows: QuerySet[Any], by: Acting, of: str = "") -> QuerySet[Any]:
    """Rows in the actor's area; staff see their organisation's, others the area's sums."""
    rows = rows.filter(below(by.place_path, f"{of}place_path"))
    return rows.filter(below(by.organisation_path, f"{of}organisation_path")) if by.is_staff else rows


def _sums(rows: QuerySet[Any], **more: Any) -> QuerySet[Any, Any]:
    """One row: `n` and what else is summed."""
    return rows.order_by().values(one=Value(1)).annotate(n=Count("pk"), **more)


def _share(rows: QuerySet[Any], some: Q | Exists) -> QuerySet[Any, Any]:
    return _sums(rows, some=Count("pk", filter=some))


def _copied(by: Acting) -> QuerySet[Any, Any]:
    again = Practice.objects.filter(copied_from=OuterRef("pk"), state__in=SHOWN)
    return _share(_own(Practice.objects.filter(state=PracticeState.PUBLISHED), by), Exists(again))


def _reached(by: Acting) -> QuerySet[Any, Any]:
    return _sums(_own(Practice.objects.filter(state=PracticeState.PUBLISHED), by), people=Sum("people_reached"))


def _ending(by: Acting) -> QuerySet[Any, Any]:
    return _share(_own(published(), by), Exists(StoryEnding.objects.filter(story=OuterRef("pk"))))


def _turned(by: Acting) -> QuerySet[Any, Any]:
    return _share(_own(Turn.objects.exclude(kind=EndingKind.PAGE), by, "story__"), Q(done_at__isnull=False))


def _celebrated(by: Acting) -> QuerySet[Any, Any]:
    rows = Celebration.objects.filter(state__in=[CelebrationState.HELD, CelebrationState.TOLD])
    return _share(_own(rows, by), Q(state=CelebrationState.TOLD))


def _handed_over(by: Acting) -> QuerySet[Any, Any]:
    rows = Handover.objects.exclude(stage__in=[HandoverStage.PROPOSED, HandoverStage.ENDED])
    return _share(_own(rows, by), Q(stage__in=[HandoverStage.LED, HandoverStage.OWN]))


_ASKED: dict[str, Asked] = {
    "copied": _copied,
    "reached": _reached,
    "ending": _ending,
    "turned": _turned,
    "celebrated": _celebrated,
    "handed_over": _handed_over,
}


def _counted(by: Acting, *slugs: str) -> dict[str, Counted]:
    with scope(SYSTEM):
        told = at_once(*(_ASKED[slug](by) for slug in slugs))
    return {slug: _of(*rows) for slug, rows in zip(slugs, told, strict=True)}


def _of(sums: dict[str, int]) -> Counted:
    if not sums["n"]:
        return Counted(None, 0)
    return Counted(float(sums["people"]) if "people" in sums else sums["some"] / sums["n"], sums["n"])


def together(by: Acting, today: date) -> dict[str, Counted]:
    return _counted(by, *_ASKED)


def copied(by: Acting, today: date) -> Counted:
    """Of the practices that were done, the share that somebody has copied."""
    return _counted(by, "copied")["copied"]


def reached(by: Acting, today: date) -> Counted:
    return _counted(by, "reached")["reached"]


def ending(by: Acting, today: date) -> Counted:
    """Of the published stories of the area, the share that ends in an act its reader can do."""
    return _counted(by, "ending")["ending"]


def turned(by: Acting, today: date) -> Counted:
    """Of the turns from stories that ask for an offer or a copy, those known to have been done."""
    return _counted(by, "turned")["turned"]


def celebrated(by: Acting, today: date) -> Counted:
    return _counted(by, "celebrated")["celebrated"]


def handed_over(by: Acting, today: date) -> Counted:
    return _counted(by, "handed_over")["handed_over"]
