from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from peyvand.flow.need.models import Need
from peyvand.people.models import Account, Organisation, path_field
from peyvand.places.models import Place
from peyvand.programmes.visits.enums import HeardFrom, Moment, ReportedKind, ReportState, TourAim, VisitState
from peyvand.scope.encryption import ProtectedField


class Visit(models.Model):
    """A visit to a place: planned, made, and open until something follows from it.

    `draft_key` was made on the phone when the draft was begun; `body_digest` is the fingerprint of what came with it, so that
    the same draft is stored once however often, and however late, it is sent. A position has two decimals of a degree (about a
    kilometre): it tells the place, never a home.
    """

    personal_data = "indirect"

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    place_path = path_field()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_path = path_field()
    state = models.CharField(max_length=10, choices=VisitState.choices)
    planned_date = models.DateField(null=True)
    planned_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    visited_date = models.DateField(null=True)
    visitor = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    draft_key = models.UUIDField(null=True)
    body_digest = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField()
    recorded_at = models.DateTimeField(null=True)
    families_met = models.PositiveIntegerField(default=0)
    first_contacts = models.PositiveIntegerField(default=0)
    lat = models.DecimalField(max_digits=4, decimal_places=2, null=True)
    lon = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    note = ProtectedField(blank=True, default="")
    followed_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visitor", "draft_key"], name="visit_draft_once"),
            models.CheckConstraint(condition=Q(first_contacts__lte=F("families_met")), name="visit_contacts_of_families"),
            models.CheckConstraint(
                condition=Q(state__in=["made", "followed"], visited_date__isnull=False, recorded_at__isnull=False)
                | Q(state__in=["planned", "dropped"], visited_date__isnull=True, planned_date__isnull=False, families_met=0),
                name="visit_made_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="followed", followed_at__isnull=False) | ~Q(state="followed") & Q(followed_at__isnull=True),
                name="visit_followed_whole",
            ),
            models.CheckConstraint(
                condition=Q(lat__isnull=True, lon__isnull=True)
                | Q(lat__isnull=False, lon__isnull=False, lat__range=(-90, 90), lon__range=(-180, 180)),
                name="visit_position_whole",
            ),
            models.CheckConstraint(
                condition=Q(draft_key__isnull=True) | Q(visitor__isnull=False) & ~Q(body_digest=""),
                name="visit_draft_whole",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["-created_at", "id"], name="visit_newest"),
            models.Index(fields=["place_path", "visited_date"], name="visit_place"),
            models.Index(fields=["state", "visited_date"], name="visit_state"),
        ]


class Tour(models.Model):
    """A professional corridor: people with the skills that places need, on their way for some days; or an outreach round, which
    seeks the places and people that nobody has seen.

    `left` holds what found no room: place, skill and why, one list each.
    """

    personal_data = "none"

    title = models.CharField(max_length=120)
    aim = models.CharField(max_length=10, choices=TourAim.choices, default=TourAim.CORRIDOR)
    base = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    place_path = path_field()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_path = path_field()
    begins = models.DateField()
    days = models.PositiveSmallIntegerField()
    calls_a_day = models.PositiveSmallIntegerField()
    km_a_day = models.PositiveSmallIntegerField()
    left = models.JSONField(default=list)
    planned_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(days__range=(1, 14), calls_a_day__range=(1, 12), km_a_day__range=(1, 1000)),
                name="visit_tour_limits",
            )
        ]


class TourPerson(models.Model):
    """Somebody who goes, with what he can do there."""

    personal_data = "reference"

    tour = models.ForeignKey(Tour, on_delete=models.PROTECT, related_name="people")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    skills = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tour", "account"], name="visit_tour_person")]


class TourStop(models.Model):
    """What a tour adds to a planned visit: who comes with which skill, and as which of his day."""

    personal_data = "reference"

    visit = models.OneToOneField(Visit, primary_key=True, on_delete=models.PROTECT, related_name="stop")
    tour = models.ForeignKey(Tour, on_delete=models.PROTECT, related_name="stops")
    person = models.ForeignKey(TourPerson, on_delete=models.PROTECT, related_name="stops")
    skill = models.CharField(max_length=60)
    order = models.PositiveSmallIntegerField()
    km = models.DecimalField(max_digits=6, decimal_places=1)


class VisitNeed(models.Model):
    """A need that was heard at a visit."""

    personal_data = "reference"

    need = models.OneToOneField(Need, primary_key=True, on_delete=models.PROTECT, related_name="+")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="heard")


class VisitAction(models.Model):
    """Something that was done because of a visit, besides meeting the needs heard."""

    personal_data = "indirect"

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="actions")
    words = ProtectedField()
    done_date = models.DateField()
    told_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField()


