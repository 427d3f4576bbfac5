"""Answering what a matching run proposes."""

from collections.abc import Sequence
from datetime import date, datetime
from random import Random

from peyvand.flow.commitment.actions import NewPromise, commit
from peyvand.flow.commitment.enums import DeclineReason, SuggestionState
from peyvand.flow.commitment.models import Commitment, Suggestion
from peyvand.flow.commitment.permissions import may_take_part
from peyvand.flow.commitment.rules import SUGGESTION_LIFE, AlreadyAnswered
from peyvand.journal.actions import record
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
    row = _answerable([suggestion_id], by)[suggestion_id]
    row.state = SUGGESTION_LIFE.after("decline_suggestion", row.state)
    row.decline_reason, row.answered_at = reason, now
    row.save(update_fields=["state", "decline_reason", "answered_at"])
    record(
        "suggestion.declined", kind="suggestion", subject=row.pk, by=by, now=now, place_path=row.place_path,
        organisation_path=row.asker_path, rows=[(row.pk, row.need_id, row.capacity_id)], data={"reason": reason.value},
    )  # fmt: skip
    return row
