"""How many families and persons the data holds about a territory: counts only, of all organisations together."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Sum

from peyvand.people.enums import DisabilityKind
from peyvand.people.models import Disability, Household
from peyvand.scope.acting import SYSTEM
from peyvand.scope.bulk import below
from peyvand.scope.database import scope


@dataclass(frozen=True)
class Covered:
    """Exact counts: whoever shows them withholds those under five. `persons` is the sum of the families' sizes."""

    households: int
    persons: int
    disabilities: Mapping[DisabilityKind, int]


def covered(path: str) -> Covered:
    with scope(SYSTEM):
        families = Household.objects.filter(below(path)).aggregate(count=Count("pk"), persons=Sum("size"))
        # A person has a kind once (`disability_kind_once`), so rows are persons.
        rows = Disability.objects.filter(below(path, "person__place_path")).order_by().values("kind")
        kinds = {DisabilityKind(row["kind"]): row["n"] for row in rows.annotate(n=Count("pk"))}
    return Covered(families["count"], families["persons"] or 0, dict.fromkeys(DisabilityKind, 0) | kinds)