class VisitPhoto(models.Model):
    """A picture of the place, before or after; those of one `spot` stand side by side."""

    personal_data = "indirect"

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="photos")
    moment = models.CharField(max_length=6, choices=Moment.choices)
    spot = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "moment", "spot"], name="visit_photo_of_spot"),
            models.CheckConstraint(condition=Q(spot__range=(1, 6)), name="visit_photo_spot"),
        ]


class Survey(models.Model):
    """A household survey that an office uploaded as an XLSForm, with what its answers say of deprivation.

    `definition` is the subset this site knows, as `xlsform.read` gives it; `source_sha256` the uploaded workbook. A changed
    form is a new version: answers are never read by questions they were not given to.
    """

    personal_data = "none"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_path = path_field()
    title = models.CharField(max_length=120)
    version = models.PositiveSmallIntegerField()
    definition = models.JSONField()
    source_sha256 = models.CharField(max_length=64)
    is_in_use = models.BooleanField(default=True)
    uploaded_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "title", "version"], name="visit_survey_version"),
            models.UniqueConstraint(
                fields=["organisation", "title"], condition=Q(is_in_use=True), name="visit_survey_one_in_use"
            ),
        ]


class HouseholdAnswer(models.Model):
    """What one household answered, without its name: the words encrypted, and of them what the measure needs."""

    personal_data = "health"

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="answers")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="answers")
    told_to = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    draft_key = models.UUIDField(null=True)
    body_digest = models.CharField(max_length=64, blank=True, default="")
    answers = ProtectedField(blank=True, default="")
    deprived = ArrayField(models.BooleanField())  # in the order of the survey's indicators; empty where it has none
    people = models.PositiveSmallIntegerField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["told_to", "draft_key"], name="visit_answer_once"),
            models.CheckConstraint(condition=Q(people__range=(1, 60)), name="visit_answer_people"),
            models.CheckConstraint(
                condition=Q(draft_key__isnull=True) | Q(told_to__isnull=False) & ~Q(body_digest=""),
                name="visit_answer_draft_whole",
            ),
        ]


class VisitTerms(models.Model):
    """The year's goal and the scales of the neglect score in force from a day on, open to everyone."""

    personal_data = "none"

    since = models.DateField(unique=True)
    goal = models.PositiveIntegerField()
    full_days = models.PositiveSmallIntegerField()
    full_m0 = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(goal__gte=1, full_days__gte=30, full_m0__range=(1, 100)) & ~Q(source=""),
                name="visit_terms_whole",
            )
        ]


class PlaceReport(models.Model):
    """A place that is in no list: somebody saw it or heard of it. The county's officer accepts it, joins it to a known one, or sets
    it aside.

    `near` is the county or the nearest known place, `place` what it became or was joined to. A position has two decimals of a degree
    (about a kilometre). `draft_key` and `body_digest` as of a visit.
    """

    personal_data = "indirect"

    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=160, db_collation="C")
    kind = models.CharField(max_length=13, choices=ReportedKind.choices)
    near = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    place_path = path_field()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_path = path_field()
    state = models.CharField(max_length=8, choices=ReportState.choices)
    households = models.PositiveSmallIntegerField(null=True)
    heard_from = models.CharField(max_length=8, choices=HeardFrom.choices)
    note = ProtectedField(blank=True, default="")
    lat = models.DecimalField(max_digits=4, decimal_places=2, null=True)
    lon = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    reported_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()
    draft_key = models.UUIDField(null=True)
    body_digest = models.CharField(max_length=64, blank=True, default="")
    place = models.ForeignKey(Place, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300, blank=True, default="")
    decided_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reported_by", "draft_key"], name="visit_report_once"),
            models.UniqueConstraint(fields=["place"], condition=Q(state="accepted"), name="visit_report_of_place"),
            models.CheckConstraint(
                condition=Q(state="waiting", place__isnull=True, decided_at__isnull=True, reason="")
                | Q(state__in=["accepted", "joined"], place__isnull=False, decided_at__isnull=False, reason="")
                | Q(state="aside", place__isnull=True, decided_at__isnull=False) & ~Q(reason=""),
                name="visit_report_whole",
            ),
            models.CheckConstraint(
                condition=Q(lat__isnull=True, lon__isnull=True)
                | Q(lat__isnull=False, lon__isnull=False, lat__range=(-90, 90), lon__range=(-180, 180)),
                name="visit_report_position_whole",
            ),
            models.CheckConstraint(
                condition=Q(households__isnull=True) | Q(households__range=(1, 5000)), name="visit_report_households"
            ),
            models.CheckConstraint(
                condition=Q(draft_key__isnull=True) | Q(reported_by__isnull=False) & ~Q(body_digest=""),
                name="visit_report_draft_whole",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="visit_report_named"),
        ]
        indexes = [models.Index(fields=["place_path", "state"], name="visit_report_place")]
