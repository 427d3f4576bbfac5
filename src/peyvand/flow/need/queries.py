"""Reads of needs used more than once."""

from datetime import datetime

from django.db.models import Q, QuerySet

from peyvand.flow.need.models import Need
from peyvand.people.queries import looked_into
from peyvand.scope.acting import Acting, Role
from peyvand.scope.bulk import below, in_area


def needs_of(by: Acting, now: datetime) -> QuerySet[Need]:
    """The needs the actor works with: row security holds anyway, the query says it too so that the index is used.

    A need of another organisation that the actor only gives to is seen by its number, and stands in no list.
    """
    if by.is_staff:
        return Need.objects.filter(in_area(by), below(by.organisation_path, "organisation_path"))
    return Need.objects.filter(looked_into(by, now) if by.role is Role.AUDITOR else Q(person_id=by.person_id))
