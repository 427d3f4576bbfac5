from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SuggestionState(TextChoices):
    """`ACCEPTED` while a promise stands on it or was kept, `ENDED` once that promise ended early."""

    PROPOSED = "proposed", _("Proposed")
    ACCEPTED = "accepted", _("Accepted")
    ENDED = "ended", _("Accepted, and the promise has ended early")
    DECLINED = "declined", _("Declined")
    SUPERSEDED = "superseded", _("Superseded by a later run")


class CommitmentState(TextChoices):
    OFFERED = "offered", _("Offered")
    ACCEPTED = "accepted", _("Accepted")
    KEPT = "kept", _("Kept")
    BROKEN = "broken", _("Broken")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", _("Lapsed")


# Commitments whose whole quantity still stands promised.
LIVE = (CommitmentState.OFFERED, CommitmentState.ACCEPTED)
ENDED_EARLY = (CommitmentState.WITHDRAWN, CommitmentState.BROKEN, CommitmentState.LAPSED)


class Side(TextChoices):
    GIVER = "giver", _("The one who gives")
    ASKER = "asker", _("The one who asks")


class DeclineReason(TextChoices):
    """Why a suggestion or an offer was declined: a code, so that reasons can be counted."""

    NOT_SUITABLE = "not_suitable", _("Not suitable for this need")
    TOO_FAR = "too_far", _("Too far")
    NOT_NOW = "not_now", _("Not at this time")
    ALREADY_SERVED = "already_served", _("Already served elsewhere")
    FAMILY_REFUSED = "family_refused", _("The family does not want it")
    OTHER = "other", _("Another reason")


class UnservedReason(TextChoices):
    """The certificate of the matching engine, in the words of the field."""

    NO_CAPACITY = "no_capacity", _("No one offers this kind of help")
    OUT_OF_REACH = "out_of_reach", _("Those who offer it do not reach this place")
    BELOW_LOT = "below_lot", _("What is left would be less than the smallest lot of those who offer it")
    HELD_BACK = "held_back", _("The programme it belongs to does not let it be promised to yet")
    FULL = "full", _("All that could reach it is promised to needs of the same or higher priority")
