"""Reads of needs used more than once."""

from datetime import datetime

from django.db.models import Q, QuerySet

from peyvand.flow.need.models import Need
from peyvand.people.models import Person
from peyvand.people.queries import looked_into
from peyvand.scope.acting import Acting, Role
from peyvand.scope.bulk import below, in_area


def needs_of(by: Acting, now: datetime) -> QuerySet[Need]:
    """The needs the actor works with: row security holds anyway, the query says it too so that the index is used.

    A need of another organisation that the actor only gives to is seen by its number, and stands in no list.
    """
    if by.is_staff:
        return Need.objects.filter(in_area(by), below(by.organisation_path, "organisation_path"))
    return Need.objects.filter(looked_into(by, now) if by.role is Role.AUDITOR else of_family(by))


def of_household(household_id: int, field: str = "") -> Q:
    """The needs of a household: told for it, or for one of its persons. `field` as in `of_family`."""
    own = Q(**{f"{field}household_id": household_id})
    return own | Q(**{f"{field}household__isnull": True, f"{field}person__household_id": household_id})


def of_family(by: Acting, field: str = "") -> Q:
    """A resident's own needs: told for him, or for his whole family; what was told for another of the family is that one's.

    `field` is the path to the need, with its underscores, where other rows are asked for.
    """
    family = Person.objects.filter(pk=by.person_id, household__isnull=False).values("household")
    own = Q(**{f"{field}person_id": by.person_id})
    return own | Q(**{f"{field}person__isnull": True, f"{field}household__in": family})
