from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from peyvand.batches.enums import BatchState
from peyvand.people.models import Account, Membership, path_field

LONGEST_ADDRESS = 2000


class Batch(models.Model):
    """Rows somebody chose on a list, the act he chose for them, and what came of it.

    `ids` are the rows in the list's order; `more` says that the filter held more than were taken. `marks` are pairs of a row
    done and what undoing it needs; `refused` and `left` are [row, code, message, details] of rows that were not done and of
    rows that could not be taken back. `rows_done` counts the rows a running batch has been through. A batch of one is made by
    the page of that row itself, and done at once.
    """

    personal_data = "indirect"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    place_path = path_field()
    organisation_path = path_field()
    act = models.CharField(max_length=40)
    address = models.CharField(max_length=LONGEST_ADDRESS, blank=True)
    values = models.JSONField(default=dict)
    ids = ArrayField(models.BigIntegerField())
    more = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=[(one.value, one.value) for one in BatchState])
    attempts = models.PositiveSmallIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    marks = models.JSONField(default=list)
    refused = models.JSONField(default=list)
    left = models.JSONField(default=list)
    chosen_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    undo_until = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["membership", "-chosen_at"], name="batch_of_membership"),
            models.Index(fields=["chosen_at"], name="batch_age"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[one.value for one in BatchState]), name="batch_state"),
            # It can be taken back exactly when it was done, and it is said until when.
            models.CheckConstraint(
                condition=Q(state__in=["done", "undone", "failed"], done_at__isnull=False, undo_until__isnull=False)
                | Q(state__in=["chosen", "waiting", "running"], done_at__isnull=True, undo_until__isnull=True),
                name="batch_done_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="undone", undone_at__isnull=False) | ~Q(state="undone") & Q(undone_at__isnull=True),
                name="batch_undone_whole",
            ),
        ]

    @property
    def is_unfinished(self) -> bool:
        return self.state in (BatchState.WAITING, BatchState.RUNNING)

    @property
    def is_chosen(self) -> bool:
        return self.state == BatchState.CHOSEN
