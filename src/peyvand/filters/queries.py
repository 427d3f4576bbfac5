"""Reads of kept filters."""

from django.db.models import QuerySet

from peyvand.filters.models import KeptFilter
from peyvand.scope.acting import Acting


def filters_of(by: Acting) -> QuerySet[KeptFilter]:
    """One's own, in this role, by name."""
    rows = KeptFilter.objects.filter(membership_id=by.membership_id, removed_at__isnull=True)
    return rows.order_by("path", "name", "pk")
