"""Reads of people used more than once."""

from datetime import date

from django.db.models import Q, QuerySet

from peyvand.people.models import Account, Membership
from peyvand.scope.acting import Acting, Role


def memberships_in_force(account: Account, today: date) -> QuerySet[Membership]:
    rows = Membership.objects.filter(account=account, since__lte=today).filter(
        Q(until__isnull=True) | Q(until__gte=today)
    )
    return rows.select_related("place", "organisation").order_by("id")


def acting_as(membership: Membership) -> Acting:
    """The acting role of a membership (its place and organisation are read)."""
    return Acting(
        role=Role(membership.role),
        account_id=membership.account_id,
        membership_id=membership.pk,
        person_id=membership.account.person_id or 0,
        organisation_id=membership.organisation_id,
        place_path=membership.place.path,
        organisation_path=membership.organisation.path,
    )
