from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.need.enums import Band
from peyvand.flow.need.models import Need
from peyvand.people.models import Account, Organisation, path_field
from peyvand.places.models import Place
from peyvand.programmes.federations.enums import MeetingState, MemberState, TakingState
from peyvand.resources.models import Specification
from peyvand.scope.encryption import ProtectedField
from peyvand.votes.models import Option, Vote, Voter


class Federation(models.Model):
    """An organisation whose members are organisations. `quorum_percent` is a setting of its own, not an official number."""

    personal_data = "none"

    organisation = models.OneToOneField(Organisation, primary_key=True, on_delete=models.PROTECT, related_name="+")
    organisation_path = path_field()
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    place_path = path_field()
    quorum_percent = models.PositiveSmallIntegerField(default=50)
    last_number = models.PositiveIntegerField(default=0)  # of its decisions
    founded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quorum_percent__lte=99), name="federation_quorum"),
        ]


class Meeting(models.Model):
    """A sitting of the general assembly. `members`, `needed` and `present` are those of its day."""

    personal_data = "indirect"

    federation = models.ForeignKey(Federation, on_delete=models.PROTECT, related_name="meetings")
    place_path = path_field()
    organisation_path = path_field()
    state = models.CharField(max_length=10, choices=MeetingState.choices)
    date = models.DateField()
    where = models.CharField(max_length=120, blank=True, default="")
    agenda = ArrayField(models.CharField(max_length=160))
    minutes = models.CharField(max_length=3000, blank=True, default="")
    called_at = models.DateTimeField()
    members = models.PositiveSmallIntegerField(default=0)
    needed = models.PositiveSmallIntegerField(default=0)
    present = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(present__lte=F("members"), needed__lte=F("members")), name="meeting_within_members"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["called", "cancelled"], present=0)
                | Q(state__in=["held", "closed"], needed__gte=1),
                name="meeting_held_whole",
            ),
        ]
        indexes = [models.Index(fields=["federation", "-date"], name="federation_meeting_newest")]


class Decision(models.Model):
    """What a meeting with a quorum put to the vote, and how the members present voted."""

    personal_data = "indirect"

    federation = models.ForeignKey(Federation, on_delete=models.PROTECT, related_name="decisions")
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="decisions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=300)
    in_favour = models.PositiveSmallIntegerField()
    against = models.PositiveSmallIntegerField()
    abstained = models.PositiveSmallIntegerField()
    passed = models.GeneratedField(
        expression=Q(in_favour__gt=F("against")),  # type: ignore[arg-type]  # the stubs know no condition here
        output_field=models.BooleanField(),
        db_persist=True,
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["federation", "number"], name="federation_decision_number")]


class Member(models.Model):
    """An organisation in a federation, as dated rows: never twice at once (an exclusion constraint).

    `since` is its first day as a member and `until` the last; who asked, admitted and ended it stand beside, and the
    decision of the assembly where there was one.
    """

    personal_data = "reference"

    federation = models.ForeignKey(Federation, on_delete=models.PROTECT, related_name="members")
    place_path = path_field()
    organisation_path = path_field()  # of the federation
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    member_path = path_field()
    state = models.CharField(max_length=10, choices=MemberState.choices)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    since = models.DateField(null=True)
    admitted_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    until = models.DateField(null=True)
    ended_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    decision = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["federation", "organisation"], condition=Q(until__isnull=True), name="federation_member_once"
            ),
            models.CheckConstraint(condition=~Q(federation=F("organisation")), name="federation_not_of_itself"),
            models.CheckConstraint(
                condition=Q(state="asked", since__isnull=True, until__isnull=True)
                | Q(state="member", since__isnull=False, until__isnull=True)
                | Q(state="left", since__isnull=False, until__gte=F("since"))
                | Q(state__in=["declined", "withdrawn"], since__isnull=True, until__isnull=False),
                name="federation_member_whole",
            ),
        ]
        indexes = [models.Index(fields=["member_path", "federation"], name="federation_member_path")]


