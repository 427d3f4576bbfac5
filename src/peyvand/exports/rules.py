"""The life of an export, and its limits. Pure."""

from peyvand.exports.enums import ExportState as S
from peyvand.kernel.refusals import Refusal
from peyvand.kernel.states import LifeCycle

# Up to this many rows a list is answered at once: as far as its page counts them.
AT_ONCE = 1000
BATCH = 2000
MOST_UNFINISHED = 5
MOST_ATTEMPTS = 3

LIFE = LifeCycle(
    "export",
    S.WAITING,
    [
        ("begin_export", S.WAITING, S.RUNNING),
        ("begin_export", S.RUNNING, S.RUNNING),  # the worker before died
        ("finish_export", S.RUNNING, S.DONE),
        ("fail_export", S.WAITING, S.FAILED),
        ("fail_export", S.RUNNING, S.FAILED),
        ("cancel_export", S.WAITING, S.CANCELLED),
        ("cancel_export", S.RUNNING, S.CANCELLED),
    ],
)
UNFINISHED = (S.WAITING, S.RUNNING)


class TooManyExports(Refusal):
    code = "too_many_exports"
    message = "{most} exports are being written for you already. Wait for one of them, or cancel one."


class RightsChanged(Refusal):
    code = "rights_changed"
    message = "What you may see has changed since this file was written, so it is no longer handed out. Ask for it again from the list."


class FileGone(Refusal):
    code = "file_gone"
    message = "This file is no longer there. Ask for it again from the list."
