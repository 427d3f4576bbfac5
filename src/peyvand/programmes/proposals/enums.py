from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class ProposalState(TextChoices):
    RECEIVED = "received", _("Received")
    ROUTED = "routed", _("Waiting for the answer")
    ANSWERED = "answered", _("Accepted")
    UNDER_WAY = "under_way", _("Under way")
    DONE = "done", _("Carried out")
    NOT_DONE = "not_done", _("Not carried out")
    REFUSED = "refused", _("Refused, with reasons")
    WITHDRAWN = "withdrawn", _("Withdrawn by its author")


# Proposals that still wait for an answer, those of which something was promised, and those whose story has ended.
OPEN = (ProposalState.RECEIVED, ProposalState.ROUTED)
PROMISED = (ProposalState.ANSWERED, ProposalState.UNDER_WAY)
ENDED = (ProposalState.DONE, ProposalState.NOT_DONE, ProposalState.REFUSED, ProposalState.WITHDRAWN)


class Decision(TextChoices):
    ACCEPTED = "accepted", _("Accepted")
    PARTLY = "partly", _("Accepted in part")
    REFUSED = "refused", _("Refused, with reasons")


class HappeningKind(TextChoices):
    WRITTEN = "written", _("Handed in")
    ROUTED = "routed", _("Sent to the body in charge")
    MERGED = "merged", _("Joined to a like proposal")
    TOOK_IN = "took_in", _("A like proposal was joined to it")
    UNMERGED = "unmerged", _("Stands by itself again")
    LET_GO = "let_go", _("A proposal that was joined stands by itself again")
    ANSWERED = "answered", _("Answered")
    REPORTED = "reported", _("What became of the proposal")
    WITHDRAWN = "withdrawn", _("Withdrawn by its author")
    CHOOSING = "choosing", _("Its authors choose who speaks for the theme")
    CHOSEN = "chosen", _("A representative speaks for the theme now")
    SPOKEN = "spoken", _("The representative brought the theme's words to a session")
    STEPPED = "stepped", _("A representative of the theme stepped back")


class ChoosingState(TextChoices):
    OPEN = "open", _("Authors stand and choose")
    COUNTED = "counted", _("Counted")


class Vote(IntegerChoices):
    AGREE = 1, _("I agree")
    PASS = 0, _("I pass")
    DISAGREE = -1, _("I disagree")
