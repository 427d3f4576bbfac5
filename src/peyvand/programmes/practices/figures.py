"""What practices promise, counted (their manifest says it in words)."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Sum

from peyvand.extend.programme import Counted
from peyvand.flow.story.queries import published
from peyvand.programmes.practices.enums import SHOWN, CelebrationState, EndingKind, HandoverStage, PracticeState
from peyvand.programmes.practices.models import Celebration, Handover, Practice, StoryEnding, Turn
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.bulk import below
from peyvand.scope.database import scope


def _rows(by: Acting, *states: PracticeState) -> QuerySet[Practice]:
    """Practices in the actor's area; staff see their organisation's, others the area's sums."""
    rows = Practice.objects.filter(below(by.place_path), state__in=states)
    return rows.filter(below(by.organisation_path, "organisation_path")) if by.is_staff else rows


def copied(by: Acting, today: date) -> Counted:
    """Of the practices that were done, the share that somebody has copied."""
    again = Practice.objects.filter(copied_from=OuterRef("pk"), state__in=SHOWN)
    with scope(SYSTEM):
        rows = _rows(by, PracticeState.PUBLISHED)
        number, some = rows.count(), rows.filter(Exists(again)).count()
    return Counted(some / number if number else None, number)


def reached(by: Acting, today: date) -> Counted:
    with scope(SYSTEM):
        rows = _rows(by, PracticeState.PUBLISHED)
        number, people = rows.count(), rows.aggregate(n=Sum("people_reached"))["n"]
    return Counted(float(people) if number else None, number)


def ending(by: Acting, today: date) -> Counted:
    """Of the published stories of the area, the share that ends in an act its reader can do."""
    with scope(SYSTEM):
        rows = published(by.place_path)
        rows = rows.filter(below(by.organisation_path, "organisation_path")) if by.is_staff else rows
        number = rows.count()
        some = rows.filter(Exists(StoryEnding.objects.filter(story=OuterRef("pk")))).count()
    return Counted(some / number if number else None, number)


def _share(rows: QuerySet[Any], some: QuerySet[Any]) -> Counted:
    number = rows.count()
    return Counted(some.count() / number if number else None, number)


def _own(rows: QuerySet[Any], by: Acting) -> QuerySet[Any]:
    rows = rows.filter(below(by.place_path))
    return rows.filter(below(by.organisation_path, "organisation_path")) if by.is_staff else rows


def turned(by: Acting, today: date) -> Counted:
    """Of the turns from stories that ask for an offer or a copy, those known to have been done."""
    with scope(SYSTEM):
        rows = Turn.objects.filter(below(by.place_path, "story__place_path")).exclude(kind=EndingKind.PAGE)
        if by.is_staff:
            rows = rows.filter(below(by.organisation_path, "story__organisation_path"))
        return _share(rows, rows.filter(done_at__isnull=False))


def celebrated(by: Acting, today: date) -> Counted:
    with scope(SYSTEM):
        rows = _own(Celebration.objects.filter(state__in=[CelebrationState.HELD, CelebrationState.TOLD]), by)
        return _share(rows, rows.filter(state=CelebrationState.TOLD))


def handed_over(by: Acting, today: date) -> Counted:
    with scope(SYSTEM):
        rows = _own(Handover.objects.exclude(stage__in=[HandoverStage.PROPOSED, HandoverStage.ENDED]), by)
        return _share(rows, rows.filter(stage__in=[HandoverStage.LED, HandoverStage.OWN]))
