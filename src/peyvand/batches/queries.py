"""Reads of batches."""

from datetime import datetime

from django.db.models import QuerySet

from peyvand.batches.models import Batch
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import NotPermitted
from peyvand.people.queries import acting_as, memberships_in_force
from peyvand.scope.acting import Acting


def batches_of(by: Acting) -> QuerySet[Batch]:
    """One's own, in the role in which they were chosen."""
    return Batch.objects.filter(membership_id=by.membership_id)


def acting_now_for(batch: Batch, now: datetime) -> Acting:
    """The acting role of the one who chose, as it stands now. Raises `NotPermitted` where it has ended."""
    in_force = memberships_in_force(batch.account, business_date(now))
    membership = in_force.filter(pk=batch.membership_id).first()
    if membership is None or not batch.account.is_active:
        raise NotPermitted(reason="the role in which this was asked for has ended")
    membership.account = batch.account
    return acting_as(membership)
