from django.db import models
from django.db.models import Q

from peyvand.people.models import Membership

LONGEST_NAME = 60
LONGEST_QUERY = 1000


class KeptFilter(models.Model):
    """The question of a list's address (`query`), under a name. What is removed stays for a while, to be taken back.

    `path` is the page of the list; `title` its name as it stood when the filter was kept. `opens`: the list opens with it.
    `pinned`: it stands on the first page.
    """

    personal_data = "indirect"

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    path = models.CharField(max_length=200)
    title = models.CharField(max_length=160)
    name = models.CharField(max_length=LONGEST_NAME)
    query = models.CharField(max_length=LONGEST_QUERY)
    opens = models.BooleanField(default=False)
    pinned = models.BooleanField(default=False)
    kept_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "path", "name"], condition=Q(removed_at__isnull=True), name="filter_name_once"
            ),
            models.UniqueConstraint(
                fields=["membership", "path"], condition=Q(opens=True, removed_at__isnull=True), name="filter_one_opens"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="filter_named"),
            models.CheckConstraint(condition=~Q(query=""), name="filter_asks"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        return f"{self.path}?{self.query}"
