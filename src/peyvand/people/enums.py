from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrganisationKind(TextChoices):
    AGENCY = "agency", _("Agency")
    CHARITY = "charity", _("Charity")
    NGO = "ngo", _("NGO")
    FIRM = "firm", _("Firm")
    COOPERATIVE = "cooperative", _("Co-operative")
    BANK = "bank", _("Bank")
    FUND = "fund", _("Fund")
    JIHADI_GROUP = "jihadi_group", _("Jihadi group")
    POSITIVE_LIFE_CENTRE = "positive_life_centre", _("Positive-Life centre")
    UNIVERSITY = "university", _("University")
    ASSOCIATION = "association", _("Association")


class MemberRole(TextChoices):
    """The roles a membership may carry, with their names; values are those of `scope.acting.Role`."""

    RESIDENT = "resident", _("Resident")
    FACILITATOR = "facilitator", _("Facilitator")
    SOCIAL_WORKER = "social_worker", _("Social worker")
    ORGANISATION_MANAGER = "organisation_manager", _("Organisation manager")
    FIELD_LEADER = "field_leader", _("Field leader")
    COUNTY_OFFICER = "county_officer", _("County officer")
    HQ_LEADER = "hq_leader", _("HQ leader")
    GOVERNOR_OFFICE = "governor_office", _("Governor's office")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


class Sex(TextChoices):
    WOMAN = "woman", _("Woman")
    MAN = "man", _("Man")


class DisabilityKind(TextChoices):
    """Working groups of domain section 1.14; the Act of 1396, article 1, names them more broadly."""

    PHYSICAL = "physical", _("Physical")
    INTELLECTUAL = "intellectual", _("Intellectual")
    VISUAL = "visual", _("Visual")
    HEARING = "hearing", _("Hearing")
    PSYCHIATRIC = "psychiatric", _("Chronic psychiatric illness")
    SPEECH = "speech", _("Speech")
    MULTIPLE = "multiple", _("Multiple")


class Severity(TextChoices):
    MILD = "mild", _("Mild")
    MODERATE = "moderate", _("Moderate")
    SEVERE = "severe", _("Severe")
    VERY_SEVERE = "very_severe", _("Very severe")


class ConsentPurpose(TextChoices):
    KEEP_FILE = "keep_file", _("Keeping a family file")
    KEEP_HEALTH = "keep_health", _("Keeping health and disability data")
    SHARE_CONTACT = "share_contact", _("Giving contact details to the one who helps")
    TELL_STORY = "tell_story", _("Being shown in a story")


class ConsentWay(TextChoices):
    PAPER = "paper", _("On paper")
    SPOKEN = "spoken", _("Spoken, before a witness")
    ONLINE = "online", _("Online")


class ConsentGiver(TextChoices):
    SELF = "self", _("The person")
    GUARDIAN = "guardian", _("The guardian")
