"""Acts and states in words, for the one refusal that names them (`kernel.states.WrongState`)."""

from django.utils.translation import gettext_lazy as _

ACTS = {
    "vouch_need": _("vouching for the need"),
    "withdraw_need": _("withdrawing the need"),
    "reopen_need": _("opening the need again"),
    "redraft_need": _("taking up the need's draft again"),
    "open_capacity": _("opening the offer"),
    "pause_capacity": _("pausing the offer"),
    "resume_capacity": _("resuming the offer"),
    "close_capacity": _("closing the offer"),
    "commit": _("promising"),
    "accept_commitment": _("accepting the promise"),
    "withdraw_commitment": _("taking the promise back"),
    "break_commitment": _("calling the promise broken"),
    "submit_story": _("sending the story for review"),
    "return_story": _("giving the story back"),
    "publish_story": _("publishing the story"),
    "withdraw_story": _("withdrawing the story"),
    "review_story": _("giving the story back for another look"),
}
STATES = {
    "draft": _("Draft"),
    "open": _("Open"),
    "paused": _("Paused"),
    "closed": _("Closed"),
    "offered": _("Offered"),
    "accepted": _("Accepted"),
    "kept": _("Kept"),
    "broken": _("Broken"),
    "withdrawn": _("Withdrawn"),
    "lapsed": _("Lapsed"),
    "submitted": _("Waiting for review"),
    "published": _("Published"),
}
