from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ImportKind(TextChoices):
    NEEDS = "needs", _("Needs")
    OFFERS = "offers", _("Capacities")
    FAMILIES = "families", _("Families")
    ORGANISATIONS = "organisations", _("Organisations")


class Remains(TextChoices):
    """Why an undo left a row where it is."""

    PROMISED = "promised", _("Something was promised on it")
    CLOSED = "closed", _("It was closed in the meantime")
    IN_USE = "in_use", _("Others refer to it")
    WORKED_WITH = "worked_with", _("Needs, consents or health data were recorded for it")
    NOT_SEEN = "not_seen", _("It lies outside what your role sees now")
