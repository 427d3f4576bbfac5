from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class VisitState(TextChoices):
    PLANNED = "planned", _("Planned")
    MADE = "made", _("Made, nothing has followed yet")
    FOLLOWED = "followed", _("An action followed")
    DROPPED = "dropped", _("Dropped")


# Visits that were made, whatever came of them.
MADE = (VisitState.MADE, VisitState.FOLLOWED)


class Moment(TextChoices):
    BEFORE = "before", _("Before")
    AFTER = "after", _("After")
