"""Reads of exports, and the rights a file stands on."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from peyvand.exports.models import Export
from peyvand.exports.rules import RightsChanged
from peyvand.kernel.jalali import business_date
from peyvand.people.models import Look, Membership, Task
from peyvand.people.queries import acting_as, memberships_in_force
from peyvand.scope.acting import Acting


@dataclass(frozen=True)
class Rights:
    """What opens rows to an acting role: its area and organisation, its tasks, and an auditor's looks."""

    role: str
    place_path: str
    organisation_path: str
    task_ids: frozenset[int]
    look_ids: frozenset[int]

    def cover(self, others: "Rights") -> bool:
        """Whether everything that `others` name is still in force; what was added since does no harm."""
        same = (self.role, self.place_path, self.organisation_path) == (
            others.role, others.place_path, others.organisation_path,
        )  # fmt: skip
        return same and self.task_ids >= others.task_ids and self.look_ids >= others.look_ids


def exports_of(by: Acting) -> QuerySet[Export]:
    return Export.objects.filter(account_id=by.account_id)


def acting_now_for(export: Export, now: datetime) -> Acting:
    """The acting role of the one who asked, as it stands now. Raises `RightsChanged` where it has ended."""
    in_force = memberships_in_force(export.account, business_date(now))
    membership: Membership | None = in_force.filter(pk=export.membership_id).first()
    if membership is None or not export.account.is_active:
        raise RightsChanged
    membership.account = export.account
    return acting_as(membership)


def rights_of(by: Acting, now: datetime) -> Rights:
    """Read inside the scope of `by`."""
    tasks = Task.objects.filter(membership_id=by.membership_id, until__isnull=True)
    looks = Look.objects.filter(membership_id=by.membership_id, until__gt=now)
    return Rights(
        by.role.value,
        by.place_path,
        by.organisation_path,
        frozenset(tasks.values_list("pk", flat=True)),
        frozenset(looks.values_list("pk", flat=True)),
    )


def written_under(export: Export) -> Rights:
    tasks, looks = frozenset(export.task_ids), frozenset(export.look_ids)
    return Rights(export.role, export.place_path, export.organisation_path, tasks, looks)
