"""A look from outside: an auditor opens one organisation's rows for a day, and the organisation sees it."""

from datetime import datetime, timedelta

from peyvand.journal.actions import record
from peyvand.kernel.refusals import BadValue, NotPermitted, require
from peyvand.people.models import Look, Organisation
from peyvand.people.permissions import may_take_look
from peyvand.scope.acting import Acting, within
from peyvand.scope.database import action

LOOK_LASTS = timedelta(hours=24)


@action
def take_look(*, organisation: Organisation, reason: str, by: Acting, now: datetime) -> Look:
    require(may_take_look(by))
    if not within(organisation.place.path, by.place_path):
        raise NotPermitted(reason="the organisation lies outside your area")
    if len(reason.strip()) < 10:
        raise BadValue(field="reason", reason="the organisation will read it: a sentence is needed")
    look = Look.objects.create(
        membership_id=by.membership_id,
        organisation=organisation,
        organisation_path=organisation.path,
        reason=reason.strip(),
        since=now,
        until=now + LOOK_LASTS,
    )
    record(
        "look.taken", kind="look", subject=look.pk, by=by, now=now,
        place_path=organisation.place.path, organisation_path=organisation.path,
    )  # fmt: skip
    return look
