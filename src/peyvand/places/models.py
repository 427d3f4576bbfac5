from django.db import models
from django.db.models import Q

from peyvand.journal.models import PATH_LENGTH
from peyvand.places.enums import PlaceKind


class Place(models.Model):
    """A place is public. `path` names it from the country down ("ir/02/0207/nobonyad/"), so a territory is one index range."""

    personal_data = "none"

    kind = models.CharField(max_length=20, choices=PlaceKind.choices)
    name_fa = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    code = models.CharField(max_length=40)
    path = models.CharField(max_length=PATH_LENGTH, unique=True, db_collation="C")
    search_key = models.CharField(max_length=160, db_collation="C")
    sort_key = models.CharField(max_length=160, db_collation="C")
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    boundary = models.JSONField(null=True)  # GeoJSON geometry
    deprivation = models.SmallIntegerField(null=True)  # 0 (none) to 100, with its source
    deprivation_source = models.CharField(max_length=200, blank=True)
    population = models.PositiveIntegerField(null=True)  # with its source and year; None where none is known
    population_source = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=200, blank=True)
    is_invented = models.BooleanField(default=False)  # a demo place that does not exist

    class Meta:
        ordering = ["sort_key", "id"]
        constraints = [
            models.UniqueConstraint(fields=["parent", "code"], name="place_code_in_parent"),
            models.CheckConstraint(condition=Q(path__endswith="/"), name="place_path_ends_with_slash"),
            models.CheckConstraint(
                # A check passes on what is neither true nor false: each half of a point has to be said to be there.
                condition=Q(lat__isnull=True, lon__isnull=True)
                | Q(lat__isnull=False, lon__isnull=False, lat__range=(-90, 90), lon__range=(-180, 180)),
                name="place_point_whole",
            ),
            models.CheckConstraint(
                condition=Q(deprivation__isnull=True) | (Q(deprivation__range=(0, 100)) & ~Q(deprivation_source="")),
                name="place_deprivation_has_source",
            ),
            models.CheckConstraint(
                condition=Q(population__isnull=True) | (Q(population__gte=1) & ~Q(population_source="")),
                name="place_population_has_source",
            ),
        ]
        indexes = [models.Index(fields=["kind", "path"], name="place_kind_path")]

    def __str__(self) -> str:
        return self.name_fa
