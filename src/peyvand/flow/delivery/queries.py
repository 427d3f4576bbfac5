"""Reads of deliveries used more than once."""

from datetime import datetime

from django.db.models import QuerySet

from peyvand.flow.delivery.models import Delivery
from peyvand.flow.need.queries import of_family
from peyvand.people.queries import looked_into
from peyvand.scope.acting import Acting, Role
from peyvand.scope.bulk import below, in_area


def deliveries_of(by: Acting, now: datetime) -> QuerySet[Delivery]:
    """What was handed over to the actor's side or by it; a delivery bears no place of its giver."""
    if by.role is Role.AUDITOR:
        return Delivery.objects.filter(looked_into(by, now, "asker_path"))
    if by.role is Role.RESIDENT:
        return Delivery.objects.filter(of_family(by, "commitment__need__"))
    asker = in_area(by) & below(by.organisation_path, "asker_path")
    return Delivery.objects.filter(asker | below(by.organisation_path, "giver_path"))
