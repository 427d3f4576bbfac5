from django.db import models
from django.db.models import F, Q

from peyvand.people.models import Account
from peyvand.programmes.proposals.enums import ChoosingState
from peyvand.programmes.proposals.models import Theme
from peyvand.scope.encryption import ProtectedField


class Choosing(models.Model):
    """The authors of a theme choose who speaks for it, until a day. `with_supporters`: those who support its proposals choose too.

    `voters` is how many gave their voice, once it was counted; the voices themselves are erased then.
    """

    personal_data = "none"

    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="choosings")
    state = models.CharField(max_length=10, choices=ChoosingState.choices)
    with_supporters = models.BooleanField(default=False)
    seats = models.PositiveSmallIntegerField(default=1)
    term_months = models.PositiveSmallIntegerField(default=12)
    closes_date = models.DateField()  # the last day on which one stands and chooses
    opened_at = models.DateTimeField()
    voters = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["theme"], condition=Q(state="open"), name="choosing_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(seats__gte=1, seats__lte=3, term_months__gte=1, term_months__lte=24), name="choosing_terms"
            ),
            models.CheckConstraint(
                condition=Q(state="open", voters__isnull=True) | Q(state="counted", voters__isnull=False),
                name="choosing_counted_whole",
            ),
        ]


class Candidate(models.Model):
    """An author of the theme who agrees to speak for it. Chosen, it speaks from `since` until `until` (the first day it no longer does).

    `withdrawn_at`: it stands, or speaks, no longer. Without a name here: that is `CandidateName`.
    """

    personal_data = "reference"

    choosing = models.ForeignKey(Choosing, on_delete=models.PROTECT, related_name="candidates")
    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=500)
    stood_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    voices = models.PositiveIntegerField(null=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["choosing", "account"], name="theme_candidate_once"),
            models.CheckConstraint(condition=~Q(text=""), name="theme_candidate_words"),
            models.CheckConstraint(
                condition=Q(since__isnull=True, until__isnull=True)
                | Q(since__isnull=False, until__isnull=False, until__gte=F("since"), voices__gte=1),
                name="theme_candidate_term",
            ),
        ]
        indexes = [models.Index(fields=["theme", "until"], name="theme_candidate_speaking")]


class CandidateName(models.Model):
    """Its name, read by the authors of the theme and the bodies they speak before; by everyone only where it said so (`is_public`)."""

    personal_data = "direct"

    candidate = models.OneToOneField(Candidate, primary_key=True, on_delete=models.CASCADE, related_name="+")
    name = ProtectedField()
    is_public = models.BooleanField(default=False)


class Voice(models.Model):
    """One account, one voice, changeable while it is open; seen by nobody else and erased with the count."""

    personal_data = "reference"

    choosing = models.ForeignKey(Choosing, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["choosing", "account"], name="one_account_one_voice")]


class ThemeWords(models.Model):
    """What a representative said for the theme at a session, in writing."""

    personal_data = "indirect"

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="words")
    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="+")
    session = models.CharField(max_length=160)
    on = models.DateField()
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text="") & ~Q(session=""), name="theme_words_whole")]
