"""The life of a batch, and its limits. Pure."""

from datetime import datetime

from peyvand.batches.enums import BatchState as S
from peyvand.kernel.refusals import Refusal
from peyvand.kernel.states import LifeCycle

MOST_ROWS = 2000
# Up to this many rows are done while the reader waits; more are done by the background worker, so many in each act.
AT_ONCE = 500
MOST_ATTEMPTS = 3
MOST_CHOSEN = 50

LIFE = LifeCycle(
    "batch",
    S.CHOSEN,
    [
        ("do_batch", S.CHOSEN, S.DONE),
        ("hand_over_batch", S.CHOSEN, S.WAITING),
        ("begin_batch", S.WAITING, S.RUNNING),
        ("begin_batch", S.RUNNING, S.RUNNING),  # the worker before died
        ("finish_batch", S.RUNNING, S.DONE),
        ("fail_batch", S.WAITING, S.FAILED),
        ("fail_batch", S.RUNNING, S.FAILED),
        ("undo_batch", S.DONE, S.UNDONE),
        ("undo_batch", S.FAILED, S.UNDONE),
    ],
)
UNFINISHED = (S.WAITING, S.RUNNING)
OVER = (S.DONE, S.UNDONE, S.FAILED)


class NothingChosen(Refusal):
    code = "nothing_chosen"
    message = "Choose at least one row, or all rows of this filter."


class NothingToDo(Refusal):
    code = "nothing_to_do"
    message = "Here nothing is left to be done."


class NothingLeftToDo(Refusal):
    """Of a whole batch: each row says why."""

    code = "no_row_possible"
    message = "None of the chosen rows allows this now; beside each stands why."


class TooLateToUndo(Refusal):
    code = "too_late_to_undo"
    message = "This could be undone until {until}. What has to be put right now is put right row by row."


def undo_refusal(*, until: datetime | None, now: datetime) -> Refusal | None:
    return TooLateToUndo(until=until.date()) if until is not None and now > until else None
