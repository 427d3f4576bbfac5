"""Who went on from a story to what it asks for, and who then did it: counted, never named."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from peyvand.flow.capacity.models import Capacity
from peyvand.journal.actions import record
from peyvand.people.models import Membership
from peyvand.programmes.practices import reach, rules
from peyvand.programmes.practices.enums import EndingKind
from peyvand.programmes.practices.models import StoryEnding, Turn
from peyvand.scope.acting import SYSTEM, Acting, require_system
from peyvand.scope.bulk import only
from peyvand.scope.database import action, scope


@action
def take_turn(*, story_id: int, by: Acting, now: datetime) -> Turn:
    """Go on from a story that everyone may read. Somebody who signed in counts once a story; whoever did not has no trace but
    the number. Raises `NotFound` where the story is not shown (any more) or ends in nothing.
    """
    story = reach.shown(story_id)
    with scope(SYSTEM):
        ending = only(StoryEnding.objects.filter(story_id=story_id))
        told = {"kind": ending.kind, "taken_at": now}
        if by.account_id:
            turn, is_new = Turn.objects.get_or_create(story_id=story_id, account_id=by.account_id, defaults=told)
            if not is_new:
                return turn
        else:
            turn = Turn.objects.create(story_id=story_id, **told)
        # The journal is kept longer than the turn's account, so it does not say who.
        record(
            "practice.turn_taken", kind="story", subject=story_id, by=SYSTEM, now=now, place_path=story.place_path,
            organisation_path=story.organisation_path,
        )  # fmt: skip
    return turn


@action
def tell_offers_done(*, capacity_ids: Sequence[int], by: Acting, now: datetime) -> int:
    """Offers were made: those who came from a story that asked for just this have done it. Gives how many turns were done.

    One event for all of them: the turns stay nameless, for the journal is kept longer than their accounts.
    """
    require_system(by)
    offered = dict(
        Capacity.objects.filter(pk__in=capacity_ids, opened_by__isnull=False).values_list("pk", "opened_by_id")
    )
    accounts = dict(Membership.objects.filter(pk__in=offered.values()).values_list("pk", "account_id"))
    done: list[int] = []
    for row in Capacity.objects.filter(pk__in=offered).order_by("pk"):
        endings = StoryEnding.objects.filter(kind=EndingKind.OFFER, specification_id=row.specification_id)
        account = accounts[offered[row.pk]]
        if account is not None:
            done += _done(_waiting(account, endings.values("story_id"), row.created_at), row.created_at)
    _told("practice.turns_done", done, by, now)
    return len(done)


def tell_copy_done(account_id: int, practice_id: int, now: datetime) -> None:
    """A practice was copied, within the copying's own transaction and told by its event."""
    with scope(SYSTEM):
        endings = StoryEnding.objects.filter(kind=EndingKind.COPY, practice_id=practice_id)
        _done(_waiting(account_id, endings.values("story_id"), now), now)


@action
def forget_turns(*, before: date, by: Acting, now: datetime) -> int:
    """Forget who took turns before a day; the turns stay counted."""
    require_system(by)
    rows = Turn.objects.filter(account__isnull=False, taken_at__date__lt=before).select_for_update()
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    Turn.objects.filter(pk__in=ids).update(account=None)
    _told("practice.turns_forgotten", ids, by, now)
    return len(ids)


def _done(waiting: QuerySet[Turn], at: datetime) -> list[int]:
    ids = list(waiting.select_for_update().order_by("pk").values_list("pk", flat=True))
    Turn.objects.filter(pk__in=ids).update(done_at=at)
    return ids


def _told(act: str, ids: Sequence[int], by: Acting, now: datetime) -> None:
    if ids:
        record(
            act, kind="story", subject=None, by=by, now=now, place_path=by.place_path,
            organisation_path=by.organisation_path, rows=[(pk,) for pk in ids],
        )  # fmt: skip


def _waiting(account_id: int, story_ids: QuerySet[Any, Any], at: datetime) -> QuerySet[Turn]:
    since = at - timedelta(days=rules.TURN_DAYS)
    rows = Turn.objects.filter(account_id=account_id, story_id__in=story_ids)
    return rows.filter(done_at__isnull=True, taken_at__gte=since, taken_at__lte=at).exclude(kind=EndingKind.PAGE)
