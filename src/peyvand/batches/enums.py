from enum import StrEnum


class BatchState(StrEnum):
    CHOSEN = "chosen"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    UNDONE = "undone"
    FAILED = "failed"
