from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class IdeaState(TextChoices):
    TOLD = "told", _("Waiting for its study")
    JOINED = "joined", _("Joined to another")
    STUDIED = "studied", _("Study published")
    INFEASIBLE = "infeasible", _("Not feasible")
    ON_BALLOT = "on_ballot", _("Put to the vote")
    CHOSEN = "chosen", _("Chosen by the residents")
    PLANNED = "planned", _("Has a plan")
