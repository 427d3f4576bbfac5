from django.db import models
from django.db.models import F, Q

from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.enums import (
    UNFINISHED_RUNS,
    CommitmentState,
    DeclineReason,
    GaveWay,
    PairReason,
    RunFailure,
    RunState,
    RunStep,
    Side,
    SuggestionState,
    UnservedReason,
)
from peyvand.flow.need.models import Need
from peyvand.people.models import Membership, Organisation, path_field
from peyvand.places.models import Place
from peyvand.resources.models import Specification


class MatchingRun(models.Model):
    """One run of the matching over a territory: asked for, carried out by a job, and reproducible from its stored inputs.

    `started_at` is when it was asked for. `attempts` numbers the starts: what belongs to an earlier one can neither report nor
    finish. What changed since `previous`, the run before it of the same territory and organisation, is counted in needs:
    `fresh` have a suggestion and had none, `moved` have another one, `gone` have none any more, of `unchanged` nothing changed.
    """

    personal_data = "none"

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    place_path = path_field()
    organisation_path = path_field()
    run_by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=RunState.choices, default=RunState.WAITING)
    step = models.CharField(max_length=8, choices=RunStep.choices, blank=True, default="")
    failure = models.CharField(max_length=8, choices=RunFailure.choices, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    previous = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    needs = models.PositiveIntegerField(default=0)
    capacities = models.PositiveIntegerField(default=0)
    served = models.PositiveIntegerField(default=0)  # needs that have at least one suggestion
    unserved = models.PositiveIntegerField(default=0)
    fresh = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    gone = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    # Fingerprints of what it was computed from and of what came out; whether computing it again gave the same.
    inputs_sha256 = models.CharField(max_length=64, blank=True, default="")
    result_sha256 = models.CharField(max_length=64, blank=True, default="")
    repeat_asked_at = models.DateTimeField(null=True)
    repeated_at = models.DateTimeField(null=True)
    repeat_same = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="matching_run_state"),
            models.CheckConstraint(
                condition=Q(state__in=UNFINISHED_RUNS, finished_at__isnull=True)
                | ~Q(state__in=UNFINISHED_RUNS) & Q(finished_at__isnull=False),
                name="matching_run_finished_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="failed") & ~Q(failure="") | ~Q(state="failed") & Q(failure=""),
                name="matching_run_failed_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(state="undone", undone_at__isnull=False) | ~Q(state="undone") & Q(undone_at__isnull=True),
                name="matching_run_undone_whole",
            ),
            # What did not end well has written nothing.
            models.CheckConstraint(
                condition=Q(state__in=["done", "undone"])
                | Q(served=0, unserved=0, fresh=0, moved=0, gone=0, unchanged=0, result_sha256=""),
                name="matching_run_whole_or_nothing",
            ),
            models.UniqueConstraint(
                fields=["place", "organisation_path"],
                condition=Q(state__in=UNFINISHED_RUNS),
                name="matching_run_one_underway",
            ),
        ]
        indexes = [
            models.Index(fields=["-started_at", "-id"], name="matching_run_newest"),
            models.Index(fields=["place", "organisation_path", "-id"], name="matching_run_of_place"),
        ]

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED_RUNS


class RunInputs(models.Model):
    """What a run was computed from: Parquet files of ids, codes and numbers, without names. Read by jobs alone.

    They lie in the database, so that they are there exactly when the run is, and in the backup with it.
    """

    personal_data = "indirect"

    run = models.OneToOneField(MatchingRun, primary_key=True, on_delete=models.CASCADE, related_name="inputs")
    needs = models.BinaryField()
    capacities = models.BinaryField()
    rules = models.BinaryField(default=b"")  # empty of a run from before there were any
    size = models.PositiveIntegerField()
    expires_at = models.DateTimeField(db_index=True)


