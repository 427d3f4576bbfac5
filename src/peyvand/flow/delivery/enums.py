from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DeliveryAnswer(TextChoices):
    """What the receiver said. Empty until he has said it."""

    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")


class RefusalReason(TextChoices):
    NOT_RECEIVED = "not_received", _("Not received")
    INCOMPLETE = "incomplete", _("Incomplete")
    DAMAGED = "damaged", _("Damaged")
    WRONG_KIND = "wrong_kind", _("Not what was promised")
    OTHER = "other", _("Another reason")
