from django.db import models
from django.db.models import F, Q

from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.enums import CommitmentState, DeclineReason, Side, SuggestionState, UnservedReason
from peyvand.flow.need.models import Need
from peyvand.people.models import Membership, Organisation, path_field
from peyvand.places.models import Place
from peyvand.resources.models import Specification


class MatchingRun(models.Model):
    """One run of the matching over a territory, reproducible from its day and place."""

    personal_data = "none"

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    place_path = path_field()
    organisation_path = path_field()
    run_by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    needs = models.PositiveIntegerField(default=0)
    capacities = models.PositiveIntegerField(default=0)
    served = models.PositiveIntegerField(default=0)  # needs that got at least one suggestion
    unserved = models.PositiveIntegerField(default=0)


class Suggestion(models.Model):
    """What a run proposes, with its reasons. Rows of a run without an answer give way to the next run.

    The state follows that of the promise made of it; the trigger `suggestion_follows_promise` holds both to that.
    """

    personal_data = "indirect"

    run = models.ForeignKey(MatchingRun, on_delete=models.CASCADE, related_name="suggestions")
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="suggestions")
    capacity = models.ForeignKey(Capacity, on_delete=models.CASCADE, related_name="suggestions")
    # Of its need, and fixed as that is: a trigger writes it, so that a list narrowed to one kind reads an index.
    specification = models.ForeignKey(
        Specification, null=True, editable=False, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    quantity = models.PositiveIntegerField()
    km = models.FloatField(null=True)
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
            models.Index(fields=["due_date", "id"], condition=Q(state="offered"), name="commitment_offered"),
            models.Index(fields=["due_date", "id"], condition=Q(underway__gt=0), name="commitment_underway"),
            models.Index(fields=["giver_path", "state"], name="commitment_giver"),
            models.Index(fields=["state", "due_date", "id"], name="commitment_of_state"),
            models.Index(fields=["specification", "due_date", "id"], name="commitment_of_kind"),
            models.Index(fields=["place_path", "state"], name="commitment_place"),
        ]

    def __str__(self) -> str:
        return self.tracking_code