class RunFindings(models.Model):
    """What a run says of a whole territory: how its service falls on groups, and which capacity would serve whom.

    `shares` are [table, group, needs, met, met if whoever comes first were served first], where the table is "all", "tenth" (1 the
    most pressing), "county" (a path), "sex" or "disability", and the group null where it is not known. `lacks` are [kind, path of
    the county, units that lack, units that would serve somebody, of these for the worst-off]. Exact: whoever shows them to
    outsiders withholds figures under five. `lots` is null where nothing is bound to lots, else what `LotsKept` says.
    """

    personal_data = "indirect"

    run = models.OneToOneField(MatchingRun, primary_key=True, on_delete=models.CASCADE, related_name="findings")
    shares = models.JSONField()
    lacks = models.JSONField()
    complete = models.BooleanField()
    lots = models.JSONField(null=True)


class Suggestion(models.Model):
    """What a run proposes, with its reasons.

    Where the next run finds the same for a need, the row stays as it is and only `run` moves on; else it gives way.
    `since` is the run that proposed it first, `gave_way_to` the one that ended it without an answer, with the reason.
    The state follows that of the promise made of it; the trigger `suggestion_follows_promise` holds both to that.
    """

    personal_data = "indirect"

    run = models.ForeignKey(MatchingRun, on_delete=models.CASCADE, related_name="suggestions")
    since = models.ForeignKey(MatchingRun, null=True, on_delete=models.SET_NULL, related_name="+")
    gave_way_to = models.ForeignKey(MatchingRun, null=True, on_delete=models.SET_NULL, related_name="+")
    gave_way = models.CharField(max_length=14, choices=GaveWay.choices, blank=True, default="")
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="suggestions")
    capacity = models.ForeignKey(Capacity, on_delete=models.CASCADE, related_name="suggestions")
    # Of its need, and fixed as that is: a trigger writes it, so that a list narrowed to one kind reads an index.
    specification = models.ForeignKey(
        Specification, null=True, editable=False, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    quantity = models.PositiveIntegerField()
    km = models.FloatField(null=True)
    why = models.CharField(max_length=12, choices=PairReason.choices, blank=True, default="")
    priority = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=SuggestionState.choices)
    decline_reason = models.CharField(max_length=16, choices=DeclineReason.choices, blank=True, default="")
    place_path = path_field()
    asker_path = path_field()
    giver_path = path_field()
    giver_place_path = path_field()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="suggestion_quantity"),
            models.CheckConstraint(
                condition=Q(state="declined") & ~Q(decline_reason="") | ~Q(state="declined") & Q(decline_reason=""),
                name="suggestion_declined_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", answered_at__isnull=True)
                | ~Q(state="proposed") & Q(answered_at__isnull=False),
                name="suggestion_answered_whole",
            ),
            models.CheckConstraint(
                condition=Q(gave_way_to__isnull=True) | Q(state="superseded") & ~Q(gave_way=""),
                name="suggestion_gave_way_whole",
            ),
            models.UniqueConstraint(
                fields=["need", "capacity"], condition=Q(state="proposed"), name="suggestion_one_proposed"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "asker_path"], name="suggestion_asker"),
            models.Index(fields=["priority", "id"], name="suggestion_by_priority"),
            models.Index(fields=["quantity", "id"], name="suggestion_by_quantity"),
            models.Index(fields=["priority", "id"], condition=Q(state="proposed"), name="suggestion_proposed"),
            models.Index(fields=["state", "giver_path"], name="suggestion_giver"),
            models.Index(fields=["state", "priority", "id"], name="suggestion_of_state"),
            models.Index(fields=["specification", "state", "priority", "id"], name="suggestion_of_kind"),
        ]


