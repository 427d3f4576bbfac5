"""What councils keep: their seats, sessions, resolutions and voices."""

from django.db import models
from django.db.models import F, Q

from peyvand.people.models import Account, Organisation, path_field
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.programmes.neighbourhoods import (  # Django looks for tables in this module alone
    board_models,  # noqa: F401
    clash_models,  # noqa: F401
)
from peyvand.programmes.neighbourhoods.enums import (
    CouncilState,
    ResolutionState,
    SeatRole,
    SessionState,
    VoiceState,
)


class CouncilKind(models.Model):
    """A kind of council or committee: configuration, with its source. Quorum and clock are settings of those who run the site."""

    personal_data = "none"

    slug = models.CharField(max_length=40, unique=True)
    name_fa = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    level = models.CharField(max_length=20, choices=PlaceKind.choices)
    upper = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    part_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="committees")
    name_set = models.CharField(max_length=40, blank=True, default="")  # committees differ from province to province
    is_temporary = models.BooleanField(default=False)
    chair_fa = models.CharField(max_length=80, blank=True, default="")
    chair_en = models.CharField(max_length=80, blank=True, default="")
    quorum_percent = models.PositiveSmallIntegerField(default=50)
    answer_days = models.PositiveSmallIntegerField(default=10)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quorum_percent__lte=100, answer_days__gte=1) & ~Q(source=""), name="council_kind_whole"
            )
        ]

    @property
    def quorum_share(self) -> float:
        return self.quorum_percent / 100


class Council(models.Model):
    """One of a kind at a place, for good: a term ends with its seats, the row and all that hangs on it stay with the place."""

    personal_data = "none"

    kind = models.ForeignKey(CouncilKind, on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    place_path = path_field()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")  # keeps its papers
    organisation_path = path_field()
    part_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="committees")
    state = models.CharField(max_length=10, choices=CouncilState.choices)
    founded_at = models.DateTimeField()
    dissolved_at = models.DateTimeField(null=True)
    last_number = models.PositiveIntegerField(default=0)  # of its resolutions

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "kind"], name="council_once_at_a_place"),
            models.CheckConstraint(
                condition=Q(state="dissolved", dissolved_at__isnull=False)
                | Q(state="standing", dissolved_at__isnull=True),
                name="council_dissolved_whole",
            ),
        ]
        indexes = [models.Index(fields=["place_path", "id"], name="council_place")]


class Seat(models.Model):
    """A seat of a term, named by its office ("health house", "trusted person"); whoever sits on it stands apart."""

    personal_data = "none"

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="seats")
    title = models.CharField(max_length=120)
    role = models.CharField(max_length=10, choices=SeatRole.choices)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True)  # the last day

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="seat_period"),
            models.UniqueConstraint(
                fields=["council"], condition=Q(role="chair", until__isnull=True), name="council_one_chair"
            ),
        ]


class SeatHolder(models.Model):
    """Who sits on a seat: seen by those who keep the council's papers, forgotten some time after the term."""

    personal_data = "direct"

    seat = models.OneToOneField(Seat, primary_key=True, on_delete=models.CASCADE, related_name="holder")
    name = models.CharField(max_length=120)


class Session(models.Model):
    """A sitting. `seats`, `needed` and `present` are those of its day; without a quorum nothing is resolved in it."""

    personal_data = "none"

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="sessions")
    place_path = path_field()
    organisation_path = path_field()
    state = models.CharField(max_length=10, choices=SessionState.choices)
    date = models.DateField()
    where = models.CharField(max_length=120, blank=True, default="")
    called_at = models.DateTimeField()
    seats = models.PositiveSmallIntegerField(default=0)
    needed = models.PositiveSmallIntegerField(default=0)
    present = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(present__lte=F("seats"), needed__lte=F("seats")), name="session_quorum_within_seats"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["called", "cancelled"], present=0)
                | Q(state__in=["held", "minuted"], needed__gte=1),
                name="session_held_whole",
            ),
        ]
        indexes = [models.Index(fields=["council", "-date"], name="session_newest")]


