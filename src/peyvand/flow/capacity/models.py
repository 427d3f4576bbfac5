from django.db import models
from django.db.models import F, Q

from peyvand.flow.capacity.enums import CapacityState, Reach
from peyvand.people.enums import Sex
from peyvand.people.models import Membership, Organisation, Person, path_field
from peyvand.places.models import Place
from peyvand.resources.models import Specification, qualities_field


class Capacity(models.Model):
    """What can be given. Counters: `committed` is promised to needs, `delivered` was accepted by receivers."""

    personal_data = "indirect"

    tracking_code = models.CharField(max_length=12, unique=True)
    specification = models.ForeignKey(Specification, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    committed = models.PositiveIntegerField(default=0)
    delivered = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=CapacityState.choices)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_path = path_field()
    provider_person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    place_path = path_field()
    reach = models.CharField(max_length=14, choices=Reach.choices)
    reach_km = models.PositiveIntegerField(null=True)
    start_date = models.DateField()
    end_date = models.DateField(null=True)
    smallest_lot = models.PositiveIntegerField(default=1)
    # What it brings, for what needs ask: see `rules.Brought`.
    brings = qualities_field()
    giver_sex = models.CharField(max_length=6, choices=Sex.choices, blank=True, default="")
    most_a_week = models.PositiveIntegerField(null=True)
    conditions = models.CharField(max_length=300, blank=True, default="")
    renews_monthly = models.BooleanField(default=False)
    renewed_from = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="renewal")
    opened_by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="capacity_quantity"),
            models.CheckConstraint(condition=Q(committed__lte=F("quantity")), name="capacity_committed_within_offered"),
            models.CheckConstraint(
                condition=Q(delivered__lte=F("committed")), name="capacity_delivered_within_committed"
            ),
            models.CheckConstraint(
                condition=Q(smallest_lot__gte=1, smallest_lot__lte=F("quantity")), name="capacity_lot"
            ),
            models.CheckConstraint(
                condition=Q(end_date__isnull=True) | Q(end_date__gte=F("start_date")), name="capacity_window"
            ),
            models.CheckConstraint(
                condition=Q(reach="km", reach_km__isnull=False) | ~Q(reach="km") & Q(reach_km__isnull=True),
                name="capacity_reach",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | ~Q(state="closed") & Q(closed_at__isnull=True),
                name="capacity_closed_whole",
            ),
            models.CheckConstraint(
                condition=Q(most_a_week__isnull=True) | Q(most_a_week__gte=F("smallest_lot")), name="capacity_week"
            ),
        ]
        indexes = [
            models.Index(fields=["place_path", "id"], name="capacity_place"),
            models.Index(fields=["state", "specification"], name="capacity_state_spec"),
            models.Index(fields=["organisation_path", "id"], name="capacity_organisation"),
            models.Index(fields=["state", "id"], name="capacity_of_state"),
            models.Index(fields=["specification", "id"], name="capacity_of_kind"),
            models.Index(
                fields=["organisation", "specification"],
                condition=Q(most_a_week__isnull=False),
                name="capacity_limited",
            ),
        ]

    def __str__(self) -> str:
        return self.tracking_code
