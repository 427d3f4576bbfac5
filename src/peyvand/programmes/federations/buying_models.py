from django.db import models
from django.db.models import F, Q

from peyvand.people.models import Organisation, path_field
from peyvand.programmes.federations.enums import BuyState
from peyvand.programmes.federations.models import Federation, Member
from peyvand.resources.models import Specification


class JointBuy(models.Model):
    """What members buy together. `place_path` and `organisation_path` are the federation's; `opener` keeps it beside the federation.

    `total` and `takers` follow the portions (a trigger, which also refuses a change of them once it is no longer open).
    """

    personal_data = "indirect"

    federation = models.ForeignKey(Federation, on_delete=models.PROTECT, related_name="buys")
    place_path = path_field()
    organisation_path = path_field()
    opener = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    opener_path = path_field()
    specification = models.ForeignKey(Specification, on_delete=models.PROTECT, related_name="+")
    details = models.CharField(max_length=300, blank=True, default="")
    least_quantity = models.PositiveIntegerField()
    closes_date = models.DateField()  # the last day on which members say how much
    state = models.CharField(max_length=10, choices=BuyState.choices)
    opened_at = models.DateTimeField()
    total = models.PositiveBigIntegerField(default=0)
    takers = models.PositiveIntegerField(default=0)
    chosen = models.ForeignKey("PriceOffer", null=True, on_delete=models.PROTECT, related_name="+")
    chosen_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True, default="")
    unit_rial = models.PositiveBigIntegerField(null=True)
    cost_rial = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(least_quantity__gte=1), name="joint_buy_least"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "lapsed", "cancelled"]) | Q(total__gte=F("least_quantity")),
                name="joint_buy_stands",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["chosen", "finished"], chosen__isnull=False, chosen_at__isnull=False,
                    unit_rial__isnull=False, cost_rial__isnull=False,
                )
                & ~Q(reason="")
                | Q(state__in=["open", "closed", "lapsed", "cancelled"], chosen__isnull=True, cost_rial__isnull=True),
                name="joint_buy_chosen_whole",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["federation", "-closes_date"], name="joint_buy_newest")]


class Portion(models.Model):
    """How much one member takes of it, what it owes for it, and what arrived. Seen by that member and by those who keep the buying.

    `paid_rial` follows the payments (a trigger); it is never more than the share: nobody pays for another.
    """

    personal_data = "none"

    buy = models.ForeignKey(JointBuy, on_delete=models.PROTECT, related_name="portions")
    place_path = path_field()
    organisation_path = path_field()  # of the federation, as the buying carries it
    opener_path = path_field()
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    member_path = path_field()
    quantity = models.PositiveIntegerField()
    said_at = models.DateTimeField()
    share_rial = models.PositiveBigIntegerField(null=True)
    paid_rial = models.PositiveBigIntegerField(default=0)
    received = models.PositiveIntegerField(null=True)
    received_at = models.DateTimeField(null=True)
    received_note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["buy", "member"], name="portion_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="portion_quantity"),
            models.CheckConstraint(
                condition=Q(share_rial__isnull=True, paid_rial=0)
                | Q(share_rial__isnull=False, paid_rial__lte=F("share_rial")),
                name="portion_pays_its_share",
            ),
            models.CheckConstraint(
                condition=Q(received__isnull=True, received_at__isnull=True)
                | Q(
                    received__isnull=False,
                    received__lte=F("quantity"),
                    received_at__isnull=False,
                    share_rial__isnull=False,
                ),
                name="portion_received_whole",
            ),
        ]


class PriceOffer(models.Model):
    """What a supplier asks, as it was written down on a day; its prices are the steps. `transport_rial` is asked once."""

    personal_data = "indirect"

    buy = models.ForeignKey(JointBuy, on_delete=models.PROTECT, related_name="offers")
    supplier = models.CharField(max_length=120)
    offered_date = models.DateField()
    valid_until = models.DateField(null=True)
    transport_rial = models.PositiveBigIntegerField(default=0)
    note = models.CharField(max_length=300, blank=True, default="")
    written_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("offered_date")), name="price_offer_days"
            )
        ]


class PriceStep(models.Model):
    """Rial for one unit from so many units on."""

    personal_data = "none"

    offer = models.ForeignKey(PriceOffer, on_delete=models.CASCADE, related_name="steps")
    from_quantity = models.PositiveIntegerField()
    unit_rial = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "from_quantity"], name="price_step_once"),
            models.CheckConstraint(condition=Q(from_quantity__gte=1, unit_rial__gte=1), name="price_step_whole"),
        ]


class BuyPayment(models.Model):
    """Money of a member that reached the one who pays the supplier. The account is kept here, never the money."""

    personal_data = "none"

    portion = models.ForeignKey(Portion, on_delete=models.PROTECT, related_name="payments")
    amount_rial = models.PositiveBigIntegerField()
    paid_date = models.DateField()
    note = models.CharField(max_length=160, blank=True, default="")
    noted_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_rial__gte=1), name="buy_payment_amount")]