class Unserved(models.Model):
    """Why a need was left without a suggestion by the newest run: the engine's certificate."""

    personal_data = "indirect"

    need = models.OneToOneField(Need, on_delete=models.CASCADE, related_name="unserved")
    run = models.ForeignKey(MatchingRun, on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField()
    reason = models.CharField(max_length=14, choices=UnservedReason.choices)
    reachable = models.PositiveIntegerField()  # capacities it can reach through exchanges
    lowest_priority = models.PositiveSmallIntegerField(null=True)  # of the needs served there
    # Where a programme keeps the need out of the matching: its slug, and the refusal it gives as its reason.
    held_by = models.CharField(max_length=40, blank=True, default="")
    held_code = models.CharField(max_length=60, blank=True, default="")
    held_message = models.CharField(max_length=300, blank=True, default="")
    held_details = models.JSONField(default=dict)
    place_path = path_field()
    organisation_path = path_field()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reason="held_back") & ~Q(held_by="") & ~Q(held_code="") & ~Q(held_message="")
                | ~Q(reason="held_back") & Q(held_by="", held_code="", held_message=""),
                name="unserved_held_with_reason",
            )
        ]


class Agreement(models.Model):
    """Groups commitments with duties on both sides (a memorandum of understanding)."""

    personal_data = "none"

    title = models.CharField(max_length=160)
    giver = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    giver_path = path_field()
    asker = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    asker_path = path_field()
    giver_duties = models.TextField(blank=True, default="")
    asker_duties = models.TextField(blank=True, default="")
    signed_date = models.DateField()
    end_date = models.DateField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(end_date__isnull=True) | Q(end_date__gte=F("signed_date")), name="agreement_period"
            )
        ]


class Commitment(models.Model):
    """A promise. `underway` waits for the receiver's answer, `accepted` was accepted, `released` went back to the capacity."""

    personal_data = "indirect"

    tracking_code = models.CharField(max_length=12, unique=True)
    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="commitments")
    capacity = models.ForeignKey(Capacity, on_delete=models.PROTECT, related_name="commitments")
    suggestion = models.OneToOneField(Suggestion, null=True, on_delete=models.SET_NULL, related_name="commitment")
    agreement = models.ForeignKey(Agreement, null=True, on_delete=models.PROTECT, related_name="commitments")
    # Of its need, and fixed as that is: a trigger writes it, so that a list narrowed to one kind reads an index.
    specification = models.ForeignKey(
        Specification, null=True, editable=False, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    quantity = models.PositiveIntegerField()
    underway = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    released = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=CommitmentState.choices)
    offered_by_side = models.CharField(max_length=6, choices=Side.choices)
    due_date = models.DateField()
    end_reason = models.CharField(max_length=16, choices=DeclineReason.choices, blank=True, default="")
    place_path = path_field()
    asker_path = path_field()
    giver_path = path_field()
    giver_place_path = path_field()
    offered_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="commitment_quantity"),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("underway") + F("accepted") + F("released")),
                name="commitment_delivered_within",
            ),
            models.CheckConstraint(
                condition=Q(state="kept", accepted=F("quantity")) | ~Q(state="kept"), name="commitment_kept_whole"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["offered", "accepted"], ended_at__isnull=True, released=0)
                | ~Q(state__in=["offered", "accepted"])
                & Q(ended_at__isnull=False, underway=0, quantity=F("accepted") + F("released")),
                name="commitment_ended_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["asker_path"], name="commitment_asker"),
            models.Index(fields=["due_date", "id"], name="commitment_by_due"),
            models.Index(fields=["quantity", "id"], name="commitment_by_quantity"),
            models.Index(fields=["ended_at"], name="commitment_ended"),
            models.Index(fields=["due_date", "id"], condition=Q(state="accepted"), name="commitment_accepted"),
            models.Index(fields=["need", "due_date"], condition=Q(state="accepted"), name="commitment_late_of_need"),
            models.Index(fields=["due_date", "id"], condition=Q(state="offered"), name="commitment_offered"),
            models.Index(fields=["due_date", "id"], condition=Q(underway__gt=0), name="commitment_underway"),
            models.Index(fields=["giver_path", "state"], name="commitment_giver"),
            models.Index(fields=["state", "due_date", "id"], name="commitment_of_state"),
            models.Index(fields=["specification", "due_date", "id"], name="commitment_of_kind"),
            models.Index(fields=["place_path", "state"], name="commitment_place"),
        ]

    def __str__(self) -> str:
        return self.tracking_code
