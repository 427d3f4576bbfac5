from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CouncilState(TextChoices):
    STANDING = "standing", _("Standing")
    DISSOLVED = "dissolved", _("Dissolved")


class SeatRole(TextChoices):
    CHAIR = "chair", _("Chair")
    SECRETARY = "secretary", _("Secretary")
    MEMBER = "member", _("Member")


class SessionState(TextChoices):
    CALLED = "called", _("Called")
    HELD = "held", _("Held, minutes open")
    MINUTED = "minuted", _("Minutes closed")
    CANCELLED = "cancelled", _("Cancelled")


class ResolutionState(TextChoices):
    OPEN = "open", _("Not begun")
    UNDERWAY = "underway", _("Under way")
    REPORTED = "reported", _("Reported as done")
    DONE = "done", _("Done and confirmed")
    DROPPED = "dropped", _("Dropped")


# Resolutions that somebody still owes something for.
OWED = (ResolutionState.OPEN, ResolutionState.UNDERWAY, ResolutionState.REPORTED)


class VoiceState(TextChoices):
    WAITING = "waiting", _("Waiting for an answer")
    ANSWERED = "answered", _("Answered")
    SETTLED = "settled", _("Settled")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class BoardRole(TextChoices):
    LEAD = "lead", _("Lead agency")
    MEMBER = "member", _("Accompanying agency")
    GUEST = "guest", _("Guest")


class BoardState(TextChoices):
    ASKED = "asked", _("Asks to join")
    ON_BOARD = "on_board", _("On the board")
    DECLINED = "declined", _("Declined")
    LEFT = "left", _("Has left")


class Dimension(TextChoices):
    """The five dimensions of the 2020 Neighbourhoods Plan (iribnews 3699335)."""

    ECONOMIC = "economic", _("Economic")
    SOCIAL = "social", _("Social")
    CULTURAL = "cultural", _("Cultural")
    ENVIRONMENTAL = "environmental", _("Environmental")
    PHYSICAL = "physical", _("Physical surroundings")


class ObjectiveState(TextChoices):
    OPEN = "open", _("Open")
    REACHED = "reached", _("Reached")
    DROPPED = "dropped", _("Dropped")


class ObstacleState(TextChoices):
    OPEN = "open", _("Open")
    CLEARED = "cleared", _("Cleared")


class DoubleHelpState(TextChoices):
    NEW = "new", _("New")
    SEEN = "seen", _("Seen")
