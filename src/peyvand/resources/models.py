from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from peyvand.resources.enums import Action, CbrComponent, HelpKind, QualityKind, Unit


def qualities_field() -> ArrayField:
    """Slugs of qualities: what a need asks of whoever gives, or what an offer brings."""
    return ArrayField(models.SlugField(max_length=60), default=list, blank=True)


class Quality(models.Model):
    """What a giver, or his place, can have: a licence, a skill, a language, a way in. The words of the rules of the match."""

    personal_data = "none"

    slug = models.SlugField(max_length=60, unique=True)
    kind = models.CharField(max_length=10, choices=QualityKind.choices)
    name_fa = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    sort_key = models.CharField(max_length=160, db_collation="C")

    class Meta:
        ordering = ["kind", "sort_key", "id"]

    def __str__(self) -> str:
        return self.name_fa


class Specification(models.Model):
    """A kind of thing, service or work that can be needed and offered (ResourceSpecification in ValueFlows)."""

    personal_data = "none"

    slug = models.SlugField(max_length=60, unique=True)
    name_fa = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    search_key = models.CharField(max_length=160, db_collation="C")
    sort_key = models.CharField(max_length=160, db_collation="C")
    unit = models.CharField(max_length=10, choices=Unit.choices)
    action = models.CharField(max_length=20, choices=Action.choices)
    help_kind = models.CharField(max_length=12, choices=HelpKind.choices)
    cbr_component = models.CharField(max_length=12, choices=CbrComponent.choices, blank=True)
    is_active = models.BooleanField(default=True)
    # What its services ask of whoever gives: licences, somebody of the same sex, a way into his place.
    licences = qualities_field()
    same_sex = models.BooleanField(default=False)
    at_venue = models.BooleanField(default=False)

    class Meta:
        ordering = ["sort_key", "id"]

    def __str__(self) -> str:
        return self.name_fa


class Substitute(models.Model):
    """Who asks for the one kind may be given the other, not the other way round."""

    personal_data = "none"

    asked = models.ForeignKey(Specification, on_delete=models.CASCADE, related_name="substitutes")
    given = models.ForeignKey(Specification, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asked", "given"], name="substitute_once"),
            models.CheckConstraint(condition=~Q(asked=F("given")), name="substitute_is_another"),
        ]
