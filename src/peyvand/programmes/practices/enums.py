from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PracticeState(TextChoices):
    DRAFT = "draft", _("Being written")
    PLANNED = "planned", _("A plan")
    RUNNING = "running", _("Under way")
    PUBLISHED = "published", _("Done, to be copied")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# What everyone with a role may read; the others are of those who write them.
SHOWN = (PracticeState.PLANNED, PracticeState.RUNNING, PracticeState.PUBLISHED)


class Stage(TextChoices):
    """How far a practice has come from one-off to everywhere (source S0, 0.12); see `rules.stage`."""

    IDEA = "idea", _("No result yet")
    PILOT = "pilot", _("Tried in one place")
    REPEATED = "repeated", _("Repeated")
    GENERAL = "general", _("General")


class WordsState(TextChoices):
    """Of a change that an editor proposes to the words of a teller."""

    OPEN = "open", _("Waits for the teller")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")


class EndingKind(TextChoices):
    """What a reader of a story is asked to do."""

    OFFER = "offer", _("Offer something of the same kind")
    COPY = "copy", _("Copy the practice")
    PAGE = "page", _("Do something on another page of this site")


class SessionState(TextChoices):
    OPEN = "open", _("Takes nominations")
    CLOSED = "closed", _("Book closed")


class NominationState(TextChoices):
    PROPOSED = "proposed", _("Waits for a decision")
    ACCEPTED = "accepted", _("In the book")
    DECLINED = "declined", _("Not in the book")


class CelebrationState(TextChoices):
    PLANNED = "planned", _("To come")
    HELD = "held", _("Held; its story is not told yet")
    TOLD = "told", _("Held and told")
    CALLED_OFF = "called_off", _("Called off")


class HandoverStage(TextChoices):
    """How far a service has passed from an office to people (source S4, 4.13); our own words, no official scale exists."""

    PROPOSED = "proposed", _("Proposed")
    AGREED = "agreed", _("Agreed by both sides")
    TOGETHER = "together", _("Done together")
    LED = "led", _("Led by people, accompanied by the office")
    OWN = "own", _("In the hands of people")
    ENDED = "ended", _("Given back")
