from django.db import models
from django.db.models import F, Q

from peyvand.people.models import Account, Organisation
from peyvand.places.models import Place


class ProgrammeSwitch(models.Model):
    """Where and for whom a programme is on. A row is never removed: that it was on stays known, and its history readable."""

    personal_data = "reference"

    slug = models.CharField(max_length=40)
    place = models.ForeignKey(Place, null=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True)  # the first day on which it is off
    switched_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    switched_off_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(place__isnull=False) | Q(organisation__isnull=False), name="switch_somewhere"
            ),
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="switch_period"),
            models.UniqueConstraint(
                fields=["slug", "place", "organisation"],
                condition=Q(until__isnull=True),
                nulls_distinct=False,
                name="switch_once",
            ),
        ]
        indexes = [models.Index(fields=["slug", "since"], name="switch_slug")]
