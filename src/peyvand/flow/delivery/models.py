from django.db import models
from django.db.models import Q

from peyvand.flow.commitment.models import Commitment
from peyvand.flow.delivery.enums import DeliveryAnswer, RefusalReason
from peyvand.people.models import Membership, path_field
from peyvand.resources.models import Specification


class Delivery(models.Model):
    """What was handed over. Immutable but for the receiver's answer, given once; a mistake is corrected by a reversing row."""

    personal_data = "indirect"

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="deliveries")
    # Of the need, and fixed as that is: a trigger writes it, so that a list narrowed to one kind reads an index.
    specification = models.ForeignKey(
        Specification, null=True, editable=False, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    quantity = models.IntegerField()
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversal")
    delivered_date = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, blank=True, default="")
    answer = models.CharField(max_length=10, choices=DeliveryAnswer.choices, blank=True, default="")
    refusal_reason = models.CharField(max_length=14, choices=RefusalReason.choices, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    place_path = path_field()
    asker_path = path_field()
    giver_path = path_field()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=1, reverses__isnull=True) | Q(quantity__lte=-1, reverses__isnull=False),
                name="delivery_quantity",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True) | ~Q(answer="") & Q(answered_at__isnull=False),
                name="delivery_answered_whole",
            ),
            models.CheckConstraint(
                condition=Q(answer="refused") & ~Q(refusal_reason="") | ~Q(answer="refused") & Q(refusal_reason=""),
                name="delivery_refused_with_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["asker_path"], name="delivery_asker"),
            models.Index(fields=["giver_path"], name="delivery_giver"),
            models.Index(fields=["delivered_date", "id"], name="delivery_by_day"),
            models.Index(fields=["quantity", "id"], name="delivery_by_quantity"),
            models.Index(fields=["answered_at"], name="delivery_answered"),
            models.Index(fields=["answer", "id"], name="delivery_of_answer"),
            models.Index(fields=["specification", "id"], name="delivery_of_kind"),
            models.Index(fields=["delivered_date", "id"], condition=Q(answer=""), name="delivery_waiting"),
        ]


class Proof(models.Model):
    """A file that shows a delivery: kept by its fingerprint, position and other metadata stripped (decision D15)."""

    personal_data = "indirect"

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="proofs")
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    added_at = models.DateTimeField()
    place_path = path_field()
    asker_path = path_field()
    giver_path = path_field()
