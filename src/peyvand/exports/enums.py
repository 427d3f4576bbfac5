from enum import StrEnum

from django.db.models import TextChoices


class ExportState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class FileKind(TextChoices):
    XLSX = "xlsx", "Excel"
    CSV = "csv", "CSV"


class Failure(StrEnum):
    """Why no file came of it; the page has the words."""

    RIGHTS = "rights"  # the role ended or changed
    LIST = "list"  # its page is gone, or closed to the role
    ROOM = "room"  # the disk was full
    STOPPED = "stopped"  # three workers died over it
    FAULT = "fault"
