from django.db import models
from django.db.models import F, Q

from peyvand.flow.need.enums import ClosedAs, MetBy, NeedState, PriorityPart
from peyvand.people.enums import Sex
from peyvand.people.models import Account, Household, Membership, Organisation, Person, path_field
from peyvand.places.models import Place
from peyvand.resources.models import Specification, qualities_field
from peyvand.scope.encryption import ProtectedField


class Need(models.Model):
    """What is lacked. Counters: `committed` is promised, `underway` delivered but not yet accepted, `met` accepted."""

    personal_data = "indirect"

    tracking_code = models.CharField(max_length=12, unique=True)
    specification = models.ForeignKey(Specification, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    committed = models.PositiveIntegerField(default=0)
    underway = models.PositiveIntegerField(default=0)
    met = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=NeedState.choices)
    closed_as = models.CharField(max_length=10, choices=ClosedAs.choices, blank=True, default="")
    met_by = models.CharField(max_length=10, choices=MetBy.choices, blank=True, default="")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    place_path = path_field()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_path = path_field()
    household = models.ForeignKey(Household, null=True, on_delete=models.PROTECT, related_name="needs")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="needs")
    note = ProtectedField(blank=True, default="")
    due_date = models.DateField(null=True)
    # What it asks of whoever gives: see `rules.Asked`.
    asks = qualities_field()
    giver_sex = models.CharField(max_length=6, choices=Sex.choices, blank=True, default="")
    start_date = models.DateField(null=True)
    most_km = models.PositiveIntegerField(null=True)
    may_share = models.BooleanField(default=True)
    # Needs with the same number go together, all of them or none: see `together.set_together`. Drawn anew for each group.
    together = models.BigIntegerField(null=True)
    priority = models.PositiveSmallIntegerField(default=0)
    priority_date = models.DateField()
    opened_by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    vouched_by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    vouched_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="need_quantity"),
            models.CheckConstraint(condition=Q(committed__lte=F("quantity")), name="need_committed_within_quantity"),
            models.CheckConstraint(
                condition=Q(committed__gte=F("met") + F("underway")), name="need_met_within_committed"
            ),
            models.CheckConstraint(condition=Q(priority__lte=100), name="need_priority"),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) & ~Q(closed_as="")
                | ~Q(state="closed") & Q(closed_at__isnull=True, closed_as=""),
                name="need_closed_whole",
            ),
            models.CheckConstraint(
                condition=Q(closed_as="met", met=F("quantity")) & ~Q(met_by="") | ~Q(closed_as="met") & Q(met_by=""),
                name="need_met_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(opened_at__isnull=False) | Q(closed_as="withdrawn"),
                name="need_open_since",
            ),
            models.CheckConstraint(
                condition=Q(vouched_by__isnull=True, vouched_at__isnull=True)
                | Q(vouched_by__isnull=False, vouched_at__isnull=False),
                name="need_vouched_whole",
            ),
            models.CheckConstraint(
                condition=Q(start_date__isnull=True) | Q(due_date__isnull=True) | Q(start_date__lte=F("due_date")),
                name="need_window",
            ),
        ]
        indexes = [
            models.Index(fields=["place_path", "-priority", "id"], name="need_place_priority"),
            models.Index(fields=["state", "specification"], name="need_state_spec"),
            models.Index(fields=["organisation_path", "id"], name="need_organisation"),
            models.Index(fields=["priority", "id"], name="need_by_priority"),
            models.Index(fields=["created_at", "id"], name="need_by_age"),
            models.Index(fields=["closed_at"], name="need_closed"),
            models.Index(fields=["state", "priority", "id"], name="need_of_state"),
            models.Index(fields=["specification", "priority", "id"], name="need_of_kind"),
            models.Index(fields=["priority", "id"], condition=Q(state="open"), name="need_open_by_priority"),
            models.Index(fields=["created_at", "id"], condition=Q(state="open"), name="need_open_by_age"),
            models.Index(fields=["created_at", "id"], condition=Q(state="draft"), name="need_draft_by_age"),
            models.Index(fields=["together"], condition=Q(together__isnull=False), name="need_together"),
        ]

    def __str__(self) -> str:
        return self.tracking_code


class ProviderRefused(models.Model):
    """A household does not want help from an organisation. Seen by those who have a task with the household; honoured everywhere."""

    personal_data = "indirect"

    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="refused_providers")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    place_path = path_field()
    organisation_path = path_field()  # of the one that keeps the family's file
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="refused_period"),
            models.UniqueConstraint(
                fields=["household", "organisation"], condition=Q(until__isnull=True), name="refused_once"
            ),
        ]


class PriorityLine(models.Model):
    """One part of a need's priority on the day it was counted, with its source."""

    personal_data = "indirect"

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="priority_lines")
    part = models.CharField(max_length=14, choices=PriorityPart.choices)
    value = models.PositiveSmallIntegerField()
    weight = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["need", "part"], name="priority_part_once"),
            models.CheckConstraint(condition=Q(value__lte=100), name="priority_line_value"),
        ]


class PriorityWeights(models.Model):
    """The weights in force from a date on: a setting of the organisation that runs the product, open to everyone."""

    personal_data = "none"

    since = models.DateField(unique=True)
    urgency = models.PositiveSmallIntegerField(default=35)
    vulnerability = models.PositiveSmallIntegerField(default=25)
    waiting = models.PositiveSmallIntegerField(default=15)
    deprivation = models.PositiveSmallIntegerField(default=15)
    residents = models.PositiveSmallIntegerField(default=10)
    source = models.CharField(max_length=200)


class PriorityOverride(models.Model):
    """Another priority than the counted one: with a reason, and in force only after somebody else has signed too."""

    personal_data = "indirect"

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="overrides")
    priority = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=300)
    proposed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    signed_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(priority__lte=100), name="override_priority"),
            models.CheckConstraint(condition=~Q(signed_by=F("proposed_by")), name="override_two_people"),
            models.UniqueConstraint(fields=["need"], condition=Q(signed_by__isnull=True), name="override_one_proposed"),
        ]