class AgendaItem(models.Model):
    """What was to be spoken of, and what was said of it."""

    personal_data = "indirect"

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=160)
    said = models.CharField(max_length=500, blank=True, default="")
    speaker = models.CharField(max_length=120, blank=True, default="")  # who spoke to it: an office, not a name

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "position"], name="agenda_position")]


class Attendance(models.Model):
    personal_data = "none"

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="attendances")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "seat"], name="present_once")]


class Resolution(models.Model):
    """What a session with a quorum decided: somebody owes it by a day, and it is followed until it is done."""

    personal_data = "indirect"

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="resolutions")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="resolutions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=ResolutionState.choices)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    owner_path = path_field()
    place_path = path_field()
    organisation_path = path_field()
    decided_date = models.DateField()
    due_date = models.DateField()
    reported_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["council", "number"], name="resolution_number"),
            models.CheckConstraint(condition=~Q(confirmed_by=F("reported_by")), name="resolution_two_people"),
            models.CheckConstraint(condition=Q(due_date__gte=F("decided_date")), name="resolution_due_after_decision"),
            models.CheckConstraint(
                condition=Q(state__in=["done", "dropped"], closed_at__isnull=False)
                | ~Q(state__in=["done", "dropped"]) & Q(closed_at__isnull=True),
                name="resolution_closed_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["reported", "done"]) | Q(reported_at__isnull=False),
                name="resolution_done_was_reported",
            ),
        ]
        indexes = [
            models.Index(fields=["place_path", "due_date", "id"], name="resolution_place"),
            models.Index(fields=["owner_path", "state"], name="resolution_owner"),
            models.Index(fields=["due_date", "id"], name="resolution_due"),
        ]


class ResolutionStep(models.Model):
    """One step of its follow-up, with the words of whoever took it."""

    personal_data = "indirect"

    resolution = models.ForeignKey(Resolution, on_delete=models.CASCADE, related_name="steps")
    act = models.CharField(max_length=12)
    note = models.CharField(max_length=300, blank=True, default="")
    due_date = models.DateField()  # as it stood after the step
    at = models.DateTimeField()
    by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")


class Voice(models.Model):
    """What a council sends up the ladder. It waits at one council at a time (`at`), whose clock runs."""

    personal_data = "indirect"

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="voices")
    title = models.CharField(max_length=160)
    body = models.CharField(max_length=1500)
    state = models.CharField(max_length=10, choices=VoiceState.choices)
    at = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="+")
    at_path = path_field()  # of the organisation that keeps the council it waits at
    place_path = path_field()
    organisation_path = path_field()
    sent_at = models.DateTimeField()
    answer_by = models.DateField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["settled", "withdrawn"], closed_at__isnull=False)
                | ~Q(state__in=["settled", "withdrawn"]) & Q(closed_at__isnull=True),
                name="voice_closed_whole",
            ),
            models.CheckConstraint(condition=~Q(council=F("at")), name="voice_goes_up"),
        ]
        indexes = [models.Index(fields=["place_path", "answer_by", "id"], name="voice_place")]


class Rung(models.Model):
    """A stay of a voice at one council: when it came, by when an answer was owed, and what came of it."""

    personal_data = "indirect"

    voice = models.ForeignKey(Voice, on_delete=models.CASCADE, related_name="rungs")
    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="+")
    arrived_at = models.DateTimeField()
    answer_by = models.DateField()
    left_at = models.DateTimeField(null=True)
    asked = models.CharField(max_length=1500, blank=True, default="")  # why it was raised again
    answer = models.CharField(max_length=1500, blank=True, default="")
    passed_on = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["voice"], condition=Q(left_at__isnull=True), name="voice_at_one_rung"),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True, answer="", passed_on=False) | Q(left_at__isnull=False),
                name="rung_left_whole",
            ),
        ]


class Hearing(models.Model):
    """That somebody of the council where it waited heard a voice: in which role and for whom, once each."""

    personal_data = "reference"

    voice = models.ForeignKey(Voice, on_delete=models.CASCADE, related_name="hearings")
    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=24)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["voice", "council", "account"], name="heard_once")]
