from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from peyvand.intake.enums import ImportKind
from peyvand.people.models import Membership, Organisation, path_field


class ImportRecord(models.Model):
    """One file that was taken in. `ids` are the rows it created; `remaining` those an undo had to leave, with the reason."""

    personal_data = "indirect"

    kind = models.CharField(max_length=14, choices=ImportKind.choices)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    token = models.CharField(max_length=64, unique=True)  # of the preview that was confirmed: once and no more
    imported_by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_path = path_field()
    place_path = path_field()
    rows_read = models.PositiveIntegerField()
    rows_rejected = models.PositiveIntegerField()
    ids = ArrayField(models.BigIntegerField())
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    remaining = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["organisation_path", "-imported_at", "-id"], name="import_organisation"),
            models.Index(fields=["organisation", "kind", "sha256"], name="import_same_file"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at__isnull=False) | Q(remaining={}), name="import_remaining_after_undo"
            )
        ]

    @property
    def created(self) -> int:
        return len(self.ids)


class RememberedColumns(models.Model):
    """Which heading an organisation uses for which column of a kind of list: what a person picked once is picked again."""

    personal_data = "none"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    organisation_path = path_field()
    kind = models.CharField(max_length=14, choices=ImportKind.choices)
    columns = models.JSONField(default=dict)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "kind"], name="remembered_columns_once")]
