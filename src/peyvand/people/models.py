from datetime import timedelta

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Concat, Lower

from peyvand.journal.models import PATH_LENGTH
from peyvand.kernel.text import SIGNS_FOLDED
from peyvand.people.enums import (
    ConsentGiver,
    ConsentPurpose,
    ConsentWay,
    DisabilityKind,
    MemberRole,
    OrganisationKind,
    Severity,
    Sex,
)
from peyvand.places.models import Place
from peyvand.scope.encryption import ProtectedField


def path_field() -> models.CharField:
    return models.CharField(max_length=PATH_LENGTH, db_collation="C")


class Organisation(models.Model):
    """The registry of organisations is public. `path` names an organisation from its head office down ("12/40/")."""

    personal_data = "none"

    kind = models.CharField(max_length=24, choices=OrganisationKind.choices)
    name_fa = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160, blank=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="branches")
    path = models.CharField(max_length=PATH_LENGTH, unique=True, db_collation="C")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="organisations")
    search_key = models.CharField(max_length=200, db_collation="C")
    sort_key = models.CharField(max_length=200, db_collation="C")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["sort_key", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(path__endswith="/"), name="organisation_path_ends_with_slash")
        ]

    def __str__(self) -> str:
        return self.name_fa


class Household(models.Model):
    """A family file. The row itself names nobody; names and contact stand with its persons."""

    personal_data = "indirect"

    code = models.CharField(max_length=30)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    place_path = path_field()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_path = path_field()
    size = models.PositiveSmallIntegerField(default=1)
    woman_head = models.BooleanField(default=False)
    address = ProtectedField(blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="household_code"),
            models.CheckConstraint(condition=Q(size__gte=1), name="household_size"),
        ]
        indexes = [
            models.Index(fields=["place_path", "id"], name="household_place"),
            models.Index(fields=["organisation_path", "id"], name="household_organisation"),
            models.Index(fields=["created_at", "id"], name="household_created"),
            models.Index(fields=["code", "id"], name="household_by_code"),
            models.Index(fields=["size", "id"], name="household_by_size"),
        ]

    def __str__(self) -> str:
        return self.code


class Person(models.Model):
    """A name is seen by those who have the area, the organisation and a task with the household; and by the person."""

    personal_data = "direct"

    household = models.ForeignKey(Household, null=True, on_delete=models.PROTECT, related_name="persons")
    is_head = models.BooleanField(default=False)
    given_name = models.CharField(max_length=80)
    family_name = models.CharField(max_length=80)
    search_key = models.CharField(max_length=200, db_collation="C")
    sort_key = models.CharField(max_length=200, db_collation="C")
    sex = models.CharField(max_length=6, choices=Sex.choices, blank=True)
    birth_year = models.SmallIntegerField(null=True)  # Jalali
    national_id = ProtectedField(blank=True, default="")
    national_id_index = models.CharField(max_length=40, blank=True, default="")
    mobile = ProtectedField(blank=True, default="")
    mobile_index = models.CharField(max_length=40, blank=True, default="")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    place_path = path_field()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_path = path_field()
    residence_vouched_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "national_id_index"],
                condition=~Q(national_id_index=""),
                name="person_national_id",
            ),
            models.UniqueConstraint(fields=["household"], condition=Q(is_head=True), name="household_one_head"),
        ]
        indexes = [
            models.Index(fields=["place_path", "id"], name="person_place"),
            models.Index(fields=["mobile_index"], name="person_mobile"),
        ]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}"


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by user name, as Django's sign-in asks."""


class Account(AbstractBaseUser):
    """Somebody who signs in. What he may do comes from the membership he acts under, never from the account."""

    personal_data = "direct"

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True, default="")
    language = models.CharField(max_length=2, default="fa")
    person = models.OneToOneField(Person, null=True, on_delete=models.SET_NULL, related_name="account")
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    # Kept by the database itself, so that no name is left in it once somebody is erased.
    search_key = models.GeneratedField(
        expression=Lower(
            Func(
                Concat(F("name"), Value(" "), F("username")), *map(Value, SIGNS_FOLDED), function="translate",
                output_field=models.CharField(),
            )
        ),
        output_field=models.CharField(max_length=200, db_collation="C"),
        db_persist=True,
    )  # fmt: skip

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = AccountManager()

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A role in an area for an organisation. One is chosen as the acting role of a sign-in session."""

    personal_data = "indirect"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=24, choices=MemberRole.choices)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                # The day before `since` where it was ended before its first day was over.
                condition=Q(until__isnull=True) | Q(until__gte=F("since") - timedelta(days=1)),
                name="membership_period",
            ),
            models.UniqueConstraint(
                fields=["account", "role", "place", "organisation"],
                condition=Q(until__isnull=True),
                name="membership_once",
            ),
        ]
        # The list stands newest first: a search by a common part of a name then ends after a page of rows.
        indexes = [models.Index(fields=["since", "id"], name="membership_by_since")]


class Task(models.Model):
    """Somebody's work with one household: the third condition for seeing a name."""

    personal_data = "indirect"

    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="tasks")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="tasks")
    organisation_path = path_field()
    place_path = path_field()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household", "membership"], condition=Q(until__isnull=True), name="task_once"
            ),
        ]


class Consent(models.Model):
    """A recorded permission (E-Commerce Act 1382, article 58, asks for an explicit one for health data)."""

    personal_data = "indirect"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=16, choices=ConsentPurpose.choices)
    given_by = models.CharField(max_length=10, choices=ConsentGiver.choices)
    way = models.CharField(max_length=10, choices=ConsentWay.choices)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("given_at")), name="consent_period"
            ),
            models.UniqueConstraint(
                fields=["person", "purpose"], condition=Q(withdrawn_at__isnull=True), name="consent_once"
            ),
        ]


class Disability(models.Model):
    """Kept only under a recorded consent: the row cannot exist without one."""

    personal_data = "health"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="disabilities")
    kind = models.CharField(max_length=14, choices=DisabilityKind.choices)
    severity = models.CharField(max_length=12, choices=Severity.choices, blank=True)
    consent = models.ForeignKey(Consent, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="disability_kind_once")]


class Look(models.Model):
    """A look from outside into an organisation's rows, for a reason and for a day; the organisation sees that it was taken."""

    personal_data = "none"

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="looks")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="looks")
    organisation_path = path_field()
    reason = models.CharField(max_length=300)
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(until__gt=F("since")), name="look_period")]


class AccessGiven(models.Model):
    """That one account gave another its way in (the account, a role, a code), and until when the two do not count as two people.

    Whoever gave it may hold it still: he could act as both. Only added to; several rows of one pair are one fact told again.
    """

    personal_data = "indirect"

    giver = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    receiver = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["giver", "receiver", "until"], name="access_given_pair")]


class SignInCode(models.Model):
    """A single-use way in: a link in a demo, or a code that a facilitator hands over. Only its fingerprint is kept."""

    personal_data = "indirect"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    fingerprint = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
