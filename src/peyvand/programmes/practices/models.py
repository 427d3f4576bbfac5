from django.db import models
from django.db.models import F, Q

from peyvand.flow.need.models import Need
from peyvand.flow.story.models import Story
from peyvand.people.models import Account, Membership, Organisation, path_field
from peyvand.places.models import Place
from peyvand.programmes.practices import rules
from peyvand.programmes.practices.enums import (
    CelebrationState,
    EndingKind,
    HandoverStage,
    NominationState,
    PracticeState,
    SessionState,
    WordsState,
)
from peyvand.resources.models import Specification


class Practice(models.Model):
    """A good practice in its fixed form; a copy is one too, and begins as a plan in its own place.

    A copy is always younger than what it was copied from, so that no chain of copies can close to a circle.
    """

    personal_data = "indirect"

    title = models.CharField(max_length=120)
    problem = models.CharField(max_length=600)
    steps = models.TextField()  # one a line
    people = models.CharField(max_length=300)  # who carries it, and how many
    conditions = models.CharField(max_length=400)  # where it will work, and where not
    cost_rial = (
        models.PositiveBigIntegerField()
    )  # of the whole in one place: estimated in a plan, spent where it is done
    cost_source = models.CharField(max_length=160)
    result = models.CharField(max_length=600, blank=True, default="")
    people_reached = models.PositiveIntegerField(null=True)
    result_source = models.CharField(max_length=160, blank=True, default="")
    begun_date = models.DateField(null=True)
    ended_date = models.DateField(null=True)  # null while it goes on
    state = models.CharField(max_length=10, choices=PracticeState.choices)
    state_before = models.CharField(max_length=10, blank=True, default="")  # what a withdrawn one goes back to
    copied_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="copies")
    story = models.ForeignKey(Story, null=True, on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    place_path = path_field()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_path = path_field()
    written_by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    search_key = models.CharField(max_length=160)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(copied_from__lt=F("id")), name="practice_copies_are_younger"),
            models.CheckConstraint(
                condition=~Q(state="published")
                | Q(people_reached__isnull=False, begun_date__isnull=False, published_at__isnull=False)
                & ~Q(result="")
                & ~Q(result_source=""),
                name="practice_published_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn") & ~Q(state_before="") | ~Q(state="withdrawn") & Q(state_before=""),
                name="practice_withdrawn_from",
            ),
            models.CheckConstraint(
                condition=~Q(state="draft") | Q(copied_from__isnull=True), name="practice_copy_is_a_plan"
            ),
            models.CheckConstraint(
                condition=Q(ended_date__isnull=True) | Q(ended_date__gte=F("begun_date")), name="practice_ends_later"
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(problem="") & ~Q(steps="") & ~Q(people="") & ~Q(conditions="")
                & ~Q(cost_source=""),
                name="practice_form_whole",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["place_path"], name="practice_place"),
            models.Index(fields=["-created_at", "id"], name="practice_newest"),
        ]

    def __str__(self) -> str:
        return self.title


class PracticeItem(models.Model):
    """What the practice takes in one place; a plan opens these as needs."""

    personal_data = "none"

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="items")
    specification = models.ForeignKey(Specification, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    need = models.OneToOneField(Need, null=True, on_delete=models.PROTECT, related_name="+")  # which the plan opened

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "specification"], name="practice_item_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="practice_item_some"),
        ]


class StoryEnding(models.Model):
    """What a story ends in: something its reader can do. `shown_count` is how many people it shows."""

    personal_data = "indirect"

    story = models.OneToOneField(Story, primary_key=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=EndingKind.choices)
    specification = models.ForeignKey(Specification, null=True, on_delete=models.PROTECT, related_name="+")
    practice = models.ForeignKey(Practice, null=True, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=200, blank=True, default="")  # within this site
    shown_count = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="offer", specification__isnull=False, practice__isnull=True, address="")
                | Q(kind="copy", specification__isnull=True, practice__isnull=False, address="")
                | Q(kind="page", specification__isnull=True, practice__isnull=True, address__startswith="/"),
                name="practice_story_ending",
            )
        ]


class StoryPhoto(models.Model):
    """A picture of a story, cleaned and kept by its fingerprint. `says` is the picture in words, `shown_count` how many people it
    shows; one that was taken out can be put back for a month."""

    personal_data = "direct"

    story = models.ForeignKey(Story, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    says = models.CharField(max_length=rules.LONGEST_SAID)
    shown_count = models.PositiveSmallIntegerField()
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["story", "sha256"], condition=Q(removed_at__isnull=True), name="story_photo_once"
            ),
            models.CheckConstraint(condition=~Q(says=""), name="story_photo_in_words"),
        ]


