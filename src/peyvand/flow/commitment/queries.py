"""Reads of promises and suggestions used more than once."""

from datetime import datetime

from django.db.models import Q, QuerySet

from peyvand.flow.commitment.models import Commitment, Suggestion
from peyvand.flow.need.queries import of_family
from peyvand.people.queries import looked_into
from peyvand.scope.acting import Acting, Role
from peyvand.scope.bulk import below, in_area


def either_side(by: Acting, now: datetime) -> Q:
    """Rows of promises and suggestions of which the actor stands on one side, or into whose organisation he may look."""
    if by.role is Role.AUDITOR:
        return looked_into(by, now, "asker_path")
    asker = in_area(by) & below(by.organisation_path, "asker_path")
    return asker | in_area(by, "giver_place_path") & below(by.organisation_path, "giver_path")


def promises_of(by: Acting, now: datetime) -> QuerySet[Commitment]:
    """Of both sides, or to a resident's own family."""
    return Commitment.objects.filter(of_family(by, "need__") if by.role is Role.RESIDENT else either_side(by, now))


def suggestions_of(by: Acting, now: datetime) -> QuerySet[Suggestion]:
    return Suggestion.objects.filter(either_side(by, now))
