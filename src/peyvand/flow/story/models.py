from django.db import models
from django.db.models import Q

from peyvand.flow.delivery.models import Delivery
from peyvand.flow.story.enums import StoryState
from peyvand.people.models import Consent, Membership, Organisation, path_field
from peyvand.places.models import Place


class Story(models.Model):
    """Told by those who did it, tied to accepted deliveries, with the consent of everyone shown."""

    personal_data = "direct"

    title = models.CharField(max_length=160)
    body = models.TextField()
    invitation = models.CharField(max_length=200, blank=True, default="")  # what a reader can do now
    state = models.CharField(max_length=10, choices=StoryState.choices)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    place_path = path_field()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_path = path_field()
    told_by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    deliveries = models.ManyToManyField(Delivery, through="StoryDelivery", related_name="stories")
    consents = models.ManyToManyField(Consent, through="StoryConsent", related_name="+")
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False), name="story_published_at"
            )
        ]
        indexes = [models.Index(fields=["state", "-published_at"], name="story_published")]

    def __str__(self) -> str:
        return self.title


class StoryDelivery(models.Model):
    personal_data = "none"

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="+")
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["story", "delivery"], name="story_delivery_once")]


class StoryConsent(models.Model):
    personal_data = "indirect"

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="+")
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["story", "consent"], name="story_consent_once")]
