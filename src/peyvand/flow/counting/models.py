from django.db import models

from peyvand.people.models import path_field


class KeptCounts(models.Model):
    """The exact counts of a place and of everything in it, as of `counted_at`: read by the system alone, shown only suppressed.

    `cells` is {group: {category: count}}, as `flow.counting.cells` names them. `day` is the business day they speak of.
    """

    personal_data = "indirect"

    place_path = models.CharField(max_length=path_field().max_length, db_collation="C", unique=True)
    parent_path = models.CharField(max_length=path_field().max_length, db_collation="C", blank=True)
    cells = models.JSONField()
    day = models.DateField()
    counted_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["parent_path"], name="kept_counts_parent")]

    def __str__(self) -> str:
        return self.place_path
