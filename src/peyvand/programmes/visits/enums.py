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
    BEFORE = "before", _("Before the work")
    AFTER = "after", _("After")


class ReportState(TextChoices):
    """Of a place that is in no list yet and was reported."""

    WAITING = "waiting", _("Waits for the county’s officer")
    ACCEPTED = "accepted", _("Accepted: in the list of places")
    JOINED = "joined", _("Joined to a known place")
    ASIDE = "aside", _("Set aside")


class ReportedKind(TextChoices):
    """As people in the field speak of it."""

    VILLAGE = "village", _("Village or hamlet")
    INFORMAL = "informal", _("Informal settlement")
    CAMP = "camp", _("Nomad camp")
    NEIGHBOURHOOD = "neighbourhood", _("Neighbourhood of a town")


class HeardFrom(TextChoices):
    SEEN = "seen", _("I was there")
    RESIDENT = "resident", _("People who live there")
    NEARBY = "nearby", _("People of a place nearby")
    OFFICE = "office", _("Another office or charity")
    OTHER = "other", _("In another way")


class TourAim(TextChoices):
    CORRIDOR = "corridor", _("Professional corridor")
    OUTREACH = "outreach", _("Outreach round")
