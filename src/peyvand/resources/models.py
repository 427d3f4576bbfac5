from django.db import models

from peyvand.resources.enums import Action, CbrComponent, HelpKind, Unit


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

    class Meta:
        ordering = ["sort_key", "id"]

    def __str__(self) -> str:
        return self.name_fa
