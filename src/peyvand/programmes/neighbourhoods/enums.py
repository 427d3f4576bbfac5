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


class ClashCode(TextChoices):
    """Open rules: what agencies do twice at a place, and where they work against each other."""

    SAME_HELP = "same_help", _("The same help, each for itself")
    SAME_OBJECTIVE = "same_objective", _("The same objective twice")
    PROMISED_MORE = "promised_more", _("More promised than is wanted")
    SAME_TASK = "same_task", _("The same task resolved twice")
    DIFFERENT_GOALS = "different_goals", _("One measure, different goals")
    DIFFERENT_DAYS = "different_days", _("One goal, different days")
    TWO_OWNERS = "two_owners", _("One task, two owners")
    SAME_DAY = "same_day", _("Two sessions on one day")


# The others are overlaps: work done twice, not against each other.
CONFLICTS = (ClashCode.DIFFERENT_GOALS, ClashCode.DIFFERENT_DAYS, ClashCode.TWO_OWNERS, ClashCode.SAME_DAY)


class ClashState(TextChoices):
    STANDS = "stands", _("Still stands")
    SET_ASIDE = "set_aside", _("Set aside")
    GONE = "gone", _("Gone")


class TieKind(TextChoices):
    """What links two organisations at a place."""

    PROMISE = "promise", _("promised help")
    AGREEMENT = "agreement", _("agreement")
    OBJECTIVE = "objective", _("shared objective")
    COUNCIL = "council", _("same council")
    BOARD = "board", _("same board")
    HOUSE = "house", _("same house")


FIRM = (TieKind.PROMISE, TieKind.AGREEMENT)
