from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from peyvand.people.models import Account, Membership, Organisation, path_field
from peyvand.places.models import Place
from peyvand.scope.encryption import ProtectedField
from peyvand.votes.enums import BallotKind, Completion, CountStep, Method, Ties, Utility, Voted, VoteState, Way


class Vote(models.Model):
    """A vote, its rule and its result. The counters are kept by triggers: ballots never outnumber the marks of the roll.

    Money in rial; of an example from elsewhere in hundredths and so on (`digits` after the point) of its own `currency`.
    """

    personal_data = "none"

    title = models.CharField(max_length=160)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    place_path = path_field()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_path = path_field()
    state = models.CharField(max_length=10, choices=VoteState.choices)
    opens_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    method = models.CharField(max_length=14, choices=Method.choices)
    kind = models.CharField(max_length=10, choices=BallotKind.choices)
    utility = models.CharField(max_length=6, choices=Utility.choices)
    completion = models.CharField(max_length=20, choices=Completion.choices)
    step = models.PositiveBigIntegerField(default=1)
    ties = models.CharField(max_length=8, choices=Ties.choices)
    budget = models.PositiveBigIntegerField(default=0)
    seats = models.PositiveSmallIntegerField(default=0)
    threshold = models.PositiveIntegerField(default=0)
    skip = models.BooleanField(default=True)
    most_choices = models.PositiveSmallIntegerField(default=0)
    most_points = models.PositiveBigIntegerField(default=0)
    lot = models.CharField(max_length=32, blank=True, default="")
    marked_code = models.PositiveIntegerField(default=0)
    marked_paper = models.PositiveIntegerField(default=0)
    sealed = models.PositiveIntegerField(default=0)
    papers = models.PositiveIntegerField(default=0)
    aside = models.PositiveIntegerField(default=0)  # papers of the box that were not counted
    counted = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField(null=True)
    count_asked_at = models.DateTimeField(null=True)  # with the attempts, the mark of one start of a count
    count_attempts = models.PositiveSmallIntegerField(default=0)
    count_step = models.CharField(max_length=10, choices=CountStep.choices, blank=True, default="")
    count_read = models.PositiveIntegerField(default=0)
    count_failed = models.BooleanField(default=False)
    result = models.JSONField(null=True)
    reason = models.CharField(max_length=300, blank=True, default="")
    example = models.BooleanField(default=False)
    source = models.CharField(max_length=200, blank=True, default="")
    currency = models.CharField(max_length=10, blank=True, default="")
    digits = models.PositiveSmallIntegerField(default=0)
    created_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(sealed__lte=F("marked_code")), name="vote_one_ballot_each"),
            models.CheckConstraint(condition=Q(papers__lte=F("marked_paper")), name="vote_one_paper_each"),
            models.CheckConstraint(
                condition=Q(example=True) | Q(counted__lte=F("marked_code") + F("marked_paper")),
                name="vote_never_one_over",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "cancelled"])
                | Q(example=True)
                | Q(opens_at__isnull=False, closes_at__gt=F("opens_at")) & ~Q(lot=""),
                name="vote_open_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="counted", counted_at__isnull=False, result__isnull=False)
                | ~Q(state="counted") & Q(counted_at__isnull=True, result__isnull=True),
                name="vote_counted_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="counted") | Q(example=True) | Q(counted=F("sealed") + F("papers")),
                name="vote_every_ballot_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="counting") | Q(count_asked_at__isnull=False, count_failed=False),
                name="vote_count_asked_whole",
            ),
            models.CheckConstraint(condition=~Q(state="cancelled") | ~Q(reason=""), name="vote_called_off_with_reason"),
            models.CheckConstraint(condition=Q(budget__gte=1) | Q(seats__gte=1), name="vote_for_something"),
            models.CheckConstraint(condition=Q(example=False) | ~Q(source=""), name="vote_example_source"),
        ]
        indexes = [models.Index(fields=["place_path", "id"], name="vote_place")]

    def __str__(self) -> str:
        return self.title


class Option(models.Model):
    """What can be chosen: a project with its cost in the vote's money, or a person (cost 1). Fixed once the vote is open."""

    personal_data = "none"

    vote = models.ForeignKey(Vote, on_delete=models.CASCADE, related_name="options")
    number = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=40, blank=True, default="")  # its name in the file it came from
    title = models.CharField(max_length=200)
    cost = models.PositiveBigIntegerField(default=1)

    class Meta:
        ordering = ["vote_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["vote", "number"], name="option_number"),
            models.CheckConstraint(condition=Q(cost__gte=1, number__gte=1), name="option_whole"),
        ]

    def __str__(self) -> str:
        return self.title


class Voter(models.Model):
    """An entry of the roll: who may vote, who answers for it, and whether a ballot was given; never when, nor which.

    `known_by` tells two people of one name apart (a number, or the father's name); `trusted` is the trusted local who
    vouches where the facilitator himself does not know the person.
    """

    personal_data = "direct"

    vote = models.ForeignKey(Vote, on_delete=models.PROTECT, related_name="voters")
    name = ProtectedField(blank=True, default="")
    known_by = ProtectedField(blank=True, default="")
    trusted = ProtectedField(blank=True, default="")
    who = models.CharField(max_length=40)  # blind index of name and number together: one entry each
    same_name = models.CharField(
        max_length=40, blank=True, default=""
    )  # blind indexes of each alone, to find like entries
    same_number = models.CharField(max_length=40, blank=True, default="")
    vouched_by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    vouched_at = models.DateTimeField()
    code_hash = models.CharField(max_length=40, blank=True, default="")
    code_way = models.CharField(max_length=5, choices=Way.choices, blank=True, default="")
    voted = models.CharField(max_length=5, choices=Voted.choices, blank=True, default="")
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vote", "who"], name="voter_once"),
            models.UniqueConstraint(fields=["vote", "code_hash"], condition=~Q(code_hash=""), name="voter_code"),
        ]


class Sealed(models.Model):
    """A ballot in the urn, encrypted; nobody's role reads it. The count takes all of a vote out and leaves none."""

    personal_data = "none"

    id = models.UUIDField(primary_key=True, default=uuid4)
    vote = models.ForeignKey(Vote, on_delete=models.PROTECT, related_name="+")
    content = ProtectedField()


class Paper(models.Model):
    """A paper out of the box, by the number printed on it, entered by one person and again by another. Gone after the count."""

    personal_data = "reference"

    vote = models.ForeignKey(Vote, on_delete=models.PROTECT, related_name="+")
    receipt = models.CharField(max_length=16)
    first = models.JSONField()
    first_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    second = models.JSONField(null=True)
    second_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    agreed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vote", "receipt"], name="paper_once"),
            models.CheckConstraint(condition=~Q(second_by=F("first_by")), name="paper_two_people"),
            models.CheckConstraint(
                condition=Q(agreed=False) | Q(second=F("first"), second_by__isnull=False), name="paper_agreed_whole"
            ),
        ]


class Ballot(models.Model):
    """A counted ballot, open to everyone from five on: what it says, and the number on its voter's receipt. Nothing else."""

    personal_data = "none"

    id = models.UUIDField(primary_key=True, default=uuid4)
    vote = models.ForeignKey(Vote, on_delete=models.PROTECT, related_name="ballots")
    receipt = models.CharField(max_length=40)
    options = ArrayField(models.PositiveSmallIntegerField())
    points = ArrayField(models.PositiveIntegerField(), default=list)

    class Meta:
        indexes = [models.Index(fields=["vote", "receipt"], name="ballot_receipt")]
