from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ProjectState(TextChoices):
    PROPOSED = "proposed", _("Waiting for approval")
    RETURNED = "returned", _("Returned to the proposer")
    APPROVED = "approved", _("Approved")
    DONE = "done", _("Done")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# Projects that still wait for somebody.
LIVE = (ProjectState.PROPOSED, ProjectState.RETURNED, ProjectState.APPROVED)
ENDED = (ProjectState.DONE, ProjectState.WITHDRAWN)


class ReasonKind(TextChoices):
    """What happened. Roads alone send more than sixteen thousand people a year to the agency (source S1, 1.10)."""

    ACCIDENT = "accident", _("Accident")
    ILLNESS = "illness", _("Sudden illness")
    FIRE_FLOOD = "fire_flood", _("Fire or flood")
    OTHER = "other", _("Another sudden event")
