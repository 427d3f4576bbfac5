from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SuggestionState(TextChoices):
    """`ACCEPTED` while a promise stands on it or was kept, `ENDED` once that promise ended early."""

    PROPOSED = "proposed", _("Proposed")
    ACCEPTED = "accepted", _("Accepted")
    ENDED = "ended", _("Accepted, and the promise has ended early")
    DECLINED = "declined", _("Declined")
    SUPERSEDED = "superseded", _("Superseded by a later run")


class RunState(TextChoices):
    """The life of a run of the matching. Only a done one has written anything; an undone one has taken it back."""

    WAITING = "waiting", _("Waits for its turn")
    RUNNING = "running", _("Runs")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Failed")
    UNDONE = "undone", _("Undone")


UNFINISHED_RUNS = (RunState.WAITING, RunState.RUNNING)


class RunStep(TextChoices):
    """How far a running one is, in the order of the work."""

    READING = "reading", _("Reads needs and offers")
    PAIRING = "pairing", _("Looks for who can help whom")
    MATCHING = "matching", _("Gives to the worst-off first")
    TRAVEL = "travel", _("Shortens the ways")
    LOTS = "lots", _("Keeps what may not be shared or split")
    REASONS = "reasons", _("Finds the reason of each need that is left")
    WRITING = "writing", _("Writes down what has changed")


class RunFailure(TextChoices):
    RIGHTS = "rights", _("The role it was asked for under has ended or changed. Choose your role and run it again.")
    STOPPED = "stopped", _("The work was interrupted three times. Tell those who run the site, then run it again.")
    FAULT = "fault", _("Something went wrong, and was noted. Run it again, or tell those who run the site.")


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


class PairReason(TextChoices):
    """Why a need has units of this offer and not of another: what the engine says of each pair."""

    ONLY = "only", _("The only offer within reach")
    NEAREST = "nearest", _("No other offer within reach is nearer")
    MOVED = "moved", _("The nearest one has nothing left")
    WITHIN_REACH = "within_reach", _("Within reach, and by it the most pressing needs are served")


class UnservedReason(TextChoices):
    """The certificate of the matching engine, in the words of the field."""

    NO_CAPACITY = "no_capacity", _("No one offers this kind of help")
    OUT_OF_REACH = "out_of_reach", _("Those who offer it do not reach this place")
    REFUSED = "refused", _("Those who reach this place do not fit what is asked")
    BELOW_LOT = "below_lot", _("What is left would be less than the smallest lot of those who offer it")
    NOT_SHARED = "not_shared", _("It may not be shared, and nobody has all of it left")
    TOGETHER = "together", _("It goes together with other needs, and not all of them could be served")
    WEEK = "week", _("Those who could reach it take on no more this week")
    HELD_BACK = "held_back", _("The programme it belongs to does not let it be promised to yet")
    PROPOSED = (
        "proposed",
        _("What could reach it stands proposed to needs of another office or territory, without an answer yet"),
    )
    TAKEN = (
        "taken",
        _("What was found for it was promised to another need while the matching ran; the next run looks again"),
    )
    FULL = "full", _("All that could reach it is promised to needs of the same or higher priority")


class GaveWay(TextChoices):
    """Why a run ended a suggestion nobody had answered: the need has another one now, needs none any more, or got none."""

    MOVED = "moved", _("Another offer is proposed instead")
    NOT_NEEDED = "not_needed", _("The need no longer lacks anything, or is closed")
    UNDONE = "undone", _("The run that had proposed it was undone")
    NO_CAPACITY = UnservedReason.NO_CAPACITY.value, UnservedReason.NO_CAPACITY.label
    OUT_OF_REACH = UnservedReason.OUT_OF_REACH.value, UnservedReason.OUT_OF_REACH.label
    REFUSED = UnservedReason.REFUSED.value, UnservedReason.REFUSED.label
    BELOW_LOT = UnservedReason.BELOW_LOT.value, UnservedReason.BELOW_LOT.label
    NOT_SHARED = UnservedReason.NOT_SHARED.value, UnservedReason.NOT_SHARED.label
    TOGETHER = UnservedReason.TOGETHER.value, UnservedReason.TOGETHER.label
    WEEK = UnservedReason.WEEK.value, UnservedReason.WEEK.label
    HELD_BACK = UnservedReason.HELD_BACK.value, UnservedReason.HELD_BACK.label
    PROPOSED = UnservedReason.PROPOSED.value, UnservedReason.PROPOSED.label
    TAKEN = UnservedReason.TAKEN.value, UnservedReason.TAKEN.label
    FULL = UnservedReason.FULL.value, UnservedReason.FULL.label
