from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class NeedState(TextChoices):
    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class ClosedAs(TextChoices):
    MET = "met", _("Met")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


class MetBy(TextChoices):
    """Who met it: the head figure of the product (domain section 0)."""

    AGENCY = "agency", _("Agency")
    CHARITY = "charity", _("Charity or group")
    FIRM = "firm", _("Firm")
    RESIDENTS = "residents", _("Residents")
    JOINTLY = "jointly", _("Jointly")


class PriorityPart(TextChoices):
    URGENCY = "urgency", _("Urgency")
    VULNERABILITY = "vulnerability", _("Declared vulnerability")
    WAITING = "waiting", _("Waiting time")
    DEPRIVATION = "deprivation", _("Deprivation of the neighbourhood")
    RESIDENTS = "residents", _("Residents' own ranking")


class Band(TextChoices):
    URGENT = "urgent", _("Urgent")
    HIGH = "high", _("High")
    MEDIUM = "medium", _("Medium")
    LOW = "low", _("Low")
