from enum import StrEnum

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from peyvand.exports.enums import ExportState, Failure, FileKind
from peyvand.people.models import Account, Membership, path_field

LONGEST_ADDRESS = 2000


def _values(states: type[StrEnum]) -> list[tuple[str, str]]:
    return [(one.value, one.value) for one in states]


class Export(models.Model):
    """One list somebody asked for as a file.

    `address` is the list's page with its filters, as it was on the screen. `rows_about` is counted when the writing begins.
    `role` and the paths are the rights it was asked for under, then those it was written under; `task_ids` and `look_ids` are
    what opened names to it. `attempts` numbers the starts: what belongs to an earlier one can neither report nor finish.
    """

    personal_data = "indirect"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=24)
    place_path = path_field()
    organisation_path = path_field()
    task_ids = ArrayField(models.BigIntegerField(), default=list)
    look_ids = ArrayField(models.BigIntegerField(), default=list)
    list_name = models.CharField(max_length=80)
    title = models.CharField(max_length=160)
    address = models.CharField(max_length=LONGEST_ADDRESS)
    kind = models.CharField(max_length=4, choices=FileKind.choices)
    language = models.CharField(max_length=8)
    state = models.CharField(max_length=9, choices=_values(ExportState))
    attempts = models.PositiveSmallIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    rows_about = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    failure = models.CharField(max_length=8, choices=_values(Failure), blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["account", "-asked_at", "-id"], name="export_of_account"),
            models.Index(fields=["expires_at"], name="export_expiry"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[one.value for one in ExportState]), name="export_state"),
            # A file is offered exactly when it is whole.
            models.CheckConstraint(
                condition=Q(state="done", ended_at__isnull=False) & ~Q(sha256="") | ~Q(state="done") & Q(sha256=""),
                name="export_file_when_done",
            ),
            models.CheckConstraint(
                condition=Q(state="failed") & ~Q(failure="") | ~Q(state="failed") & Q(failure=""),
                name="export_reason_when_failed",
            ),
        ]

    @property
    def is_unfinished(self) -> bool:
        return self.state in (ExportState.WAITING, ExportState.RUNNING)
