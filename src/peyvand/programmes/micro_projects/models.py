from django.db import models
from django.db.models import F, Q

from peyvand.flow.need.models import Need
from peyvand.people.models import Account
from peyvand.programmes.micro_projects.enums import ProjectState, ReasonKind


class MicroProject(models.Model):
    """What a micro-project adds to its need: why it is sudden, what it may cost, who decides, and the two clocks."""

    personal_data = "health"

    need = models.OneToOneField(Need, primary_key=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=ProjectState.choices)
    reason_kind = models.CharField(max_length=10, choices=ReasonKind.choices)
    happened_date = models.DateField(null=True)  # forgotten some time after the end
    estimate_rial = models.PositiveBigIntegerField()
    ceiling_rial = models.PositiveBigIntegerField()  # in force when it was proposed
    proposed_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decide_by = models.DateField()
    decided_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    return_reason = models.CharField(max_length=300, blank=True, default="")
    deliver_by = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(estimate_rial__gte=1, estimate_rial__lte=F("ceiling_rial")), name="micro_below_ceiling"
            ),
            models.CheckConstraint(condition=~Q(decided_by=F("proposed_by")), name="micro_two_people"),
            models.CheckConstraint(
                condition=Q(state__in=["approved", "done"], decided_at__isnull=False, deliver_by__isnull=False)
                | ~Q(state__in=["approved", "done"]),
                name="micro_approved_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="returned", decided_at__isnull=False) & ~Q(return_reason="") | ~Q(state="returned"),
                name="micro_returned_with_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="proposed") | Q(decided_at__isnull=True, decided_by__isnull=True, return_reason=""),
                name="micro_proposed_undecided",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "withdrawn"], closed_at__isnull=False)
                | ~Q(state__in=["done", "withdrawn"]) & Q(closed_at__isnull=True),
                name="micro_closed_whole",
            ),
            models.CheckConstraint(
                condition=Q(forgotten_at__isnull=True)
                | Q(closed_at__isnull=False, happened_date__isnull=True, return_reason=""),
                name="micro_forgotten_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["-proposed_at", "need"], name="micro_newest"),
            models.Index(fields=["state", "decide_by"], name="micro_state"),
        ]


class MicroProjectTerms(models.Model):
    """The ceiling and the two clocks in force from a date on: a setting of those who run the product, open to everyone."""

    personal_data = "none"

    since = models.DateField(unique=True)
    ceiling_rial = models.PositiveBigIntegerField()
    decide_days = models.PositiveSmallIntegerField()
    deliver_days = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ceiling_rial__gte=1, decide_days__gte=1, deliver_days__gte=1) & ~Q(source=""),
                name="micro_terms_whole",
            )
        ]
