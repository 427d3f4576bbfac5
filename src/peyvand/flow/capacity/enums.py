from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CapacityState(TextChoices):
    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open")
    PAUSED = "paused", _("Paused")
    CLOSED = "closed", _("Closed")


class Reach(TextChoices):
    """How far from its place a capacity serves."""

    NEIGHBOURHOOD = "neighbourhood", _("Own neighbourhood")
    COUNTY = "county", _("Own county")
    PROVINCE = "province", _("Own province")
    COUNTRY = "country", _("Whole country")
    KILOMETRES = "km", _("Within kilometres")
