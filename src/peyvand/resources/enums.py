from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Action(TextChoices):
    """Actions of ValueFlows 1.0: what happens to the resource."""

    WORK = "work", _("Work")
    DELIVER_SERVICE = "deliverService", _("Service")
    USE = "use", _("Use of a thing or place")
    TRANSFER_CUSTODY = "transferCustody", _("Loan of a thing")
    TRANSFER = "transfer", _("Gift of a thing")


class HelpKind(TextChoices):
    RELIEF = "relief", _("Relief")
    EMPOWERMENT = "empowerment", _("Empowerment")


class CbrComponent(TextChoices):
    """The five components of the CBR matrix (WHO, ILO, UNESCO and IDDC guidelines, 2010)."""

    HEALTH = "health", _("Health")
    EDUCATION = "education", _("Education")
    LIVELIHOOD = "livelihood", _("Livelihood")
    SOCIAL = "social", _("Social")
    EMPOWERMENT = "empowerment", _("Empowerment")


class Unit(TextChoices):
    """The choices of `kernel.quantities.Unit` with their names."""

    PIECE = "piece", _("piece")
    HOUR = "hour", _("hour")
    SESSION = "session", _("session")
    PERSON = "person", _("person")
    SEAT = "seat", _("seat")
    DAY = "day", _("day")
    MONTH = "month", _("month")
    KILOGRAM = "kg", _("kilogram")
    KILOWATT_HOUR = "kWh", _("kilowatt-hour")
    RIAL = "rial", _("rial")


class QualityKind(TextChoices):
    """What a rule of the match can ask for. All licences, skills and ways in are needed; of languages one is enough."""

    LICENCE = "licence", _("Licence")
    SKILL = "skill", _("Skill")
    LANGUAGE = "language", _("Language")
    ACCESS = "access", _("Access to the place")