class ProposedWords(models.Model):
    """A change of a story's words that an editor proposes; only the teller accepts it. `old_*` is what he was looking at."""

    personal_data = "direct"

    story = models.ForeignKey(Story, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=160)
    body = models.TextField()
    invitation = models.CharField(max_length=200, blank=True, default="")
    old_body = models.TextField()
    old_title = models.CharField(max_length=160)
    old_invitation = models.CharField(max_length=200, blank=True, default="")
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=WordsState.choices)
    proposed_by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True, default="")
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["story"], condition=Q(state="open"), name="practice_words_one_open"),
            models.CheckConstraint(
                condition=Q(state="open", answered_at__isnull=True) | ~Q(state="open") & Q(answered_at__isnull=False),
                name="practice_words_answered",
            ),
        ]


class HighSession(models.Model):
    """A session before a high office, to which practices are nominated; its book is printed from what was accepted.

    `book` is what Peyvand had counted of each when it was closed: the day, and figures by the id of the practice.
    """

    personal_data = "none"

    title = models.CharField(max_length=160)
    host = models.CharField(max_length=160)  # before whom
    held_date = models.DateField()
    state = models.CharField(max_length=10, choices=SessionState.choices)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    place_path = path_field()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_path = path_field()
    created_at = models.DateTimeField()
    book = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(book__isnull=True) | Q(state="closed"), name="practice_book_closed")
        ]

    def __str__(self) -> str:
        return self.title


class Nomination(models.Model):
    personal_data = "indirect"

    session = models.ForeignKey(HighSession, on_delete=models.PROTECT, related_name="nominations")
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="nominations")
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=NominationState.choices)
    nominated_by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    nominated_at = models.DateTimeField()
    decided_by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "practice"], name="practice_nominated_once"),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at__isnull=True) | ~Q(state="proposed") & Q(decided_at__isnull=False),
                name="practice_nomination_decided",
            ),
            models.CheckConstraint(
                condition=~Q(decided_by=F("nominated_by")), name="practice_nomination_two_people"
            ),
            models.CheckConstraint(condition=~Q(state="declined") | ~Q(answer=""), name="practice_declined_with_reason"),
        ]  # fmt: skip


class Turn(models.Model):
    """A reader of a story went on to what it asks for; `done_at` when he then did it. Who he is is forgotten after a year."""

    personal_data = "reference"

    story = models.ForeignKey(Story, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=EndingKind.choices)
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["story", "account"], name="practice_turn_once"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(done_at__gte=F("taken_at")) & ~Q(kind="page"),
                name="practice_turn_done_after",
            ),
        ]


class Celebration(models.Model):
    """The closing ceremony of needs that were met: an occasion, thanks to those who gave, and a story (source S1, 1.18)."""

    personal_data = "none"

    title = models.CharField(max_length=120)
    venue = models.CharField(max_length=160)
    held_date = models.DateField()
    thanks = models.CharField(max_length=600)  # the words that stand above those who are thanked
    state = models.CharField(max_length=10, choices=CelebrationState.choices)
    guests = models.PositiveIntegerField(null=True)
    story = models.ForeignKey(Story, null=True, on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    place_path = path_field()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_path = path_field()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["held", "told"], guests__isnull=False)
                | Q(state__in=["planned", "called_off"], guests__isnull=True),
                name="practice_celebration_guests",
            ),
            models.CheckConstraint(
                condition=Q(state="told", story__isnull=False) | ~Q(state="told") & Q(story__isnull=True),
                name="practice_celebration_told",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class CelebrationNeed(models.Model):
    """A need whose meeting is celebrated; none is celebrated twice."""

    personal_data = "indirect"

    celebration = models.ForeignKey(Celebration, on_delete=models.CASCADE, related_name="needs")
    need = models.OneToOneField(Need, on_delete=models.PROTECT, related_name="+")


class Handover(models.Model):
    """A service that an office hands over to people, in one place, stage by stage (source S4, 4.13)."""

    personal_data = "none"

    specification = models.ForeignKey(Specification, on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    place_path = path_field()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")  # which hands over
    organisation_path = path_field()
    receiver = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    receiver_path = path_field()
    stage = models.CharField(max_length=10, choices=HandoverStage.choices)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["specification", "place"], condition=~Q(stage="ended"), name="practice_handover_one"
            ),
            models.CheckConstraint(condition=~Q(organisation=F("receiver")), name="practice_handover_two_sides"),
        ]


class HandoverStep(models.Model):
    """A stage that was reached: since when, and what showed it (or why the service was given back)."""

    personal_data = "none"

    handover = models.ForeignKey(Handover, on_delete=models.CASCADE, related_name="steps")
    stage = models.CharField(max_length=10, choices=HandoverStage.choices)
    since = models.DateField()
    words = models.CharField(max_length=300)
    told_by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["handover", "stage"], name="practice_handover_step_once")]
