from django.db import models
from django.db.models import F, Q

from peyvand.flow.need.models import Need
from peyvand.people.models import Account, Organisation, path_field
from peyvand.places.models import Place
from peyvand.programmes.assemblies.enums import IdeaState
from peyvand.votes.models import Option, Vote


class Idea(models.Model):
    """What somebody of a place wants done there. `joined_to` is the like idea it was joined to, which goes on for both."""

    personal_data = "indirect"

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    place_path = path_field()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_path = path_field()
    title = models.CharField(max_length=160)
    text = models.TextField(max_length=2000, blank=True)
    search_key = models.CharField(max_length=200, db_collation="C")
    state = models.CharField(max_length=10, choices=IdeaState.choices)
    joined_to = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="joined")
    told_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="joined", joined_to__isnull=False) | ~Q(state="joined") & Q(joined_to__isnull=True),
                name="idea_joined_whole",
            ),
            models.CheckConstraint(condition=~Q(joined_to=F("id")), name="idea_not_to_itself"),
            models.CheckConstraint(condition=~Q(title=""), name="idea_named"),
        ]
        indexes = [
            models.Index(fields=["place_path", "id"], name="idea_place"),
            models.Index(fields=["told_at", "id"], name="idea_age"),
        ]

    def __str__(self) -> str:
        return self.title


class Study(models.Model):
    """The feasibility study of an idea, in five parts, and its justice annex: who gains and who is left out.

    Once published it is open to everyone and never changed.
    """

    personal_data = "none"

    idea = models.OneToOneField(Idea, primary_key=True, on_delete=models.PROTECT, related_name="study")
    technical = models.TextField(max_length=2000, blank=True)
    money = models.TextField(max_length=2000, blank=True)
    law = models.TextField(max_length=2000, blank=True)
    people = models.TextField(max_length=2000, blank=True)
    risk = models.TextField(max_length=2000, blank=True)
    gains = models.TextField(max_length=2000, blank=True)
    left_out = models.TextField(max_length=2000, blank=True)
    cost_rial = models.PositiveBigIntegerField(default=0)
    feasible = models.BooleanField(default=True)
    written_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    published_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(published_at__isnull=True)
                | Q(cost_rial__gte=1)
                & ~(
                    Q(technical="") | Q(money="") | Q(law="") | Q(people="") | Q(risk="") | Q(gains="") | Q(left_out="")
                ),
                name="study_published_whole",
            )
        ]


class Assembly(models.Model):
    """A vote in which the residents of a place decide between ideas of theirs."""

    personal_data = "none"

    vote = models.OneToOneField(Vote, primary_key=True, on_delete=models.PROTECT, related_name="+")


class Candidate(models.Model):
    """An idea as an option of a vote."""

    personal_data = "none"

    option = models.OneToOneField(Option, primary_key=True, on_delete=models.PROTECT, related_name="+")
    assembly = models.ForeignKey(Assembly, on_delete=models.PROTECT, related_name="candidates")
    idea = models.ForeignKey(Idea, on_delete=models.PROTECT, related_name="candidates")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assembly", "idea"], name="candidate_once")]


class PlanNeed(models.Model):
    """A need that the plan of a chosen idea opened."""

    personal_data = "none"

    need = models.OneToOneField(Need, primary_key=True, on_delete=models.PROTECT, related_name="+")
    idea = models.ForeignKey(Idea, on_delete=models.PROTECT, related_name="plan")
