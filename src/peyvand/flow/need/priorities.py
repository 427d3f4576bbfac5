"""Counting the priority of needs: reads the parts, writes the lines (part of the acts of a need)."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection

from peyvand.flow.need.enums import PriorityPart
from peyvand.flow.need.models import Need, PriorityLine, PriorityWeights
from peyvand.flow.need.permissions import may_run_daily_jobs
from peyvand.flow.need.rules import FULL_WAIT_DAYS, priority_lines, priority_of, vulnerability_value, waiting_value
from peyvand.journal.actions import record
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import require
from peyvand.people.enums import Severity
from peyvand.people.models import Disability, Household
from peyvand.places.queries import deprivation_of
from peyvand.scope.acting import Acting
from peyvand.scope.database import action

_SEVERE = (Severity.SEVERE, Severity.VERY_SEVERE)
_DEFAULT_SOURCE = "default setting"


def weights_on(day: date) -> dict[PriorityPart, int]:
    """The weights in force; the model's defaults where nobody has set any."""
    row = PriorityWeights.objects.filter(since__lte=day).order_by("-since").first() or PriorityWeights(
        since=day, source=_DEFAULT_SOURCE
    )
    return {part: getattr(row, part.value) for part in PriorityPart}


def vulnerabilities(household_ids: set[int]) -> dict[int, int]:
    """Declared vulnerability of each household, from what the actor may see of it."""
    severities: dict[int, set[str]] = {}
    for household_id, severity in Disability.objects.filter(person__household_id__in=household_ids).values_list(
        "person__household_id", "severity"
    ):
        severities.setdefault(household_id, set()).add(severity)
    return {
        home.pk: vulnerability_value(
            woman_head=home.woman_head,
            household_size=home.size,
            disability=home.pk in severities,
            severe_disability=any(one in _SEVERE for one in severities.get(home.pk, ())),
        )
        for home in Household.objects.filter(pk__in=household_ids)
    }


def count_priorities(needs: Sequence[Need], urgencies: Sequence[int | None], today: date) -> list[list[PriorityLine]]:
    """Set `priority` of each need (not saved) and give its lines, in the order of `needs`."""
    weights = weights_on(today)
    deprivations = deprivation_of({need.place_path for need in needs})
    declared = vulnerabilities({need.household_id for need in needs if need.household_id})
    lines_of = []
    for need, urgency in zip(needs, urgencies, strict=True):
        vulnerability = declared.get(need.household_id) if need.household_id else None
        values = {
            PriorityPart.URGENCY: None if urgency is None else (urgency, "said when the need was told"),
            PriorityPart.VULNERABILITY: None if vulnerability is None else (vulnerability, "family file"),
            PriorityPart.WAITING: (
                waiting_value(business_date(need.created_at), today),
                "days since the need was told",
            ),
            PriorityPart.DEPRIVATION: deprivations.get(need.place_path),
            PriorityPart.RESIDENTS: None,
        }
        lines = priority_lines(values, weights)
        need.priority, need.priority_date = priority_of(lines), today
        lines_of.append(
            [
                PriorityLine(need=need, part=line.part, value=line.value, weight=line.weight, source=line.source)
                for line in lines
            ]
        )
    return lines_of


_AGE_WAITING = """
UPDATE need_priorityline line SET value = least(100, greatest(0, %s::date - (need.created_at AT TIME ZONE 'Asia/Tehran')::date) * 100 / %s)
FROM need_need need WHERE need.id = line.need_id AND line.part = 'waiting' AND need.state = 'open'
"""
_RECOUNT = """
UPDATE need_need need SET priority = floor(mean.value + 0.5), priority_date = %s
FROM (SELECT need_id, sum(value * weight)::numeric / nullif(sum(weight), 0) AS value FROM need_priorityline GROUP BY need_id) mean
WHERE mean.need_id = need.id AND need.state = 'open' AND mean.value IS NOT NULL AND need.priority_date < %s
AND NOT EXISTS (SELECT 1 FROM need_priorityoverride one WHERE one.need_id = need.id AND one.signed_by_id IS NOT NULL)
"""


@action
def refresh_priorities(*, by: Acting, now: datetime) -> int:
    """Let waiting time grow in every open need (a daily job); signed overrides stay. Gives how many were recounted."""
    require(may_run_daily_jobs(by))
    today = business_date(now)
    with connection.cursor() as cursor:
        cursor.execute(_AGE_WAITING, [today, FULL_WAIT_DAYS])
        cursor.execute(_RECOUNT, [today, today])
        changed = cursor.rowcount
    record(
        "needs.priorities_refreshed", kind="need", subject=None, by=by, now=now,
        place_path=by.place_path, organisation_path=by.organisation_path, data={"count": changed},
    )  # fmt: skip
    return changed
