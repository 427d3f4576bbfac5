from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class MemberState(TextChoices):
    ASKED = "asked", _("Asks to join")
    MEMBER = "member", _("Member")
    DECLINED = "declined", _("Not admitted")
    WITHDRAWN = "withdrawn", _("Took its wish back")
    LEFT = "left", _("Was a member")


class MeetingState(TextChoices):
    CALLED = "called", _("Called")
    HELD = "held", _("Held")
    CLOSED = "closed", _("Minutes closed")
    CANCELLED = "cancelled", _("Called off")


class TakingState(TextChoices):
    """What became of a member's word "we take this one"."""

    ASKED = "asked", _("Waits for the one who holds the need")
    PROMISED = "promised", _("Became a promise")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Taken back")


class BuyState(TextChoices):
    """What became of a joint buying."""

    OPEN = "open", _("Members say how much")
    CLOSED = "closed", _("Stands; offers are weighed")
    LAPSED = "lapsed", _("Too little was asked for")
    CHOSEN = "chosen", _("Offer chosen; paid and delivered")
    FINISHED = "finished", _("Delivered and settled")
    CANCELLED = "cancelled", _("Called off")
