"""Answering what a matching run proposes."""

from collections.abc import Sequence
from datetime import date, datetime
from random import Random

from peyvand.flow.commitment.actions import NewPromise, commit
from peyvand.flow.commitment.again import fitting_again
from peyvand.flow.commitment.enums import DeclineReason, SuggestionState
from peyvand.flow.commitment.models import Commitment, Suggestion
from peyvand.flow.commitment.permissions import may_take_part
from peyvand.flow.commitment.rules import SUGGESTION_LIFE, AlreadyAnswered, TakenMeanwhile
from peyvand.journal.actions import record_batch
from peyvand.kernel.refusals import require
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import lock
from peyvand.scope.database import action


def _answerable(ids: Sequence[int], by: Acting) -> dict[int, Suggestion]:
    rows = lock(Suggestion.objects.all(), ids)
    for row in rows.values():
        require(may_take_part(by, row))
        if row.state != SuggestionState.PROPOSED:
            raise AlreadyAnswered
    return rows


@action
def accept_suggestions(
    *, suggestion_ids: Sequence[int], due_date: date, by: Acting, now: datetime, random: Random | None = None
) -> list[Commitment]:
    """Turn suggestions into promises, all or none: worst-off first, as the run proposed them."""
    rows = _answerable(suggestion_ids, by)
    promises = [
        NewPromise(row.need_id, row.capacity_id, row.quantity, due_date, suggestion_id=row.pk) for row in rows.values()
    ]
    return commit(rows=promises, by=by, now=now, random=random)


@action
def decline_suggestion(*, suggestion_id: int, reason: DeclineReason, by: Acting, now: datetime) -> Suggestion:
    return decline_suggestions(suggestion_ids=[suggestion_id], reason=reason, by=by, now=now)[0]


@action
def decline_suggestions(
    *, suggestion_ids: Sequence[int], reason: DeclineReason, by: Acting, now: datetime
) -> list[Suggestion]:
    """Decline many, all or none, with one event."""
    rows = list(_answerable(suggestion_ids, by).values())
    if not rows:
        return []
    for row in rows:
        row.state = SUGGESTION_LIFE.after("decline_suggestion", row.state)
        row.decline_reason, row.answered_at = reason, now
    Suggestion.objects.bulk_update(rows, ["state", "decline_reason", "answered_at"], batch_size=2000)
    record_batch(
        "suggestion.declined", kind="suggestion", subjects=rows, by=by, now=now, organisation="asker_path",
        rows=[(row.pk, row.need_id, row.capacity_id) for row in rows], data={"reason": reason.value},
    )  # fmt: skip
    return rows


@action
def reopen_suggestions(*, suggestion_ids: Sequence[int], by: Acting, now: datetime) -> list[Suggestion]:
    """Undo a declining: they wait for an answer again. All or none, with one event.

    Raises `TakenMeanwhile` where what one of them proposed is promised or proposed to another by now, or not wanted any more.
    """
    rows = list(lock(Suggestion.objects.all(), suggestion_ids).values())
    if not rows:
        return []
    for row in rows:
        require(may_take_part(by, row))
        if row.state != SuggestionState.DECLINED:
            raise AlreadyAnswered
    if len(fitting_again(rows)) < len(rows):
        raise TakenMeanwhile
    for row in rows:
        row.state = SUGGESTION_LIFE.after("reopen_suggestion", row.state)
        row.decline_reason, row.answered_at = "", None
    Suggestion.objects.bulk_update(rows, ["state", "decline_reason", "answered_at"], batch_size=2000)
    record_batch(
        "suggestion.reopened", kind="suggestion", subjects=rows, by=by, now=now, organisation="asker_path",
        rows=[(row.pk, row.need_id, row.capacity_id) for row in rows],
    )  # fmt: skip
    return rows
