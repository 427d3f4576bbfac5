"""Until when something is asked for or promised: not in the past, and not so far ahead that nobody would ever look."""

from datetime import date

from peyvand.kernel.jalali import add_months
from peyvand.kernel.refusals import Refusal


class DueInPast(Refusal):
    code = "due_in_past"
    message = "The due date {due} has passed."


class DueTooFar(Refusal):
    code = "due_too_far"
    message = "The due date {due} lies too far ahead: the latest is {latest}."


def due_refusal(*, due: date | None, since: date, months: int) -> Refusal | None:
    """Why a due date is not acceptable for what begins on `since`; the latest lies `months` Jalali months after that day."""
    if due is None:
        return None
    if due < since:
        return DueInPast(due=due)
    latest = add_months(since, months)
    return DueTooFar(due=due, latest=latest) if due > latest else None
