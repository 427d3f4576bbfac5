"""Reads of people used more than once."""

from datetime import date, datetime
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import NotPermitted
from peyvand.people.models import AccessGiven, Account, Household, Look, Membership, Person
from peyvand.scope.acting import Acting, Role
from peyvand.scope.bulk import below, in_area


def memberships_in_force(account: Account, today: date) -> QuerySet[Membership]:
    rows = Membership.objects.filter(account=account, since__lte=today).filter(
        Q(until__isnull=True) | Q(until__gte=today)
    )
    return rows.select_related("place", "organisation").defer("place__boundary").order_by("id")


def with_account(account_id: int, today: date) -> list[Membership]:
    """The memberships in force of an account, each with it: both in one query."""
    rows = Membership.objects.filter(account_id=account_id, since__lte=today)
    rows = rows.filter(Q(until__isnull=True) | Q(until__gte=today)).select_related("account", "place", "organisation")
    return list(rows.defer("place__boundary").order_by("id"))


def acting_still(membership: Membership, now: datetime) -> Acting:
    """The acting role of the one who asked for something in this role, as it stands now. Raises `NotPermitted` where it has ended."""
    in_force = memberships_in_force(membership.account, business_date(now)).filter(pk=membership.pk).first()
    if in_force is None or not membership.account.is_active:
        raise NotPermitted(reason="the role in which this was asked for has ended")
    in_force.account = membership.account
    return acting_as(in_force)


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


def looked_into(by: Acting, now: datetime, field: str = "organisation_path") -> Q:
    """The rows of the organisations that an auditor's open looks let through; none without a look.

    Row security says the same; a list says it too, so that the rows of everybody else are not walked through.
    """
    looks = Look.objects.filter(membership_id=by.membership_id, until__gt=now)
    paths = looks.values_list("organisation_path", flat=True)
    return reduce(or_, (below(path, field) for path in paths), Q(pk__in=[]))


def not_two_people(account_id: int, now: datetime) -> set[int]:
    """The accounts that do not count as somebody else beside this one: one of the two gave the other its way in lately."""
    rows = AccessGiven.objects.filter(Q(giver_id=account_id) | Q(receiver_id=account_id), until__gt=now)
    return {one for pair in rows.values_list("giver_id", "receiver_id") for one in pair} - {account_id}


def households_of(by: Acting, now: datetime) -> QuerySet[Household]:
    """The families of the actor's own area and organisation, those an auditor looks at, or the one he belongs to himself."""
    if by.is_staff:
        return Household.objects.filter(in_area(by), below(by.organisation_path, "organisation_path"))
    if by.role is Role.AUDITOR:
        return Household.objects.filter(looked_into(by, now))
    return Household.objects.filter(pk__in=Person.objects.filter(pk=by.person_id).values("household"))
