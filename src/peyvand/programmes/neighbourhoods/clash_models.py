"""Overlaps and conflicts of the agencies of a place, as dated rows: what the rules found, and what was set aside with its reason."""

from django.db import models
from django.db.models import Q

from peyvand.people.models import Account, Organisation, path_field
from peyvand.places.models import Place
from peyvand.programmes.neighbourhoods.board_models import Objective
from peyvand.programmes.neighbourhoods.enums import ClashCode, ClashState
from peyvand.resources.models import Specification

_OF_OBJECTIVES = ("same_objective", "different_goals", "different_days")
_OF_RESOLUTIONS = ("same_task", "two_owners")


class Clash(models.Model):
    """Two rows that meet under one rule (`code`), named by `key`. Only the site writes that one is there or gone.

    What meets stands in the pair of its code: two objectives, two resolutions, two sessions, or a kind of help of two agencies. The
    agencies concerned are `organisation` and, where there is one, `other_organisation`.
    """

    personal_data = "indirect"

    key = models.CharField(max_length=80, unique=True)
    code = models.CharField(max_length=16, choices=ClashCode.choices)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    place_path = path_field()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    other_organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    specification = models.ForeignKey(Specification, null=True, on_delete=models.PROTECT, related_name="+")
    objective = models.ForeignKey(Objective, null=True, on_delete=models.CASCADE, related_name="+")
    other_objective = models.ForeignKey(Objective, null=True, on_delete=models.CASCADE, related_name="+")
    resolution = models.ForeignKey("Resolution", null=True, on_delete=models.CASCADE, related_name="+")
    other_resolution = models.ForeignKey("Resolution", null=True, on_delete=models.CASCADE, related_name="+")
    session = models.ForeignKey("Session", null=True, on_delete=models.CASCADE, related_name="+")
    other_session = models.ForeignKey("Session", null=True, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=ClashState.choices)
    noticed_at = models.DateTimeField()
    set_aside_at = models.DateTimeField(null=True)
    set_aside_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    gone_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="stands", set_aside_at__isnull=True, gone_at__isnull=True, reason="")
                | Q(state="set_aside", set_aside_at__isnull=False, gone_at__isnull=True) & ~Q(reason="")
                | Q(state="gone", gone_at__isnull=False),
                name="clash_set_aside_whole",
            ),
            models.CheckConstraint(
                condition=Q(code="same_help", specification__isnull=False, other_organisation__isnull=False)
                | Q(code="promised_more", objective__isnull=False)
                | Q(code__in=_OF_OBJECTIVES, objective__isnull=False, other_objective__isnull=False)
                | Q(code__in=_OF_RESOLUTIONS, resolution__isnull=False, other_resolution__isnull=False)
                | Q(code="same_day", session__isnull=False, other_session__isnull=False),
                name="clash_of_its_rows",
            ),
        ]
        indexes = [models.Index(fields=["place_path", "id"], name="clash_place")]