class Representative(models.Model):
    """Who speaks for a member in the assembly and votes for it; one at a time, named by the member itself."""

    personal_data = "direct"

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="representatives")
    name = ProtectedField()
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member"], condition=Q(until__isnull=True), name="representative_one")
        ]


class Presence(models.Model):
    """A member that was represented at a meeting."""

    personal_data = "none"

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="presences")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "member"], name="member_present_once")]


class Election(models.Model):
    """A vote in which the members elect the board. Its roll is one entry for each member, fixed once it is open."""

    personal_data = "none"

    vote = models.OneToOneField(Vote, primary_key=True, on_delete=models.PROTECT, related_name="+")
    federation = models.ForeignKey(Federation, on_delete=models.PROTECT, related_name="elections")
    term_months = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(term_months__gte=1, term_months__lte=120), name="election_term")
        ]


class BoardCandidate(models.Model):
    """A member that stands for the board, as an option of the vote: seats belong to organisations, so no person is named."""

    personal_data = "none"

    option = models.OneToOneField(Option, primary_key=True, on_delete=models.PROTECT, related_name="+")
    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="candidates")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["election", "member"], name="board_candidate_once")]


class Elector(models.Model):
    """Which entry of the roll is a member's: one member, one ballot."""

    personal_data = "reference"

    voter = models.OneToOneField(Voter, primary_key=True, on_delete=models.PROTECT, related_name="+")
    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="electors")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["election", "member"], name="elector_one_member_one_ballot")]


class FederationSeat(models.Model):
    """A seat on the board: whom an election gave it, from a day until another (the first it no longer holds)."""

    personal_data = "none"

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="seats")
    federation = models.ForeignKey(Federation, on_delete=models.PROTECT, related_name="seats")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["election", "member"], name="federation_seat_once"),
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="federation_seat_period"),
        ]


class SharedNeed(models.Model):
    """What the members are told of a need one of them holds; kept beside it, for they may not read the need itself.

    `place` is the county of a family's need, and the place itself only where the need is nobody's alone. No name, no
    address, no word written about a person. `left` follows the need; `asked` is what members took of it and its holder has not
    answered (a trigger follows the takings, which the others may not read); `unshared_at` says that its holder took it back.
    """

    personal_data = "indirect"

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="+")
    federation = models.ForeignKey(Federation, on_delete=models.PROTECT, related_name="shared")
    holder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    holder_path = path_field()
    specification = models.ForeignKey(Specification, on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    left = models.PositiveIntegerField()
    asked = models.PositiveBigIntegerField(default=0)
    band = models.CharField(max_length=8, choices=Band.choices)
    opened_date = models.DateField()
    shared_at = models.DateTimeField()
    unshared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["need", "federation"], name="shared_need_once"),
            models.CheckConstraint(condition=Q(left__lte=F("quantity"), quantity__gte=1), name="shared_need_left"),
        ]
        indexes = [models.Index(fields=["federation", "opened_date", "id"], name="shared_need_by_age")]


class Taking(models.Model):
    """A member's word "we take this one", with the offer it comes from; the holder's yes makes it a promise of the core."""

    personal_data = "none"

    shared = models.ForeignKey(SharedNeed, on_delete=models.CASCADE, related_name="takings")
    holder_path = path_field()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    taker_path = path_field()
    capacity = models.ForeignKey(Capacity, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    due_date = models.DateField()
    state = models.CharField(max_length=10, choices=TakingState.choices)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    commitment = models.OneToOneField(Commitment, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shared", "organisation"], condition=Q(state="asked"), name="taking_asked_once"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="taking_quantity"),
            models.CheckConstraint(
                condition=Q(state="asked", answered_at__isnull=True, commitment__isnull=True)
                | Q(state="promised", answered_at__isnull=False, commitment__isnull=False)
                | Q(state__in=["declined", "withdrawn"], answered_at__isnull=False, commitment__isnull=True),
                name="taking_answered_whole",
            ),
        ]
