"""Reads of capacities used more than once."""

from django.db.models import Q, QuerySet

from peyvand.flow.capacity.enums import Reach
from peyvand.flow.capacity.models import Capacity
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import below, in_area


def own(by: Acting) -> Q:
    return below(by.organisation_path, "organisation_path") & in_area(by)


def capacities_of(by: Acting) -> QuerySet[Capacity]:
    """Own offers, and those of organisations that could help here: inside the area, or reaching it from outside."""
    reaching = in_area(by) | Q(reach__in=[Reach.COUNTRY, Reach.PROVINCE, Reach.KILOMETRES])
    mine = own(by) | Q(provider_person=by.person_id)
    return Capacity.objects.filter(mine | reaching & Q(provider_person__isnull=True))
