"""What the board of a place keeps: its agencies, objectives and obstacles, and where two help the same person."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q

from peyvand.flow.need.models import Need
from peyvand.people.models import Account, Organisation, path_field
from peyvand.places.models import Place
from peyvand.programmes.neighbourhoods.enums import (
    BoardRole,
    BoardState,
    Dimension,
    DoubleHelpState,
    ObjectiveState,
    ObstacleState,
)


class BoardSeat(models.Model):
    """An agency on the board of a place, as dated rows. Never two leads of a place at once (an exclusion constraint)."""

    personal_data = "none"

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    place_path = path_field()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_path = path_field()
    role = models.CharField(max_length=10, choices=BoardRole.choices)
    state = models.CharField(max_length=10, choices=BoardState.choices)
    stands_for = models.CharField(max_length=20, blank=True, default="")  # one of the four founding agencies
    asked_at = models.DateTimeField()
    since = models.DateField()
    until = models.DateField(null=True)  # the last day
    reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(since__gte="2000-01-01")
                & (Q(until__isnull=True) | Q(until__gte=F("since") - timedelta(days=1))),
                name="board_period",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["declined", "left"], until__isnull=False)
                | Q(state__in=["asked", "on_board"], until__isnull=True),
                name="board_left_whole",
            ),
            models.CheckConstraint(
                condition=~Q(role="lead", state__in=["asked", "declined"]), name="board_lead_is_set"
            ),
            models.UniqueConstraint(
                fields=["place", "organisation"], condition=Q(until__isnull=True), name="board_once"
            ),
            models.UniqueConstraint(
                fields=["place", "stands_for"],
                condition=Q(state="on_board") & ~Q(stands_for=""),
                name="board_one_stands",
            ),
        ]
        indexes = [models.Index(fields=["place_path", "id"], name="board_place")]


class TrustedPerson(models.Model):
    """A local trusted person, reached through the organisation that knows him, which alone sees the name."""

    personal_data = "direct"

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    place_path = path_field()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_path = path_field()
    name = models.CharField(max_length=120)
    agreed_date = models.DateField()  # that his name is kept


class Objective(models.Model):
    """What the agencies of a place want together: one measure, one number, one day."""

    personal_data = "none"

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    place_path = path_field()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_path = path_field()
    title = models.CharField(max_length=160)
    dimension = models.CharField(max_length=14, choices=Dimension.choices)
    measure = models.CharField(max_length=60)
    target = models.PositiveIntegerField()
    due_date = models.DateField()
    state = models.CharField(max_length=10, choices=ObjectiveState.choices)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(target__gte=1), name="objective_target"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True) | ~Q(state="open") & Q(closed_at__isnull=False),
                name="objective_closed_whole",
            ),
        ]
        indexes = [models.Index(fields=["place_path", "id"], name="objective_place")]


class Share(models.Model):
    """One agency's part of an objective: what it took upon itself, and how far it is."""

    personal_data = "none"

    objective = models.ForeignKey(Objective, on_delete=models.CASCADE, related_name="shares")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_path = path_field()
    promised = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["objective", "organisation"], name="share_once"),
            models.CheckConstraint(condition=Q(promised__gte=1), name="share_promised"),
        ]


class Obstacle(models.Model):
    """What stands in the way at a place, with whoever is to clear it. Its age runs until it is cleared."""

    personal_data = "indirect"

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    place_path = path_field()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_path = path_field()
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    owner_path = path_field()
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=ObstacleState.choices)
    told_at = models.DateTimeField()
    handed_at = models.DateTimeField()  # to its present owner
    cleared_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="cleared", cleared_at__isnull=False) & ~Q(note="")
                | Q(state="open", cleared_at__isnull=True),
                name="obstacle_cleared_whole",
            )
        ]
        indexes = [models.Index(fields=["place_path", "id"], name="obstacle_place")]


class DoubleHelp(models.Model):
    """Another organisation already serves the same person with the same kind. It says no more than that, and stops nothing."""

    personal_data = "indirect"

    need = models.OneToOneField(Need, primary_key=True, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=DoubleHelpState.choices)
    noticed_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="new", seen_at__isnull=True) | Q(state="seen", seen_at__isnull=False),
                name="double_help_seen_whole",
            )
        ]
